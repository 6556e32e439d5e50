"""How a pod is: one screen for its people, and everything that can be checked.

Nothing here changes anything. Sentences are for people; whoever shows them adds nothing.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from node import keyfile, recovery
from node.keeper import NOTICES
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.clock import ClockState, Now
from protocol.errors import StoreError
from protocol.identity import PodId, pod_id_text
from protocol.intake import check_again
from store import hold_lock, notices, records, upkeep
from store.aid import BoardQuery
from store.notices import Notice
from store.peers import Neighbour
from store.upkeep import Space

CLOCK_WORDS: Final = {
    ClockState.SYNCED: "right",
    ClockState.GUESS: "probably right; no time server or person has confirmed it",
    ClockState.UNSET: "not set; it is reckoned from the last time this pod was on",
}
CLOCK_MEANS: Final = {
    ClockState.SYNCED: "What has lived its 90 days is deleted; what comes from the future waits.",
    ClockState.GUESS: "Sharing goes on. Nothing is deleted for its age before the time is sure.",
    ClockState.UNSET: "Sharing goes on. What is written now gets its right time once the clock has "
    "it; nothing is deleted for its age before.",
}
CONFIRM_CLOCK: Final = "Is that the time? Then: pod clock confirm. If not, it says how to set it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One screen about a pod.

    ours: open listings of this pod by audience.  others: open listings of other pods.
    doubtful: versions that wait for people after a theft.  letters_unseen: that came.
    waiting: asks, ends and loans that wait for somebody here.
    people: how many are in the pod.  advice: soft words for its stewards.
    reach: about how many pods our network listings reach.
    """

    pod_id: PodId
    name: str
    epoch: int
    is_running: bool
    now: Now
    ours: dict[Audience, int]
    others: int
    neighbours: tuple[Neighbour, ...]
    reach: int
    people: int
    advice: tuple[str, ...]
    sheet: Path | None
    notices: tuple[Notice, ...]
    doubtful: int
    letters_unseen: int
    waiting: int
    disk_use_bytes: int
    space: Space


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked. ok: None if it cannot be told."""

    name: str
    ok: bool | None
    sentence: str
    next_step: str = ""


def status(pod: Pod, data_dir: Path) -> Status:
    """Return how the pod in data_dir is."""
    store, now = pod.keeper.store, pod.now()
    ours = {
        audience: pod.listings.count(BoardQuery(author=pod.pod_id, audience=audience))
        for audience in Audience
    }
    return Status(
        pod_id=pod.pod_id,
        name=pod.name,
        epoch=pod.keeper.certificate.epoch,
        is_running=is_running(data_dir),
        now=now,
        ours=ours,
        others=pod.listings.count(BoardQuery(not_author=pod.pod_id)),
        neighbours=tuple(pod.neighbours.all()),
        reach=pod.keeper.directory.reach(pod.pod_id),
        people=pod.people.count(),
        advice=tuple(pod.people.advice()),
        sheet=recovery.waiting_sheet(data_dir),
        notices=tuple(notices.notices(store.connection)),
        doubtful=len(pod.doubts.waiting()),
        letters_unseen=pod.letters.unseen(),
        waiting=len(pod.waiting.all()),
        disk_use_bytes=upkeep.disk_use_bytes(store),
        space=upkeep.space_at(data_dir),
    )


def is_running(data_dir: Path) -> bool:
    """Tell whether a node runs on data_dir: it holds the lock for as long as it lives."""
    try:
        hold_lock(data_dir).release()
    except StoreError as err:
        return err.code == "locked"
    return False


def checks(pod: Pod, data_dir: Path) -> list[Check]:
    """Check everything that can be checked without changing anything."""
    return [
        _database(pod),
        _signatures(pod),
        _key(pod, data_dir),
        _disk(data_dir),
        _clock(pod),
        _sheet(data_dir),
        _node(data_dir),
        *_neighbours(pod),
        *_doubtful(pod),
        *_notices(pod),
    ]


def _database(pod: Pod) -> Check:
    wrong = pod.keeper.store.quick_check()
    if wrong:
        return Check(
            "database",
            False,
            f"The database is damaged: {wrong[0]}",
            "Stop the node and keep a copy of its folder before anything else.",
        )
    return Check("database", True, "The database is whole.")


def _signatures(pod: Pod) -> Check:
    """A card that lies about what it wrote shows here first: every record proves itself."""
    keys_of = pod.keeper.roster.keys_of
    here = records.each_in_set(pod.keeper.store.connection, fit=False)
    broken = sum(check_again(record, keys_of).key is None for record in here)
    if broken:
        return Check(
            "records",
            False,
            f"{broken} records do not match their signatures any more: the card is failing.",
            "Replace the card; neighbours still have what was shared.",
        )
    return Check("records", True, "Every record matches its signature.")


def _key(pod: Pod, data_dir: Path) -> Check:
    path = data_dir / keyfile.NAME
    if not pod.keeper.may_sign:
        return Check(
            "key", False, NOTICES["superseded"], "Make a new key from the 24 words: pod recover"
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Check("key", False, "Others can read the working key.", f"chmod 600 {path}")
    return Check("key", True, "The working key is here, and only this user can read it.")


def _disk(data_dir: Path) -> Check:
    space = upkeep.space_at(data_dir)
    free = f"{space.free_bytes / 1e9:.1f} GB free of {space.total_bytes / 1e9:.1f} GB."
    if not space.lets_own_in:
        return Check("disk", False, f"The disk is full: {free}", "Free some space.")
    if not space.lets_foreign_in:
        return Check(
            "disk", False, f"Too little room to carry for others: {free}", "Free some space."
        )
    return Check("disk", True, free)


def _clock(pod: Pod) -> Check:
    now = pod.now()
    said = f"The clock says {time_said(now)}: {CLOCK_WORDS[now.state]}."
    if now.state is ClockState.SYNCED:
        return Check("clock", True, said)
    return Check("clock", None if now.state is ClockState.GUESS else False, said, CONFIRM_CLOCK)


def time_said(now: Now) -> str:
    """Return the time for people to hold beside a watch, as clocks here show it."""
    then = datetime.fromtimestamp(now.wall_ms / 1000).astimezone()
    return f"{then:%a} {then.day} {then:%b %Y %H:%M}"


def _sheet(data_dir: Path) -> Check:
    path = recovery.waiting_sheet(data_dir)
    if path is None:
        return Check("recovery", True, "The 24 words are not kept on this machine.")
    return Check(
        "recovery",
        False,
        f"The 24 words still lie in {path}: whoever reads them can speak as this pod.",
        "Copy them to paper, then: pod recovery confirm",
    )


def _node(data_dir: Path) -> Check:
    if is_running(data_dir):
        return Check("node", True, "The node is running.")
    return Check("node", None, "The node is not running.", "Start it with: pod up")


def _neighbours(pod: Pod) -> Iterator[Check]:
    neighbours = pod.neighbours.all()
    if not neighbours:
        yield Check(
            "neighbours", None, "This pod has no neighbours yet.", "Invite one: pod neighbor invite"
        )
    for neighbour in neighbours:
        name = neighbour.name or pod_id_text(neighbour.pod_id)[:8]
        if neighbour.last_contact_ms is None:
            yield Check("neighbours", None, f"{name} was never heard from.", "Is its node running?")
        else:
            days = (pod.now().wall_ms - neighbour.last_contact_ms) // 86_400_000
            said = f"{name} was heard from {days} days ago." if days else f"{name} is in touch."
            yield Check("neighbours", days < 7, said, "" if days < 7 else "Ask its people.")


def _doubtful(pod: Pod) -> Iterator[Check]:
    if waiting := len(pod.doubts.waiting()):
        sentence = f"After a theft {waiting} of what this pod shared waits for your word."
        yield Check("theft", False, sentence, "Say what is yours: pod doubt list")


def _notices(pod: Pod) -> Iterator[Check]:
    for notice in notices.notices(pod.keeper.store.connection):
        yield Check("notice", False, NOTICES.get(notice.code, notice.code), "Tell your stewards.")
