"""Vectors of invitations, written from docs/protocol.md §10.1."""

import base64
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import msgpack

from tests.vectors.case import Case, accepted, refused
from tests.vectors.pods import POD

TAG: Final = b"mutualpod/1 invitation\0"
TOKEN: Final = b"\x70" * 16
ADDRESSES: Final = ("192.168.1.4:4781", "elm.local:4781")
NAME: Final = "Elm Street"


def lettered(data: bytes) -> str:
    return "mutualpod:1:" + base64.b32encode(data).decode().lower().rstrip("=")


def checked(content: bytes, *, tag: bytes = TAG) -> bytes:
    return content + sha256(tag + content).digest()[:4]


def content(
    *, pod_id: Any = POD, token: Any = TOKEN, addresses: Any = ADDRESSES, name: Any = NAME
) -> bytes:
    return msgpack.packb((pod_id, token, addresses, name))


def text_of(**changed: Any) -> str:
    return lettered(checked(content(**changed)))


TEXT: Final = text_of()


def good(name: str, about: str, text: str, /, **changed: Any) -> Case:
    value = {"addresses": list(ADDRESSES), "name": NAME} | changed
    value |= {"pod_id": POD.hex(), "token": TOKEN.hex(), "text": text_of(**changed)}
    return accepted(name, about, {"text": text}, value)


def bad(name: str, about: str, text: str) -> Case:
    return refused(name, about, "parse", "invalid_invitation", {"text": text})


def readable() -> Iterator[Case]:
    yield good("as_written", "The text as a node writes it.", TEXT)
    yield good("upper_case", "As a QR code holds it.", TEXT.upper())
    lines = "\r\n\t ".join(TEXT[at : at + 30] for at in range(0, len(TEXT), 30))
    yield good("in_lines", "A mail program broke it into lines.", f"  {lines}\n")
    yield good("quoted", "With quotation marks and angle brackets.", f'> "<{TEXT}>"')
    yield good("quoted_typographic", "A word processor saw to the marks.", f"»“‘{TEXT}’”«")
    hidden = "\u200b".join((TEXT[:20], TEXT[20:60], TEXT[60:]))
    yield good("zero_width_spaces", "So that a page could break it.", hidden)
    yield good("soft_hyphens", "So that a page could break it.", hidden.replace("\u200b", "\u00ad"))
    yield good("direction_marks", "A chat set it apart.", f"\u200e\u2068{TEXT}\u2069\u200f")
    plain: Any = {"addresses": []}
    yield good("no_addresses", "The pod is found on the LAN.", text_of(**plain), **plain)
    four: Any = {"addresses": ["[2001:db8::1]:1", "a:65535", "a.b-c:80", "10.0.0.1:4781"]}
    yield good("four_addresses", "As many as there can be.", text_of(**four), **four)
    wide: Any = {"name": "\U0001f955" * 60}
    yield good("name_of_60", "60 characters of four bytes.", text_of(**wide), **wide)
    joined: Any = {"name": "نیم‌فاصله"}
    yield good("name_with_joiner", "A script that needs U+200C.", text_of(**joined), **joined)


def miscopied() -> Iterator[Case]:
    other = "b" if TEXT[40] == "a" else "a"
    yield bad("character_changed", "One character differs.", TEXT[:40] + other + TEXT[41:])
    at = next(at for at in range(40, 60) if TEXT[at] != TEXT[at + 1])
    swapped = TEXT[:at] + TEXT[at + 1] + TEXT[at] + TEXT[at + 2 :]
    yield bad("characters_swapped", "Two neighbouring characters changed places.", swapped)
    yield bad("truncated", "The last character is missing.", TEXT[:-1])
    yield bad("half", "The second half is missing.", TEXT[: len(TEXT) // 2])
    yield bad("beginning_missing", "Copied from the second character on.", TEXT[1:])
    yield bad("twice", "Pasted twice.", TEXT + TEXT)
    yield bad("character_more", "One character too many.", TEXT + "a")
    yield bad("empty", "Nothing.", "")
    yield bad("label_alone", "Nothing but its beginning.", "mutualpod:1:")
    yield bad("no_label", "The letters alone.", TEXT.removeprefix("mutualpod:1:"))
    yield bad("other_label", "Of another program.", TEXT.replace("mutualpod", "mutualaid"))
    yield bad("version_2", "Of a version to come.", TEXT.replace(":1:", ":2:"))
    yield bad("version_01", "There is one way to write 1.", TEXT.replace(":1:", ":01:"))
    yield bad("no_version", "No version.", TEXT.replace(":1:", "::"))
    zero = TEXT[:12] + TEXT[12:].replace("o", "0", 1)
    yield bad("digit_0", "A zero for an o: base32 has no zero.", zero)
    yield bad("padded", "Padding follows.", TEXT + "=" * (-(len(TEXT) - 12) % 8 or 8))
    yield bad("hyphens", "A hyphen: an invitation may not hold one anywhere.", TEXT + "-")
    kelvin = TEXT[:12] + TEXT[12:].replace("k", "\u212a", 1)
    yield bad("not_ascii", "A Kelvin sign, whose lower case is k.", kelvin)
    long_s = TEXT[:12] + TEXT[12:].replace("s", "\u017f", 1)
    yield bad("long_s", "A long s, whose upper case is S.", long_s)
    yield bad("too_long", "More than 2048 characters.", TEXT + " " * (2049 - len(TEXT)))


def unfounded() -> Iterator[Case]:
    """Yield texts whose base32 is whole."""

    def wrong(name: str, about: str, /, **changed: Any) -> Case:
        return bad(name, about, text_of(**changed))

    data = checked(content())
    yield bad("checksum_zero", "Four zero bytes.", lettered(data[:-4] + bytes(4)))
    untagged = lettered(checked(content(), tag=b""))
    yield bad("checksum_without_tag", "The hash is over the content alone.", untagged)
    altered = content(addresses=("192.168.1.5:4781", ADDRESSES[1])) + data[-4:]
    yield bad("address_altered", "The checksum of the text before.", lettered(altered))
    # The last letter holds some bits of the last byte, and zeros.
    letters = "abcdefghijklmnopqrstuvwxyz234567"
    bits = lettered(data)[-1]
    odd = lettered(data)[:-1] + letters[letters.index(bits) + 1]
    yield bad("last_bits", "The last letter has bits that belong to no byte.", odd)
    yield wrong("pod_id_31_bytes", "A short pod id.", pod_id=POD[:31])
    yield wrong("token_15_bytes", "A short token.", token=TOKEN[:15])
    yield wrong("token_text", "The token is text.", token="t" * 16)
    yield wrong("five_addresses", "One too many.", addresses=(ADDRESSES[0],) * 5)
    yield wrong("addresses_text", "One address, not a list of one.", addresses=ADDRESSES[0])
    yield wrong("address_number", "An address is text.", addresses=(4781,))
    yield wrong("address_no_port", "A host alone.", addresses=("elm.local",))
    yield wrong("address_port_0", "There is no port 0.", addresses=("elm.local:0",))
    yield wrong("address_port_65536", "One past its bound.", addresses=("elm.local:65536",))
    yield wrong("address_upper_case", "Host names are lower case.", addresses=("Elm.local:4781",))
    yield wrong("address_zone", "Another machine's interface.", addresses=("[fe80::1%eth0]:1",))
    yield wrong("address_short_ip", "10.1 would be 10.0.0.1.", addresses=("10.1:4781",))
    yield wrong("name_empty", "No name.", name="")
    yield wrong("name_of_61", "One character too many.", name="n" * 61)
    yield wrong("name_two_lines", "A line break.", name="Elm\nStreet")
    yield wrong("name_blank_end", "A blank at the end.", name="Elm ")
    yield wrong("name_override", "A mark that turns the direction.", name="Elm\u202eteertS")
    yield wrong("name_nil", "No name.", name=None)
    more = msgpack.packb((POD, TOKEN, ADDRESSES, NAME, 0))
    yield bad("field_more", "A fifth field.", lettered(checked(more)))
    less = msgpack.packb((POD, TOKEN, ADDRESSES))
    yield bad("field_missing", "Three fields.", lettered(checked(less)))
    long_form = b"\xdc\0\4" + content()[1:]
    yield bad("not_canonical", "A count in two bytes.", lettered(checked(long_form)))
    yield bad("trailing_byte", "A byte follows.", lettered(checked(content() + b"\0")))
    yield bad("nothing", "The checksum of nothing.", lettered(checked(b"")))


def invitations() -> Iterator[Case]:
    yield from readable()
    yield from miscopied()
    yield from unfounded()
