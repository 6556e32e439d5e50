"""Telling tables and certificates over one session, and the line that follows from them.

Spec: docs/protocol.md §6 and §7.2 (R2, R3). Told tables live in the directory, because they
outlast sessions; here is what belongs to this channel alone.
"""

from collections.abc import Callable, Iterable, Sequence

from protocol.directory import Directory
from protocol.errors import PeerError
from protocol.frames import Certificates, Frame, Hello, TableFrame, WantCertificates
from protocol.identity import Certificate, PodId
from protocol.limits import CERTIFICATES_PER_FRAME
from protocol.parts import in_parts
from protocol.trust import EMPTY_TABLE, Entry, Table, carried_of_pair, network_authors


class Telling:
    """Tables and certificates between us and peer. send: queues a frame."""

    def __init__(self, directory: Directory, peer: PodId, send: Callable[[Frame], None]) -> None:
        self._directory = directory
        self._peer = peer
        self._send = send
        self._said = directory.own_table
        self._awaited = False
        self._is_level = False
        self._sent_certificates: set[bytes] = set()
        self._lines: dict[tuple[bytes, bytes], frozenset[PodId]] = {}

    @property
    def hashes(self) -> tuple[bytes, bytes]:
        """Hashes of our table as the peer has it, and of its table as we have it."""
        told_to, told_by = self._directory.told_to, self._directory.told_by
        return told_to[self._peer].hash, told_by[self._peer].hash

    @property
    def greeting_hashes(self) -> tuple[bytes, bytes]:
        """What our hello says: the hash of our table, and of theirs as we hold it."""
        return self._said.hash, self._directory.told_by[self._peer].hash

    @property
    def is_current(self) -> bool:
        """Whether the table that the peer's hello named has come."""
        return not self._awaited

    @property
    def network_authors(self) -> frozenset[PodId]:
        """The authors whose network records are in this pair's set, as the tables are told."""
        return self._authors_by(self._directory.told_to[self._peer])

    @property
    def coming_authors(self) -> frozenset[PodId]:
        """The same once our table is told as it is now: it goes before the next live change."""
        return self._authors_by(self._directory.own_table)

    def _authors_by(self, ours: Table) -> frozenset[PodId]:
        theirs = self._directory.told_by[self._peer]
        key = ours.hash, theirs.hash
        if key not in self._lines:
            authors = network_authors(self._directory.us, ours, self._peer, theirs)
            self._lines = dict([*self._lines.items()][-1:]) | {key: authors}
        return self._lines[key]

    @property
    def pair(self) -> frozenset[PodId]:
        """Those of us two whose own records both sides carry."""
        directory, peer = self._directory, self._peer
        ours, theirs = directory.told_to[peer], directory.told_by[peer]
        return carried_of_pair(directory.us, ours, peer, theirs)

    def take_hello(self, hello: Hello) -> None:
        """Tell our table if the peer holds another; note whether one of theirs is to come."""
        told_to = self._directory.told_to
        if hello.held_table == self._said.hash:
            # Whatever we remember: a restored file of ours may not know what it told last.
            told_to[self._peer] = self._said
        elif hello.held_table == told_to[self._peer].hash:
            self._tell(base=hello.held_table)
        else:
            told_to[self._peer] = EMPTY_TABLE
            self._tell(base=None)
        table = self._directory.told_by[self._peer]
        self._awaited = hello.own_table != table.hash
        if not self._awaited:
            self._level_certificates(table.entries.values())

    def tell_news(self) -> bool:
        """Tell our table if it changed since the peer's copy; whether that moved the line."""
        if self._directory.own_table.hash == self.hashes[0]:
            return False
        before = self.network_authors
        self._tell(base=self.hashes[0])
        return self.network_authors != before

    def take_table(self, frame: TableFrame) -> bool:
        """Take the peer's table; tell whether that moved the line.

        Asks for certificates greater than ours, and gives ours where it is the greater.
        Raises PeerError (table_mismatch, too_large).
        """
        told_by = self._directory.told_by
        held = EMPTY_TABLE if frame.base is None else told_by[self._peer]
        if frame.base is not None and frame.base != held.hash:
            raise PeerError("table_mismatch", "delta from a table not held")
        table = held.changed_by(frame.changed, frame.removed, to_hash=frame.hash)
        before = self.network_authors
        told_by[self._peer] = table
        self._awaited = False
        # At first all of it: a certificate asked for or given before may have been lost on the
        # way, and equal tables say nothing of it any more.
        self._level_certificates(frame.changed if self._is_level else table.entries.values())
        return self.network_authors != before

    def give_certificates(self, authors: Iterable[PodId]) -> None:
        """Answer a question for certificates, as far as we know them."""
        known = self._directory.certificates
        self._send_wires([known[author].wire for author in authors if author in known])

    def give_before(self, certificates: Iterable[Certificate]) -> None:
        """Send the certificates of records about to be sent, if the peer may lack them."""
        theirs = self._directory.told_by[self._peer].entries
        self._give_once(c for c in certificates if not self._has(c, theirs.get(c.pod_id)))

    def _has(self, certificate: Certificate, told: Entry | None) -> bool:
        """Tell whether the peer is known to have certificate: told, or from the handshake."""
        if told is not None and told.tag == certificate.tag16:
            return True
        is_of_pair = certificate.pod_id in (self._peer, self._directory.us)
        return is_of_pair and certificate == self._directory.certificates[certificate.pod_id]

    def ask_for(self, authors: Iterable[PodId]) -> None:
        """Ask for the greatest certificates that the peer knows of authors."""
        for some in in_parts(list(authors), CERTIFICATES_PER_FRAME):
            self._send(WantCertificates(some))

    def _tell(self, *, base: bytes | None) -> None:
        own, told_to = self._directory.own_table, self._directory.told_to
        changed, removed = told_to[self._peer].delta_to(own)
        self._send(TableFrame(base, tuple(changed), tuple(removed), own.hash))
        told_to[self._peer] = own

    def _level_certificates(self, told: Iterable[Entry]) -> None:
        self._is_level = True
        rank_of = self._directory.table_rank
        known = [entry for entry in told if any(entry.tag)]  # a tag of zeros: it knows none
        self.ask_for(e.pod_id for e in known if e.rank > rank_of(e.pod_id))
        self._give_once(
            self._directory.certificates[e.pod_id] for e in known if e.rank < rank_of(e.pod_id)
        )

    def _give_once(self, certificates: Iterable[Certificate]) -> None:
        news = {c.hash: c.wire for c in certificates if c.hash not in self._sent_certificates}
        self._sent_certificates.update(news)
        self._send_wires(list(news.values()))

    def _send_wires(self, wires: Sequence[bytes]) -> None:
        for some in in_parts(wires, CERTIFICATES_PER_FRAME):
            self._send(Certificates(some))
