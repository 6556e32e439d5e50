"""The made-up kind with which the sync core is tested: a note of one line. Never an offer.

It stands for any domain, so a test that needs a real field belongs with `aid`.
"""

from typing import Final

from protocol.codec import decode, encode
from protocol.errors import PeerError, UnfitBody
from protocol.kinds import Kind

TOY_NOTE_CODE: Final = 65_000
MAX_NOTE_BYTES: Final = 1000


def note(text: str) -> bytes:
    """Return the payload of a note with this text."""
    return encode({"text": text})


def check_note(payload: bytes) -> None:
    """Raise UnfitBody unless payload is {"text": one line, not empty}."""
    try:
        fields = decode(payload, max_bytes=MAX_NOTE_BYTES, max_items=3, max_depth=1)
    except PeerError as err:
        raise UnfitBody("payload", err.code) from err
    if not isinstance(fields, dict) or set(fields) != {"text"}:
        raise UnfitBody("payload", "fields")
    text = fields["text"]
    if not isinstance(text, str) or not text.strip() or "\n" in text:
        raise UnfitBody("text", "one line, not empty")


TOY_NOTE: Final = Kind(
    code=TOY_NOTE_CODE, name="toy_note", max_payload_bytes=MAX_NOTE_BYTES, check=check_note
)


RIDDLE_CODE: Final = 65_002


def check_riddle(payload: bytes) -> None:
    """Raise UnfitBody unless payload is a note that ends in an even digit."""
    check_note(payload)
    if payload[-1] % 2:
        raise UnfitBody("text", "odd")


TOY_RIDDLE: Final = Kind(
    code=RIDDLE_CODE, name="toy_riddle", max_payload_bytes=MAX_NOTE_BYTES, check=check_riddle
)
"""A kind of a later version: not every pod knows it, and those that do find half of it unfit."""
