"""What is to be signed, and how versions of one slot stand to each other.

Spec: docs/protocol.md §5 (R4, R7).
"""

from typing import NamedTuple

from protocol.record import Record, Scope
from store.records import Doubt, OwnVersion


class Draft(NamedTuple):
    """A record to be signed. payload: None withdraws the slot.

    made_from: of a draft that repeats an earlier version, its (epoch, stamp_ms) (R4).
    """

    kind: int
    rid: bytes
    scope: Scope
    payload: bytes | None
    valid_until_s: int = 0
    made_from: tuple[int, int] | None = None


def again(record: Record) -> Draft:
    """Return the draft that says the same as record once more."""
    made_from = record.epoch, record.stamp_ms
    scope = Scope(record.scope)
    return Draft(record.kind, record.rid, scope, record.payload, record.valid_until_s, made_from)


def once_more(version: OwnVersion) -> Draft:
    """Return the draft that says the same as version, above all that version stands above."""
    draft = again(version.record)
    return draft._replace(made_from=max(filter(None, (draft.made_from, version.made_from))))


def was_made_above(version: OwnVersion, record: Record) -> bool:
    """Tell whether version was made, under one key, above record, though its stamp is lesser."""
    above = version.made_from
    is_of_key = version.record.epoch == record.epoch and version.doubt is Doubt.NONE
    return is_of_key and above is not None and above >= (record.epoch, record.stamp_ms)


def stands_above(version: OwnVersion | None, record: Record) -> tuple[int, int] | None:
    """Return what record stands above as the version did that it replaces, under one key (R7).

    While a clock is believed that is slow, what was held back has a later stamp than the edits
    made since. A shelf brings it home after a new key, and must not undo them.
    """
    above = None if version is None else version.made_from
    return above if above is not None and above[0] == record.epoch else None


def repeats_less(version: OwnVersion, record: Record) -> bool:
    """Tell whether version was signed by itself from something lesser than record (R4)."""
    made_from = version.made_from
    return made_from is not None and made_from < (record.epoch, record.stamp_ms)
