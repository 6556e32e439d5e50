"""The 24 words and their sheet: never lost before people have them, never left lying unsaid."""

import stat
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import recovery
from protocol.errors import StoreError, UserError
from protocol.identity import PodKey

SEED = bytes(range(32))
TODAY = date(2026, 11, 23)
# BIP 39's own vector for 32 bytes of zero.
ZERO_WORDS = ("abandon",) * 23 + ("art",)


def write(folder: Path, elsewhere: Path | None = None, name: str = "Maple Street") -> Path:
    return recovery.write_sheet(folder, elsewhere, name=name, seed=SEED, today=TODAY)


# --- Words and seeds ---


def test_words_are_those_of_bip39() -> None:
    assert recovery.words(bytes(32)) == ZERO_WORDS


@given(st.binary(min_size=32, max_size=32))
def test_words_give_their_seed_back(seed: bytes) -> None:
    assert recovery.seed_from(recovery.words(seed)) == seed


def test_words_may_be_typed_in_capitals_with_blanks() -> None:
    typed = [f" {word.upper()} " for word in recovery.words(SEED)]
    assert recovery.seed_from(typed) == SEED


@pytest.mark.parametrize("count", [0, 23, 25])
def test_another_number_of_words_is_refused(count: int) -> None:
    with pytest.raises(UserError, match=f"these are {count}"):
        recovery.seed_from((ZERO_WORDS * 2)[:count])


def test_a_misspelt_word_is_told_by_its_number_and_what_it_may_be() -> None:
    typed = [*ZERO_WORDS[:6], "abandn", *ZERO_WORDS[7:]]
    with pytest.raises(UserError, match="Word 7") as caught:
        recovery.seed_from(typed)
    assert "abandon" in caught.value.next_step


def test_words_in_another_order_are_refused() -> None:
    swapped = list(recovery.words(SEED))
    swapped[3], swapped[4] = swapped[4], swapped[3]
    with pytest.raises(UserError, match="no recovery sheet"):
        recovery.seed_from(swapped)


def test_words_are_known_as_this_pods_or_another_pods() -> None:
    pod_id = PodKey.from_seed(SEED).pod_id
    assert recovery.are_words_of(pod_id, recovery.words(SEED))
    assert not recovery.are_words_of(pod_id, recovery.words(bytes(32)))


def test_three_different_positions_are_asked() -> None:
    for _ in range(50):
        positions = recovery.pick_positions()
        assert len(set(positions)) == recovery.CHECKED_WORDS
        assert sorted(positions) == list(positions)
        assert set(positions) <= set(range(1, recovery.WORDS + 1))


def test_wrong_words_are_named_by_their_numbers() -> None:
    words = recovery.words(SEED)
    said = {1: words[0].upper(), 9: "zebra", 24: f"{words[23]} "}
    assert recovery.wrong_words(words, said) == [9]


# --- The sheet ---


def test_sheet_holds_the_words_for_its_owner_alone(tmp_path: Path) -> None:
    path = write(tmp_path)
    assert path == recovery.waiting_sheet(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert recovery.read_sheet(path) == recovery.words(SEED)


def test_a_name_that_looks_like_words_does_not_confuse_the_sheet(tmp_path: Path) -> None:
    path = write(tmp_path, name="1. zebra 24. zoo")
    assert recovery.read_sheet(path) == recovery.words(SEED)


def test_sheet_elsewhere_is_remembered_and_removed_with_its_link(tmp_path: Path) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    data.mkdir()
    stick.mkdir()
    path = write(data, stick / "words.txt")
    assert recovery.waiting_sheet(data) == path == stick / "words.txt"
    recovery.remove_sheet(data)
    assert recovery.waiting_sheet(data) is None
    assert not path.exists()


def test_sheet_on_a_stick_that_was_pulled_out_still_waits(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    path = write(data, tmp_path / "words.txt")
    path.unlink()
    assert recovery.waiting_sheet(data) == path
    with pytest.raises(UserError, match="cannot be read") as caught:
        recovery.read_sheet(path)
    assert caught.value.code == "not_found"


def test_no_sheet_is_ever_written_over(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("the words of another pod")
    with pytest.raises(UserError, match="exists already"):
        write(tmp_path, path)
    assert path.read_text() == "the words of another pod"
    assert recovery.waiting_sheet(tmp_path) is None


def test_sheet_never_follows_a_link_that_lies_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "words.txt").symlink_to(tmp_path / "public.txt")
    with pytest.raises(UserError, match="exists already"):
        write(tmp_path, tmp_path / "words.txt")
    assert not (tmp_path / "public.txt").exists()


def test_sheet_in_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written") as caught:
        write(tmp_path, tmp_path / "nowhere" / "words.txt")
    assert caught.value.code == "missing"


@pytest.mark.parametrize(
    "text", ["", "1. abandon 2. ability", "\n".join(f"{n}. abandon" for n in range(1, 24))]
)
def test_a_file_that_is_no_whole_sheet_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "words.txt"
    path.write_text(text)
    with pytest.raises(UserError, match="24 numbered words"):
        recovery.read_sheet(path)


def test_a_sheet_whose_word_was_changed_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    word = recovery.words(SEED)[0]
    path.write_text(path.read_text().replace(f" 1. {word}", " 1. zebra"))
    with pytest.raises(UserError):
        recovery.read_sheet(path)


def test_removing_a_sheet_that_is_gone_is_no_error(tmp_path: Path) -> None:
    recovery.remove_sheet(tmp_path)
    assert recovery.waiting_sheet(tmp_path) is None
