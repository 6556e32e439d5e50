"""Which records of a frame may be taken in, and which refusals are for good.

Spec: docs/protocol.md §6, §7.6 (R7, R9, R10). What an honest neighbour may send though it is
refused, and what only a broken or lying one sends, is told apart here.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from node.keeper import Keeper
from node.live import Live
from node.rates import AuthorRates
from protocol.clock import Now
from protocol.errors import Refusal
from protocol.identity import PodId
from protocol.intake import Opened, check_again
from protocol.record import Record, Scope

LASTING: Final = frozenset({Refusal.SUPERSEDED, Refusal.OVER_QUOTA, Refusal.UNKNOWN_VERSION})
"""Refusals that hold for the record's lifetime: it is not to be offered again (R10)."""


class Admission:
    """The door for the records that sessions bring."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._rates = AuthorRates()

    def admit(
        self, live: Live, opened: Sequence[Opened], now: Now, *, in_round: bool
    ) -> tuple[list[Record], frozenset[bytes]]:
        """Return what may be taken in from this peer, and the ids under a lesser certificate.

        The peer is charged for what no honest neighbour sends; such a record leaves no trace.
        """
        directory = self._keeper.directory
        good: list[Record] = []
        under_lesser: set[bytes] = set()
        waiting: set[PodId] = set()
        is_charged = False
        for record, refusal, key in map(self._with_keys_of_now, opened):
            if record is None or refusal is not None:
                is_charged |= refusal is not Refusal.UNKNOWN_VERSION
            elif record.author != self._keeper.pod_id and not directory.carries(record.author):
                continue  # told as not carried; this was on its way before
            elif not live.session.terms.may_take(record):
                is_charged |= record.scope == Scope.NEAR
            elif key is None:
                if live.let_wait(record):
                    waiting.add(record.author)
            elif in_round or self._rates.allow(record.author, now.mono_ms):
                good.append(record)
                if key != self._keeper.roster.certificates.greatest_key(record):
                    under_lesser.add(record.id)
        live.session.ask_for_certificates(sorted(waiting))
        if is_charged:
            live.strike()
        return good, frozenset(under_lesser)

    def _with_keys_of_now(self, opened: Opened) -> Opened:
        """Check anew what failed or had to wait when it was opened ahead of its turn.

        Its certificate may have come in between, in the frame before it.
        """
        if opened.record is None or opened.key is not None:
            return opened
        return check_again(opened.record, self._keeper.roster.certificates.keys_of)

    def lasting(
        self,
        live: Live,
        good: Iterable[Record],
        refused: Iterable[tuple[bytes, Refusal]],
        under_lesser: Collection[bytes],
        now: Now,
    ) -> list[bytes]:
        """Return the ids refused for the record's lifetime: not to be offered again (R10).

        What a greater certificate of a third pod refuses, always. What a greater version
        refuses, or 2,000 newer slots, only if nothing of the author lies ahead of what both
        clocks know: that will leave the set again, and this record would be missing then (R7).
        On the shelf of one of us two nothing is refused for good: its versions can leave it.
        """
        by_id = {record.id: record for record in good}
        here = [by_id[record_id] for record_id, refusal in refused if refusal in LASTING]
        newest_s = {
            author: self._keeper.newest_stamp_s(author) for author in {r.author for r in here}
        }
        ceiling_s = live.session.terms.ceiling_s(now)
        end_s = -1 if ceiling_s is None else ceiling_s
        pair = (self._keeper.pod_id, live.peer)
        lasting: list[bytes] = []
        for record in here:
            epoch = self._keeper.roster.certificates.epochs[record.author]
            if record.id in under_lesser or record.epoch < epoch:
                is_lasting = record.author not in pair
            else:
                is_lasting = max(newest_s[record.author], record.stamp_ms // 1000) <= end_s
            if is_lasting:
                lasting.append(record.id)
        return lasting
