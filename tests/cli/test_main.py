"""How `pod` ends: the exit status and the sentence for everything that can happen."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import cli
from cli import main as program
from cli.commands import COMMANDS
from cli.desk import Desk
from cli.main import EXIT_BUG, PodGroup, main
from protocol.errors import (
    ERRORS,
    EXIT_CODE,
    ConfigError,
    LocalError,
    PeerError,
    PodError,
    StoreError,
    UnfitBody,
    UserError,
)
from tests.cli.terminal import environment


def pod(*words: str, folder: Path) -> Result:
    return CliRunner().invoke(main, words, env={"MUTUALPOD_DATA": str(folder / "pod")})


class Breaks(PodGroup):
    """`pod` with one command, which raises."""

    error: BaseException = RuntimeError()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        def fail() -> None:
            raise self.error

        return click.Command("fail", callback=fail)


def end_with(error: BaseException, folder: Path, *words: str) -> Result:
    group = Breaks("pod", outermost=True)
    group.error = error
    return CliRunner().invoke(group, ["--data", str(folder), *words, "fail"])


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UserError("invalid", "A sentence.", "A step."), 2),
        (UnfitBody("title", "too long"), 2),
        (StoreError("full", "A sentence.", "A step."), 3),
        (ConfigError("bad_config", "A sentence.", "A step."), 4),
        (PeerError("malformed", "12 bytes"), 5),
        (LocalError("malformed", "12 bytes"), 5),
        (click.exceptions.Exit(1), 1),
        (click.Abort(), 130),
        (KeyboardInterrupt(), 130),
        (click.UsageError("What?"), 2),
        (PermissionError(13, "Permission denied", "pod.db"), 3),
        (ValueError("of ours"), EXIT_BUG),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_every_end_has_its_status(error: BaseException, status: int, tmp_path: Path) -> None:
    assert end_with(error, tmp_path).exit_code == status


def test_every_family_of_errors_has_a_status() -> None:
    families = {UserError, UnfitBody, StoreError, ConfigError, PeerError, LocalError}
    assert all(issubclass(it, tuple(EXIT_CODE)) and issubclass(it, PodError) for it in families)


def test_error_without_words_for_people_is_told_by_its_code(tmp_path: Path) -> None:
    said = end_with(PeerError("bad_signature", "of 12 bytes"), tmp_path)
    assert said.stderr == f"pod: {ERRORS['bad_signature']}\n"


def test_bug_is_told_without_a_traceback_and_logged_without_words(tmp_path: Path) -> None:
    secret = "Ana needs insulin"
    said = end_with(ValueError(secret), tmp_path)
    log = tmp_path / program.CRASH_LOG
    assert said.stderr.startswith("pod: Something in this program went wrong (ValueError)")
    assert str(log) in said.stderr
    assert "Traceback" not in said.stderr
    assert secret not in said.stderr + log.read_text()
    assert "test_main.py" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_bug_shows_its_traceback_to_who_asks(tmp_path: Path) -> None:
    assert "Traceback" in end_with(ValueError("why"), tmp_path, "--verbose").stderr


def test_bug_in_a_place_that_cannot_be_written_is_still_told(tmp_path: Path) -> None:
    said = end_with(ValueError(), tmp_path / "nowhere")
    assert said.exit_code == EXIT_BUG
    assert "--verbose" in said.stderr


def test_crash_log_does_not_fill_the_card(tmp_path: Path) -> None:
    log = tmp_path / program.CRASH_LOG
    log.write_bytes(b"x" * (program.MAX_CRASH_LOG_BYTES + 1))
    end_with(ValueError(), tmp_path)
    assert log.stat().st_size < program.MAX_CRASH_LOG_BYTES


def test_errors_of_commands_are_json_when_asked(tmp_path: Path) -> None:
    said = pod("status", "--json", folder=tmp_path)
    assert said.stdout == ""
    error = json.loads(said.stderr)["error"]
    assert error["code"] == "missing"
    assert set(error) == {"code", "sentence", "next_step"}


@pytest.mark.parametrize("words", [["--json", "status"], ["status", "--json"]])
def test_options_of_every_command_stand_before_or_after_it(
    words: list[str], tmp_path: Path
) -> None:
    assert pod("init", folder=tmp_path).exit_code == 0
    assert json.loads(pod(*words, folder=tmp_path).stdout)["running"] is False


def test_data_said_last_wins_over_environment_and_first(tmp_path: Path) -> None:
    for name in ("pod", "first", "last"):
        assert (
            pod("init", "--name", name, "--data", str(tmp_path / name), folder=tmp_path).exit_code
            == 0
        )
    first, last = str(tmp_path / "first"), str(tmp_path / "last")

    def name_of(*words: str) -> str:
        name: str = json.loads(pod(*words, folder=tmp_path).stdout)["name"]
        return name

    assert name_of("status", "--json") == "pod"
    assert name_of("--data", first, "status", "--json") == "first"
    assert name_of("--data", first, "status", "--json", "--data", last) == "last"


def test_data_is_where_programs_of_this_user_keep_theirs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert Desk().data_dir == tmp_path / "mutualpod"


def test_neighbour_may_be_spelt_so(tmp_path: Path) -> None:
    british = pod("neighbour", "--help", folder=tmp_path)
    assert british.exit_code == 0
    assert "invite" in british.stdout


def test_help_lists_every_command_with_its_own_first_words(tmp_path: Path) -> None:
    page = pod("--help", folder=tmp_path).stdout
    for name, entry in COMMANDS.items():
        command = getattr(entry.module(), entry.attribute)
        assert command.name == name
        assert f"  {name} " in page
        assert entry.summary in page


def modules_loaded_by(*words: str, folder: Path) -> set[str]:
    """Return the modules that a process has imported when the command is done."""
    script = (
        "import sys; from cli.main import main\n"
        "try: main(sys.argv[1:])\n"
        "except SystemExit: print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        env=environment(folder),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_answers_at_once_with_click_alone(tmp_path: Path) -> None:
    loaded = modules_loaded_by("--help", folder=tmp_path)
    heavy = {"node.pod", "store", "sqlite3", "aiohttp", "pydantic", "rich", "asyncio"}
    assert "click" in loaded
    assert not loaded & heavy


def test_status_waits_for_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    assert pod("init", folder=tmp_path).exit_code == 0
    loaded = modules_loaded_by("status", "--json", folder=tmp_path)
    assert "node.pod" in loaded
    assert not loaded & {"aiohttp", "icalendar", "rich", "segno", "mnemonic", "sqlite_utils"}


def test_version_is_the_distributions() -> None:
    pyproject = (Path(cli.__file__).parent.parent / "pyproject.toml").read_text()
    assert f'\nversion = "{cli.VERSION}"\n' in pyproject
