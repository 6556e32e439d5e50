"""Beside avahi, as on every Raspberry Pi: nobody here wrote it, and it understands us."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.lan.conftest import Street
from tests.lan.home import PORT, Home
from tests.lan.lab import ROOT, Lab, wait_until
from tests.lan.test_discovery import ELSEWHERE, Sights, seen_by
from tests.patience import PATIENCE_S

PUBLISHED = "avahi222"
BESIDE_IT = f"""
avahi-publish --service {PUBLISHED} _mutualpod._tcp {PORT} v=1 p={PUBLISHED} &
avahi-browse --resolve --parsable _mutualpod._tcp
"""
NEEDED = ("avahi-daemon", "avahi-browse", "avahi-publish", "dbus-daemon")

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)),
    reason="needs avahi (Debian: apt-get install avahi-daemon avahi-utils dbus-daemon)",
)


class Neighbourhood(NamedTuple):
    """maple's house has an avahi, which publishes a pod of its own; mill's has none.

    The two are neighbours, and neither knows where the other is.
    """

    lab: Lab
    maple: Home
    mill: Home
    heard: Path

    def resolved(self) -> dict[str, list[str]]:
        """Return what avahi has resolved on the LAN: by tag, address, port and TXT."""
        lines = [line.split(";") for line in self.heard.read_text().splitlines()]
        return {
            line[3]: [line[7], line[8], *sorted(line[9].replace('"', "").split())]
            for line in lines
            if line[0] == "=" and line[1] == "eth0" and line[2] == "IPv4"
        }


@pytest.fixture(scope="module")
def beside(
    long_street: Street, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neighbourhood]:
    lab, (maple, mill) = long_street("maple", "mill")
    maple.befriend(mill, ELSEWHERE)
    folder = tmp_path_factory.mktemp("avahi")
    words = [str(ROOT / "tests/lan/avahi.sh"), str(folder), "sh", "-c", BESIDE_IT]
    with (folder / "heard").open("wb") as heard, (folder / "log").open("wb") as log:
        avahi = lab.start(1, words, stdout=heard, stderr=log)
        try:
            neighbourhood = Neighbourhood(lab, maple, mill, folder / "heard")
            wait_until(
                lambda: PUBLISHED in neighbourhood.resolved() or avahi.poll() is not None,
                "avahi, publishing",
            )
            assert avahi.poll() is None, (folder / "log").read_text()
            maple.start()
            mill.start()
            yield neighbourhood
        finally:
            lab.close()
            avahi.wait(PATIENCE_S)


def test_avahi_sees_and_resolves_our_nodes(beside: Neighbourhood) -> None:
    lab, maple, mill, _ = beside
    wait_until(lambda: beside.resolved().keys() >= {maple.tag, mill.tag}, "both of our nodes")
    assert beside.resolved()[maple.tag] == [lab.host(1), str(PORT), f"p={maple.tag}", "v=1"]
    assert beside.resolved()[mill.tag] == [lab.host(2), str(PORT), f"p={mill.tag}", "v=1"]


def test_our_nodes_see_what_avahi_publishes_and_each_other(beside: Neighbourhood) -> None:
    all_three: Sights = {
        beside.maple.tag: ("this pod", [beside.maple.address]),
        beside.mill.tag: ("neighbour", [beside.mill.address]),
        PUBLISHED: ("unknown", [beside.maple.address]),
    }
    in_avahis_house, in_the_other = seen_by(beside.maple, beside.mill, with_=all_three)
    assert in_avahis_house == all_three
    assert in_the_other.keys() == all_three.keys()


def test_neighbours_meet_where_they_are_seen_beside_avahi(beside: Neighbourhood) -> None:
    beside.maple.offer("soup")
    wait_until(lambda: "soup" in beside.mill.board, "soup at mill")
