"""config.toml is changed line by line, and is whole whatever happens."""

from pathlib import Path

import pytest

from node.config import load_config
from node.settings_file import change_setting
from node.whole_file import write_whole
from protocol.errors import ConfigError, StoreError, UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("sync_port", "4790", 4790),
        ("uvloop", "TRUE", True),
        ("log_level", "debug", "debug"),
        ("listen", "192.0.2.1, 2001:db8::1", ("192.0.2.1", "2001:db8::1")),
        ("addresses", "pod.example 192.0.2.1:99", ("pod.example:4781", "192.0.2.1:99")),
        ("addresses", "", ()),
    ],
)
def test_setting_of_each_type_is_written_and_read(
    path: Path, name: str, text: str, value: object
) -> None:
    change_setting(path, name, text)
    assert getattr(load_config(path), name) == value
    assert path.stat().st_mode & 0o077 == 0


def test_what_people_wrote_around_a_setting_stays(path: Path) -> None:
    path.write_text('# ours\nsync_port = 4781 # the old one\n\nlog_level = "info"\n# end\n')
    change_setting(path, "sync_port", "4790")
    change_setting(path, "uvloop", "true")
    assert path.read_text() == (
        '# ours\nsync_port = 4790\n\nlog_level = "info"\n# end\nuvloop = true\n'
    )


def test_the_same_again_changes_nothing(path: Path) -> None:
    change_setting(path, "sync_port", "4790")
    before = path.read_text()
    change_setting(path, "sync_port", "4790")
    assert path.read_text() == before


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("sync_port", "many", "invalid"),
        ("sync_port", "70000", "invalid"),
        ("sync_port", "9" * 5000, "invalid"),
        ("uvloop", "yes", "invalid"),
        ("log_level", 'debug"\nsync_port = 1', "invalid"),
        ("listen", "everywhere", "invalid"),
        ("nothing", "1", "not_found"),
        ("sources", "1", "not_found"),
    ],
)
def test_what_cannot_be_set_leaves_the_file_as_it_was(
    path: Path, name: str, text: str, code: str
) -> None:
    path.write_text("sync_port = 4781\n")
    with pytest.raises(UserError) as caught:
        change_setting(path, name, text)
    assert caught.value.code == code
    assert caught.value.next_step
    assert path.read_text() == "sync_port = 4781\n"


def test_a_list_over_several_lines_is_left_to_an_editor(path: Path) -> None:
    text = 'addresses = [\n  "pod.example:4781",\n]\n'
    path.write_text(text)
    with pytest.raises(ConfigError):
        change_setting(path, "addresses", "other.example")
    assert path.read_text() == text


def test_a_file_that_is_wrong_already_is_not_made_worse(path: Path) -> None:
    path.write_text("sync_port = \n")
    with pytest.raises(ConfigError):
        change_setting(path, "uvloop", "true")
    assert path.read_text() == "sync_port = \n"


def test_a_file_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    path.write_bytes(b"old")
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    assert [it.name for it in tmp_path.iterdir()] == ["board.csv"]


def test_a_file_that_cannot_be_put_in_place_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "board.csv"
    path.mkdir()
    with pytest.raises(StoreError, match="cannot be written") as caught:
        write_whole(path, b"new")
    assert caught.value.code == "read_only"
    assert [it.name for it in tmp_path.iterdir()] == ["board.csv"]
