"""Spreadsheets of listings: what a file would do, and doing it.

Spec: docs/kinds.md §11. node/spreadsheet reads a file and decides; here it is written.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final, Literal

from node.aid.listings import Listings
from node.aid.writing import was_written
from node.keeper import Keeper
from node.spreadsheet import Action, Held, Sheet, Terms, What, plan_import
from protocol.aid.audience import Audience
from protocol.aid.listing import LISTING
from protocol.clock import Now
from protocol.errors import UserError
from store import Tx
from store.house import imports
from store.house.imports import Before

IMPORTED_AT_ONCE: Final = 250
"""Rows written in one act: long enough to be cheap, short enough for others to get a turn."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do. actions: one for each row of the file, in order.

    number: by which it can be taken back; None if it wrote nothing.
    """

    actions: tuple[Action, ...]
    done: bool
    number: int | None = None

    def count(self, what: What) -> int:
        return sum(action.what is what for action in self.actions)


class Sheets:
    """Imports from spreadsheets."""

    def __init__(self, keeper: Keeper, listings: Listings) -> None:
        self.keeper = keeper
        self.listings = listings

    def plan(self, sheet: Sheet, *, audience: Audience, zone: tzinfo) -> ImportReport:
        """Return what importing sheet would do. zone: in which its days begin and end."""
        terms = Terms(self.keeper.pod_id, self.keeper.now().wall_ms // 1000, zone, audience)
        return ImportReport(plan_import(sheet, self._held, terms), done=False)

    def carry_out(
        self,
        report: ImportReport,
        progress: Callable[[int], None] | None = None,
        *,
        file: str = "",
    ) -> ImportReport:
        """Do what a plan says. progress: called with the number of rows done so far.

        file: its name, for who takes the import back (`pod.imports`).

        Rows are written some hundred at a time: after a power cut the same import goes on
        where it was. Raises UserError (over_quota, ...) with what came before it kept.
        """
        todo = [a for a in report.actions if a.what in (What.ADD, What.UPDATE)]
        number = None
        for start in range(0, len(todo), IMPORTED_AT_ONCE):
            part, now = todo[start : start + IMPORTED_AT_ONCE], self.keeper.now()
            with self.keeper.store.atomic(now.wall_ms) as tx:
                number = number or imports.begin(tx, LISTING, file)
                self._write(tx, part, number, now)
            if progress is not None:
                progress(start + len(part))
        return replace(report, done=True, number=number)

    def _write(self, tx: Tx, actions: Iterable[Action], number: int, now: Now) -> None:
        for action in actions:
            if action.listing is None:
                continue
            imports.note(tx, number, self._before(action.rid))
            if action.moved_from is not None:
                self.listings.take_off_in(tx, action.rid, action.moved_from, now)
            held = Held(action.listing, action.audience, action.valid_until_s)
            self.listings.put_in(tx, action.rid, held, now)

    def _before(self, rid: bytes) -> Before:
        held = self._held(rid)
        if not isinstance(held, Held):
            return Before(rid, None, None, None)
        payload = held.listing.to_payload()
        return Before(rid, payload, held.audience.value, held.valid_until_s)

    def _held(self, rid: bytes) -> Held | Literal["withdrawn"] | None:
        """Return what this pod has under rid, for whichever audience."""
        with suppress(UserError):
            item = self.listings.own(rid)
            return Held(item.listing, item.audience, item.valid_until_s)
        return "withdrawn" if was_written(self.keeper, LISTING, rid) else None
