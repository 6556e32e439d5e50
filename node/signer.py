"""Signs for a pod, and nobody else does: the working key, and the bounds of what it may sign.

Spec: docs/protocol.md §2.4, §4.6 and §5.2 (R3, R5, R7, R8, R14). Stamp, epoch and key are read
in the act that writes; other processes of the pod sign beside this one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from node.drafts import Draft, stands_above
from node.keyfile import read_key
from node.notices import NOTICES
from node.roster import Roster
from protocol.clock import ClockState, Now, next_stamp_ms
from protocol.errors import Refusal, UserError
from protocol.identity import Certificate, WorkingKey
from protocol.kinds import KindTable
from protocol.limits import SLOTS_PER_AUTHOR
from protocol.record import Record, Scope, Slot, seal
from store import Store, Tx, meta, records
from store.faults import store_error
from store.records import IntakeFacts, OwnVersion
from store.upkeep import Space


class Signer:
    """The key of one pod in this process. space: tells the room on the disk.  run_id: random."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        roster: Roster,
        *,
        kinds: KindTable,
        space: Callable[[], Space],
        run_id: bytes,
    ) -> None:
        self._folder = folder
        self._store = store
        self._roster = roster
        self._kinds = kinds
        self._space = space
        self._run_id = run_id
        self._is_node = False
        self.key = self._read_key()

    # --- Key and run ---

    def _read_key(self) -> WorkingKey:
        return read_key(self._folder, self._certificate.working_key)

    @property
    def _certificate(self) -> Certificate:
        return self._roster.directory.own_certificate

    @property
    def may_sign(self) -> bool:
        """Whether the working key here is the one that the greatest certificate names (R3)."""
        return self.key.public == self._certificate.working_key

    def look_for_key(self) -> None:
        """Take up the key that fits a certificate which has just been learnt, if it is here."""
        if not self.may_sign:
            self.key = self._read_key()

    def keys_in(self, tx: Tx) -> tuple[WorkingKey, Certificate]:
        """Return the working key and its certificate, for what is signed in this act (R14).

        Takes up what another process of this pod has put in place meanwhile. Raises UserError
        (epoch_superseded).
        """
        if meta.get(tx.connection, meta.EPOCH) != self._certificate.epoch:
            self._roster.certificates.load()
            self.key = self._read_key()
        self.check_may_sign()
        return self.key, self._certificate

    def check_may_sign(self) -> None:
        """Raise UserError (epoch_superseded) where another machine has the pod's key now."""
        if not self.may_sign:
            raise UserError(
                "epoch_superseded",
                NOTICES["superseded"],
                "If it was not you, make a new key from the 24 words: pod recover",
            )

    @property
    def run(self) -> int:
        """Number of this run of the node; of a command or a page, the run beside which it signs.

        People write there and never in the node's own process: without it nothing that they edit
        before the first neighbour is heard would be above what comes home (R5).
        """
        beside = None if self._is_node else meta.get(self._store.connection, meta.RUN)
        return int.from_bytes(self._run_id[:7], "big") if beside is None else beside

    def begin_run(self) -> None:
        """Note that this is the node, and a new run of it."""
        self._is_node = True
        with self._store.atomic(now_ms=0) as tx:  # nothing in this act has a time
            meta.put(tx, meta.RUN, self.run)

    # --- Signing ---

    def sign(self, drafts: Sequence[Draft], now: Now) -> list[Record]:
        """Sign drafts and save them, all or none.

        Raises UserError (over_quota, epoch_superseded) and StoreError.
        """
        with self._store.atomic(now.wall_ms) as tx:
            return self.sign_in(tx, drafts, now)

    def sign_in(self, tx: Tx, drafts: Sequence[Draft], now: Now) -> list[Record]:
        """The same, as part of a larger act."""
        self.keys_in(tx)
        self._check_room(drafts)
        versions = self._versions(tx, drafts)
        self._check_quota(versions)
        signed = [self._seal(draft, versions[self._slot(draft)], now) for draft in drafts]
        made_from = {
            record.id: above
            for record, draft in zip(signed, drafts, strict=True)
            if (above := draft.made_from or stands_above(versions[record.slot], record))
        }
        intake = records.take_in(tx, signed, self._facts(now, made_from))
        if intake.refused:
            raise _cannot_keep(intake.refused[0][1])
        return intake.taken

    def slots_left(self, scope: Scope) -> int:
        """Return how many more slots of our own have room (R8)."""
        us = self._roster.directory.us
        return SLOTS_PER_AUTHOR - records.slots_in_set(self._store.connection, us, scope)

    def _check_room(self, drafts: Iterable[Draft]) -> None:
        """What is left of a nearly full disk is for cleaning up; withdrawing is part of that."""
        is_writing = any(draft.payload is not None for draft in drafts)
        if is_writing and not self._space().lets_own_in:
            raise store_error("full", self._store.path)

    def _check_quota(self, versions: Mapping[Slot, OwnVersion | None]) -> None:
        """Our own slots stay within the bound: beyond it the oldest would be lost everywhere."""
        new = Counter([slot[1] for slot, version in versions.items() if version is None])
        if any(count > self.slots_left(Scope(scope)) for scope, count in new.items()):
            raise _cannot_keep(Refusal.OVER_QUOTA)

    def _versions(self, tx: Tx, drafts: Iterable[Draft]) -> dict[Slot, OwnVersion | None]:
        """Return the version that stands in each slot to be written."""
        slots = {self._slot(draft) for draft in drafts}
        return {slot: records.slot_version(tx.connection, slot) for slot in slots}

    def _slot(self, draft: Draft) -> Slot:
        return (self._roster.directory.us, int(draft.scope), draft.kind, draft.rid)

    def _seal(self, draft: Draft, version: OwnVersion | None, now: Now) -> Record:
        return seal(
            self.key,
            author=self._roster.directory.us,
            epoch=self._certificate.epoch,
            kind=draft.kind,
            rid=draft.rid,
            stamp_ms=next_stamp_ms(now.wall_ms, version.record.stamp_ms if version else None),
            scope=draft.scope,
            valid_until_s=draft.valid_until_s,
            payload=draft.payload,
        )

    def _facts(self, now: Now, made_from: Mapping[bytes, tuple[int, int]]) -> IntakeFacts:
        return IntakeFacts(
            us=self._roster.directory.us,
            peer=None,
            epochs=self._roster.certificates.epochs,
            floor_s=0,
            ceiling_s=None,
            run=self.run,
            kinds=self._kinds,
            signed_here=True,
            clock_unset=now.state is ClockState.UNSET,
            made_from=made_from,
        )


def _cannot_keep(why: Refusal) -> UserError:
    if why is Refusal.OVER_QUOTA:
        return UserError(
            "over_quota",
            "A pod can share {most} things at a time; what was withdrawn counts for 90 days.",
            "Withdraw what is out of date, and try again later.",
            most=SLOTS_PER_AUTHOR,
        )
    return UserError("invalid", "That cannot be kept.", "Look at: pod doctor", str(why))
