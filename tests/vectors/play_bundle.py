"""Reads the bundle of a vector as a node does, and tells what came out."""

from collections.abc import Iterator
from typing import Any

from protocol.bundle import End, Head, Ids, Part
from protocol.clock import ClockState
from protocol.frames import Certificates, TableFrame, encode_frame


def head_of(head: Head) -> dict[str, Any]:
    """Return the fields of a head by name."""
    table = TableFrame(None, tuple(head.table.entries.values()), (), head.table.hash)
    return head._asdict() | {
        "certificate": head.certificate.wire,
        "clock": list(ClockState).index(head.clock),
        "table": encode_frame(table),
    }


def rest_of(parts: Iterator[Part]) -> dict[str, Any]:
    """Return what follows the head, item by item, and whether the file is whole."""
    read: dict[str, Any] = {"certificates_read": [], "records_read": [], "ids_read": []}
    is_whole = False
    for part in parts:
        if isinstance(part, End):
            is_whole = part.is_whole
        elif isinstance(part, Certificates):
            read["certificates_read"] += part.wires
        elif isinstance(part, Ids):
            read["ids_read"] += part.short_ids
        else:
            read["records_read"] += part[0]
    return read | {"whole": is_whole}
