"""What never leaves the pod never leaves it: a marker in each column of each table of the house.

Two real nodes speak, and every frame, every byte of the other's disk, every bundle, export and
log is searched. A listing for all is searched for too, so that the search itself is known to
work.
"""

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from node.channel import Channel
from node.federation import accept, invite
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import Listing
from store import house
from store.aid import BoardItem, BoardQuery
from tests.aid.house.markers import PREFIX, everything_in, found_in, plant
from tests.nodes import make_pod, serving, until

HOUR_S = 3600
SHARED = "Ladder for everybody"
WRITTEN = "We would like some soup"


def listing(title: str) -> Listing:
    return Listing(
        type="offer", title=title, category="items", status="open", reply_via=("at-meetup",)
    )


def planted_in(pod: Pod) -> dict[str, list[bytes]]:
    with pod.keeper.store.atomic(pod.now().wall_ms) as tx:
        return plant(tx.connection)


async def board_with(pod: Pod, author: Pod) -> list[BoardItem]:
    """Wait until pod knows a listing of author; return all that it knows."""
    query = BoardQuery(author=author.pod_id)
    await until(lambda: pod.listings.board(query) != [])
    return pod.listings.board(query)


def test_every_column_that_people_write_in_has_its_marker(tmp_path: Path) -> None:
    with make_pod(tmp_path / "a") as pod:
        planted = planted_in(pod)
        kept = everything_in(tmp_path / "a")
        count = pod.keeper.store.connection.execute
        empty = [it for it in house.NAMES if not count(f"SELECT 1 FROM {it}").fetchone()]
    assert empty == []
    assert len(planted) > 50
    text = {column for column, (first, _) in planted.items() if PREFIX.encode() in first}
    assert text <= found_in(kept, planted)
    assert {column.split(".")[0] for column in planted} >= {
        *("house_member", "house_contact", "house_care_note", "house_ability", "house_way"),
        *("house_proposal", "house_position", "house_check_in", "house_steward_log"),
    }


async def test_nothing_of_the_house_reaches_a_neighbour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    frames: list[bytes] = []
    send = Channel.send

    async def heard(channel: Channel, frame: bytes) -> None:
        frames.append(frame)
        await send(channel, frame)

    monkeypatch.setattr(Channel, "send", heard)
    caplog.set_level(logging.DEBUG)
    with make_pod(tmp_path / "a") as a, make_pod(tmp_path / "b") as b:
        planted = planted_in(a)
        async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b") as at_b:
            await accept(b, invite(a, [at_a], HOUR_S), our_addresses=[at_b])
            a.neighbours.note_seen()
            for audience in (Audience.NEAR, Audience.NETWORK, Audience.POD):
                a.listings.publish(listing(f"{SHARED} {audience}"), audience=audience)
            await until(lambda: len(b.listings.board(BoardQuery())) == 2)
            b.listings.publish(listing("Soup of B"), audience=Audience.NETWORK)
            (soup,) = await board_with(a, b)
            a.letters.reply(soup, message=WRITTEN)
            await until(lambda: b.letters.unseen() == 1)
            a.bundles.export(tmp_path / "b" / "stick.pod", neighbour=None, theirs=None)
            b.bundles.take_in(tmp_path / "b" / "stick.pod")
            disk = everything_in(tmp_path / "b")
    said = b"".join(frames)
    assert WRITTEN.encode() in disk
    assert WRITTEN.encode() not in said
    for place in (said, disk):
        assert f"{SHARED} network".encode() in place
        assert f"{SHARED} pod".encode() not in place
        assert found_in(place, planted) == set()
        assert PREFIX.encode() not in place
    assert PREFIX not in caplog.text
    assert found_in(caplog.text.encode(), planted) == set()
    assert SHARED not in caplog.text


@pytest.mark.parametrize("form", ["csv", "json"])
def test_nothing_of_the_house_is_in_an_export(tmp_path: Path, form: str) -> None:
    with make_pod(tmp_path / "a") as pod:
        pod.listings.publish(listing(SHARED), audience=Audience.POD)
        planted = planted_in(pod)
    to = tmp_path / f"all.{form}"
    words = ["export", "--format", form, "--out", str(to)]
    done = CliRunner().invoke(main, [*words, "--data", str(tmp_path / "a")])
    assert done.exit_code == 0, done.stderr
    assert SHARED.encode() in to.read_bytes()
    assert found_in(to.read_bytes() + done.stdout_bytes, planted) == set()


# --- What stewards may not see, on any screen of theirs ---

FORBIDDEN = {
    "contact for nobody": "zqx-nobody",
    "care note": "zqx-care",
    "draft of a member": "zqx-draft",
}
SEEN = {
    "contact for stewards": "zqx-stewards",
    "care note that ticks stewards": "zqx-ticked",
    "proposal": "zqx-proposal",
}

SCREENS = (
    ["status"],
    ["doctor"],
    ["board", "--all"],
    ["member", "list"],
    ["member", "show", "Rosa"],
    ["member", "show", "Ben"],
    ["member", "edit", "Ben", "--now", "here"],
    ["member", "contact", "Ben", "email", "b@example"],
    ["member", "role", "Ben", "member"],
    ["care", "list"],
    ["care", "show", "Rosa"],
    ["care", "show", "Ben"],
    ["map"],
    ["tree"],
    ["buddy", "list"],
    ["way", "list"],
    ["invite", "list"],
    ["rollcall", "board"],
    ["proposal", "list", "--all"],
    ["agreement", "list", "--all"],
    ["rules", "show"],
    ["log"],
    ["export"],
    ["neighbor", "list"],
    ["author", "list"],
    ["config", "show"],
    ["split", "write", "SPLIT", "Ben", "Rosa", "--all-agreed"],
    ["print", "phone-tree", "--out", "-"],
    ["print", "address-sheet", "--out", "-"],
    ["print", "pod-map", "--out", "-"],
    ["print", "check-in", "--out", "-"],
    ["print", "board", "--inside", "--out", "-"],
)


@pytest.fixture
def house_of_two(tmp_path: Path) -> Path:
    """Ben keeps things for himself; Rosa has ticked stewards."""
    with make_pod(tmp_path / "a") as pod:
        rosa, ben = (
            pod.people.viewer(pod.people.add(MACHINE, name).id) for name in ("Rosa", "Ben")
        )
        assert rosa.member is not None
        assert ben.member is not None
        contacts = [
            {"type": "phone", "value": "zqx-nobody", "on_screen": "nobody"},
            {"type": "door", "value": "zqx-stewards", "on_screen": "stewards"},
        ]
        pod.people.set_contacts(ben, ben.member, contacts)
        pod.care.write_note(ben, ben.member, {"words": "zqx-care", "needs": ("health",)})
        pod.care.write_note(rosa, rosa.member, {"words": "zqx-ticked", "stewards": True})
        pod.decisions.propose(ben, "zqx-draft", "zqx-draft text", draft=True)
        pod.decisions.propose(ben, "zqx-proposal", "Open the door.")
        pod.roll_calls.open(ben, "Storm")
    return tmp_path / "a"


def screen(folder: Path, words: list[str]) -> str:
    """Return all that a command says, in words and as JSON, and what it writes."""
    said = ""
    for number, form in enumerate(([], ["--json"])):
        file = folder.parent / f"split-{number}"
        line = [str(file) if word == "SPLIT" else word for word in words]
        done = CliRunner().invoke(main, [*line, *form, "--data", str(folder)])
        allowed = (0, 1, 2) if words[:2] == ["care", "show"] else (0, 1)
        assert done.exit_code in allowed, (words, done.stderr)
        said += done.stdout + done.stderr
        said += file.read_text() if file.exists() else ""
    return said


def test_no_command_shows_a_steward_what_is_not_for_stewards(house_of_two: Path) -> None:
    screens = {" ".join(words): screen(house_of_two, words) for words in SCREENS}
    for what, marker in FORBIDDEN.items():
        shown = [name for name, said in screens.items() if marker in said]
        assert shown == [], what
    for what, marker in SEEN.items():
        assert any(marker in said for said in screens.values()), what


def test_no_paper_holds_what_was_not_agreed_to(house_of_two: Path) -> None:
    printed = [words for words in SCREENS if words[0] == "print"]
    for words in printed:
        said = screen(house_of_two, words)
        for marker in (*FORBIDDEN.values(), SEEN["contact for stewards"], "zqx-ticked"):
            assert marker not in said, words


def test_that_somebody_has_a_care_note_shows_nowhere(house_of_two: Path) -> None:
    """The screens of a steward are the same whether Ben has a note that is not theirs or none."""
    with_note = screen(house_of_two, ["care", "show", "Ben"]) + screen(house_of_two, ["map"])
    with_note += screen(house_of_two, ["log"]) + screen(house_of_two, ["care", "list"])
    with Pod.open(house_of_two) as pod:
        ben = pod.people.viewer(pod.people.find(MACHINE, "Ben").id)
        assert ben.member is not None
        pod.care.delete_note(ben, ben.member)
    without = screen(house_of_two, ["care", "show", "Ben"]) + screen(house_of_two, ["map"])
    without += screen(house_of_two, ["log"]) + screen(house_of_two, ["care", "list"])
    assert with_note == without
