"""Reads the bundle of a vector as a node does, and tells what came out."""

from collections.abc import Iterable
from typing import Any

from protocol.bundle import End, Ids, Part, open_sealed
from protocol.bundle_head import Head
from protocol.clock import ClockState
from protocol.frame_bytes import encode_frame
from protocol.frames import Certificates, Records, TableFrame
from protocol.sealed import MailKey
from protocol.sealed_part import Sealed


def head_of(head: Head) -> dict[str, Any]:
    """Return the fields of a head by name."""
    table = TableFrame(None, tuple(head.table.entries.values()), (), head.table.hash)
    return head._asdict() | {
        "certificate": head.certificate.wire,
        "clock": list(ClockState).index(head.clock),
        "table": encode_frame(table),
    }


def rest_of(parts: Iterable[Part], head: Head, mail_key: MailKey | None) -> dict[str, Any]:
    """Return what follows the head, item by item, and whether the file is whole.

    mail_key: of the reader; without one what is sealed is passed by.
    """
    read: dict[str, Any] = {"certificates_read": [], "records_read": [], "ids_read": []}
    is_whole = False
    for each in parts:
        part = each
        if isinstance(each, Sealed):
            if mail_key is None:
                continue
            part = open_sealed(each, head, mail_key)
        if isinstance(part, End):
            is_whole = part.is_whole
        elif isinstance(part, Certificates):
            read["certificates_read"] += part.wires
        elif isinstance(part, Ids):
            read["ids_read"] += part.short_ids
        elif isinstance(part, Records):
            read["records_read"] += part.wires
    return read | {"whole": is_whole}
