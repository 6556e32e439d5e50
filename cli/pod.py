"""`pod init`, `up` and `status`: this pod and its node."""

from pathlib import Path

import click

from cli import words
from cli.desk import Desk, command, pass_desk
from cli.naming import Names
from cli.out import Block, Json, Pairs
from cli.recovery import hand_over, nag
from node import first_start, health, recovery
from node.health import CLOCK_WORDS, Status
from node.keeper import NOTICES
from node.pod import Pod
from protocol.errors import UserError
from protocol.identity import pod_id_text

_name = click.option("--name", help="What neighbours call this pod; a terminal asks.")
_recovery_file = click.option(
    "--recovery-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the 24 words to this new file instead of showing them.",
)


@command("init")
@_name
@_recovery_file
@pass_desk
def init(desk: Desk, *, name: str | None, recovery_file: Path | None) -> None:
    """Make a pod on this machine: its keys, its database and its 24 recovery words.

    At a terminal the words are shown once, three of them are checked, and no copy is kept.
    Without one they go to a recovery sheet that only this user can read.
    """
    if first_start.has_pod(desk.data_dir):
        raise UserError(
            "conflict",
            f"There is a pod in {desk.data_dir} already.",
            "See it: pod status. Another folder makes another pod: --data DIR",
        )
    with _make(desk, name, recovery_file) as pod:
        desk.out.answer(*_made(desk, pod), "Start it: pod up")
    nag(desk)


def _make(desk: Desk, name: str | None, recovery_file: Path | None) -> Pod:
    """Make the pod: with people at a terminal, else with a sheet."""
    named = None if name is None else first_start.checked_name(name)
    left_over = recovery.waiting_sheet(desk.data_dir)
    if left_over or recovery_file or not desk.out.can_ask():
        return first_start.create_with_sheet(desk.data_dir, name=named, elsewhere=recovery_file)
    if named is None:
        question = "What shall neighbours call this pod? (say, its street)"
        named = desk.out.ask_until_right(question, first_start.checked_name)
    seed = recovery.new_seed()
    hand_over(desk, seed)
    return first_start.create_known(desk.data_dir, name=named, seed=seed)


def _made(desk: Desk, pod: Pod) -> tuple[Json, str, Pairs]:
    sheet = recovery.waiting_sheet(desk.data_dir)
    said = {
        "name": pod.name,
        "pod_id": pod_id_text(pod.pod_id),
        "data_dir": str(desk.data_dir),
        "recovery_sheet": str(sheet) if sheet else None,
    }
    return (
        {**said},
        f"{pod.name} is made.",
        Pairs([("Pod id", pod_id_text(pod.pod_id)), ("Kept in", str(desk.data_dir))]),
    )


@command("status")
@pass_desk
def status(desk: Desk) -> None:
    """Say how this pod is, on one screen. Works with the node running or not."""
    with desk.pod() as pod:
        found, names = health.status(pod, desk.data_dir), Names(pod)
    desk.out.answer(_status_data(found), *_status_said(found, names))
    nag(desk)


def _status_data(found: Status) -> Json:
    neighbours: list[Json] = [
        {
            "name": it.name,
            "pod_id": pod_id_text(it.pod_id),
            "last_contact_ms": it.last_contact_ms,
            "seen_by_steward": it.seen_by_steward,
        }
        for it in found.neighbours
    ]
    notices: list[Json] = [
        {"code": it.code, "pod_id": pod_id_text(it.pod_id), "at_ms": it.at_ms}
        for it in found.notices
    ]
    return {
        "name": found.name,
        "pod_id": pod_id_text(found.pod_id),
        "epoch": found.epoch,
        "running": found.is_running,
        "clock": found.clock.value,
        "now_ms": found.now_ms,
        "listings": {
            "ours": {audience.value: count for audience, count in found.ours.items()},
            "others": found.others,
        },
        "neighbours": neighbours,
        "reach": found.reach,
        "recovery_sheet": str(found.sheet) if found.sheet else None,
        "notices": notices,
        "disk_use_bytes": found.disk_use_bytes,
        "disk_free_bytes": found.space.free_bytes,
    }


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
                ("Clock", CLOCK_WORDS[found.clock]),
                ("Ours", ours or "no open listing; begin with: pod offer"),
                ("Others'", words.counted(found.others, "open listing")),
                ("Neighbours", _neighbours_said(found, names)),
                ("Disk", _disk_said(found)),
            ]
        ),
        *[NOTICES.get(notice.code, notice.code) for notice in found.notices],
    ]


def _disk_said(found: Status) -> str:
    used, free = found.disk_use_bytes / 1e6, found.space.free_bytes / 1e9
    return f"{used:.1f} MB used, {free:.1f} GB free"


def _neighbours_said(found: Status, names: Names) -> str:
    if not found.neighbours:
        return "none yet; invite one: pod neighbor invite"
    now_s = found.now_ms / 1000
    each = [
        f"{names.of(it.pod_id)} ({_heard(it.last_contact_ms, now_s)})" for it in found.neighbours
    ]
    return f"{', '.join(each)}; reaches about {words.counted(found.reach, 'pod')}"


def _heard(last_contact_ms: int | None, now_s: float) -> str:
    if last_contact_ms is None:
        return "never heard from"
    return f"heard from {words.ago(last_contact_ms / 1000, now_s)}"
