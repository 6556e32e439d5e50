"""People as vCards (RFC 6350): one file for all, so that a phone can take everybody's number
before an outage. Only contacts whose people agreed to be on paper: a file is left on phones.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from protocol.aid.house.member import Member

_KEYS: Final = {"phone": "TEL;TYPE=voice", "email": "EMAIL"}
_FOLD_BYTES: Final = 75


def write_contacts(people: Iterable[Member], *, pod_name: str, now_s: int) -> bytes:
    """Return the vCards of those who have a contact that may be printed; others are left out.

    people: as People.printed gives them, so that nothing else is in them.
    """
    said = datetime.fromtimestamp(now_s, UTC).strftime("%Y%m%dT%H%M%SZ")
    cards = [_card(person, pod_name, said) for person in people if person.contacts]
    return "".join(cards).encode()


def _card(person: Member, pod_name: str, said: str) -> str:
    lines = [
        "BEGIN:VCARD",
        "VERSION:4.0",
        f"FN:{escaped(person.name)}",
        f"ORG:{escaped(pod_name)}",
        *(f"LANG;PREF={place}:{tag}" for place, tag in enumerate(person.languages, start=1)),
    ]
    notes = [person.how_best or ""]
    for contact in person.contacts:
        if contact.type in _KEYS:
            lines.append(f"{_KEYS[contact.type]}:{escaped(contact.value)}")
        else:
            notes.append(f"{contact.type}: {contact.value}")
    if any(notes):
        lines.append(f"NOTE:{escaped(chr(10).join(filter(None, notes)))}")
    lines += [f"REV:{said}", "END:VCARD"]
    return "".join(f"{folded(line)}\r\n" for line in lines)


def escaped(text: str) -> str:
    """Return text as a value of a vCard (RFC 6350 §3.4)."""
    for sign in ("\\", ",", ";"):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r", "").replace("\n", "\\n")


def folded(line: str) -> str:
    """Return a line in pieces of at most 75 bytes (RFC 6350 §3.2), none inside a character."""
    pieces: list[str] = [""]
    for sign in line:
        room = _FOLD_BYTES - (len(pieces) > 1)
        if len((pieces[-1] + sign).encode()) > room:
            pieces.append("")
        pieces[-1] += sign
    return "\r\n ".join(pieces)
