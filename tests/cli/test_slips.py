"""What people mistype, or name by mistake: misuse, told in a sentence, and never a crash."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main


def said(*words: str, data: Path) -> str:
    result = CliRunner().invoke(main, ["--data", str(data), *words], prog_name="pod")
    assert result.exit_code == 2, result.output
    assert re.fullmatch(r"pod: [^\n]+\nnext: [^\n]+\n", result.stderr), result.stderr
    return result.stderr


@pytest.fixture(scope="module")
def elm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("slips") / "elm"
    assert CliRunner().invoke(main, ["--data", str(folder), "init", "--name", "Elm"]).exit_code == 0
    return folder


@pytest.mark.parametrize("words", ["backup", "bundle export", "bundle summary", "split take"])
def test_a_file_without_a_name_is_asked_for(words: str, elm: Path) -> None:
    assert "FILE" in said(*words.split(), "", data=elm)


@pytest.mark.parametrize("words", ["member import", "import", "resource import"])
def test_a_device_without_an_end_is_read_in_part(words: str, elm: Path) -> None:
    assert "MiB" in said(*words.split(), "/dev/zero", data=elm)


@pytest.mark.parametrize("file", ["/dev/zero", "latin.txt"])
def test_words_come_from_a_file_of_words(
    file: str, elm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("latin.txt").write_bytes("Dónde".encode("latin-1"))
    told = said("proposal", "add", "Quiet hours", "--file", file, data=elm)
    assert file in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("bundle export x.bundle --since-their-summary " + "x" * 300, "too long"),
        ("imports undo 99999999999999999999", "too large"),
        ("offer Soup --category food --for \udcff\udcfe", "no text"),
    ],
)
def test_what_cannot_be_kept_is_the_fault_of_what_was_typed(
    words: str, told: str, elm: Path
) -> None:
    assert told in said(*words.split(), data=elm)


def test_a_text_file_may_end_as_editors_end_it(elm: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("From ten at night.\n")
    words = ["--data", str(elm), "proposal", "add", "Quiet", "--file", str(tmp_path / "text")]
    assert CliRunner().invoke(main, words, prog_name="pod").exit_code == 0
