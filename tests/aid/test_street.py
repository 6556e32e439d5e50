"""The made-up street: whole, in two languages, and never beside real people."""

import re
from html import unescape
from pathlib import Path

import pytest

from node.paper import SHEETS, Job, Options, Style, print_sheet
from node.pod import Pod
from node.samples.street import Street, move_in, read_street
from node.words import words_in
from protocol.aid.house.proposal import State
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError
from protocol.identity import PodKey, WorkingKey
from store.aid import BoardQuery, ItemQuery
from tests.paper import pods


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Pod:
    pod = pods.open_pod(tmp_path_factory.mktemp("street"))
    move_in(pod)
    return pod


def test_every_section_moves_in() -> None:
    assert Street.SECTIONS.keys() == read_street().keys()


def test_everybody_and_everything_is_there(street: Pod) -> None:
    said = read_street()
    assert street.people.count() == len(said["people"])
    assert street.listings.count(BoardQuery()) == len(said["listings"])
    assert len(street.decisions.proposals(MACHINE)) == len(said["proposals"])
    tree = street.phone_trees.tree(MACHINE).tree
    away = sum(it.get("presence") == "away" for it in said["people"])
    assert len(tree.branches) == len(said["people"]) - away
    assert tree.not_reached == ()


def test_it_has_two_stewards_and_two_languages(street: Pod) -> None:
    assert sum(it.role == "steward" for it in street.people.members(MACHINE)) == 2
    spoken = {it.listing.lang for it in street.listings.each(BoardQuery())}
    assert spoken == {"en", "es"}


def test_care_notes_are_for_who_was_named(street: Pod) -> None:
    people = street.people
    hanh, tom = (people.viewer(people.find(MACHINE, name).id) for name in ("Hanh", "Tom"))
    assert {it.member.name for it in street.care.notes(hanh)} == {"Dolores", "Farah"}
    assert street.care.notes(tom) == []


def test_nobody_of_it_can_be_rung_or_visited() -> None:
    text = (Path(__file__).parents[2] / "node/samples/street.toml").read_text()
    numbers = re.findall(r"\d{3}[- ]\d{4}|\+\d[\d ]{6,}", text.partition("[card]")[2])
    assert numbers
    assert all(re.fullmatch(r"555-01\d\d", it) for it in numbers)
    assert re.findall(r"[\w.]+@[\w.]+", text) == ["ada@maple.example"]


def test_it_moves_in_once(street: Pod) -> None:
    with pytest.raises(UserError, match="empty pod"):
        move_in(street)


def test_it_does_not_move_in_with_a_listing(tmp_path: Path) -> None:
    with pods.open_pod(tmp_path / "maple") as pod:
        pods.publish(pod, 1, title="Soup")
        with pytest.raises(UserError, match="empty pod"):
            move_in(pod)
        assert pod.people.count() == 0


def test_it_does_not_move_in_where_neighbours_would_hear_of_it(tmp_path: Path) -> None:
    with pods.open_pod(tmp_path / "maple") as pod:
        other = PodKey.from_seed(bytes(32)).certify(1, WorkingKey.from_seed(bytes(32)).public, 1)
        pod.neighbours.add(other, "Mill Lane", [], seen=True)
        with pytest.raises(UserError, match="empty pod"):
            move_in(pod)
        assert pod.people.count() == 0


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_says_what_was_for_screens_or_for_somebody(street: Pod, name: str) -> None:
    said = read_street()
    private = [note["words"] for note in said["care"]]
    for person in said["people"]:
        private += [it["value"] for it in person["contacts"] if not it.get("on_paper")]
        private += [person["how_best"]] if "how_best" in person else []
    style, options = Style(words=words_in("es")), Options(addresses=(pods.ADDRESS,))
    job = Job(pod=street, style=style, options=_asked(street, name) or options)
    html = unescape(print_sheet(job, name).html)
    assert len(private) > 10
    assert [it for it in private if it in html] == []


def _asked(street: Pod, name: str) -> Options | None:
    """Return what a sheet needs to be told, with all on it that it may have."""
    proposal = next(it for it in street.decisions.proposals(MACHINE) if it.state == State.TESTING)
    event = street.meetups.page(ItemQuery())[0]
    return {
        "board": Options(inside=True),
        "resources": Options(inside=True),
        "proposal": Options(item=proposal.id.hex()),
        "event": Options(item=event.rid.hex(), inside=True),
    }.get(name) or (None if "addresses" in SHEETS[name].takes else Options())
