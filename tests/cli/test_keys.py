"""A pod outlives its card, its machine and a thief, with its 24 words and real commands."""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pyrage
import pytest

from node.backup import identity_of, recipient_of
from node.pod import Pod
from node.recovery import read_sheet, seed_from, sheet_place
from protocol.identity import PodKey, pod_id_text
from store.aid import BoardQuery
from tests.patience import PATIENCE_S


def pod(folder: Path, *words: str, said: str = "", fails: int = 0) -> Any:
    """Run one command on the pod in folder; return what --json printed, or stderr if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "--data", str(folder), "--json", *words],
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == fails, done.stderr
    return done.stderr if fails else json.loads(done.stdout)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A pod with one listing for itself and one for all."""
    folder = tmp_path / "home"
    pod(folder, "init", "--name", "Elm Street")
    pod(folder, "offer", "A cot", "--category", "childcare")
    pod(folder, "need", "A ride", "--category", "transport", "--share", "network")
    return folder


@pytest.fixture
def words(home: Path) -> str:
    return " ".join(read_sheet(sheet_place(home)))


def titles(folder: Path) -> set[str]:
    with Pod.open(folder) as it:
        return {item.listing.title for item in it.listings.board(BoardQuery())}


def test_a_backup_brings_back_what_was_shared_and_what_never_left(
    home: Path, words: str, tmp_path: Path
) -> None:
    pod(home, "backup", str(tmp_path / "elm.age"))
    shutil.rmtree(home)
    back = pod(home, "restore", str(tmp_path / "elm.age"), said=words)
    assert back["name"] == "Elm Street"
    with Pod.open(home) as it:
        assert it.keeper.may_sign
        items = it.listings.board(BoardQuery())
    # What was shared is on the shelf of the old key until the node signs it again, and shown.
    assert {item.listing.title for item in items} == {"A ride", "A cot"}


def test_what_a_restore_replaces_is_kept_aside(home: Path, words: str, tmp_path: Path) -> None:
    pod(home, "backup", str(tmp_path / "elm.age"))
    pod(home, "offer", "Made after the backup", "--category", "food")
    pod(home, "restore", str(tmp_path / "elm.age"), said=words)
    assert "Made after the backup" not in titles(home)
    (aside,) = home.glob("replaced-*")
    assert "Made after the backup" in titles(aside)


def test_the_stock_format_opens_a_backup_with_the_key_of_the_words(
    home: Path, words: str, tmp_path: Path
) -> None:
    sealed = tmp_path / "elm.age"
    pod(home, "backup", str(sealed))
    assert sealed.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert b"A cot" not in sealed.read_bytes()
    identity = pyrage.x25519.Identity.from_str(
        identity_of(PodKey.from_seed(seed_from(words.split())))
    )
    with tarfile.open(fileobj=io.BytesIO(pyrage.decrypt(sealed.read_bytes(), [identity]))) as tar:
        names = tar.getnames()
        manifest = tar.extractfile("mutualpod-backup.json")
        assert manifest is not None
        assert json.load(manifest)["name"] == "Elm Street"
    assert "pod.db" in names
    assert not [name for name in names if "key" in name]


def test_age_writes_the_same_key(words: str) -> None:
    key = PodKey.from_seed(seed_from(words.split()))
    identity = pyrage.x25519.Identity.from_str(identity_of(key))
    assert str(identity.to_public()) == recipient_of(key.backup_public_key())


@pytest.mark.parametrize("harm", ["other words", "torn", "flipped", "no backup"])
def test_a_backup_that_does_not_open_changes_nothing(
    home: Path, words: str, tmp_path: Path, harm: str
) -> None:
    sealed = tmp_path / "elm.age"
    pod(home, "backup", str(sealed))
    data = bytearray(sealed.read_bytes())
    if harm == "torn":
        del data[len(data) // 2 :]
    elif harm == "flipped":
        data[-20] ^= 1
    elif harm == "no backup":
        key = PodKey.from_seed(seed_from(words.split()))
        recipient = pyrage.x25519.Recipient.from_str(recipient_of(key.backup_public_key()))
        data = bytearray(pyrage.encrypt(b"not a tar", [recipient]))
    sealed.write_bytes(data)
    said = words
    if harm == "other words":
        pod(tmp_path / "other", "init")
        said = " ".join(read_sheet(sheet_place(tmp_path / "other")))
    before = titles(home)
    error = json.loads(pod(home, "restore", str(sealed), said=said, fails=2))["error"]
    assert error["sentence"]
    assert titles(home) == before
    assert not list(home.glob("replaced-*"))
    assert not list(home.glob(".backup-*"))


def test_a_member_outside_the_list_is_refused_and_lands_nowhere(
    home: Path, words: str, tmp_path: Path
) -> None:
    key = PodKey.from_seed(seed_from(words.split()))
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        header = tarfile.TarInfo("../planted")
        header.size = 4
        tar.addfile(header, io.BytesIO(b"harm"))
    recipient = pyrage.x25519.Recipient.from_str(recipient_of(key.backup_public_key()))
    (tmp_path / "evil.age").write_bytes(pyrage.encrypt(plain.getvalue(), [recipient]))
    pod(home, "restore", str(tmp_path / "evil.age"), said=words, fails=2)
    assert not list(tmp_path.rglob("planted"))


def test_a_rotated_pod_signs_with_another_key_under_a_greater_epoch(home: Path, words: str) -> None:
    with Pod.open(home) as it:
        before = it.keeper.certificate
    pod(home, "rotate", said=words)
    with Pod.open(home) as it:
        after = it.keeper.certificate
        assert it.keeper.may_sign
    assert after.pod_id == before.pod_id
    assert after.epoch > before.epoch
    assert after.working_key != before.working_key


def test_the_words_of_another_pod_rotate_nothing(home: Path, tmp_path: Path) -> None:
    pod(tmp_path / "other", "init")
    theirs = " ".join(read_sheet(sheet_place(tmp_path / "other")))
    error = json.loads(pod(home, "rotate", said=theirs, fails=2))["error"]
    assert error["code"] == "not_yours"
    with Pod.open(home) as it:
        assert it.keeper.may_sign


def test_bare_words_make_the_same_pod_again(home: Path, words: str, tmp_path: Path) -> None:
    with Pod.open(home) as it:
        pod_id, epoch = it.pod_id, it.keeper.certificate.epoch
    neighbour = f"{pod_id_text(PodKey.from_seed(bytes(32)).pod_id)}@127.0.0.1:4781"
    made = pod(tmp_path / "new", "recover", "--neighbor", neighbour, said=words)
    assert made["pod_id"] == pod_id_text(pod_id)
    with Pod.open(tmp_path / "new") as it:
        assert it.keeper.certificate.epoch > epoch
        assert [n.addresses for n in it.neighbours.all()] == [("127.0.0.1:4781",)]


def test_words_with_a_backup_bring_back_what_never_left_and_who_was_met_since(
    home: Path, words: str, tmp_path: Path
) -> None:
    pod(home, "backup", str(tmp_path / "elm.age"))
    met_since = f"{pod_id_text(PodKey.from_seed(bytes(32)).pod_id)}@127.0.0.1:4781"
    new, file = tmp_path / "new", str(tmp_path / "elm.age")
    pod(new, "recover", "--backup", file, "--neighbor", met_since, said=words)
    assert titles(new) == {"A ride", "A cot"}
    with Pod.open(new) as it:
        assert [n.addresses for n in it.neighbours.all()] == [("127.0.0.1:4781",)]


@pytest.mark.skipif(shutil.which("age") is None, reason="no age tool on this machine")
def test_the_stock_age_tool_opens_a_backup(home: Path, words: str, tmp_path: Path) -> None:
    sealed, identity = tmp_path / "elm.age", tmp_path / "identity.txt"
    pod(home, "backup", str(sealed))
    shutil.move(home, tmp_path / "gone")
    identity.write_text(pod(home, "recovery", "age-key", said=words)["identity"] + "\n")
    opened = subprocess.run(
        ["age", "--decrypt", "--identity", str(identity), str(sealed)],
        capture_output=True,
        check=True,
        timeout=PATIENCE_S,
    )
    with tarfile.open(fileobj=io.BytesIO(opened.stdout)) as tar:
        assert {"mutualpod-backup.json", "pod.db"} <= set(tar.getnames())


def test_the_sheet_of_neighbours_finds_them_again_with_the_words(
    home: Path, words: str, tmp_path: Path
) -> None:
    friend, other = (PodKey.from_seed(bytes([n]) * 32).pod_id for n in (1, 2))
    with Pod.open(home) as it:
        it.neighbours.add_known(friend, ["192.0.2.7:4781", "192.0.2.8:4781"])
        it.neighbours.add_known(other, [])
    said = pod(home, "recovery", "sheet")
    assert set(said["neighbours"]) == {f"{pod_id_text(friend)}@192.0.2.7:4781", pod_id_text(other)}
    printed = subprocess.run(
        [sys.executable, "-m", "cli", "--data", str(home), "recovery", "sheet"],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=True,
    ).stdout
    assert words.split()[0] not in printed.split()
    sheet = tmp_path / "sheet.txt"
    sheet.write_text(printed)
    pod(tmp_path / "new", "recover", "--sheet", str(sheet), said=words)
    with Pod.open(tmp_path / "new") as it:
        found = {neighbour.pod_id: neighbour.addresses for neighbour in it.neighbours.all()}
    assert found == {friend: ("192.0.2.7:4781",), other: ()}


def test_a_sheet_that_names_nobody_is_said_so(words: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear neighbours,\n")
    error = json.loads(
        pod(
            tmp_path / "new",
            "recover",
            "--sheet",
            str(tmp_path / "letter.txt"),
            said=words,
            fails=2,
        )
    )["error"]
    assert error["code"] == "not_found"
    assert not (tmp_path / "new" / "pod.db").exists()


def test_a_restored_pod_asks_about_what_was_signed_since_a_day(
    home: Path, words: str, tmp_path: Path
) -> None:
    pod(home, "backup", str(tmp_path / "elm.age"))
    pod(home, "restore", str(tmp_path / "elm.age"), "--since", "2026-01-01", said=words)
    (waits,) = pod(home, "doubt", "list")
    assert waits["title"] == "A ride"
    assert pod(home, "status")["doubtful"] == 1
    pod(home, "doubt", "keep", waits["reference"])
    assert titles(home) == {"A cot", "A ride"}
    assert pod(home, "doubt", "list") == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another user")
@pytest.mark.parametrize("act", ["rotate", "restore", "config"])
def test_what_root_does_to_an_installed_pod_stays_its_own_user_s(
    home: Path, words: str, tmp_path: Path, act: str
) -> None:
    """`sudo pod rotate`: the node, which runs as a user of its own, has to read the new key."""
    pod(home, "backup", str(tmp_path / "elm.age"))
    node_s_user = 61_234
    for path in (home, *home.rglob("*")):
        os.chown(path, node_s_user, node_s_user)
    if act == "rotate":
        pod(home, "rotate", said=words)
    elif act == "restore":
        pod(home, "restore", str(tmp_path / "elm.age"), said=words)
    else:
        pod(home, "config", "set", "mdns", "false")
    others = [it for it in home.rglob("*") if it.stat().st_uid != node_s_user]
    assert [it.name for it in others if not it.name.endswith(("-wal", "-shm"))] == []
