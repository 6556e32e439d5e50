"""`pod bundle` as other programs see it: JSON, exit statuses, and files that are not whole."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from node.pod import Pod
from protocol.errors import EXIT_NO
from protocol.limits import UINT53_END
from tests.bundles import Author, bundle_of
from tests.cli.test_commands_page import SECTIONS, keys_in, names_in


def say(folder: Path, *words: str, status: int = 0) -> Any:
    """Run one command on the pod in folder; return what --json printed."""
    done = CliRunner().invoke(main, ["--data", str(folder), "--json", *words])
    assert done.exit_code == status, done.stderr
    return json.loads(done.stdout if status in (0, EXIT_NO) else done.stderr)


@pytest.fixture
def elm(tmp_path: Path) -> Path:
    return make(tmp_path / "elm", "Elm Street")


@pytest.fixture
def oak(tmp_path: Path, elm: Path) -> Path:
    """A neighbour of elm that it has never met on a network."""
    folder = make(tmp_path / "oak", "Oak Road")
    with Pod.open(elm) as here, Pod.open(folder) as there:
        for pod, other in ((here, there), (there, here)):
            pod.neighbours.add(other.keeper.certificate, other.name, (), seen=True)
    return folder


def make(folder: Path, name: str) -> Path:
    say(folder, "init", "--name", name)
    for number in range(3):
        say(folder, "offer", f"{name} {number}", "--category", "food", "--share", "network")
    return folder


def titles(folder: Path) -> set[str]:
    return {item["title"] for item in say(folder, "board")["items"]}


def test_two_walks_and_both_boards_are_the_same(elm: Path, oak: Path, tmp_path: Path) -> None:
    there, back = str(tmp_path / "there"), str(tmp_path / "back")
    assert say(elm, "bundle", "export", there)["records"] == 3
    assert say(oak, "bundle", "import", there)["taken"] == 3
    done = say(oak, "bundle", "export", back, "--since-their-summary", there)
    assert (done["records"], done["left_out"]) == (3, 3)
    assert say(elm, "bundle", "import", back)["taken"] == 3
    assert titles(elm) == titles(oak)
    assert len(titles(elm)) == 6


def test_a_torn_file_is_used_and_the_exit_status_says_so(
    elm: Path, oak: Path, tmp_path: Path
) -> None:
    path = tmp_path / "torn"
    say(elm, "bundle", "export", str(path))
    path.write_bytes(path.read_bytes()[:-41])
    seen = say(oak, "bundle", "show", str(path), status=EXIT_NO)
    assert (seen["whole"], seen["fault"], seen["records"]) == (False, None, 3)
    done = say(oak, "bundle", "import", str(path), status=EXIT_NO)
    assert (done["taken"], done["whole"]) == (3, False)


def test_people_are_told_what_was_left_out(elm: Path, oak: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad"
    say(elm, "bundle", "export", str(path))
    data = bytearray(path.read_bytes())
    data[data.index(b"Elm Street 1")] ^= 1
    path.write_bytes(data)
    done = CliRunner().invoke(main, ["--data", str(oak), "bundle", "import", str(path)])
    assert done.exit_code == EXIT_NO
    assert "From Elm Street: 2 new records" in done.stdout
    assert "not by the key" in done.stdout
    assert "damaged" in done.stdout


@pytest.mark.parametrize("command", ["export", "import", "show"])
def test_keys_of_json_are_named_in_the_section(
    elm: Path, oak: Path, tmp_path: Path, command: str
) -> None:
    path = str(tmp_path / "x")
    said = say(elm, "bundle", "export", path)
    if command != "export":
        said = say(oak, "bundle", command, path)
    assert keys_in(said) - names_in(SECTIONS[f"pod bundle {command}"]) == set()


@pytest.mark.parametrize("created_ms", [0, UINT53_END - 1])
def test_a_date_that_no_calendar_has_can_be_shown(
    elm: Path, tmp_path: Path, created_ms: int
) -> None:
    path = tmp_path / "odd"
    path.write_bytes(bundle_of(Author(1), records=[], created_ms=created_ms))
    done = CliRunner().invoke(main, ["--data", str(elm), "bundle", "show", str(path)])
    assert done.exit_code == 0
    assert ("not come yet" in done.stdout) == bool(created_ms)
