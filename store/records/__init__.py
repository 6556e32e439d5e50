"""The records: how they come in, where they stand, how they leave.

Spec: docs/protocol.md §4.4 (R1, R4 to R8, R14). shape.py names the places and what intake answers;
read.py looks things up; intake.py takes records in; leave.py takes them out; ledger.py writes
down every change of a set, whoever makes it.
"""

from store.records.doubt import begin_doubt, decide, doubts, shelf_to_sign, undisputed, waiting
from store.records.intake import release_held, take_in
from store.records.leave import delete_near_of, drop_author, hold_back, purge, raise_epoch
from store.records.read import (
    Sendable,
    Tally,
    bodies,
    counts,
    due_for_renewal,
    each_in_set,
    find,
    held_from,
    known,
    newest_stamp_ms,
    own_beginning,
    past_versions,
    shelf_of,
    signed_while_unset,
    slot_version,
    slots_in_set,
    standing,
    standing_beginning,
)
from store.records.shape import (
    Adopted,
    Doubt,
    Doubts,
    Intake,
    IntakeFacts,
    Origin,
    OwnVersion,
    Place,
    author_number,
    number_of,
)

__all__ = [
    "Adopted",
    "Doubt",
    "Doubts",
    "Intake",
    "IntakeFacts",
    "Origin",
    "OwnVersion",
    "Place",
    "Sendable",
    "Tally",
    "author_number",
    "begin_doubt",
    "bodies",
    "counts",
    "decide",
    "delete_near_of",
    "doubts",
    "drop_author",
    "due_for_renewal",
    "each_in_set",
    "find",
    "held_from",
    "hold_back",
    "known",
    "newest_stamp_ms",
    "number_of",
    "own_beginning",
    "past_versions",
    "purge",
    "raise_epoch",
    "release_held",
    "shelf_of",
    "shelf_to_sign",
    "signed_while_unset",
    "slot_version",
    "slots_in_set",
    "standing",
    "standing_beginning",
    "take_in",
    "undisputed",
    "waiting",
]
