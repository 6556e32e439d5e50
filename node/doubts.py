"""After a theft: what may be the thief's waits here until people have said whose it is.

Spec: docs/protocol.md §6.4 (R4). For one thread; a running node notices what was decided.
"""

from collections.abc import Sequence
from typing import NamedTuple

from node.drafts import again
from node.keeper import Keeper
from node.upkeep import needs_signing
from protocol.errors import UserError
from protocol.record import Record
from store import Tx, records
from store.records import Doubt, Doubts, OwnVersion

MIN_REFERENCE = 4
"""Hexadecimal digits by which a version is named at least."""


class Doubtful(NamedTuple):
    """A version that waits for people. before: what stood in its slot, if that is here."""

    record: Record
    before: Record | None


class DoubtDesk:
    """What waits for people, and what they say of it."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def begin(self, since_ms: int) -> None:
        """On a disk made anew from the words: ask about what comes home stamped since then."""
        keeper, now = self._keeper, self._keeper.now()
        with keeper.store.atomic(now.wall_ms) as tx:
            doubts = Doubts(keeper.certificate.epoch, since_ms)
            records.begin_doubt(tx, keeper.pod_id, doubts, since_ms=since_ms)

    def waiting(self) -> list[Doubtful]:
        """Return what waits, the newest first; not what people have replaced since."""
        keeper, now = self._keeper, self._keeper.now()
        connection = keeper.store.connection
        left = [it for it in records.waiting(connection) if needs_signing(keeper, it, now)]
        return [Doubtful(it.record, self._before(it)) for it in left]

    def _before(self, version: OwnVersion) -> Record | None:
        others = records.undisputed(self._keeper.store.connection, version.record.slot)[1:]
        return others[0].record if others else None

    def find(self, references: Sequence[str]) -> list[Doubtful]:
        """Return those that wait under these beginnings of ids. Raises UserError."""
        waiting = self.waiting()
        return [self._one(reference.strip().lower(), waiting) for reference in references]

    def _one(self, digits: str, waiting: Sequence[Doubtful]) -> Doubtful:
        found = [it for it in waiting if it.record.id.hex().startswith(digits)]
        if len(digits) < MIN_REFERENCE or not found:
            raise UserError(
                "not_found",
                "Nothing waits under '{digits}'.",
                "See what does: pod doubt list",
                digits=digits,
            )
        if len(found) > 1:
            raise UserError(
                "ambiguous",
                "More than one begins with {digits}.",
                "Give more digits of it.",
                digits=digits,
            )
        return found[0]

    def keep(self, doubtful: Sequence[Doubtful]) -> None:
        """These are ours: sign them again, now. Raises UserError (over_quota, ...), StoreError."""
        keeper, now = self._keeper, self._keeper.now()
        with keeper.store.atomic(now.wall_ms) as tx:
            records.decide(tx, [it.record.id for it in doubtful], Doubt.NONE)
            keeper.signer.sign_in(tx, [again(it.record) for it in doubtful], now)

    def drop(self, doubtful: Sequence[Doubtful]) -> list[Record]:
        """These are the thief's: never sign them. Return what stands in their place again.

        What stood in the slot before is signed again now, if nobody doubts it. A version that
        says the same is the thief's too. Raises UserError (over_quota, ...), StoreError.
        """
        keeper, now = self._keeper, self._keeper.now()
        with keeper.store.atomic(now.wall_ms) as tx:
            for it in doubtful:
                records.decide(tx, self._same(tx, it.record), Doubt.THIEFS)
            before = [
                version
                for it in doubtful
                for version in records.undisputed(tx.connection, it.record.slot)[:1]
                if version.doubt is Doubt.NONE and needs_signing(keeper, version, now)
            ]
            keeper.signer.sign_in(tx, [again(version.record) for version in before], now)
        return [version.record for version in before]

    def _same(self, tx: Tx, record: Record) -> list[bytes]:
        """Return the ids of what waits in the slot of record and says the same."""
        return [
            it.record.id
            for it in records.undisputed(tx.connection, record.slot)
            if it.doubt is Doubt.WAITS and it.record.payload == record.payload
        ]
