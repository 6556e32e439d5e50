"""`pod.imports`: bodies of one kind from a file, with a look before and a way back.

Spec: docs/formats.md §6. A file imported twice changes nothing the second time; what people have
withdrawn stays withdrawn unless they say `again`.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final, Generic, NamedTuple, TypeVar

from node.aid.items import Items
from node.aid.listings import Listings
from node.aid.people_imports import PeopleImports
from node.aid.writing import put_in, take_off_in, was_written
from node.keeper import Keeper
from protocol.aid import parse
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.house.rights import Viewer
from protocol.aid.listing import LISTING
from protocol.clock import ClockState
from protocol.errors import UserError
from store import Tx
from store.aid import Item
from store.house import imports
from store.house.imports import Before, Import

B = TypeVar("B", bound=Body)
KEPT_MS: Final = 30 * 86_400_000
"""For so long an import can be taken back."""
AT_ONCE: Final = 250
"""Written in one act: long enough to be cheap, short enough for others to get a turn."""

__all__ = ["Import", "Imports", "Planned", "Will"]


class Will(StrEnum):
    """What importing a thing would do."""

    ADD = "new"
    UPDATE = "changed"
    NOTHING = "already here"
    STAY_WITHDRAWN = "withdrawn before, stays so"
    NOT_OURS = "another pod's"


class Planned(NamedTuple, Generic[B]):
    """One thing of a file. what: as people call it."""

    what: str
    rid: bytes
    body: B
    will: Will


class Imports:
    """The imports of one pod."""

    def __init__(
        self,
        keeper: Keeper,
        listings: Listings,
        doors: Sequence[Items[Any]],
        people: PeopleImports,
    ) -> None:
        self._keeper = keeper
        self.people = people
        self._listings = listings
        self._doors = {door.BODY.CODE: door for door in doors}

    def plan(
        self, door: Items[B], found: Iterable[tuple[str, bytes, B]], *, again: bool = False
    ) -> list[Planned[B]]:
        """Return what importing these would do. again: bring back withdrawn ones."""
        return [
            Planned(what, rid, body, self._will(door, rid, body, again=again))
            for what, rid, body in found
        ]

    def carry_out(
        self,
        door: Items[B],
        planned: Sequence[Planned[B]],
        *,
        audience: Audience,
        file: str,
        progress: Callable[[int], None] | None = None,
    ) -> int | None:
        """Do what a plan says; return the import's number, None if there was nothing to do.

        What is here already keeps its audience. Some hundred at a time: after a power cut the
        same import goes on where it was. Raises UserError (over_quota, ...); what came before is
        kept.
        """
        todo = [it for it in planned if it.will in (Will.ADD, Will.UPDATE)]
        number = None
        for start in range(0, len(todo), AT_ONCE):
            now = self._keeper.now()
            with self._keeper.store.atomic(now.wall_ms) as tx:
                if number is None:
                    number = imports.begin(tx, door.BODY.CODE, file)
                for each in todo[start : start + AT_ONCE]:
                    self._write(tx, door, number, each, audience)
            if progress is not None:
                progress(min(start + AT_ONCE, len(todo)))
        return number

    def all(self) -> list[Import]:
        """Return those that can be taken back, the newest first."""
        return imports.imports(self._keeper.store.connection)

    def door_of(self, kind: int) -> Items[Any]:
        """Return the door through which what is of a kind comes in; listings have their own."""
        return self._doors[kind]

    def take_back(self, viewer: Viewer, number: int) -> int:
        """Put everything as it was before an import; return how many things that were.

        What was changed by hand since then is put back too; people of whom something came stay
        (`people.staying`). Raises UserError (not_found).
        """
        found = next((it for it in self.all() if it.number == number), None)
        if found is None:
            raise UserError(
                "not_found",
                "There is no import {number}.",
                "See: pod imports list",
                number=str(number),
            )
        if found.kind == imports.PEOPLE:
            count = self.people.take_back(viewer, number)
            self._forget(number)
            return count
        was = imports.before(self._keeper.store.connection, number)
        for start in range(0, len(was), AT_ONCE):
            with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
                for each in was[start : start + AT_ONCE]:
                    self._put_back(tx, found.kind, each)
        self._forget(number)
        return len(was)

    def _forget(self, number: int) -> None:
        with self._keeper.store.atomic(self._keeper.now().wall_ms) as tx:
            imports.forget(tx, number)

    def tidy(self) -> None:
        """Forget what imports replaced a month ago: it may be what people took back since."""
        now = self._keeper.now()
        if now.state is not ClockState.UNSET:
            with self._keeper.store.atomic(now.wall_ms) as tx:
                imports.forget_before(tx, now.wall_ms - KEPT_MS)

    # --- Inside ---

    def _will(self, door: Items[B], rid: bytes, body: B, *, again: bool) -> Will:
        here = _own(door, rid)
        if here is not None:
            return Will.NOTHING if _same(here.body, body) else Will.UPDATE
        was_here = not again and was_written(self._keeper, door.BODY.CODE, rid)
        return Will.STAY_WITHDRAWN if was_here else Will.ADD

    def _write(
        self, tx: Tx, door: Items[B], number: int, each: Planned[B], audience: Audience
    ) -> None:
        now, here = self._keeper.now(), _own(door, each.rid)
        was = Before(each.rid, None, None, None)
        body, ends_s = each.body, each.body.default_valid_until_s(now.wall_ms // 1000)
        if here is not None:
            audience, ends_s = here.audience, here.valid_until_s
            was = Before(each.rid, here.body.to_payload(), audience.value, ends_s)
            body = body.model_copy(update={"posted_s": here.posted_s})
        else:
            body = body.model_copy(update={"posted_s": now.wall_ms // 1000})
        imports.note(tx, number, was)
        put_in(self._keeper, tx, each.rid, body, audience, ends_s, now)

    def _put_back(self, tx: Tx, kind: int, was: Before) -> None:
        now, here = self._keeper.now(), self._audience_of(kind, was.rid)
        if here is not None and (was.payload is None or here.value != was.audience):
            take_off_in(self._keeper, tx, kind, was.rid, here, now)
        if was.payload is not None and was.audience is not None:
            body, audience = parse(kind, was.payload), Audience(was.audience)
            put_in(self._keeper, tx, was.rid, body, audience, was.valid_until_s or 0, now)

    def _audience_of(self, kind: int, rid: bytes) -> Audience | None:
        """Return for whom a thing of this pod is, None if it is not here (any more)."""
        with suppress(UserError):
            own = self._listings.own(rid) if kind == LISTING else self._doors[kind].own(rid)
            return own.audience
        return None


def _own(door: Items[B], rid: bytes) -> Item[B] | None:
    with suppress(UserError):
        return door.own(rid)
    return None


def _same(one: Body, other: Body) -> bool:
    """Tell whether two bodies say the same, whenever they were posted."""
    return one.model_copy(update={"posted_s": None}) == other.model_copy(update={"posted_s": None})
