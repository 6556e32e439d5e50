"""Whom this pod knows: neighbours, tables told and heard, as kept on disk.

Spec: docs/protocol.md §6 (R2, R9, R10, R16). The directory is the part that sessions read;
this keeps it equal to the store. For one thread.
"""

from collections.abc import Collection, Sequence

from node.certificates import Certificates
from protocol.clock import Now
from protocol.directory import Directory
from protocol.frame_bytes import read_table, write_table
from protocol.identity import Certificate, PodId
from protocol.limits import LIFETIME_S, REFUSED_PER_NEIGHBOUR
from protocol.recent import RecentIds
from protocol.trust import EMPTY_TABLE, Table
from store import Store, Tx, bundles, peers, records, touch
from store.peers import Neighbour
from store.touch import Holds


class Roster:
    """Directory and store side by side. certificate: our own greatest one."""

    def __init__(self, store: Store, certificate: Certificate) -> None:
        self.directory = Directory(certificate)
        self.certificates = Certificates(store, self.directory)
        self._store = store
        self._saved: dict[tuple[PodId, bool], bytes] = {}
        self._refused: dict[PodId, RecentIds] = {}
        self.load()

    def load(self, *, in_session: Collection[PodId] = ()) -> None:
        """Take up what the store has, written by whichever process.

        in_session: neighbours whose tables stay as they are here: a session is newer.
        """
        with self._store.reading() as connection:
            self.certificates.load()
            self.load_authors()
            self._load_neighbours({neighbour.pod_id for neighbour in peers.neighbours(connection)})
            self._take_up_told(in_session)
            self._load_carried()

    def load_authors(self) -> None:
        """Take up the local numbers of authors, and which of them are carried."""
        authors = peers.authors(self._store.connection)
        for author in authors:
            self.directory.name_author(author.pod_id, author.number)
        self.directory.not_carried = {it.pod_id for it in authors if not it.carried}

    def _load_neighbours(self, here: set[PodId]) -> None:
        directory, connection = self.directory, self._store.connection
        for gone in directory.told_by.keys() - here:
            directory.drop_neighbour(gone)
            self._forget(gone)
        new = here - directory.told_by.keys()
        for by_us, tables, read in (
            (False, directory.told_by, peers.told_by),
            (True, directory.told_to, peers.told_to),
        ):
            stored = read(connection) if new else {}
            for neighbour in new:
                tables[neighbour] = Table(stored.get(neighbour, ()))
                self._saved[neighbour, by_us] = tables[neighbour].hash

    def _take_up_told(self, in_session: Collection[PodId]) -> None:
        """Take up the tables that another process was told: by a bundle (R13).

        Where ours is the newer, it is saved once more, at the next save_tables.
        """
        connection = self._store.connection
        news = [
            (neighbour, told_hash)
            for neighbour, told_hash in peers.told_hashes(connection)
            if self._saved.get((neighbour, False)) != told_hash
        ]
        stored = peers.told_by(connection) if news else {}
        for neighbour, told_hash in news:
            self._saved[neighbour, False] = told_hash
            if neighbour not in in_session:
                self.directory.told_by[neighbour] = Table(stored.get(neighbour, ()))

    def _load_carried(self) -> None:
        """Take up the tables in bundles of pods that are no neighbours (R13)."""
        self.directory.carried = {
            it.pod_id: read_table(it.told)
            for it in bundles.carried_neighbours(self._store.connection)
            if it.pod_id not in self.directory.told_by
        }

    def carry(self, pod_id: PodId, table: Table, until_ms: int | None, now: Now) -> None:
        """Count a pod as near by what its bundle tells. until_ms: Unix time; None: as it was."""
        with self._store.atomic(now.wall_ms) as tx:
            bundles.put_carried(tx, pod_id, write_table(table), until_ms)
        self.directory.carried[pod_id] = table

    def drop_carried(self, pod_ids: Collection[PodId], now: Now) -> None:
        """Count these as near no longer; what came of them goes at the end of its lifetime."""
        with self._store.atomic(now.wall_ms) as tx:
            for pod_id in pod_ids:
                bundles.drop_carried(tx, pod_id)
        for pod_id in pod_ids:
            self.directory.carried.pop(pod_id, None)

    def end_carried(self, now: Now) -> bool:
        """Drop those whose 90 days are over. now: of a synced clock. True if there were any."""
        carried = bundles.carried_neighbours(self._store.connection)
        over = [it.pod_id for it in carried if it.until_ms <= now.wall_ms]
        if over:
            self.drop_carried(over, now)
        return bool(over)

    # --- Neighbours ---

    def add_neighbour(
        self,
        certificate: Certificate,
        name: str,
        addresses: Sequence[str],
        now: Now,
        *,
        near_allowed: bool = True,
    ) -> None:
        """Federate with a pod whose certificate was proved on a channel or by people.

        near_allowed: our steward has seen its name (R16).
        """
        with self._store.atomic(now.wall_ms) as tx:
            self.add_in(tx, certificate, name, addresses, near_allowed=near_allowed)
        self.note_added(certificate)

    def add_known_neighbour(self, pod_id: PodId, addresses: Sequence[str], now: Now) -> None:
        """Federate with a pod that people know, and whose certificate is still to come."""
        with self._store.atomic(now.wall_ms) as tx:
            peers.add_neighbour(tx, pod_id, "", addresses)
            bundles.drop_carried(tx, pod_id)
        self.directory.carried.pop(pod_id, None)
        self.directory.add_neighbour(pod_id)

    def add_in(
        self,
        tx: Tx,
        certificate: Certificate,
        name: str,
        addresses: Sequence[str],
        *,
        near_allowed: bool,
    ) -> None:
        """The same, as part of a larger act; note_added when it is done."""
        peers.add_neighbour(
            tx,
            certificate.pod_id,
            name,
            addresses,
            near_allowed=near_allowed,
            seen_by_steward=near_allowed,
        )
        bundles.drop_carried(tx, certificate.pod_id)
        self.certificates.keep(tx, certificate)

    def note_added(self, certificate: Certificate) -> None:
        """Take up a neighbour added in an act that has ended."""
        self.directory.carried.pop(certificate.pod_id, None)
        self.directory.add_neighbour(certificate.pod_id)
        self.certificates.note_kept(certificate)

    def remove_neighbour(self, pod_id: PodId, now: Now) -> None:
        """End a federation: its near records, tables and addresses are deleted here (R9)."""
        with self._store.atomic(now.wall_ms) as tx:
            peers.remove_neighbour(tx, pod_id)
        self.directory.drop_neighbour(pod_id)
        self._forget(pod_id)

    def end_federation(self, pod_id: PodId, now: Now) -> None:
        """Note that pod_id does not count us among its neighbours any more (R2, R9).

        What it told and its near records go. It stays among ours until our people decide.
        """
        if self.directory.has_tables_of(pod_id):
            with self._store.atomic(now.wall_ms) as tx:
                records.delete_near_of(tx, pod_id)
            self.directory.void_tables(pod_id)

    def neighbours(self) -> list[Neighbour]:
        return peers.neighbours(self._store.connection)

    def lets_near_pass(self, pod_id: PodId) -> bool:
        """Tell whether our people let near records pass to this neighbour yet (R16)."""
        return any(n.near_allowed for n in self.neighbours() if n.pod_id == pod_id)

    def note_contact(self, neighbour: PodId, now: Now, *, ago_ms: int = 0) -> None:
        """Note that neighbour was there, so long ago."""
        with self._store.atomic(now.wall_ms) as tx:
            peers.note_contact(tx, neighbour, now.wall_ms - ago_ms)

    def note_present(self, neighbours: Collection[PodId], now: Now) -> None:
        """Note with whom sessions are open."""
        with self._store.atomic(now.wall_ms) as tx:
            touch.note_present(tx, neighbours)

    def note_holds(self, neighbour: PodId, holds: Holds, now: Now) -> None:
        """Note what of ours neighbour holds."""
        with self._store.atomic(now.wall_ms) as tx:
            touch.note_holds(tx, neighbour, holds)

    def note_address(self, neighbour: PodId, address: str, now: Now) -> None:
        """Note that neighbour proved itself at address, `host:port`: it is tried first again."""
        with self._store.atomic(now.wall_ms) as tx:
            known = [n.addresses for n in peers.neighbours(tx.connection) if n.pod_id == neighbour]
            if known and known[0][:1] != (address,):
                peers.set_addresses(tx, neighbour, [address, *known[0]])

    def _forget(self, neighbour: PodId) -> None:
        self._refused.pop(neighbour, None)
        self._saved.pop((neighbour, True), None)
        self._saved.pop((neighbour, False), None)

    # --- Tables ---

    def void_old_tables(self, present: Collection[PodId], floor_s: int) -> bool:
        """Forget what neighbours told that were not heard of for 90 days (R2).

        present: those with an open session.  floor_s: ours, which no jump of a clock carries off.
        True if any was forgotten.
        """
        oldest_ms = floor_s * 1000
        told_by = self.directory.told_by
        void = [
            neighbour.pod_id
            for neighbour in self.neighbours()
            if neighbour.pod_id not in present
            and (neighbour.last_contact_ms or neighbour.since_ms) < oldest_ms
            and told_by[neighbour.pod_id].entries
        ]
        told_by.update(dict.fromkeys(void, EMPTY_TABLE))
        return bool(void)

    def save_tables(self, now: Now) -> None:
        """Save the tables told and heard since the last time, in one act (R2)."""
        directory = self.directory
        news = [
            (neighbour, by_us, table)
            for by_us, tables in ((True, directory.told_to), (False, directory.told_by))
            for neighbour, table in tables.items()
            if self._saved.get((neighbour, by_us)) != table.hash
        ]
        if not news:
            return
        with self._store.atomic(now.wall_ms) as tx:
            for neighbour, by_us, table in news:
                save = peers.save_told_to if by_us else peers.save_told_by
                save(tx, neighbour, table.entries.values(), table.hash)
        self._saved.update({(n, by_us): table.hash for n, by_us, table in news})

    # --- Refused for good ---

    def refused_ids(self, neighbour: PodId) -> RecentIds:
        """Return the ids refused for good between us and neighbour; always the same object."""
        if neighbour not in self._refused:
            saved = peers.refused(self._store.connection, neighbour)
            self._refused[neighbour] = RecentIds(REFUSED_PER_NEIGHBOUR, saved)
        return self._refused[neighbour]

    def remember_refused(self, neighbour: PodId, ids: Collection[bytes], now: Now) -> None:
        """Do not exchange these ids with neighbour again, for their lifetime (R10)."""
        self.refused_ids(neighbour).update(ids)
        with self._store.atomic(now.wall_ms) as tx:
            peers.remember_refused(tx, neighbour, ids, now.wall_ms + LIFETIME_S * 1000)
