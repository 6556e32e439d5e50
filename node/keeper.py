"""What a pod keeps, as the sync core sees it: records of any kind, never an offer.

Spec: docs/protocol.md §4 to §6; the rules are named where they are held. One Keeper is one
process on one data folder; other processes may have theirs at the same time. For one thread.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.clock import BUILD_MS, SystemClock
from node.keyfile import write_key
from node.mail_doors import MailDoors
from node.roster import Roster
from node.signer import Signer
from node.timekeeping import Clock, PodTime
from protocol.clock import Now, first_floor_s
from protocol.directory import Directory
from protocol.errors import StoreError, UserError
from protocol.events import Body
from protocol.identity import Certificate, PodId, PodKey, WorkingKey
from protocol.kinds import KindTable
from protocol.record import Record
from protocol.sealed import MailKey
from protocol.sets import Indexes
from store import Projection, Store, changes, meta, notices, open_store, peers, records, touch
from store.faults import store_error
from store.records import Sendable
from store.upkeep import Space, forget_strangers, space_at

DATABASE: Final = "pod.db"
RUN_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a keeper does not choose itself; a test brings its own.

    mail: who writes and reads letters, if anybody does.  space_at: the room on the disk.
    clock: None for the machine's.  as_node: this process holds the lock and runs for long.
    """

    kinds: KindTable
    projections: tuple[Projection, ...] = ()
    mail: MailDoors | None = None
    space_at: Callable[[Path], Space] = space_at
    clock: Clock | None = None
    random_bytes: Callable[[int], bytes] = secrets.token_bytes
    as_node: bool = False


class Keeper:
    """Store, roster, indexes and signer of one pod. Made by `open`; close it."""

    def __init__(
        self, folder: Path, store: Store, certificate: Certificate, around: Surroundings
    ) -> None:
        self.store = store
        self.roster = Roster(store, certificate)
        self.run_id = around.random_bytes(RUN_ID_BYTES)
        self.random_bytes = around.random_bytes
        self.space_at = around.space_at
        self.recovered: set[PodId] = set()
        """Neighbours with whom a round was completed in this run (R5)."""
        self.folder = folder
        self.mail_doors = around.mail
        self.kinds = around.kinds
        self.signer = Signer(
            folder,
            store,
            self.roster,
            kinds=around.kinds,
            space=self.space,
            run_id=self.run_id,
        )
        self._loaded: changes.LoadedIndexes | None = None
        self._seen_version = store.data_version()
        self.time = PodTime(store, around.clock or _system_clock(store, certificate.pod_id))

    # --- Open and close ---

    @staticmethod
    def create(folder: Path, *, name: str, pod_key: PodKey, working_seed: bytes, now: Now) -> None:
        """Make a pod in folder. Its epoch is the time, as R3 wants it.

        Raises UserError (conflict) if a pod is there already, and StoreError.
        """
        store = open_store(folder / DATABASE, now_ms=now.wall_ms, create=True)
        try:
            if meta.get(store.connection, meta.POD_ID) is not None:
                raise UserError(
                    "conflict",
                    "There is a pod in {folder} already.",
                    "Use it as it is, or name another folder with --data.",
                    folder=folder,
                )
            issued_s = now.wall_ms // 1000
            working_key = WorkingKey.from_seed(working_seed).public
            certificate = pod_key.certify(issued_s, working_key, issued_s)
            write_key(folder, working_seed)
            with store.atomic(now.wall_ms) as tx:
                meta.put(tx, meta.POD_ID, certificate.pod_id)
                meta.put(tx, meta.NAME, name)
                meta.put(tx, meta.EPOCH, certificate.epoch)
                meta.put(tx, meta.FLOOR_S, first_floor_s(BUILD_MS))
                meta.put(tx, meta.BACKUP_KEY, pod_key.backup_public_key())
                peers.put_certificate(tx, certificate)
        finally:
            store.close()

    @classmethod
    def open(cls, folder: Path, around: Surroundings) -> "Keeper":
        """Open the pod in folder. Raises StoreError."""
        store = open_store(folder / DATABASE, now_ms=0, as_node=around.as_node)
        try:
            store.projections.extend(around.projections)
            if around.as_node:
                _forget_strangers(store)
                with store.atomic(now_ms=0) as tx:  # nothing in this act has a time
                    touch.note_present(tx, ())
            pod_id = meta.get(store.connection, meta.POD_ID)
            if pod_id is None:
                raise StoreError(
                    "missing",
                    "There is no pod in {folder}.",
                    "Make one with `pod init`.",
                    folder=folder,
                )
            certificate = peers.certificate_of(store.connection, PodId(pod_id))
            if certificate is None:
                raise store_error("damaged", store.path, "no certificate of our own")
            return cls(folder, store, certificate, around)
        except BaseException:
            store.close()
            raise

    def close(self, *, save: bool = False) -> None:
        """Leave a whole file. save: also what makes a node's next start fast."""
        if save:
            now = self.now()
            self.save_time(now, 0)
            self.roster.note_present((), now)
            changes.save_indexes(self.store, self._index)
        self.store.close()

    # --- What it is ---

    def now(self) -> Now:
        return self.time.now()

    @property
    def directory(self) -> Directory:
        return self.roster.directory

    @property
    def pod_id(self) -> PodId:
        return self.roster.directory.us

    @property
    def certificate(self) -> Certificate:
        """The greatest certificate of this pod known here."""
        return self.roster.directory.own_certificate

    @property
    def working_key(self) -> WorkingKey:
        return self.signer.key

    @property
    def mail_key(self) -> MailKey:
        """What opens that which is sealed to this pod; as old as the working key."""
        return MailKey.of(self.signer.key)

    @property
    def may_sign(self) -> bool:
        """Whether the working key here is the one that the greatest certificate names (R3)."""
        return self.signer.may_sign

    @property
    def has_caught_up(self) -> bool:
        """Tell whether a neighbour has had its say in this run, or there is none (R5).

        One that never told us a table, or ended the federation, has nothing of ours to say.
        """
        told = self.directory.told_by.values()
        return bool(self.recovered) or not any(table.entries for table in told)

    def space(self) -> Space:
        """Return the room on the disk."""
        return self.space_at(self.folder)

    @property
    def floor_s(self) -> int:
        """Everything stamped below it has been deleted here (R6)."""
        return meta.get(self.store.connection, meta.FLOOR_S) or 0

    # --- What is learnt ---

    def learn(self, certificates: Sequence[Certificate], now: Now) -> list[Certificate]:
        """Keep verified certificates; return those that were news (R3)."""
        news = self.roster.certificates.learn(certificates, now)
        if not self.may_sign and any(it.pod_id == self.pod_id for it in news):
            self.notice("superseded", self.pod_id, now)
        return news

    def newest_stamp_s(self, author: PodId) -> int:
        """Return the greatest stamp of author in the set, in whole seconds; 0 if there is none."""
        return (records.newest_stamp_ms(self.store.connection, author) or 0) // 1000

    def last_number(self) -> int:
        """Return the number of the record that came last, whoever's it is."""
        return touch.last_number(self.store.connection)

    def newest_own_number(self) -> int:
        """Return the number of our newest record in the set."""
        return touch.newest_number(self.store.connection, self.pod_id)

    def notice(self, code: str, pod_id: PodId, now: Now) -> None:
        """Have people told. code: a key of NOTICES."""
        with self.store.atomic(now.wall_ms) as tx:
            notices.note(tx, code, pod_id)

    def note_round(self, neighbour: PodId, now: Now) -> None:
        """Note a completed round: what neighbour kept of ours has come home (R5)."""
        if neighbour not in self.recovered:
            self.recovered.add(neighbour)
            self.roster.note_contact(neighbour, now)

    # --- What is here ---

    @property
    def _index(self) -> changes.LoadedIndexes:
        if self._loaded is None:
            self._loaded = changes.load_indexes(self.store)
            self.roster.load_authors()  # of records written since the roster was loaded
        return self._loaded

    @property
    def indexes(self) -> Indexes:
        """The three indexes, as of the last catch_up; loaded at the first use."""
        return self._index.indexes

    def catch_up(self) -> list[changes.Change]:
        """Bring the indexes up to date with the store; return what changed since the last time."""
        news = changes.catch_up(self.store, self._index)
        numbers = self.directory.by_number
        if any(change.author not in numbers for change in news if change.entered):
            self.roster.load_authors()
        return news

    def renew_table(self) -> bool:
        """Work out anew what we tell our neighbours; tell whether it changed."""
        return self.directory.renew_own_table(self.indexes.held_authors())

    def notices_others(self, in_session: Collection[PodId] = ()) -> bool:
        """Take up keys, neighbours and tables that other processes wrote; True if any wrote (R14).

        in_session: neighbours whose tables no other process can know better.
        """
        version = self.store.data_version()
        if version == self._seen_version:
            return False
        self._seen_version = version
        self.time.take_up()
        self.roster.load(in_session=in_session)
        self.signer.look_for_key()
        return True

    def bodies(self, ids: Collection[bytes]) -> list[Body]:
        """Return those of ids that stand in a set or on a shelf, with their certificates."""
        return self._sendable(records.standing(self.store.connection, ids))

    def bodies_beginning(self, short_ids: Collection[bytes]) -> list[Body]:
        """Return the same of ids that begin so, at most BODIES_PER_SHORT_ID for each."""
        return self._sendable(records.standing_beginning(self.store.connection, short_ids))

    def bodies_of(self, taken: Iterable[Record]) -> list[Body]:
        """Return records at hand, which stand in a set, with their certificates."""
        return self._sendable(
            Sendable(it.id, it.author, it.epoch, it.scope, it.stamp_ms, False, it.wire)
            for it in taken
        )

    def _sendable(self, standing: Iterable[Sendable]) -> list[Body]:
        certificate_for = self.roster.certificates.for_record
        return [
            Body(it.id, it.author, it.scope, it.stamp_ms, it.on_shelf, it.wire, certificate)
            for it in standing
            if (certificate := certificate_for(it.author, it.epoch, it.wire)) is not None
        ]

    def save_time(self, now: Now, ran_ms: int) -> None:
        """Save what the clock says, and that we ran ran_ms more."""
        with self.store.atomic(now.wall_ms) as tx:
            meta.put(tx, meta.CLOCK_SAVED_MS, now.wall_ms)
            running_ms = meta.get(tx.connection, meta.RUNNING_MS) or 0
            meta.put(tx, meta.RUNNING_MS, running_ms + ran_ms)
        if self._loaded is not None and self._loaded.is_save_due:
            changes.save_indexes(self.store, self._loaded)


def _forget_strangers(store: Store) -> None:
    """Before anything in memory holds their numbers; by the time that was saved last."""
    now_ms = meta.get(store.connection, meta.CLOCK_SAVED_MS)
    if now_ms is not None:
        with store.atomic(now_ms) as tx:
            forget_strangers(tx)


def _system_clock(store: Store, pod_id: PodId) -> SystemClock:
    return SystemClock(
        saved_ms=meta.get(store.connection, meta.CLOCK_SAVED_MS),
        newest_own_stamp_ms=records.newest_stamp_ms(store.connection, pod_id),
    )
