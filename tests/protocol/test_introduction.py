"""Names and addresses, as strangers tell them and people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import UserError
from protocol.introduction import Address, is_address, is_pod_name, read_address
from protocol.limits import MAX_ADDRESS_CHARS, MAX_NAME_CHARS


@pytest.mark.parametrize(
    "name", ["A", "Maple Street", "Calle 8 – nº 4", "خانه‌ی ما", "👩‍🌾", "x" * MAX_NAME_CHARS]
)
def test_name_of_a_pod(name: str) -> None:
    assert is_pod_name(name)


@pytest.mark.parametrize(
    "name",
    ["", " ", "Elm ", "\u200d", "a\tb", "a\x1b[31mb", "a\u202eb", "a\u2028b", "x" * 61],
    ids=repr,
)
def test_no_name(name: str) -> None:
    assert not is_pod_name(name)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.4:4781", Address("192.168.1.4", 4781)),
        ("[2001:db8::1]:1", Address("2001:db8::1", 1)),
        (" Pod.Local:65535 ", Address("pod.local", 65535)),
        ("maple_street-2:80", Address("maple_street-2", 80)),
    ],
)
def test_address(text: str, address: Address) -> None:
    assert read_address(text) == address
    assert read_address(str(address)) == address
    assert is_address(str(address))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.168.1.4", "192.168.1.4:4781"),
        ("2001:db8::1", "[2001:db8::1]:4781"),
        ("[2001:db8::1]", "[2001:db8::1]:4781"),
        ("pod.local", "pod.local:4781"),
        ("pod.local:1", "pod.local:1"),
    ],
)
def test_address_without_a_port_gets_the_usual_one(text: str, address: str) -> None:
    assert str(read_address(text, default_port=4781)) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":4781",
        "pod.local",
        "pod.local:",
        "pod.local:0",
        "pod.local:65536",
        "pod.local:4781/sync",
        "pod.local:४७८१",
        "pod local:1",
        "user@pod.local:1",
        "http://pod.local:1",
        "pod..local:1",
        "-pod:1",
        "ünder:1",
        "10.1:1",
        "10.0.0.256:1",
        "[fe80::1%eth0]:1",
        "[192.168.1.4]:1",
        "[2001:db8::1:1",
        "h" * 64 + ":1",
        "h." * 40 + "h:4781",
    ],
)
def test_no_address(text: str) -> None:
    assert not is_address(text)
    with pytest.raises(UserError) as caught:
        read_address(text)
    assert caught.value.code == "invalid"
    assert caught.value.next_step


def test_address_of_the_greatest_length() -> None:
    fits = "h" * 50 + "." + "h" * 24 + ":4781"
    assert len(fits) == MAX_ADDRESS_CHARS
    assert is_address(fits)
    assert not is_address("h" + fits)


@given(st.text(max_size=100))
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        address = read_address(text, default_port=1)
    except UserError:
        return
    assert read_address(str(address)) == address
