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
from node.aid.touch import Touch
from node.finding import Check
from node.notices import NOTICES
from node.pod import Pod
from node.standing import SILENT_S
from protocol.aid.audience import Audience
from protocol.clock import ClockState, Now
from protocol.errors import StoreError
from protocol.identity import PodId, pod_id_text
from protocol.intake import check_again
from protocol.saying import N_, Plural, Word
from store import hold_lock, meta, notices, records, upkeep
from store.aid import BoardQuery
from store.notices import Notice
from store.peers import Neighbour
from store.upkeep import Space

CLOCK_WORDS: Final = {
    ClockState.SYNCED: N_("right"),
    ClockState.GUESS: N_("probably right; no time server or person has confirmed it"),
    ClockState.UNSET: N_("not set; it is reckoned from the last time this pod was on"),
}
CLOCK_MEANS: Final = {
    ClockState.SYNCED: "What has lived its 90 days is deleted; what comes from the future waits.",
    ClockState.GUESS: "Sharing goes on. Nothing is deleted for its age before the time is sure.",
    ClockState.UNSET: "Sharing goes on. What is written now gets its right time once the clock has "
    "it; nothing is deleted for its age before.",
}
DAY_MS: Final = 86_400_000
OLD_BACKUP_DAYS: Final = 30
CONFIRM_CLOCK: Final = "Is that the time? Then: pod clock confirm. If not, it says how to set it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One screen about a pod.

    ours: open listings of this pod by audience.  others: open listings of other pods.
    doubtful: versions that wait for people after a theft.  letters_unseen: that came.
    waiting: asks, ends and loans that wait for somebody here.
    people: how many are in the pod.  advice: soft words for its stewards.
    reach: about how many pods our network listings reach.  touch: who is there now, what waits.
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
    touch: Touch
    people: int
    advice: tuple[str, ...]
    sheet: Path | None
    notices: tuple[Notice, ...]
    doubtful: int
    letters_unseen: int
    waiting: int
    disk_use_bytes: int
    space: Space


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
        touch=pod.touch.now(),
        people=pod.people.count(),
        advice=tuple([f"{it.sentence} {it.next_step}" for it in pod.people.advice()]),
        sheet=recovery.waiting_sheet(data_dir),
        notices=tuple(notices.notices(store.connection)),
        doubtful=len(pod.doubts.waiting()),
        letters_unseen=pod.letters.unseen(),
        waiting=len(pod.waiting.all()),
        disk_use_bytes=kept_bytes(pod),
        space=upkeep.space_at(data_dir),
    )


def kept_bytes(pod: Pod) -> int:
    """Return what the database takes."""
    return upkeep.disk_use_bytes(pod.keeper.store)


def is_running(data_dir: Path) -> bool:
    """Tell whether a node runs on data_dir: it holds the lock for as long as it lives."""
    try:
        hold_lock(data_dir).release()
    except StoreError as err:
        return err.code == "locked"
    return False


def checks(pod: Pod, data_dir: Path) -> list[Check]:
    """Check everything that can be checked without changing anything; it reads the whole file."""
    return [_database(pod), _signatures(pod), *quick_checks(pod, data_dir), _node(data_dir)]


def quick_checks(pod: Pod, data_dir: Path) -> list[Check]:
    """Check what takes no time, however much is kept."""
    return [
        _key(pod, data_dir),
        _disk(data_dir),
        _clock(pod),
        _sheet(data_dir),
        _backup(pod),
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
    keys_of = pod.keeper.roster.certificates.keys_of
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
            "key",
            False,
            NOTICES["superseded"],
            "Make a new key from the 24 words: pod recover",
            N_("At the machine, with the 24 words: pod recover"),
        )
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        said = N_("Others on this machine can read this pod's key.")
        return Check("key", False, said, f"chmod 600 {path}", N_("At the machine: pod doctor"))
    return Check(
        "key", True, N_("This pod's key is here, and nobody else on this machine can read it.")
    )


def _disk(data_dir: Path) -> Check:
    space = upkeep.space_at(data_dir)
    values = {"free": f"{space.free_bytes / 1e9:.1f}", "total": f"{space.total_bytes / 1e9:.1f}"}
    free, step = N_("{free} GB free of {total} GB."), N_("Free some space.")
    if not space.lets_own_in:
        full = N_("The disk is full: {free} GB free of {total} GB.")
        return Check("disk", False, full, step, step, values)
    if not space.lets_foreign_in:
        little = N_("Too little room to carry for others: {free} GB free of {total} GB.")
        return Check("disk", False, little, step, step, values)
    return Check("disk", True, free, values=values)


def _clock(pod: Pod) -> Check:
    now = pod.now()
    said = N_("The clock says {time}: {worth}.")
    values = {"time": time_said(now), "worth": Word(CLOCK_WORDS[now.state])}
    if now.state is ClockState.SYNCED:
        return Check("clock", True, said, values=values)
    ok = None if now.state is ClockState.GUESS else False
    on_page = N_("Is that the time? Then, at the machine: pod clock confirm")
    return Check("clock", ok, said, CONFIRM_CLOCK, on_page, values)


def _backup(pod: Pod) -> Check:
    made_ms = meta.get(pod.keeper.store.connection, meta.BACKUP_MS)
    step = N_("With a stick in the machine: pod backup FILE. Keep it in another house.")
    if made_ms is None:
        said = N_("No backup was made yet: what is for this pod alone is nowhere else.")
        return Check("backup", None, said, step, step)
    days = (pod.now().wall_ms - made_ms) // DAY_MS
    if not days:
        return Check("backup", True, N_("A backup was made today."))
    age = Plural(
        "The last backup is {count} day old.", "The last backup is {count} days old.", days
    )
    if days < OLD_BACKUP_DAYS:
        return Check("backup", True, age)
    return Check("backup", None, age, step, step)


def time_said(now: Now) -> str:
    """Return the time for people to hold beside a watch, as clocks here show it."""
    then = datetime.fromtimestamp(now.wall_ms / 1000).astimezone()
    return f"{then:%a} {then.day} {then:%b %Y %H:%M}"


def _sheet(data_dir: Path) -> Check:
    path = recovery.waiting_sheet(data_dir)
    if path is None:
        return Check("recovery", True, N_("The 24 words are not kept on this machine."))
    return Check(
        "recovery",
        False,
        N_("The 24 words still lie in {path}: whoever reads them can speak as this pod."),
        "Copy them to paper, then: pod recovery confirm",
        N_("At the machine: copy them to paper, then pod recovery confirm"),
        {"path": str(path)},
    )


def _node(data_dir: Path) -> Check:
    if is_running(data_dir):
        return Check("node", True, "The node is running.")
    return Check("node", None, "The node is not running.", "Start it with: pod up")


def _neighbours(pod: Pod) -> Iterator[Check]:
    neighbours = pod.neighbours.all()
    if not neighbours:
        yield Check(
            "neighbours",
            None,
            N_("This pod has no neighbours yet."),
            "Invite one: pod neighbor invite",
            N_("Make one by six words, or by an invitation."),
        )
    for neighbour in neighbours:
        yield _neighbour(neighbour, pod.now().wall_ms)


def _neighbour(neighbour: Neighbour, now_ms: int) -> Check:
    named = {"name": neighbour.name or pod_id_text(neighbour.pod_id)[:8]}
    if neighbour.last_contact_ms is None:
        said, step = N_("{name} was never heard from."), N_("Is its machine on?")
        return Check("neighbours", None, said, step, step, named)
    days = (now_ms - neighbour.last_contact_ms) // DAY_MS
    if not days:
        return Check("neighbours", True, N_("{name} is in touch."), values=named)
    ago = Plural(
        "{name} was heard from {count} day ago.",
        "{name} was heard from {count} days ago.",
        days,
    )
    if days < SILENT_S // 86_400:
        return Check("neighbours", True, ago, values=named)
    return Check("neighbours", False, ago, N_("Ask its people."), N_("Ask its people."), named)


def _doubtful(pod: Pod) -> Iterator[Check]:
    if waiting := len(pod.doubts.waiting()):
        said = Plural(
            "After a theft {count} of what this pod shared waits for your word.",
            "After a theft {count} of what this pod shared wait for your word.",
            waiting,
        )
        step = "Say what is yours: pod doubt list"
        yield Check("theft", False, said, step, N_("At the machine: pod doubt list"))


def _notices(pod: Pod) -> Iterator[Check]:
    for notice in notices.notices(pod.keeper.store.connection):
        step = N_("Tell your stewards.")
        heard = N_("Tell the other stewards. Once all know, at the machine: pod status --heard")
        yield Check("notice", False, NOTICES.get(notice.code, notice.code), step, heard)
