"""The rules of the terminal, at the top of cli/out.py: one test for each."""

import json

import pytest

from cli.out import Out, Pairs, Qr, Styled, Table, clean, to_json

HOSTILE = "\x1b]0;owned\x07 tom\u202eatoes\x9b31m\r\nsecond"


def test_json_answer_is_one_value_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    out = Out(json=True)
    out.note("a note", "a step")
    out.tell("something")
    out.answer({"title": "Tomàquets"}, "words for people", Pairs([("a", "b")]))
    said = capsys.readouterr()
    assert json.loads(said.out) == {"title": "Tomàquets"}
    assert "Tomàquets" in said.out
    assert said.err == ""


def test_error_is_a_sentence_and_a_next_step(capsys: pytest.CaptureFixture[str]) -> None:
    Out().error("invalid", "The last day is over.", "Name a day to come.")
    said = capsys.readouterr()
    assert said.err == "pod: The last day is over.\nnext: Name a day to come.\n"
    assert said.out == ""


def test_error_with_json_is_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    Out(json=True).error("invalid", "One\nline.", "Step.")
    said = capsys.readouterr()
    assert said.err.count("\n") == 1
    assert json.loads(said.err) == {
        "error": {"code": "invalid", "sentence": "One\nline.", "next_step": "Step."}
    }


def test_words_of_others_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    out = Out()
    table = Table(("What",), [[HOSTILE], [Styled(HOSTILE, "red")]])
    out.answer(None, HOSTILE, table, Pairs([("Title", HOSTILE)]))
    out.note(HOSTILE, HOSTILE)
    out.tell(HOSTILE)
    out.error("invalid", HOSTILE, HOSTILE)
    Out(json=True).answer({"title": HOSTILE})
    said = capsys.readouterr()
    for steering in "\x1b\x07\x9b\r\u202e":
        assert steering not in said.out + said.err


def test_square_brackets_are_words_not_markup(capsys: pytest.CaptureFixture[str]) -> None:
    Out().answer(None, Table(("What",), [["[red]tomatoes[/red] :tomato:"]]))
    assert "[red]tomatoes[/red] :tomato:" in capsys.readouterr().out


def test_json_keeps_hostile_words_as_they_are_but_escaped() -> None:
    assert json.loads(to_json(HOSTILE)) == HOSTILE
    assert to_json(HOSTILE).isprintable()


def test_a_half_character_from_the_command_line_can_be_printed() -> None:
    assert clean("\udcff") == "\ufffd"
    assert json.loads(to_json("\udcff")) == "\udcff"


def test_a_pipe_gets_a_row_a_line_without_colour(capsys: pytest.CaptureFixture[str]) -> None:
    title = "a very long title " * 30
    Out().answer(None, Table(("What", "How"), [[title.strip(), Styled("ok", "green")]]))
    said = capsys.readouterr().out
    assert said.splitlines()[1].split() == [*title.split(), "ok"]
    assert len(said.splitlines()) == 2
    assert all(line == line.rstrip() for line in said.splitlines())


def test_pairs_without_a_value_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    Out().answer(None, Pairs([("Title", "Tomatoes"), ("Place", "")]))
    assert capsys.readouterr().out == "Title  Tomatoes\n"


def test_nobody_is_asked_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not Out().can_ask()  # pytest's stdin is no terminal
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert not Out(json=True).can_ask()


def test_progress_is_told_to_nobody_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with Out().progress("Reading") as advance:
        assert advance is None
    assert capsys.readouterr().err == ""


def test_qr_code_is_drawn_in_half_blocks_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Out().answer(None, Qr("mutualpod"))
    lines = capsys.readouterr().out.splitlines()
    assert set("".join(lines)) == set(" ▀▄█")
    assert len({len(line) for line in lines}) == 1
