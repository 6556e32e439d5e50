"""What programs read of the kinds that travel: every key is named in docs/commands.md."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.main import main
from tests.cli.test_commands_page import SECTIONS, keys_in, names_in

ADDED = {
    "resource": ["resource", "add", "Pantry", "--category", "food", "--checked", "2026-01-01"],
    "event": ["event", "add", "Tea", "--start", "2026-01-06T19:00", "--repeats", "weekly"],
    "notice": ["notice", "add", "Idea", "--text", "Seeds?"],
    "reading": ["reading", "add", "Mutual Aid"],
    "crisis": ["crisis", "say", "watch"],
    "card": ["card", "edit", "--zone", "Elm", "--zone-kind", "street"],
}


def say(folder: Path, *words: str) -> Any:
    done = CliRunner().invoke(main, [*words, "--json", "--data", str(folder / "pod")])
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("group", ADDED)
def test_keys_of_a_kind_are_named(tmp_path: Path, group: str) -> None:
    say(tmp_path, "init", "--name", "Maple Street")
    added = say(tmp_path, *ADDED[group])
    shown = {"crisis": "status", "card": "show"}.get(group, "list")
    said = say(tmp_path, group, shown)
    told = names_in(SECTIONS["pod resource list"]) | names_in(SECTIONS[f"pod {group} {shown}"])
    assert keys_in(added) | keys_in(said) <= told
    assert keys_in(said) >= {"reference", "rid", "from", "audience", "posted_s", "closes_s"}


def test_keys_of_an_outcome_and_a_confirmation_are_named(tmp_path: Path) -> None:
    say(tmp_path, "init", "--name", "Maple Street")
    question = say(tmp_path, *ADDED["notice"])["reference"]
    outcome = say(tmp_path, "outcome", "add", question, "--position", "agree")
    pantry = say(tmp_path, *ADDED["resource"])["reference"]
    assert keys_in(say(tmp_path, "resource", "check")) & {"last_true", "old", "doubted"}
    word = say(tmp_path, "resource", "confirm", pantry)
    shared = names_in(SECTIONS["pod resource list"])
    assert keys_in(outcome) - shared <= names_in(SECTIONS["pod outcome list"])
    assert keys_in(word) - shared <= names_in(SECTIONS["pod resource confirm"])
