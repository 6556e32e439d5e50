"""Two real nodes on a real LAN pair, told of each other by mDNS and by nobody else (R11)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from protocol.aid.audience import Audience
from tests.lan.conftest import Street
from tests.lan.home import Home
from tests.lan.lab import LabError, wait_until
from tests.lan.test_discovery import seen_at

SECRET = "Quetzalcoatlus"
"""A word that nothing else on the LAN holds."""


def both(homes: list[Home], *words: str) -> list[Any]:
    """Run one command in each of the houses at one time."""
    with ThreadPoolExecutor() as threads:
        return list(threads.map(lambda home: home.ask(*words), homes))


def test_two_nodes_pair_by_mdns_alone_and_nothing_of_it_can_be_read(
    street: Street, tmp_path: Path
) -> None:
    lab, homes = street(f"alder {SECRET}", f"birch {SECRET}")
    alder, birch = homes
    lab.record(1, tmp_path / "frames")
    alder.offer(f"{SECRET}, near", Audience.NEAR)
    for home in homes:
        home.start()
    wait_until(lambda: birch.tag in seen_at(alder), "birch, seen from alder")
    shown, shown_too = both(homes, "neighbor", "pair")
    assert shown["words"] == shown_too["words"]
    assert (shown["name"], shown_too["name"]) == (birch.name, alder.name)
    assert alder.stored == birch.stored == {}
    paired = both(homes, "neighbor", "pair", "--words", " ".join(shown["words"]))
    assert [it["neighbor"]["near_allowed"] for it in paired] == [True, True]
    assert alder.stored == {birch.name: (birch.address,)}
    assert birch.stored == {alder.name: (alder.address,)}
    wait_until(lambda: birch.board == {f"{SECRET}, near"}, "what is near, at birch")

    frames = (tmp_path / "frames").read_bytes()
    assert alder.tag.encode() in frames  # mDNS was recorded,
    assert b"\x17\x03\x03" in frames  # and what TLS hides
    assert SECRET.encode() not in frames
    assert bytes(alder.pod.pod_id) not in frames


def test_of_several_pods_one_is_named_and_no_other_is_called(street: Street) -> None:
    _, (alder, birch, cedar) = street("alder", "birch", "cedar")
    for home in (alder, birch, cedar):
        home.start()
    wait_until(lambda: {birch.tag, cedar.tag} <= seen_at(alder).keys(), "both, seen from alder")
    with pytest.raises(LabError, match="More than one pod is seen here"):
        alder.ask("neighbor", "pair")
    with ThreadPoolExecutor() as threads:
        at_alder = threads.submit(alder.ask, "neighbor", "pair", birch.tag)
        at_birch = threads.submit(birch.ask, "neighbor", "pair", alder.tag)
        at_cedar = threads.submit(cedar.ask, "neighbor", "pair", alder.tag)
        assert at_alder.result()["name"] == "birch"
        assert at_birch.result()["name"] == "alder"
        # Cedar's people named a pod that means another: they are told, and it goes on asking.
        cedar.ask("neighbor", "pair", "--stop")
        with pytest.raises(LabError, match="Pairing mode is off"):
            at_cedar.result()
    assert cedar.stored == {}
