"""The two pictures: where their parts are, whatever the numbers and whatever the names."""

import re
from collections.abc import AsyncIterator
from hashlib import sha256
from importlib.resources import files
from itertools import combinations
from math import dist
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.aid.reach import Around, neighbourhood
from node.web.drawing import MOST_MARKS, RING_PLACES, WIDTH, Rings, draw_grid, draw_rings
from protocol.aid.categories import CATEGORIES
from protocol.identity import PodId, PodKey
from protocol.limits import REACH_HOPS
from protocol.trust import Entry, Table
from tests.web.visiting import House, house

HOSTILE: Final = (
    "</title><script>alert(1)</script>",
    '"/><image href="http://evil.example"/>',
    "\u202eelpaM",
    "M" * 80,
    "a\u0301" * 40,
)


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def pod_id(word: str) -> PodId:
    return PodId(sha256(word.encode()).digest())


def street(neighbours: int, far: int) -> list[Around]:
    """Return so many pods, the far ones at all distances, behind whichever neighbour."""
    near = [Around(pod_id(f"near {n}"), 1, None) for n in range(neighbours)]
    beyond = [
        Around(pod_id(f"far {n}"), 2 + n % (REACH_HOPS - 1), near[n * n % neighbours].pod_id)
        for n in range(far)
    ]
    return near + sorted(beyond, key=lambda it: it.distance)


# --- The neighbourhood ---


def assert_can_be_read(rings: Rings) -> None:
    """Nothing touches, nothing leaves the picture, and numbers go from one on."""
    begin, size = rings.seen
    for dot in rings.dots:
        assert begin + 12 <= dot.x <= begin + size - 12
        assert begin + 12 <= dot.y <= begin + size - 12
    for one, other in combinations(rings.dots, 2):
        assert dist((one.x, one.y), (other.x, other.y)) > 26
    assert [it.number for it in rings.dots] == list(range(1, len(rings.dots) + 1))


@pytest.mark.parametrize(("neighbours", "far"), [(1, 0), (1, 40), (7, 33), (12, 48), (32, 468)])
def test_pods_are_drawn_apart_and_the_rest_is_counted(neighbours: int, far: int) -> None:
    known = street(neighbours, far)
    rings = draw_rings(known)
    assert_can_be_read(rings)
    assert len(rings.dots) + rings.rest == len(known)
    assert len(rings.dots) <= sum(RING_PLACES)
    assert rings.seen[1] <= WIDTH


@given(st.integers(1, 32), st.integers(0, 500))
def test_any_street_can_be_read(neighbours: int, far: int) -> None:
    assert_can_be_read(draw_rings(street(neighbours, far)))


def test_nobody_known_is_nothing_to_draw() -> None:
    rings = draw_rings([])
    assert rings.dots == ()
    assert rings.rest == 0


def test_equal_facts_give_an_equal_picture() -> None:
    assert draw_rings(street(5, 20)) == draw_rings(street(5, 20))


def test_a_line_leads_to_us_or_to_the_neighbour_by_whom_a_pod_is_known() -> None:
    rings = draw_rings(street(3, 6))
    places = {it.around.pod_id: (it.x, it.y) for it in rings.dots}
    for dot in rings.dots:
        through = dot.around.through
        expected = places[through] if through else (WIDTH / 2, WIDTH / 2)
        assert (dot.towards_x, dot.towards_y) == expected


async def test_what_tables_tell_is_known_by_the_nearest_way(elm: House) -> None:
    near, other, far, gone = (
        PodKey.from_seed(sha256(it.encode()).digest()).pod_id
        for it in ("near", "other", "far", "gone")
    )
    for neighbour in (near, other):
        elm.pod.neighbours.add_known(neighbour, [])
    told = elm.pod.keeper.directory.told_by
    told[near] = Table([entry(near, 0), entry(far, 2), entry(gone, 1, carried=False)])
    told[other] = Table([entry(other, 0), entry(far, 1), entry(elm.pod.pod_id, 1)])
    found = {it.pod_id: it for it in neighbourhood(elm.pod.keeper)}
    assert found == {
        near: Around(near, 1, None),
        other: Around(other, 1, None),
        far: Around(far, 2, other),
    }
    assert len(found) == elm.pod.keeper.directory.reach(elm.pod.pod_id)


def entry(pod: PodId, distance: int, *, carried: bool = True) -> Entry:
    return Entry(pod, 1, b"t" * 16, distance, carried)


async def test_no_name_of_a_pod_stands_in_the_picture(elm: House) -> None:
    ana = elm.somebody("Ana")
    for number, name in enumerate(HOSTILE):
        certificate = PodKey.from_seed(bytes([number]) * 32).certify(1, b"k" * 32, 1)
        elm.pod.neighbours.add(certificate, name, [], seen=True)
    page = (await ana.get("/neighbours")).text
    [picture] = re.findall(r"<svg.*?</svg>\s*<figcaption", page, re.DOTALL)
    for name in HOSTILE:
        assert name[:12] not in picture
    assert all(it.isdecimal() for it in re.findall(r"<text[^>]*>(.*?)</text>", picture))
    assert "<script>alert" not in page
    assert "<image" not in page
    assert page.count("<text ") == len(HOSTILE)
    assert 'style="' not in page


# --- The pod map ---


def test_line_of_a_pod_map_has_a_mark_for_each_and_counts_what_does_not_fit() -> None:
    grid = draw_grid([("food", "Food", 2, 0), ("water", "Water", 0, 1), ("tech", "T", 500, 40)])
    assert [len(it.can.at) for it in grid.lines] == [2, 0, MOST_MARKS - 1]
    assert [it.can.more for it in grid.lines] == [0, 0, 500 - MOST_MARKS + 1]
    assert [len(it.need.at) for it in grid.lines] == [0, 1, MOST_MARKS - 1]
    assert all(0 < x < WIDTH for it in grid.lines for x in (*it.can.at, *it.need.at))
    assert all(0 < it.y < grid.height for it in grid.lines)


@given(st.text(max_size=200))
def test_label_of_any_length_keeps_to_two_short_lines(name: str) -> None:
    [line] = draw_grid([("other", name, 0, 0)]).lines
    assert len(line.label) <= 2
    assert all(len(it) <= 19 for it in line.label)


async def test_pod_map_draws_needs_only_for_who_may_see_them(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    said = {"words": "Insulin", "needs": "health", "stewards": "yes"}
    assert (await bo.post("/care", said)).status == 303
    eve = elm.somebody("Eve")
    mark = '<path class="need" d="M2'
    assert mark in (await ana.get("/map")).text
    assert mark not in (await eve.get("/map")).text
    assert (await eve.get("/map")).text.count('class="gap"') == len(CATEGORIES)


# --- Pictograms ---


def test_each_category_and_each_page_finds_its_pictogram() -> None:
    web = files("node.web")
    drawn = set(re.findall(r'id="([\w-]+)"', (web / "static" / "icons.svg").read_text("utf-8")))
    assert set(CATEGORIES) <= drawn
    templates = [it.read_text("utf-8") for it in (web / "templates").iterdir()]
    named = {it for text in templates for it in re.findall(r"icons\.svg'\) }}#([\w-]+)", text)}
    assert named
    assert named <= drawn
