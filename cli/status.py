"""`pod status`: how this pod is, on one screen."""

import click

from cli import naming, words
from cli.desk import Desk, command, pass_desk
from cli.letters import unseen_said
from cli.out import Block, Pairs
from cli.recovery import nag
from node import health
from node.health import CLOCK_WORDS, Status
from node.notices import NOTICES
from node.shapes.names import Names
from node.shapes.pods import status_data
from protocol.clock import ClockState
from protocol.identity import pod_id_text
from store.notices import Notice


@command("status")
@click.option("--heard", is_flag=True, help="People know what it tells: do not tell it again.")
@pass_desk
def status(desk: Desk, *, heard: bool) -> None:
    """Say how this pod is, on one screen. Works with the node running or not."""
    with desk.pod() as pod:
        found, names = health.status(pod, desk.data_dir), Names(pod)
        if heard:
            pod.note_heard(found.notices)
    desk.out.answer(status_data(found), *_status_said(found, names))
    nag(desk)


def _status_said(found: Status, names: Names) -> list[Block]:
    ours = ", ".join(
        f"{count} for {words.SHARED[audience]}" for audience, count in found.ours.items() if count
    )
    return [
        found.name,
        Pairs(
            [
                ("Pod id", pod_id_text(found.pod_id)),
                ("Node", "running" if found.is_running else "not running; start it: pod up"),
                ("Clock", _clock_said(found)),
                ("People", _people_said(found.people)),
                ("Ours", ours or "no open listing; begin with: pod offer"),
                ("Others'", words.counted(found.others, "open listing")),
                ("Neighbours", _neighbours_said(found, names)),
                ("Reach", _reach_said(found)),
                ("To go out", _waits_said(found)),
                ("Disk", _disk_said(found)),
            ]
        ),
        *[_notice_said(notice, names) for notice in found.notices],
        *_doubtful_said(found.doubtful),
        *unseen_said(found.letters_unseen),
        *_waiting_said(found.waiting),
        *found.advice,
    ]


def _people_said(people: int) -> str:
    if not people:
        return "nobody yet; begin with yourself: pod member add NAME"
    return words.counted(people, "person", "people")


def _notice_said(notice: Notice, names: Names) -> str:
    said = NOTICES.get(notice.code, notice.code)
    return f"! {said} ({names.of(notice.pod_id)}). Once all know: pod status --heard"


def _doubtful_said(waiting: int) -> list[str]:
    if not waiting:
        return []
    wait = "waits" if waiting == 1 else "wait"
    things = f"{words.counted(waiting, 'thing')} {wait} for your word"
    return [f"! After a theft {things}: pod doubt list"]


def _waiting_said(waiting: int) -> list[str]:
    if not waiting:
        return []
    wait = "waits" if waiting == 1 else "wait"
    return [f"! {words.counted(waiting, 'thing')} {wait} for somebody here: pod waiting"]


def _clock_said(found: Status) -> str:
    said = f"{health.time_said(found.now)}, {CLOCK_WORDS[found.now.state]}"
    is_sure = found.now.state is ClockState.SYNCED
    return said if is_sure else f"{said}; see: pod clock show"


def _disk_said(found: Status) -> str:
    used, free = found.disk_use_bytes / 1e6, found.space.free_bytes / 1e9
    return f"{used:.1f} MB used, {free:.1f} GB free"


def _neighbours_said(found: Status, names: Names) -> str:
    if not found.neighbours:
        return "none yet; invite one: pod neighbor invite"
    now_s = found.now.wall_ms / 1000
    each = [f"{names.of(it.pod_id)} (heard: {naming.heard(it, now_s)})" for it in found.neighbours]
    if not all(it.seen_by_steward for it in found.neighbours):
        each.append("new ones wait to be seen: pod neighbor list")
    return ", ".join(each)


def _waits_said(found: Status) -> str:
    """Return what waits while no neighbour is there; nothing if one is, or there is none."""
    touch = found.touch
    if not touch.neighbours or (touch.present and found.is_running):
        return ""
    waits = [
        words.counted(count, word)
        for count, word in ((touch.changes, "thing"), (touch.letters, "letter"))
        if count
    ]
    if not waits:
        return ""
    return f"{' and '.join(waits)}, as soon as a neighbour is there"


def _reach_said(found: Status) -> str:
    if not found.reach:
        return "none yet: no neighbour was heard from" if found.neighbours else ""
    return f"what is shared with all reaches about {words.counted(found.reach, 'pod')}"
