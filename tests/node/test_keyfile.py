"""The working key and the certificate that names it: power may go at any moment between them."""

from pathlib import Path

import pytest

from node import keyfile
from node.first_start import create_known
from node.keyfile import read_key, stage_key, write_key
from node.pod import Pod
from protocol.errors import StoreError
from protocol.identity import PodKey, WorkingKey

SEED = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_known(tmp_path, name="Elm Street", seed=SEED).close()
    return tmp_path


def rotate(folder: Path) -> None:
    with Pod.open(folder) as pod:
        now = pod.now()
    Pod.rekey(folder, PodKey.from_seed(SEED), now)


def test_power_lost_before_a_new_key_is_certified_leaves_the_old_one(folder: Path) -> None:
    stage_key(folder, b"n" * 32)
    with Pod.open(folder) as pod:
        assert pod.keeper.may_sign


def test_power_lost_after_a_new_key_is_certified_leaves_the_new_one(folder: Path) -> None:
    old = (folder / keyfile.NAME).read_bytes()
    rotate(folder)
    (folder / keyfile.NAME).rename(folder / keyfile.STAGED)
    (folder / keyfile.NAME).write_bytes(old)
    with Pod.open(folder) as pod:
        assert pod.keeper.may_sign
    assert not (folder / keyfile.STAGED).exists()


def test_power_lost_while_a_restored_pod_gets_its_first_key_leaves_that_one(folder: Path) -> None:
    rotate(folder)
    (folder / keyfile.NAME).rename(folder / keyfile.STAGED)
    with Pod.open(folder) as pod:
        assert pod.keeper.may_sign


def test_running_process_takes_up_a_key_that_another_staged(folder: Path) -> None:
    with Pod.open(folder) as pod:
        rotate(folder)
        assert pod.keeper.notices_others()
        assert pod.keeper.may_sign


def test_key_is_for_this_user_alone(folder: Path) -> None:
    stage_key(folder, b"n" * 32)
    for name in (keyfile.NAME, keyfile.STAGED):
        assert (folder / name).stat().st_mode & 0o077 == 0
    (folder / keyfile.NAME).chmod(0o644)
    with pytest.raises(StoreError, match="unsafe"):
        Pod.open(folder)


@pytest.mark.parametrize("text", [b"", b"00\n", b"not hexadecimal", b"\xff" * 64])
def test_staged_key_that_cannot_be_read_is_no_reason_to_stop(tmp_path: Path, text: bytes) -> None:
    write_key(tmp_path, SEED)
    (tmp_path / keyfile.STAGED).write_bytes(text)
    public = WorkingKey.from_seed(SEED).public
    assert read_key(tmp_path, public).public == public
