"""The text by which one pod invites another."""

import base64
import hashlib
import re

import pytest
import segno
from hypothesis import example, given
from hypothesis import strategies as st

from node.invitation import Invitation, invitation_text, read_invitation
from protocol.codec import Value, encode
from protocol.errors import UserError
from protocol.identity import PodId
from protocol.limits import (
    MAX_ADDRESS_CHARS,
    MAX_ADDRESSES,
    MAX_INVITATION_CHARS,
    MAX_NAME_CHARS,
)
from tests.channels import identity

POD_ID = identity("ben").certificate.pod_id
INVITATION = Invitation(
    pod_id=POD_ID,
    token=bytes(range(16)),
    addresses=("192.168.1.4:4781", "[2001:db8::1]:4781"),
    name="Maple Street",
)
TEXT = invitation_text(INVITATION)


def lettered(content: bytes) -> str:
    """Return the invitation whose content is this, with a right checksum."""
    checksum = hashlib.sha256(b"mutualpod/1 invitation\0" + content).digest()[:4]
    return "mutualpod:1:" + base64.b32encode(content + checksum).decode().rstrip("=").lower()


def test_text_says_what_the_specification_says() -> None:
    content = encode((POD_ID, INVITATION.token, INVITATION.addresses, "Maple Street"))
    assert lettered(content) == TEXT


def test_text_is_read_back() -> None:
    assert read_invitation(TEXT) == INVITATION


def test_text_is_letters_and_digits_and_small_as_a_qr_code() -> None:
    assert re.fullmatch(r"mutualpod:1:[a-z2-7]+", TEXT)
    assert read_invitation(TEXT.upper()) == INVITATION
    assert segno.make(TEXT.upper(), error="m").mode == "alphanumeric"


def test_token_is_not_in_what_a_log_would_show() -> None:
    assert repr(INVITATION.token) not in repr(INVITATION)


@pytest.mark.parametrize(
    "copied",
    [
        TEXT.upper(),
        f"  {TEXT}\n",
        "\n".join(TEXT[at : at + 20] for at in range(0, len(TEXT), 20)),
        "\r\n".join(TEXT[at : at + 33] for at in range(0, len(TEXT), 33)),
        " ".join(TEXT[at : at + 5] for at in range(0, len(TEXT), 5)),
        f"<{TEXT}>",
        f'"{TEXT}"',
        TEXT.replace(":", "\u200b:\u00a0"),
        "\ufeff" + TEXT[:40] + "\u00ad\n" + TEXT[40:],
    ],
)
def test_what_paper_and_chats_do_to_it_does_no_harm(copied: str) -> None:
    assert read_invitation(copied) == INVITATION


@pytest.mark.parametrize("at", range(len("mutualpod:1:"), len(TEXT)))
def test_one_wrong_letter_is_found(at: int) -> None:
    wrong = "b" if TEXT[at] != "b" else "c"
    refused(TEXT[:at] + wrong + TEXT[at + 1 :])


@pytest.mark.parametrize("length", range(0, len(TEXT), 7))
def test_text_that_was_cut_off_is_found(length: int) -> None:
    refused(TEXT[:length])


def refused(text: str) -> UserError:
    with pytest.raises(UserError) as caught:
        read_invitation(text)
    assert caught.value.code == "invalid_invitation"
    assert caught.value.sentence.endswith(".")
    assert caught.value.next_step
    assert TEXT[40:60] not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mutualpod",
        "mutualpod:1",
        "mutualpod:1:",
        "hello, this is no invitation",
        "https://example.org/mutualpod:1:abc",
        TEXT.replace("mutualpod", "mutualpad"),
        TEXT + "=",
        TEXT + "aaaaaaaa",
        TEXT + TEXT,
        TEXT.replace("a", "ä", 1),
    ],
)
def test_text_that_is_no_invitation(text: str) -> None:
    refused(text)


def test_later_version_is_told_apart_from_a_mistake() -> None:
    assert "another version" in refused(TEXT.replace(":1:", ":2:")).sentence


def test_endless_text_is_refused_unread() -> None:
    refused("mutualpod:1:" + "a" * MAX_INVITATION_CHARS)


def test_longest_invitation_fits() -> None:
    address = "h" * 50 + "." + "h" * 24 + ":4781"
    assert len(address) == MAX_ADDRESS_CHARS
    longest = Invitation(
        pod_id=POD_ID,
        token=bytes(16),
        addresses=(address,) * MAX_ADDRESSES,
        name="🏘" * MAX_NAME_CHARS,
    )
    text = invitation_text(longest)
    assert len(text) <= MAX_INVITATION_CHARS
    assert read_invitation(text) == longest


CONTENTS: dict[str, Value] = {
    "not an array": b"x",
    "short pod id": (bytes(31), bytes(16), (), "Elm"),
    "short token": (bytes(32), bytes(15), (), "Elm"),
    "no name": (bytes(32), bytes(16), (), ""),
    "name over two lines": (bytes(32), bytes(16), (), "a\nb"),
    "name that turns the text": (bytes(32), bytes(16), (), "a\u202eb"),
    "five addresses": (bytes(32), bytes(16), ("10.0.0.1:1",) * 5, "Elm"),
    "address without port": (bytes(32), bytes(16), ("10.0.0.1",), "Elm"),
    "address as bytes": (bytes(32), bytes(16), (b"10.0.0.1:1",), "Elm"),
    "address of a file": (bytes(32), bytes(16), ("file:///etc/passwd",), "Elm"),
    "one value more": (bytes(32), bytes(16), (), "Elm", 1),
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS.keys())
def test_right_checksum_over_wrong_content(content: Value) -> None:
    refused(lettered(encode(content)))


def test_right_checksum_over_bytes_that_are_no_value() -> None:
    refused(lettered(b"\xc1"))
    refused(lettered(b"\x94\xc5\x00\x20" + bytes(32)))


def test_second_text_for_the_same_bytes_is_refused() -> None:
    content = encode((POD_ID, bytes(16), (), "El"))
    text = lettered(content)
    # 61 bytes in 98 letters: the last one carries two bits that stand for nothing.
    assert len(content) + 4 == 61
    others = [text[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567"]
    assert [other for other in others if is_read(other)] == [text]


def is_read(text: str) -> bool:
    try:
        read_invitation(text)
    except UserError:
        return False
    return True


ADDRESSES = st.sampled_from(["10.0.0.1:1", "[::1]:65535", "pod.local:4781"])


@given(
    pod_id=st.binary(min_size=32, max_size=32),
    token=st.binary(min_size=16, max_size=16),
    addresses=st.lists(ADDRESSES, max_size=4).map(tuple),
    name=st.sampled_from(["Elm", "Calle 8", "🏘"]),
)
def test_every_invitation_is_read_back(
    pod_id: bytes, token: bytes, addresses: tuple[str, ...], name: str
) -> None:
    invitation = Invitation(pod_id=PodId(pod_id), token=token, addresses=addresses, name=name)
    assert read_invitation(invitation_text(invitation)) == invitation


@given(st.text(max_size=200) | st.binary(max_size=200).map(lettered))
@example("mutualpod:1:=")
def test_any_text_is_an_invitation_or_is_refused(text: str) -> None:
    try:
        invitation = read_invitation(text)
    except UserError:
        return
    assert read_invitation(invitation_text(invitation)) == invitation
