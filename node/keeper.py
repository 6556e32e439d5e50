"""What a pod keeps and signs, as the sync core sees it: records of any kind, never an offer.

Spec: docs/protocol.md §4 to §6; the rules are named where they are held. One Keeper is one
process on one data folder; other processes may have theirs at the same time. For one thread.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.clock import BUILD_MS, SystemClock
from node.drafts import Draft, again, repeats_less, stands_above
from node.keyfile import read_key, write_key
from node.mail_doors import MailDoors
from node.roster import Roster
from node.timekeeping import Clock, PodTime
from protocol.clock import ClockState, Now, first_floor_s, next_stamp_ms
from protocol.directory import Directory
from protocol.errors import Refusal, StoreError, UserError
from protocol.events import Body
from protocol.identity import Certificate, PodId, PodKey, WorkingKey
from protocol.kinds import KindTable
from protocol.limits import CEILING_AHEAD_S, SLOTS_PER_AUTHOR
from protocol.record import Record, Scope, Slot, seal
from protocol.saying import N_
from protocol.sealed import MailKey
from protocol.sets import Indexes
from store import Projection, Store, Tx, changes, meta, notices, open_store, peers, records, touch
from store.faults import store_error
from store.records import Adopted, Doubt, Intake, IntakeFacts, Origin, OwnVersion, Place, Sendable
from store.upkeep import Space, forget_strangers, space_at

DATABASE: Final = "pod.db"
RUN_ID_BYTES: Final = 16

NOTICES: Final = {
    "clone": N_("Two machines are running with the key of one pod."),
    "damaged": N_("The database is damaged in part. Keep a copy of it, and look at: pod doctor"),
    "superseded": N_("This pod was given a new key elsewhere; this machine may not speak for it."),
    "budget": N_("A neighbour brought more than fits; its largest pods are not carried any more."),
    "invitation_used": N_("A second pod came with an invitation that one had used. Was it copied?"),
    "paired_late": N_("A pairing that was cut off came about: your yes and theirs have met."),
    "withdrawn_elsewhere": N_(
        "Something edited here had been withdrawn before; it stays withdrawn."
    ),
}
"""What people are told when it happens, by code."""


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
    """Store, roster, indexes and working key of one pod. Made by `open`; close it."""

    def __init__(
        self, folder: Path, store: Store, certificate: Certificate, around: Surroundings
    ) -> None:
        self.store = store
        self.roster = Roster(store, certificate)
        self.run_id = around.random_bytes(RUN_ID_BYTES)
        self._is_node = False
        self.random_bytes = around.random_bytes
        self.space_at = around.space_at
        self.recovered: set[PodId] = set()
        """Neighbours with whom a round was completed in this run (R5)."""
        self.folder = folder
        self.mail_doors = around.mail
        self._kinds = around.kinds
        self._key = read_key(folder, self.certificate.working_key)
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
        return self.roster.directory.certificates[self.pod_id]

    @property
    def working_key(self) -> WorkingKey:
        return self._key

    @property
    def mail_key(self) -> MailKey:
        """What opens that which is sealed to this pod; as old as the working key."""
        return MailKey.of(self._key)

    @property
    def may_sign(self) -> bool:
        """Whether the working key here is the one that the greatest certificate names (R3)."""
        return self._key.public == self.certificate.working_key

    @property
    def has_caught_up(self) -> bool:
        """Tell whether a neighbour has had its say in this run, or there is none (R5).

        One that never told us a table, or ended the federation, has nothing of ours to say.
        """
        told = self.directory.told_by.values()
        return bool(self.recovered) or not any(table.entries for table in told)

    @property
    def floor_s(self) -> int:
        """Everything stamped below it has been deleted here (R6)."""
        return meta.get(self.store.connection, meta.FLOOR_S) or 0

    # --- Signing ---

    def sign(self, drafts: Sequence[Draft], now: Now) -> list[Record]:
        """Sign drafts and save them, all or none.

        Stamp, epoch and key are read in the act that writes (R14). Raises UserError
        (over_quota, epoch_superseded) and StoreError.
        """
        with self.store.atomic(now.wall_ms) as tx:
            return self.sign_in(tx, drafts, now)

    def sign_in(self, tx: Tx, drafts: Sequence[Draft], now: Now) -> list[Record]:
        """The same, as part of a larger act."""
        self._take_up_key(tx)
        self._check_room(drafts)
        versions = self._versions(tx, drafts)
        self._check_quota(versions)
        signed = [self._seal(draft, versions[self._slot(draft)], now) for draft in drafts]
        made_from = {
            record.id: above
            for record, draft in zip(signed, drafts, strict=True)
            if (above := draft.made_from or stands_above(versions[record.slot], record))
        }
        intake = records.take_in(tx, signed, self._signing_facts(now, made_from))
        if intake.refused:
            raise _cannot_keep(intake.refused[0][1])
        return intake.taken

    def _check_room(self, drafts: Iterable[Draft]) -> None:
        """What is left of a nearly full disk is for cleaning up; withdrawing is part of that."""
        is_writing = any(draft.payload is not None for draft in drafts)
        if is_writing and not self.space_at(self.folder).lets_own_in:
            raise store_error("full", self.store.path)

    def _versions(self, tx: Tx, drafts: Iterable[Draft]) -> dict[Slot, OwnVersion | None]:
        """Return the version that stands in each slot to be written."""
        slots = {self._slot(draft) for draft in drafts}
        return {slot: records.slot_version(tx.connection, slot) for slot in slots}

    def _check_quota(self, versions: Mapping[Slot, OwnVersion | None]) -> None:
        """Our own slots stay within the bound: beyond it the oldest would be lost everywhere."""
        new = Counter([slot[1] for slot, version in versions.items() if version is None])
        if any(count > self.slots_left(Scope(scope)) for scope, count in new.items()):
            raise _cannot_keep(Refusal.OVER_QUOTA)

    def slots_left(self, scope: Scope) -> int:
        """Return how many more slots of our own have room (R8)."""
        here = records.slots_in_set(self.store.connection, self.pod_id, scope)
        return SLOTS_PER_AUTHOR - here

    def _slot(self, draft: Draft) -> Slot:
        return (self.pod_id, int(draft.scope), draft.kind, draft.rid)

    def _seal(self, draft: Draft, version: OwnVersion | None, now: Now) -> Record:
        return seal(
            self._key,
            author=self.pod_id,
            epoch=self.certificate.epoch,
            kind=draft.kind,
            rid=draft.rid,
            stamp_ms=next_stamp_ms(now.wall_ms, version.record.stamp_ms if version else None),
            scope=draft.scope,
            valid_until_s=draft.valid_until_s,
            payload=draft.payload,
        )

    def keys_in(self, tx: Tx) -> tuple[WorkingKey, Certificate]:
        """Return the working key and its certificate, for a letter signed in this act (R14).

        Raises UserError (epoch_superseded).
        """
        self._take_up_key(tx)
        return self._key, self.certificate

    def _take_up_key(self, tx: Tx) -> None:
        """Use the key that another process of this pod has put in place meanwhile, if any."""
        if meta.get(tx.connection, meta.EPOCH) != self.certificate.epoch:
            self.roster.load_certificates()
            self._key = read_key(self.folder, self.certificate.working_key)
        if not self.may_sign:
            raise UserError(
                "epoch_superseded",
                NOTICES["superseded"],
                "If it was not you, make a new key from the 24 words: pod recover",
            )

    # --- Taking in ---

    def take_in(
        self, batch: Sequence[Record], peer: PodId, now: Now, under_lesser: frozenset[bytes]
    ) -> Intake:
        """Take in records that peer brought and whose signatures hold; saved when it returns.

        under_lesser: ids signed under a lesser certificate of their author's greatest epoch.
        """
        if not batch:
            return Intake()
        with self.store.atomic(now.wall_ms) as tx:
            intake = records.take_in(tx, batch, self._arrival_facts(peer, now, under_lesser))
        for adopted in intake.adopted:
            self._adopt(adopted, peer, now)
        for record in intake.shelved:
            if record.author == self.pod_id:
                self._take_back(record, now)
        return intake

    def hold_back(self, now: Now) -> bool:
        """Hold what stands in the sets ahead of our synced clock; tell whether anything did (R7).

        A wrong clock let it in, ours or its author's. What we signed ourselves is signed again
        now, in its slot, so that no older version of it is left to be seen anywhere.
        """
        ceiling_s = now.wall_ms // 1000 + CEILING_AHEAD_S
        sets = (self.indexes.near, self.indexes.network)
        if not any(len(index.view(floor_s=ceiling_s + 1)) for index in sets):
            return False
        with self.store.atomic(now.wall_ms) as tx:
            own = records.hold_back(tx, ceiling_s, self.pod_id)
            if self.may_sign:
                self.sign_in(tx, [again(record) for record in own], now)
        return True

    def release(self, now: Now) -> bool:
        """Take in what was held and is due; tell whether anything was (R7).

        Where we signed something else in the slot after it, that is signed again above it.
        """
        with self.store.atomic(now.wall_ms) as tx:
            intake = records.release_held(tx, self._arrival_facts(None, now))
            losers = [it.loser for it in intake.adopted if it.loser is not None]
            if self.may_sign:
                later = [again(it.record) for it in losers if it.origin is Origin.SIGNED_HERE]
                self.sign_in(tx, later, now)
        return bool(intake.taken)

    def _arrival_facts(
        self, peer: PodId | None, now: Now, under_lesser: frozenset[bytes] = frozenset()
    ) -> IntakeFacts:
        """Return what intake goes by for what others signed, or for what was held of it."""
        is_synced = now.state is ClockState.SYNCED
        return IntakeFacts(
            us=self.pod_id,
            peer=peer,
            epochs=self.roster.epochs,
            floor_s=self.floor_s,
            ceiling_s=now.wall_ms // 1000 + CEILING_AHEAD_S if is_synced else None,
            run=self._run,
            kinds=self._kinds,
            under_lesser=under_lesser,
            doubts=records.doubts(self.store.connection),
        )

    def _signing_facts(self, now: Now, made_from: Mapping[bytes, tuple[int, int]]) -> IntakeFacts:
        return IntakeFacts(
            us=self.pod_id,
            peer=None,
            epochs=self.roster.epochs,
            floor_s=0,
            ceiling_s=None,
            run=self._run,
            kinds=self._kinds,
            signed_here=True,
            clock_unset=now.state is ClockState.UNSET,
            made_from=made_from,
        )

    @property
    def _run(self) -> int:
        """Number of this run of the node; of a command or a page, the run beside which it signs.

        People write there and never in the node's own process: without it nothing that they edit
        before the first neighbour is heard would be above what comes home (R5).
        """
        beside = None if self._is_node else meta.get(self.store.connection, meta.RUN)
        return int.from_bytes(self.run_id[:7], "big") if beside is None else beside

    def begin_run(self) -> None:
        """Note that this is the node, and a new run of it."""
        self._is_node = True
        with self.store.atomic(now_ms=0) as tx:  # nothing in this act has a time
            meta.put(tx, meta.RUN, self._run)

    def _adopt(self, adopted: Adopted, peer: PodId, now: Now) -> None:
        """Judge a version of our own that a neighbour brought (R5)."""
        if peer in self.recovered:
            # In the first round of this run it is what a restored card must expect. Later it
            # was signed elsewhere, with our key, while we were running.
            self.notice("clone", self.pod_id, now)
        loser = adopted.loser
        if self.recovered or loser is None or loser.run != self._run:
            return
        if loser.origin is not Origin.SIGNED_HERE:
            return
        if adopted.record.is_tombstone:
            if not loser.record.is_tombstone:
                self.notice("withdrawn_elsewhere", self.pod_id, now)
        elif self.may_sign:
            # What somebody wrote here before the first neighbour was heard is newer than what
            # came home. Once: the new version is above both.
            self.sign([again(loser.record)], now)

    def _take_back(self, record: Record, now: Now) -> None:
        """Let a greater version found on another shelf replace what was signed again (R4)."""
        connection = self.store.connection
        shelved = records.slot_version(connection, record.slot, Place.SHELF)
        if not self.may_sign or shelved is None or shelved.doubt is not Doubt.NONE:
            return
        version = records.slot_version(connection, record.slot)
        if version is not None and repeats_less(version, record):
            self.sign([again(record)], now)

    def learn(self, certificates: Sequence[Certificate], now: Now) -> list[Certificate]:
        """Keep verified certificates; return those that were news (R3)."""
        news = self.roster.learn(certificates, now)
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
        if not self.may_sign:
            self._key = read_key(self.folder, self.certificate.working_key)
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
        certificate_for = self.roster.certificate_for
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


def _cannot_keep(why: Refusal) -> UserError:
    if why is Refusal.OVER_QUOTA:
        return UserError(
            "over_quota",
            "A pod can share {most} things at a time; what was withdrawn counts for 90 days.",
            "Withdraw what is out of date, and try again later.",
            most=SLOTS_PER_AUTHOR,
        )
    return UserError("invalid", "That cannot be kept.", "Look at: pod doctor", str(why))
