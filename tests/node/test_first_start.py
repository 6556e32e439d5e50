"""A pod is made: its words are somewhere before it is, and its name tells nothing."""

from datetime import date
from pathlib import Path

import pytest

from node import first_start, recovery
from node.pod_name import checked_name
from protocol.errors import PodError, StoreError, UserError
from protocol.identity import PodKey, pod_id_text

SEED = bytes(range(32))


def test_pod_is_the_one_of_the_words(tmp_path: Path) -> None:
    with first_start.create_known(tmp_path / "pod", name="Maple", seed=SEED) as pod:
        assert pod.pod_id == PodKey.from_seed(SEED).pod_id
        assert pod.name == "Maple"
    assert first_start.has_pod(tmp_path / "pod")
    assert (tmp_path / "pod").stat().st_mode & 0o077 == 0
    assert recovery.waiting_sheet(tmp_path / "pod") is None


def test_sheet_has_the_words_of_the_pod(tmp_path: Path) -> None:
    with first_start.create_with_sheet(tmp_path / "pod", name=None, elsewhere=None) as pod:
        sheet = recovery.waiting_sheet(tmp_path / "pod")
        assert sheet
        assert recovery.are_words_of(pod.pod_id, recovery.read_sheet(sheet))
        assert pod.name == f"Pod {pod_id_text(pod.pod_id)[:4]}"


def test_start_that_is_cut_off_after_its_sheet_goes_on_with_its_words(tmp_path: Path) -> None:
    folder = tmp_path / "pod"
    folder.mkdir()
    recovery.write_sheet(folder, None, name="Maple", seed=SEED, today=date(2026, 11, 23))
    with first_start.create_with_sheet(folder, name="Elm", elsewhere=None) as pod:
        assert pod.pod_id == PodKey.from_seed(SEED).pod_id
        assert pod.name == "Elm"


def test_no_pod_is_made_where_its_sheet_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(PodError):
        first_start.create_with_sheet(tmp_path / "pod", name=None, elsewhere=tmp_path / "no" / "x")
    assert not first_start.has_pod(tmp_path / "pod")


def test_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for make in (
        lambda: first_start.create_with_sheet(tmp_path / "file" / "x", name=None, elsewhere=None),
        lambda: first_start.create_known(tmp_path / "file" / "x", name="Maple", seed=SEED),
    ):
        with pytest.raises(StoreError, match="cannot be made"):
            make()


@pytest.mark.parametrize(
    "text", ["Maple Street", "  Maple \t Street\n", "m" * 60, "Calle del Olmo 🌳"]
)
def test_name_that_can_be_seen_is_a_name(text: str) -> None:
    assert checked_name(text) == " ".join(text.split())


@pytest.mark.parametrize("text", ["", "   ", "m" * 61, "\x1b[31mred", "a\u202eb", "\u200d"])
def test_other_texts_are_no_names(text: str) -> None:
    with pytest.raises(UserError, match="cannot be the name"):
        checked_name(text)
