"""The certificates known here, in the store and in memory: which key may have signed what.

Spec: docs/protocol.md §2.4, §6.2 (R3). The directory has the greatest of each author; older ones
are kept for the records that stand under them.
"""

from collections.abc import Sequence
from typing import Final

from protocol.clock import Now
from protocol.directory import Directory
from protocol.frames import Wire
from protocol.identity import Certificate, PodId, open_certificate
from protocol.limits import CERTIFICATES_PER_AUTHOR
from protocol.record import Record, has_valid_signature, read_record
from store import Store, Tx, peers, records

_NO_KEYS: Final[dict[int, tuple[bytes, ...]]] = {}


class Certificates:
    """Those of all authors. For one thread, but for keys_of."""

    def __init__(self, store: Store, directory: Directory) -> None:
        self.epochs: dict[PodId, int] = {}
        """Greatest known epoch of each author with a certificate here."""
        self._store = store
        self._directory = directory
        self._known: dict[PodId, tuple[Certificate, ...]] = {}
        self._keys: dict[PodId, dict[int, tuple[bytes, ...]]] = {}

    def load(self) -> None:
        """Take up the certificates that the store has."""
        known = {it.wire for several in self._known.values() for it in several}
        for wire in peers.certificate_wires(self._store.connection):
            if wire not in known:  # what is known has been verified
                self.note_kept(open_certificate(wire))

    def keys_of(self, author: PodId, epoch: int) -> tuple[bytes, ...]:
        """Return the working keys that may have signed for author in epoch, the greatest first.

        For any thread: it reads dicts whose values are replaced and never changed.
        """
        return self._keys.get(author, _NO_KEYS).get(epoch, ())

    def learn(self, certificates: Sequence[Certificate], now: Now) -> list[Certificate]:
        """Keep verified certificates; return those that were news (R3).

        Then the records of their pods under lower ones have gone to the shelf in the same act.
        One that nobody tells of and no record needs is not kept: strangers cannot fill the
        table.
        """
        news = [
            certificate
            for certificate in certificates
            if self._is_of_interest(certificate.pod_id) and not self._is_known(certificate)
        ]
        if news:
            with self._store.atomic(now.wall_ms) as tx:
                for certificate in news:
                    self.keep(tx, certificate)
            for certificate in news:
                self.note_kept(certificate)
        return news

    def keep(self, tx: Tx, certificate: Certificate) -> None:
        """Write a certificate down, with what follows from a greater one, inside an act."""
        if peers.put_certificate(tx, certificate):
            records.raise_epoch(tx, certificate.pod_id, certificate)

    def _is_of_interest(self, author: PodId) -> bool:
        directory = self._directory
        return (
            author == directory.us
            or author in directory.heard
            or author in directory.numbers
            or any(author in table.entries for table in directory.heard.values())
        )

    def _is_known(self, certificate: Certificate) -> bool:
        """Tell whether certificate says nothing new; a lower one counts for its key alone."""
        greatest = self._directory.certificates.get(certificate.pod_id)
        if greatest is None or greatest.rank < certificate.rank:
            return False
        return certificate.working_key in self.keys_of(certificate.pod_id, certificate.epoch)

    def note_kept(self, certificate: Certificate) -> None:
        """Take up a certificate that the store has; of one author as many as the store keeps."""
        author = certificate.pod_id
        known = {*self._known.get(author, ()), certificate}
        ranked = sorted(known, key=lambda it: it.rank, reverse=True)[:CERTIFICATES_PER_AUTHOR]
        self._known[author] = tuple(ranked)
        keys: dict[int, tuple[bytes, ...]] = {}
        for it in ranked:
            keys[it.epoch] = (*keys.get(it.epoch, ()), it.working_key)
        self._keys[author] = keys
        self._directory.learn(certificate)
        self.epochs[author] = self._directory.certificates[author].epoch

    def of(self, author: PodId) -> Sequence[Certificate]:
        """Return the certificates known of author, the greatest first."""
        return self._known.get(author, ())

    def greatest_key(self, record: Record) -> bytes | None:
        """Return the working key that a record of its author is signed with today, if known."""
        certificate = self._directory.certificates.get(record.author)
        return certificate.working_key if certificate else None

    def for_record(self, author: PodId, epoch: int, wire: Wire) -> Certificate | None:
        """Return the certificate under which a record that is kept was signed, if known."""
        known = [it for it in self.of(author) if it.epoch == epoch]
        if len(known) > 1:  # two certificates of one epoch: the signature tells (R3)
            record = read_record(*wire)
            known = [it for it in known if has_valid_signature(record, it.working_key)]
        return known[0] if known else None
