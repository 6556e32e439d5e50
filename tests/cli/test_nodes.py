"""Commands beside running nodes: first start, federation by invitation, and what it ends with."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from node import recovery
from node.demo_house import wait_until
from tests.cli.terminal import Terminal, command, environment
from tests.patience import PATIENCE_S
from tests.ports import free_port

pytestmark = pytest.mark.slow


@dataclass
class Place:
    """A person's machine: a folder, a port, and `pod` typed there without a terminal."""

    folder: Path
    port: int

    def pod(self, *words: str, status: int = 0, stdin: str = "") -> Any:
        """Run a command with --json; return what it said, on stderr if it failed."""
        done = subprocess.run(
            command(*words, "--json"),
            cwd=self.folder,
            env=environment(self.folder),
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )
        assert done.returncode == status, f"{words}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout if status in (0, 1) else done.stderr)

    def up(self) -> Terminal:
        """Return the terminal in which the node starts."""
        address = ("--listen", "127.0.0.1", "--port", str(self.port))
        return Terminal("up", *address, folder=self.folder)

    def titles(self) -> set[str]:
        return {item["title"] for item in self.pod("board")["items"]}

    def invite(self) -> str:
        text: str = self.pod("neighbor", "invite", "--address", f"127.0.0.1:{self.port}")[
            "invitation"
        ]
        return text


@pytest.fixture
def places(tmp_path: Path) -> Iterator[tuple[Place, Place]]:
    """Two machines with a pod each, Maple and Birch, and their nodes up."""
    with ExitStack() as stack:
        made = []
        for name in ("Maple", "Birch"):
            (tmp_path / name).mkdir()
            place = Place(tmp_path / name, free_port())
            place.pod("init", "--name", name)
            made.append(place)
            stack.enter_context(place.up()).expect("is up.")
        yield made[0], made[1]


def eventually(holds: Any, otherwise: str) -> None:
    wait_until(holds, [], otherwise)


def test_first_start_without_a_terminal_makes_a_pod_and_serves(tmp_path: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        command("up", "--json", "--listen", "127.0.0.1", "--port", str(port)),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    said = ""
    while not said.endswith("}\n"):
        line = process.stdout.readline()
        assert line, process.stderr.read()
        said += line
    answer = json.loads(said)
    assert answer["addresses"] == [f"127.0.0.1:{port}"]
    assert answer["recovery_sheet"] == str(recovery.sheet_place(tmp_path / "pod"))
    socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S).close()
    place = Place(tmp_path, port)
    assert place.pod("status")["running"] is True
    assert place.pod("up", status=3)["error"]["code"] == "locked"
    process.terminate()
    rest, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert rest == ""
    assert place.pod("status")["running"] is False


def test_first_start_at_a_terminal_asks_shows_checks_and_serves(tmp_path: Path) -> None:
    address = ("--listen", "127.0.0.1", "--port", str(free_port()))
    with Terminal("up", *address, folder=tmp_path) as terminal:
        terminal.expect("What shall neighbours call this pod?")
        terminal.type("Maple Street")
        terminal.expect("1. ")
        shown = f"1. {terminal.expect('Press Enter')}"
        words = dict(recovery._NUMBERED.findall(shown))
        terminal.type("")
        for _ in range(recovery.CHECKED_WORDS):
            terminal.expect("Word ")
            terminal.type(words[terminal.expect(":")])
        terminal.expect("Maple Street is up.")
        terminal.interrupt()
        assert terminal.status() == 0
        assert "Traceback" not in terminal.screen
    assert recovery.waiting_sheet(tmp_path / "pod") is None


def test_start_without_a_free_port_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = Place(tmp_path, taken.getsockname()[1])
        place.pod("init")
        # Its pages say so too, if another program has their port.
        place.pod("config", "set", "web", "false")
        error = place.pod("up", "--listen", "127.0.0.1", "--port", str(place.port), status=4)[
            "error"
        ]
    assert str(place.port) in error["sentence"]
    assert error["next_step"]


def test_pods_become_neighbours_share_and_part(places: tuple[Place, Place]) -> None:
    maple, birch = places
    maple.pod("offer", "Soup", "--category", "food", "--share", "network")
    maple.pod("offer", "A spare key", "--category", "other", "--share", "near")
    maple.pod("offer", "Who sits with Ana", "--category", "other")
    joined = birch.pod("neighbor", "accept", maple.invite())
    assert joined["name"] == "Maple"
    eventually(lambda: "Soup" in birch.titles(), "the network listing did not come")
    # Nobody at Maple has seen yet who came.
    (guest,) = maple.pod("neighbor", "list")
    assert (guest["name"], guest["seen_by_steward"]) == ("Birch", False)
    assert "A spare key" not in birch.titles()
    with Terminal("neighbor", "list", folder=maple.folder) as terminal:
        terminal.expect("Birch")
        terminal.expect("from now on it gets near listings too")
        assert terminal.status() == 0
    eventually(lambda: "A spare key" in birch.titles(), "the near listing did not come")
    assert "Who sits with Ana" not in birch.titles()

    (soup,) = birch.pod("board", "--from", "maple", "--search", "soup")["items"]
    assert soup["from"] == "Maple"
    assert birch.pod("edit", soup["reference"], "--title", "Ours", status=2)["error"]["code"] == (
        "not_yours"
    )
    maple.pod("withdraw", soup["reference"])
    eventually(lambda: "Soup" not in birch.titles(), "the withdrawal did not come")

    birch.pod("neighbor", "remove", "Maple")
    assert birch.pod("neighbor", "list") == []
    assert "A spare key" not in birch.titles()


def test_invitation_from_screen_to_stdin(places: tuple[Place, Place]) -> None:
    maple, birch = places
    with Terminal(
        "neighbor", "invite", "--address", f"127.0.0.1:{maple.port}", folder=maple.folder
    ) as terminal:
        terminal.expect("mutualpod:1:")
        text = "mutualpod:1:" + terminal.expect("\r\n")
        drawn = terminal.expect("There they run:")
        assert set("▀▄█") <= set(drawn)
        assert terminal.status() == 0
    assert birch.pod("neighbor", "accept", "-", stdin=f"  {text.upper()}\n")["name"] == "Maple"
    assert birch.pod("status")["neighbours"][0]["name"] == "Maple"


def test_people_are_asked_before_they_become_neighbours(places: tuple[Place, Place]) -> None:
    maple, birch = places
    text = maple.invite()
    for answer, status in (("n", 130), ("y", 0)):
        with Terminal("neighbor", "accept", text, folder=birch.folder) as terminal:
            terminal.expect("0 open listings now")
            terminal.expect("Become a neighbour of Maple?")
            terminal.type(answer)
            assert terminal.status() == status
        assert len(birch.pod("neighbor", "list")) == (status == 0)


def test_invitations_that_cannot_be_used_say_what_to_do(places: tuple[Place, Place]) -> None:
    maple, birch = places
    text = maple.invite()
    altered = text[:-9] + ("a" if text[-9] != "a" else "b") + text[-8:]
    for wrong, code in (
        (altered, "invalid_invitation"),
        (text[:40], "invalid_invitation"),
        ("hello", "invalid_invitation"),
    ):
        error = birch.pod("neighbor", "accept", wrong, status=2)["error"]
        assert error["code"] == code
        assert error["next_step"]
    assert maple.pod("neighbor", "accept", text, status=2)["error"]["code"] == "invalid"
    birch.pod("neighbor", "accept", text)
    third = Place(birch.folder.parent / "third", free_port())
    third.folder.mkdir()
    third.pod("init", "--name", "Third")
    used = third.pod("neighbor", "accept", text, status=2)["error"]
    assert used["code"] == "invitation_used"
    assert used["next_step"]


def test_accepting_from_a_pod_that_is_off_says_so(tmp_path: Path) -> None:
    maple, birch = (Place(tmp_path / name, free_port()) for name in ("Maple", "Birch"))
    for place in (maple, birch):
        place.folder.mkdir()
        place.pod("init", "--name", place.folder.name)
    error = birch.pod("neighbor", "accept", maple.invite(), status=2)["error"]
    assert error["code"] == "unreachable"
    assert "Maple was not reached" in error["sentence"]


# --- Pairing ---


def pairing(place: Place, *words: str) -> Terminal:
    return Terminal("neighbor", "pair", *words, folder=place.folder)


def words_on(terminal: Terminal) -> str:
    terminal.expect("Words")
    return terminal.expect("Its people will see").strip()


def has_neighbours(place: Place) -> bool:
    return bool(place.pod("neighbor", "list"))


def test_two_stewards_read_six_words_to_each_other(places: tuple[Place, Place]) -> None:
    maple, birch = places
    maple.pod("offer", "Ladder", "--category", "items", "--share", "near")
    with pairing(maple, "127.0.0.1:9") as at_maple:
        at_maple.expect("No pod answers there yet.")
        at_maple.interrupt()
        assert at_maple.status() == 130
    with (
        pairing(birch, f"127.0.0.1:{maple.port}") as at_birch,
        pairing(maple, f"127.0.0.1:{birch.port}") as at_maple,
    ):
        assert words_on(at_maple) == words_on(at_birch)
        at_maple.expect("(1 open listing now)")
        at_birch.expect("(0 open listings now)")
        at_maple.expect("[y/N]")
        at_maple.type("y")
        at_maple.expect("Waiting for the other side's yes")
        assert not has_neighbours(maple)
        at_birch.expect("[y/N]")
        at_birch.type("y")
        at_maple.expect("Birch and this pod are neighbours now.")
        at_birch.expect("Maple and this pod are neighbours now.")
        assert (at_maple.status(), at_birch.status()) == (0, 0)
    eventually(lambda: birch.titles() == {"Ladder"}, "what Maple shares with its neighbours")


def test_a_no_and_ctrl_c_leave_nothing_behind(places: tuple[Place, Place]) -> None:
    maple, birch = places
    with (
        pairing(birch, f"127.0.0.1:{maple.port}") as at_birch,
        pairing(maple, f"127.0.0.1:{birch.port}") as at_maple,
    ):
        at_maple.expect("[y/N]")
        at_birch.expect("[y/N]")
        at_birch.type("y")
        at_birch.expect("Waiting for the other side's yes")
        at_maple.type("n")
        at_maple.expect("Pairing mode is still on")
        at_birch.expect("The people of the other side found other words")
        # Both are in pairing mode still, and compare again.
        at_maple.expect("[y/N]")
        at_birch.expect("[y/N]")
        at_birch.type("y")
        at_birch.expect("Waiting for the other side's yes")
        at_maple.interrupt_question()
        assert at_maple.status() == 130
        at_birch.expect("The other side stopped.")
        at_birch.interrupt()
        assert at_birch.status() == 130
    assert not has_neighbours(maple)
    assert not has_neighbours(birch)
    assert maple.pod("neighbor", "pair", "--stop") == {"stopped": False}


def test_a_program_pairs_by_what_the_other_screen_shows(places: tuple[Place, Place]) -> None:
    maple, birch = places
    with pairing(birch, f"127.0.0.1:{maple.port}") as at_birch:
        shown = maple.pod("neighbor", "pair", f"127.0.0.1:{birch.port}")
        assert (shown["state"], shown["name"]) == ("comparing", "Birch")
        at_birch.expect("[y/N]")
        at_birch.type("y")
        done = maple.pod("neighbor", "pair", "--words", " ".join(shown["words"]))
        assert done["state"] == "paired"
        assert done["neighbor"]["name"] == "Birch"
        assert done["neighbor"]["near_allowed"]
        at_birch.expect("Maple and this pod are neighbours now.")
