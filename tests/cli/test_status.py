"""What people must hear of stands in the status until they say that they know."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from node.first_start import create_known
from node.notices import NOTICES
from node.pod import Pod
from protocol.identity import pod_id_text


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    create_known(tmp_path, name="Elm Street", seed=bytes(range(32))).close()
    return tmp_path


def pod(data_dir: Path, *words: str) -> str:
    done = CliRunner().invoke(main, ["--data", str(data_dir), *words])
    assert done.exit_code == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("code", NOTICES)
def test_a_notice_is_told_until_people_know_of_it(data_dir: Path, code: str) -> None:
    with Pod.open(data_dir) as it:
        it.keeper.notice(code, it.pod_id, it.now())
        it.keeper.notice(code, it.pod_id, it.now())
        pod_id = pod_id_text(it.pod_id)
    assert pod(data_dir, "status").count(NOTICES[code]) == 1
    (told,) = json.loads(pod(data_dir, "status", "--json"))["notices"]
    assert (told["code"], told["pod_id"]) == (code, pod_id)
    pod(data_dir, "status", "--heard")
    assert NOTICES[code] not in pod(data_dir, "status")
