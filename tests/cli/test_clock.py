"""`pod clock`: what people are told of the time, and what they can say of it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from node.clock import machine_ms, system_is_synced
from node.first_start import create_known
from node.pod import Pod
from protocol.clock import ClockState
from store import meta

DAY_MS = 86_400_000
needs_no_server = pytest.mark.skipif(
    system_is_synced(), reason="a time server keeps the clock of this machine: nobody need confirm"
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    create_known(tmp_path, name="Elm Street", seed=bytes(range(32))).close()
    return tmp_path


def pod(data_dir: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--data", str(data_dir), *words])


def clock(data_dir: Path) -> dict[str, object]:
    said: dict[str, object] = json.loads(pod(data_dir, "clock", "show", "--json").stdout)
    return said


def minute(days: int) -> str:
    return f"{datetime.now() + timedelta(days=days):%Y-%m-%d %H:%M}"  # noqa: DTZ005  # a watch


@needs_no_server
def test_time_is_confirmed_for_every_process_of_this_pod(data_dir: Path) -> None:
    assert clock(data_dir)["state"] != "synced"
    assert "pod clock confirm" in pod(data_dir, "clock", "show").stdout
    with Pod.open(data_dir) as running:
        assert pod(data_dir, "clock", "confirm").exit_code == 0
        assert running.keeper.notices_others()
        assert running.now().state is ClockState.SYNCED
    said = clock(data_dir)
    assert (said["state"], said["confirmed"]) == ("synced", True)
    (check,) = (
        it
        for it in json.loads(pod(data_dir, "doctor", "--json").stdout)["checks"]
        if it["name"] == "clock"
    )
    assert check["ok"] is True


@needs_no_server
def test_time_that_is_named_counts_and_the_machines_does_not(data_dir: Path) -> None:
    assert pod(data_dir, "clock", "confirm", minute(days=40)).exit_code == 0
    said = clock(data_dir)
    now_ms = said["now_ms"]
    assert isinstance(now_ms, int)
    assert 39 * DAY_MS < now_ms - machine_ms() < 41 * DAY_MS


@needs_no_server
def test_status_and_doctor_say_what_to_do_while_the_time_is_not_sure(data_dir: Path) -> None:
    assert "pod clock show" in pod(data_dir, "status").stdout
    assert "pod clock confirm" in pod(data_dir, "doctor").stdout


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "", "14:05"])
def test_what_is_no_time_is_refused(data_dir: Path, text: str) -> None:
    done = pod(data_dir, "clock", "confirm", text)
    assert (done.exit_code, "is not a time" in done.stderr) == (2, True)


def test_time_before_the_program_was_made_is_refused(data_dir: Path) -> None:
    done = pod(data_dir, "clock", "confirm", "2020-01-01 10:00")
    assert (done.exit_code, "this program is younger" in done.stderr) == (2, True)


def test_machine_far_from_all_that_was_seen_is_not_believed_unnamed(data_dir: Path) -> None:
    """A pod that has seen 2099 once, wrongly, takes no time of a machine that nobody named."""
    with Pod.open(data_dir) as it, it.keeper.store.atomic(0) as tx:
        meta.put(tx, meta.CLOCK_SAVED_MS, machine_ms() + 900 * DAY_MS)
    done = pod(data_dir, "clock", "confirm")
    assert (done.exit_code, "Name the time" in done.stderr) == (2, True)
