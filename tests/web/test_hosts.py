"""By which names the pages may be asked for (docs/pages.md)."""

import pytest

from node.web.hosts import MAX_HOST, is_ours, own_names

NAMES = frozenset({"localhost", "elm.local"})


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.20",
        "192.168.1.20:8080",
        "10.0.0.1:8080",
        "127.0.0.1:1",
        "169.254.7.7:8080",
        "[fe80::1]:8080",
        "[fd00::2]",
        "localhost:8080",
        "elm.local:8080",
        "ELM.local.",
    ],
)
def test_addresses_of_a_lan_and_own_names_are_ours(host: str) -> None:
    assert is_ours(host, NAMES)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8080",
        "elm.local.evil.example",
        "192.168.1.20.evil.example",
        "8.8.8.8",
        "[2606:4700::1111]:8080",
        "0x7f.1",
        "connectivitycheck.gstatic.com",
        "a" * (MAX_HOST + 1),
        "elm.local@evil.example",
        "[::1",
    ],
)
def test_every_other_name_is_somebody_elses(host: str) -> None:
    assert not is_ours(host, NAMES)


def test_names_of_this_machine_and_those_that_are_set_lead_here() -> None:
    names = own_names(["Elm.example"])
    assert {"localhost", "elm.example"} < names
    assert any(name.endswith(".local") for name in names)
