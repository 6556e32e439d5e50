"""What only a person at a terminal sees: questions, the 24 words, progress, colours, Ctrl-C."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from node import recovery
from node.first_start import has_pod
from tests.cli.terminal import Terminal, command, environment

NUMBERED = re.compile(r"\b(\d{1,2})\. ([a-z]{3,8})\b")


def run(*words: str, folder: Path, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command with no terminal at all."""
    return subprocess.run(
        command(*words),
        cwd=folder,
        env=environment(folder),
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def meet_words(terminal: Terminal) -> dict[int, str]:
    """Read the words that are shown, and press Enter."""
    terminal.expect("The 24 words of this pod")
    words = {int(n): word for n, word in NUMBERED.findall(terminal.expect("Press Enter"))}
    assert sorted(words) == list(range(1, 25))
    terminal.type("")
    return words


def say_three(terminal: Terminal, words: dict[int, str]) -> None:
    for _ in range(recovery.CHECKED_WORDS):
        terminal.expect("Word ")
        terminal.type(words[int(terminal.expect(":"))])


def make_pod(folder: Path) -> dict[int, str]:
    with Terminal("init", "--name", "Maple Street", folder=folder) as terminal:
        words = meet_words(terminal)
        say_three(terminal, words)
        assert terminal.status() == 0
    return words


def test_words_are_shown_once_checked_and_kept_nowhere(tmp_path: Path) -> None:
    with Terminal("init", folder=tmp_path) as terminal:
        terminal.expect("What shall neighbours call this pod?")
        terminal.type("Maple Street")
        words = meet_words(terminal)
        assert not has_pod(tmp_path / "pod")
        say_three(terminal, words)
        terminal.expect("Maple Street is made.")
        assert terminal.status() == 0
        hidden, _, kept = terminal.screen.rpartition("\x1b[?1049l")
        assert hidden.count("\x1b[?1049h") == 1
        assert not NUMBERED.findall(kept)
    assert recovery.waiting_sheet(tmp_path / "pod") is None
    text = " ".join(words[number] for number in sorted(words))
    proof = run("recovery", "confirm", "--all-words", "--json", folder=tmp_path, stdin=text)
    assert proof.returncode == 0
    for file in (tmp_path / "pod").iterdir():
        content = file.read_bytes()
        assert recovery.seed_from(text.split()) not in content
        assert text.encode() not in content


def test_wrong_words_show_them_once_more_and_make_no_pod_until_right(tmp_path: Path) -> None:
    with Terminal("init", "--name", "Maple Street", folder=tmp_path) as terminal:
        words = meet_words(terminal)
        for _ in range(3):
            terminal.expect("Word ")
            terminal.type("wrong")
        terminal.expect("Here they are once more.")
        assert meet_words(terminal) == words
        assert not has_pod(tmp_path / "pod")
        say_three(terminal, words)
        assert terminal.status() == 0


def test_ctrl_c_before_the_words_are_checked_leaves_nothing(tmp_path: Path) -> None:
    with Terminal("init", "--name", "Maple Street", folder=tmp_path) as terminal:
        terminal.expect("Press Enter")
        terminal.interrupt_question()
        assert terminal.status() == 130
        assert "\x1b[?1049l" in terminal.screen
        assert "Traceback" not in terminal.screen
    assert not (tmp_path / "pod").exists()


def test_a_terminal_that_cannot_clear_itself_is_told_of(tmp_path: Path) -> None:
    with Terminal("init", "--name", "Maple Street", folder=tmp_path, TERM="dumb") as terminal:
        say_three(terminal, meet_words(terminal))
        assert terminal.status() == 0
        assert "\x1b" not in terminal.screen
        assert "close it, so that nobody scrolls back" in terminal.screen


def test_recovery_sheet_is_removed_when_three_words_were_said(tmp_path: Path) -> None:
    assert run("init", folder=tmp_path).returncode == 0
    sheet = recovery.waiting_sheet(tmp_path / "pod")
    assert sheet
    words = dict(enumerate(recovery.read_sheet(sheet), start=1))
    with Terminal("recovery", "confirm", folder=tmp_path) as terminal:
        say_three(terminal, words)
        terminal.expect("Confirmed;")
        terminal.expect("does not erase for certain")
        assert terminal.status() == 0
    assert not sheet.exists()
    assert "recovery words" not in run("status", folder=tmp_path).stderr


def test_sheet_stays_when_the_words_were_wrong(tmp_path: Path) -> None:
    assert run("init", folder=tmp_path).returncode == 0
    with Terminal("recovery", "confirm", folder=tmp_path) as terminal:
        for _ in range(3):
            terminal.expect("Word ")
            terminal.type("wrong")
        assert terminal.status() == 1
    assert recovery.waiting_sheet(tmp_path / "pod")


def test_sheet_elsewhere_is_nagged_about_and_removed(tmp_path: Path) -> None:
    place = tmp_path / "stick.txt"
    made = run("init", "--recovery-file", str(place), "--json", folder=tmp_path)
    assert json.loads(made.stdout)["recovery_sheet"] == str(place)
    assert str(place) in run("status", folder=tmp_path).stderr
    text = " ".join(recovery.read_sheet(place))
    proof = run("recovery", "confirm", "--all-words", folder=tmp_path, stdin=text)
    assert proof.returncode == 0
    assert not place.exists()


def test_pod_of_a_first_start_that_was_cut_off_is_made_from_its_sheet(tmp_path: Path) -> None:
    run("init", folder=tmp_path)
    before = json.loads(run("status", "--json", folder=tmp_path).stdout)["pod_id"]
    for file in ("pod.db", "working.key"):
        (tmp_path / "pod" / file).unlink()
    assert run("init", folder=tmp_path).returncode == 0
    assert json.loads(run("status", "--json", folder=tmp_path).stdout)["pod_id"] == before


def test_default_name_tells_nothing_of_the_machine_or_its_user(tmp_path: Path) -> None:
    made = json.loads(run("init", "--json", folder=tmp_path).stdout)
    assert made["name"] == f"Pod {made['pod_id'][:4]}"


def test_what_an_offer_lacks_is_asked(tmp_path: Path) -> None:
    make_pod(tmp_path)
    with Terminal("offer", folder=tmp_path) as terminal:
        terminal.expect("What do you offer, in a few words?")
        terminal.type("Spare tomatoes")
        terminal.expect("Category:")
        terminal.type("fod")
        terminal.expect("Did you mean food?")
        terminal.expect("Category:")
        terminal.type("Food")
        terminal.expect("Who may see it?")
        terminal.type("everybody")
        terminal.expect("Type pod, near or network.")
        terminal.type("near")
        terminal.expect("Offered: Spare tomatoes")
        assert terminal.status() == 0
    (item,) = json.loads(run("board", "--json", folder=tmp_path).stdout)["items"]
    assert (item["title"], item["category"], item["audience"]) == ("Spare tomatoes", "food", "near")


def test_enter_alone_keeps_an_offer_in_the_pod(tmp_path: Path) -> None:
    make_pod(tmp_path)
    with Terminal("offer", "Spare tomatoes", folder=tmp_path) as terminal:
        terminal.expect("Category:")
        terminal.type("food")
        terminal.expect("Who may see it? [pod]:")
        terminal.type("")
        terminal.expect("this pod only")
        assert terminal.status() == 0


@pytest.mark.parametrize(("answer", "status", "left"), [("n", 130, 1), ("", 130, 1), ("y", 0, 0)])
def test_withdrawing_is_asked_once(tmp_path: Path, answer: str, status: int, left: int) -> None:
    run("init", folder=tmp_path)
    said = run("offer", "Soup", "--category", "food", "--json", folder=tmp_path)
    with Terminal("withdraw", json.loads(said.stdout)["reference"], folder=tmp_path) as terminal:
        terminal.expect("Withdraw “Soup”?")
        terminal.type(answer)
        assert terminal.status() == status
    items = json.loads(run("board", "--json", folder=tmp_path).stdout)["items"]
    assert len(items) == left


def test_progress_is_shown_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    run("init", folder=tmp_path)
    rows = "".join(f"offer,Soup {number},food\n" for number in range(600))
    (tmp_path / "many.csv").write_text(f"type,title,category\n{rows}")
    with Terminal("import", "many.csv", folder=tmp_path) as terminal:
        terminal.expect("Signing and saving")
        terminal.expect("100%")
        terminal.expect("600 new")
        assert terminal.status() == 0
    (tmp_path / "more.csv").write_text(f"type,title,category\n{rows.replace('Soup', 'Bread')}")
    piped = run("import", "more.csv", folder=tmp_path)
    assert "600 new" in piped.stdout
    assert piped.stderr == ""


def test_colour_is_for_terminals_that_want_it(tmp_path: Path) -> None:
    run("init", folder=tmp_path)
    wanted = {
        "\x1b[31m": Terminal("doctor", folder=tmp_path),
        "": Terminal("doctor", folder=tmp_path, NO_COLOR="1"),
        " ": Terminal("doctor", "--no-color", folder=tmp_path),
    }
    for colour, terminal in wanted.items():
        with terminal:
            terminal.expect("not ok")
            assert terminal.status() == 1
            assert ("\x1b[31m" in terminal.screen) == bool(colour.strip())
    assert "\x1b" not in run("doctor", folder=tmp_path).stdout


def test_reader_that_closes_early_is_no_error(tmp_path: Path) -> None:
    run("init", folder=tmp_path)
    for number in range(3):
        run("offer", f"Soup {number}", "--category", "food", folder=tmp_path)
    process = subprocess.Popen(
        command("export", "--format", "json"),
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait() == 141
    assert said == b""


def test_on_a_narrow_terminal_no_word_is_broken(tmp_path: Path) -> None:
    run("init", "--name", "Elm", folder=tmp_path)
    words = ("offer", "Soup", "--category", "food", "--share", "network")
    with Terminal(*words, folder=tmp_path, COLUMNS="40") as terminal:
        terminal.expect("Reference")
        assert terminal.status() == 0
    lines = re.sub(r"\x1b\[\d+m", "", terminal.screen).splitlines()
    told = run(*words, folder=tmp_path).stdout.splitlines()[-1]
    assert len(told) > 40, "choose a command that says more"
    assert max(map(len, lines)) <= 40
    assert told in " ".join(" ".join(lines).split())


def test_a_word_that_was_mistyped_is_asked_for_again_at_once(tmp_path: Path) -> None:
    seed = recovery.new_seed()
    with Terminal("recovery", "age-key", folder=tmp_path) as terminal:
        terminal.expect("from the paper")
        terminal.expect("Word 1:")
        terminal.type("abandom")
        terminal.expect("Did you mean abandon")
        terminal.expect("Word 1:")
        for number, word in enumerate(recovery.words(seed), start=1):
            terminal.type(word.upper() if number == 1 else word)
            terminal.expect(f"Word {number + 1}:" if number < 24 else "AGE-SECRET-KEY")
        assert terminal.status() == 0


def test_a_question_answered_with_no_says_that_nothing_was_changed(tmp_path: Path) -> None:
    run("init", folder=tmp_path)
    made = run("offer", "Soup", "--category", "food", "--json", folder=tmp_path)
    reference = json.loads(made.stdout)["reference"]
    with Terminal("withdraw", reference, folder=tmp_path) as terminal:
        terminal.expect("[y/N]")
        terminal.type("n")
        terminal.expect("Nothing was changed.")
        assert terminal.status() == 130
