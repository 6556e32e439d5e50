"""Settings: what is meant is taken, what is not is an error that says where."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.config import CONFIG_FILE, Config, load_config, settings
from protocol.errors import ConfigError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / CONFIG_FILE


def test_no_file_and_an_empty_file_are_the_defaults(path: Path) -> None:
    assert load_config(path) == Config()
    path.write_text("# nothing here\n")
    assert load_config(path) == Config()
    assert load_config(path).sync_port == 4781
    assert load_config(path).source_of("sync_port") == "default"


def test_values_are_taken_and_say_where_they_come_from(path: Path) -> None:
    path.write_text(
        "# our pod\n"
        "sync_port = 4800\n"
        '\n"listen" = ["192.168.1.4", "::1"]\n'
        'addresses = [\n  "Pod.local",\n  "[2001:db8::1]:4800",\n]\n'
        "log_level = 'debug'\n"
        "uvloop = true\n"
        "mdns = false\n"
        "web = false\nweb_port = 80\nweb_https = true\nweb_names = ['Elm.lan']\n"
    )
    config = load_config(path)
    assert config.sync_port == 4800
    assert config.listen == ("192.168.1.4", "::1")
    assert config.addresses == ("pod.local:4781", "[2001:db8::1]:4800")
    assert config.log_level == "debug"
    assert config.uvloop is True
    assert config.mdns is False
    assert (config.web, config.web_port, config.web_https) == (False, 80, True)
    assert config.web_names == ("elm.lan",)
    lines = {setting.name: config.source_of(setting.name) for setting in settings()}
    assert lines == {
        "sync_port": f"{path} line 2",
        "listen": f"{path} line 4",
        "addresses": f"{path} line 5",
        "log_level": f"{path} line 9",
        "uvloop": f"{path} line 10",
        "mdns": f"{path} line 11",
        "web": f"{path} line 12",
        "web_port": f"{path} line 13",
        "web_https": f"{path} line 14",
        "web_names": f"{path} line 15",
    }


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("\n\nsync_prot = 1\n", 3, "Did you mean sync_port?"),
        ("port = 1\n", 1, "sync_port"),
        ("# x\n[sync]\nport = 1\n", 2, "sync_port"),
        ("[[sync]]\nport = 1\n", 1, "sync_port"),
        ("a.b = 1\n", 1, "sync_port"),
        ('"log level" = "info"\n', 1, "Did you mean log_level?"),
    ],
)
def test_unknown_key_is_an_error_with_file_and_line(
    path: Path, text: str, line: int, said: str
) -> None:
    path.write_text(text)
    error = refused(path)
    assert f"{path} line {line}:" in error.sentence
    assert said in error.next_step


@pytest.mark.parametrize(
    "line",
    [
        "sync_port = 65536",
        "sync_port = -1",
        "sync_port = true",
        "sync_port = 4781.0",
        'sync_port = "4781"',
        'listen = "192.168.1.4"',
        "listen = [1]",
        'listen = ["pod.local"]',
        'listen = ["192.168.1.4:4781"]',
        'addresses = "pod.local"',
        'addresses = ["pod.local:0"]',
        'addresses = ["a:1", "b:1", "c:1", "d:1", "e:1"]',
        "uvloop = 1",
        'uvloop = "yes"',
        'log_level = "loud"',
        "log_level = []",
        "[log_level]",
    ],
)
def test_value_of_another_kind_is_an_error_that_says_what_it_must_be(path: Path, line: str) -> None:
    path.write_text(f"# one\n\n{line}\n")
    error = refused(path)
    assert f"{path} line 3:" in error.sentence
    assert " must be " in error.sentence
    assert error.next_step


@pytest.mark.parametrize(
    "content",
    [b"sync_port 4781\n", b"sync_port = 1\nsync_port = 2\n", b"\xff\xfe", b"#" * 70_000],
    ids=["no TOML", "twice", "no UTF-8", "endless"],
)
def test_file_that_cannot_be_read_is_an_error(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert str(path) in refused(path).sentence


def test_folder_in_the_place_of_the_file(path: Path) -> None:
    path.mkdir()
    assert str(path) in refused(path).sentence


def refused(path: Path) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert caught.value.code == "bad_config"
    assert caught.value.next_step
    return caught.value


def test_option_of_the_command_line_wins_and_says_so(path: Path) -> None:
    path.write_text("sync_port = 4800\n")
    config = load_config(path).with_option("sync_port", 0, "--port")
    assert config.sync_port == 0
    assert config.source_of("sync_port") == "--port"
    assert config.source_of("listen") == "default"


def test_option_is_held_to_the_same_rule() -> None:
    with pytest.raises(ConfigError, match="--port must be a number from 0 to 65535"):
        Config().with_option("sync_port", 70_000, "--port")


def test_every_setting_says_its_unit_and_its_reason() -> None:
    for setting in settings():
        assert setting.unit
        assert setting.why.endswith((".", ".md."))
        value = list(setting.default) if isinstance(setting.default, tuple) else setting.default
        assert setting.read(value) == setting.default


@given(st.text(max_size=200))
def test_any_text_is_settings_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    try:
        load_config(path)
    except ConfigError:
        return
