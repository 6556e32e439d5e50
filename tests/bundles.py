"""Bundles for tests: honest ones, and what only a hostile hand writes."""

from hashlib import sha256
from typing import Any, Final

from protocol.bundle import BUNDLE_VERSION, MAGIC, write_bundle
from protocol.bundle_head import Head
from protocol.clock import ClockState
from protocol.codec import encode
from protocol.frame_bytes import encode_frame
from protocol.frames import Frame, TableFrame, Wire
from protocol.identity import Certificate, PodKey, WorkingKey
from protocol.record import Record, Scope, seal
from protocol.trust import Entry, Table
from tests.toy import TOY_NOTE_CODE, note

EPOCH: Final = 1_790_000_000
NOW_MS: Final = EPOCH * 1000
RUN_ID: Final = bytes(range(16))


class Author:
    """A pod that signs whatever a test wants."""

    def __init__(self, number: int, epoch: int = EPOCH, key: int = 1) -> None:
        self.key = WorkingKey.from_seed(bytes([number, key]) * 16)
        self.pod_key = PodKey.from_seed(bytes([number, 2]) * 16)
        self.certificate: Certificate = self.pod_key.certify(epoch, self.key.public, epoch)
        self.pod_id = self.certificate.pod_id

    def write(self, text: str, **changed: Any) -> Record:
        fields = {
            "author": self.pod_id,
            "epoch": self.certificate.epoch,
            "kind": TOY_NOTE_CODE,
            "rid": sha256(text.encode()).digest()[:16],
            "stamp_ms": NOW_MS,
            "scope": Scope.NETWORK,
            "valid_until_s": 0,
            "payload": note(text),
        }
        return seal(self.key, **(fields | changed))  # type: ignore[arg-type]

    def entry(self, distance: int, *, carried: bool = True) -> Entry:
        it = self.certificate
        return Entry(it.pod_id, it.epoch, it.tag16, distance, carried)


def head_of(creator: Author, *authors: Author, records: int, ids: int = 0, **changed: Any) -> Head:
    """Return a head that tells creator at distance 0 and authors at distance 1."""
    table = Table([creator.entry(0), *(author.entry(1) for author in authors)])
    head = Head(
        creator.certificate,
        RUN_ID,
        NOW_MS,
        ClockState.SYNCED,
        EPOCH - 86_400,
        table,
        1 + len(authors),
        records,
        ids,
    )
    return head._replace(**changed)


def bundle_of(
    creator: Author, *authors: Author, records: list[Record], ids: bool = True, **changed: Any
) -> bytes:
    """Return a bundle of creator with certificates of all, whoever wrote the records."""
    summary = [record.id[:8] for record in records] if ids else []
    head = head_of(creator, *authors, records=len(records), ids=len(summary), **changed)
    wires: list[Wire] = [record.wire for record in records]
    certificates = [it.certificate.wire for it in (creator, *authors)]
    return b"".join(write_bundle(creator.key, head, certificates, wires, summary))


def framed(part: bytes) -> bytes:
    return len(part).to_bytes(4, "big") + part


def made_of(*parts: bytes | Frame, version: int = BUNDLE_VERSION) -> bytes:
    """Return a bundle of parts as they are, with the right digest at its end."""
    data = MAGIC + bytes([version])
    for part in parts:
        data += framed(part if isinstance(part, bytes) else encode_frame(part))
    return data + framed(encode((66, sha256(data).digest())))


def head_fields(head: Head) -> dict[str, Any]:
    """Return the fields of a head as they stand in its body, by name."""
    table = TableFrame(None, tuple(head.table.entries.values()), (), head.table.hash)
    return {
        "certificate": head.certificate.wire,
        "run_id": head.run_id,
        "created_ms": head.created_ms,
        "clock": {"unset": 0, "guess": 1, "synced": 2}[head.clock.value],
        "floor_s": head.floor_s,
        "table": encode_frame(table),
        "certificates": head.certificates,
        "records": head.records,
        "ids": head.ids,
        "sealed_to": head.sealed_to,
        "sealed": head.sealed,
    }


def signed_head(key: WorkingKey, fields: dict[str, Any]) -> bytes:
    """Return fields as the head of a bundle, signed by key."""
    body = encode(tuple(fields.values()))
    return encode((64, body, key.sign(b"mutualpod/1 bundle\0", body)))
