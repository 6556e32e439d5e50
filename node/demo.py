"""The demonstration: three pods of one machine share listings, are cut apart, and agree again.

Nothing here is pretended: three node processes on loopback, federated by invitations, and what
is told at the end is read from their three databases. Maple Street and River Court are no
neighbours: what goes from one to the other goes through Mill Lane. The second chapter, an outage,
is in node/demo_outage.py.
"""

import asyncio
import signal
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from node import federation
from node.demo_house import House, TooSlow, houses_up, wait_until
from node.demo_outage import play_outage
from node.pod import Pod
from node.samples import sample_sheet
from node.spreadsheet import What, read_sheet
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing, write_listing
from protocol.intake import check_again
from store.aid import BoardItem, BoardQuery

_INVITATION_S: Final = 3600
_ENDS: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
_LIVE: Final = ("Soup at noon", "A ladder until Sunday", "Homework help on Mondays")

Say: TypeAlias = Callable[[str], None]
Advance: TypeAlias = Callable[[int, int], None]
Progress: TypeAlias = Callable[[str], AbstractContextManager[Advance | None]]


class Travel(NamedTuple):
    """How long one listing took, from being saved at Maple Street; in milliseconds."""

    title: str
    to_mill_ms: float
    to_river_ms: float


class Check(NamedTuple):
    """One thing that must hold, and whether the databases say that it does."""

    name: str
    ok: bool
    sentence: str


@dataclass(slots=True)
class Outcome:
    """What happened. imported, live: how those listings travelled.

    heal_ms: from the node in the middle answering again until all three databases agreed.
    """

    imported: list[Travel] = field(default_factory=list)
    live: list[Travel] = field(default_factory=list)
    heal_ms: float = 0.0
    checks: list[Check] = field(default_factory=list)
    network_records: dict[str, int] = field(default_factory=dict)
    took_s: float = 0.0

    @property
    def agreed(self) -> bool:
        """Whether everything that had to hold did."""
        return bool(self.checks) and all(check.ok for check in self.checks)


def play(folder: Path, say: Say, progress: Progress) -> Outcome:
    """Give the demonstration in an empty folder, told by say and progress as it happens.

    Every process that it starts has ended when it returns or raises. Raises UserError and
    StoreError if it cannot begin; what goes wrong later is in the outcome.
    """
    began_s = time.monotonic()
    with houses_up(folder, "Maple Street", "Mill Lane", "River Court") as houses:
        maple, mill, river = houses
        story = Story(maple, mill, river, say, progress)
        try:
            story.federate()
            story.import_samples()
            story.post_live()
            story.share_less()
            story.cut_and_heal()
            story.compare()
            play_outage(folder, houses, say, story.check)
        except TooSlow as err:
            story.check("in time", False, f"{err}.")
        story.outcome.network_records = {it.name: len(it.network_ids()) for it in houses}
    story.outcome.took_s = time.monotonic() - began_s
    return story.outcome


class Story:
    """The acts of the demonstration, in order, and what they came to."""

    def __init__(
        self, maple: House, mill: House, river: House, say: Say, progress: Progress
    ) -> None:
        self.maple, self.mill, self.river = maple, mill, river
        self.outcome = Outcome()
        self._houses = (maple, mill, river)
        self._say = say
        self._progress = progress

    def check(self, name: str, ok: bool, sentence: str) -> None:  # noqa: FBT001
        """Note what was found."""
        self.outcome.checks.append(Check(name, ok, sentence))

    # --- Act 1 ---

    def federate(self) -> None:
        """Mill Lane invites both; they come."""
        self._say("Three pods are up, each a process with a database of its own.")
        for guest in (self.maple, self.river):
            text = federation.invite(self.mill.pod, [self.mill.address], _INVITATION_S)
            with _uninterrupted():
                asyncio.run(federation.accept(guest.pod, text, our_addresses=[guest.address]))
            self._say(f"Mill Lane invites {guest.name}, which accepts: they are neighbours.")
        self.mill.pod.neighbours.note_seen()
        self._carry([self._post(self.maple, "A hello across two gardens")], time.monotonic())
        self._say("Maple Street and River Court do not know each other, but a hello came through.")

    # --- Act 2 ---

    def import_samples(self) -> None:
        """Maple Street imports a spreadsheet, and all of it goes on by itself."""
        pod = self.maple.pod
        plan = pod.sheets.plan(read_sheet(sample_sheet()), audience=Audience.NETWORK, zone=UTC)
        self._say("")
        self._say(f"Maple Street imports a spreadsheet of {plan.count(What.ADD)} listings.")
        pod.sheets.carry_out(plan)
        saved_s = time.monotonic()
        added = [pod.listings.find(it.rid.hex()) for it in plan.actions if it.what is What.ADD]
        with self._progress("River Court has") as advance:
            self.outcome.imported = self._carry(added, saved_s, advance)
        self._tell_times("Mill Lane", [it.to_mill_ms for it in self.outcome.imported])
        self._tell_times("River Court", [it.to_river_ms for it in self.outcome.imported])

    def _tell_times(self, name: str, times_ms: Sequence[float]) -> None:
        first, half, last = min(times_ms), statistics.median(times_ms), max(times_ms)
        self._say(
            f"  {name:<12} has the first after {first:.0f} ms, half of them after {half:.0f} ms, "
            f"all {len(times_ms)} after {last:.0f} ms"
        )

    # --- Act 3 ---

    def post_live(self) -> None:
        """One listing after the other, while everybody is connected."""
        self._say("")
        self._say(
            "One by one, from being saved at Maple Street to being saved at the others. A node"
        )
        self._say("looks four times a second for what another process, as this one, has written.")
        for title in _LIVE:
            saved_s = time.monotonic()
            (travel,) = self._carry([self._post(self.maple, title)], saved_s)
            self.outcome.live.append(travel)
            self._say(
                f"  Mill Lane {travel.to_mill_ms:4.0f} ms, then River Court "
                f"{travel.to_river_ms:4.0f} ms    {title}"
            )

    # --- Act 4 ---

    def share_less(self) -> None:
        """What is shared with neighbours alone goes one step; what is the pod's own, none."""
        near = self._post(self.maple, "A spare key for number 12", Audience.NEAR)
        self._post(self.maple, "Who sits with Ana on Friday", Audience.POD)
        wait_until(
            lambda: near.record in self.mill.arrived_s, self._houses, "the near listing got lost"
        )
        # Whatever would follow it to River Court would be there before this one is.
        self._carry([self._post(self.maple, "Garden gate stays open")], time.monotonic())
        went_too_far = near.record in self.river.arrived_s
        self.check("near", not went_too_far, "What is for neighbours went to Mill Lane alone.")
        titles = _titles(self.mill) | _titles(self.river)
        stayed = "Who sits with Ana on Friday" not in titles
        self.check("at home", stayed, "What is for Maple Street alone never left it.")
        self._say("")
        self._say("A listing for neighbours alone reached Mill Lane and stopped there;")
        self._say("one for Maple Street alone never left its machine.")

    # --- Act 5 ---

    def cut_and_heal(self) -> None:
        """Mill Lane goes off; life goes on at both ends; Mill Lane comes back."""
        self.mill.stop()
        self._say("")
        self._say("Mill Lane's machine is switched off. Meanwhile")
        self._change_both_ends()
        apart = self.maple.network_ids() != self.river.network_ids()
        self.check("cut", apart, "While Mill Lane was off, nothing went through it.")
        self.mill.start()
        self.mill.await_answer()
        healed_from_s = time.monotonic()
        wait_until(self._all_agree, self._houses, "the three pods did not agree again")
        self.outcome.heal_ms = (time.monotonic() - healed_from_s) * 1000
        self._say(f"Mill Lane is back. All three agree again after {self.outcome.heal_ms:.0f} ms.")

    def _change_both_ends(self) -> None:
        pod = self.maple.pod
        soup, ladder = (_find(self.maple, title) for title in _LIVE[:2])
        pod.listings.withdraw(soup.rid)
        pod.listings.edit(ladder.rid, _retitled(ladder.listing, "A ladder until Wednesday"))
        self._post(self.maple, "Candles for the power cut")
        self._post(self.river, "A dry cellar for wet furniture")
        self._say("  Maple Street withdraws the soup, keeps the ladder longer, offers candles;")
        self._say("  River Court offers a dry cellar.")

    def _all_agree(self) -> bool:
        network = [house.network_ids() for house in self._houses]
        ends = ((self.maple, self.mill), (self.mill, self.river))
        return network[0] == network[1] == network[2] and all(
            a.near_ids(a, b) == b.near_ids(a, b) for a, b in ends
        )

    # --- The end ---

    def compare(self) -> None:
        """Read the three databases once more and judge."""
        self.check("sets", self._all_agree(), "The three databases hold the same records.")
        with Pod.open(self.river.folder) as river:
            keys_of = river.keeper.roster.certificates.keys_of
            signed = all(check_again(it, keys_of).key for it in self.river.records())
        self.check("signed", signed, "Each record at River Court is signed by its own pod.")
        boards = [_titles(house) for house in self._houses]
        network = [_titles(house, Audience.NETWORK) for house in self._houses]
        same = network[0] == network[1] == network[2]
        self.check("boards", same, "The three boards show the same listings of the network.")
        gone = all(_LIVE[0] not in board for board in boards)
        self.check("withdrawn", gone, "What was withdrawn is on no board.")
        edited = all({"A ladder until Wednesday"} == _ladders(board) for board in boards)
        self.check("edited", edited, "What was edited says the same everywhere.")
        crossed = all(
            {"Candles for the power cut", "A dry cellar for wet furniture"} <= it for it in boards
        )
        self.check("crossed", crossed, "What was posted during the cut is on every board.")

    # --- Helpers ---

    def _post(self, house: House, title: str, audience: Audience = Audience.NETWORK) -> BoardItem:
        listing = write_listing({"type": "offer", "title": title, "category": "other"})
        return house.pod.listings.publish(listing, audience=audience)

    def _carry(
        self, items: Sequence[BoardItem], saved_s: float, advance: Advance | None = None
    ) -> list[Travel]:
        """Wait until items are at both other pods; return how long each took. Raises TooSlow."""
        mill, river = self.mill.arrived_s, self.river.arrived_s
        ids = [item.record for item in items if item.record]

        def all_there() -> bool:
            here = sum(it in river for it in ids)
            if advance is not None:
                advance(here, len(ids))
            return here == len(ids) and all(it in mill for it in ids)

        wait_until(all_there, self._houses, "not everything reached River Court")
        return [
            Travel(
                item.listing.title,
                (mill[item.record] - saved_s) * 1000,
                (river[item.record] - saved_s) * 1000,
            )
            for item in items
            if item.record
        ]


def _titles(house: House, audience: Audience | None = None) -> set[str]:
    query = BoardQuery(audience=audience, open_only=False)
    return {item.listing.title for item in house.pod.listings.each(query)}


def _ladders(board: set[str]) -> set[str]:
    return {title for title in board if title.startswith("A ladder until")}


def _find(house: House, title: str) -> BoardItem:
    query = BoardQuery(author=house.pod.pod_id, words=title)
    return next(item for item in house.pod.listings.each(query) if item.listing.title == title)


def _retitled(listing: Listing, title: str) -> Listing:
    return write_listing({**listing.model_dump(), "title": title})


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Let an early end wait: in the middle of an event loop's making it leaves half of one."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
