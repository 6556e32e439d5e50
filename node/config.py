"""Settings: one TOML file in the pod's folder. An empty or missing one works on a Pi.

Each field of Config says its unit, what it is for, and what it may be; docs lists the same.
What the file names and nobody knows is an error with file, line and key: a misspelt setting
that is silently ignored costs an evening.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from protocol.errors import ConfigError, UserError
from protocol.introduction import read_address
from protocol.limits import MAX_ADDRESSES

CONFIG_FILE: Final = "config.toml"
DEFAULT_SYNC_PORT: Final = 4781
DEFAULT_WEB_PORT: Final = 8080
MAX_NAMES: Final = 8
_MAX_FILE_BYTES: Final = 65_536
_DEFAULT: Final = "default"
_LOG_LEVELS: Final = ("debug", "info", "warning", "error")


def _port(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 65536:
        raise ValueError("a number from 0 to 65535")
    return value


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _log_level(value: object) -> str:
    if value not in _LOG_LEVELS:
        raise ValueError(f"one of {', '.join(_LOG_LEVELS)}")
    return str(value)


def _interfaces(value: object) -> tuple[str, ...]:
    try:
        return tuple([str(ip_address(text)) for text in _texts(value)])
    except ValueError:
        raise ValueError('a list of IP addresses of this machine, like ["192.168.1.4"]') from None


def _addresses(value: object) -> tuple[str, ...]:
    try:
        texts = _texts(value)
        addresses = [str(read_address(text, default_port=DEFAULT_SYNC_PORT)) for text in texts]
    except (ValueError, UserError):
        addresses = None
    if addresses is None or len(addresses) > MAX_ADDRESSES:
        raise ValueError(f'a list of at most {MAX_ADDRESSES} addresses, like ["pod.local:4781"]')
    return tuple(addresses)


def _names(value: object) -> tuple[str, ...]:
    name = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
    try:
        texts = [text.lower() for text in _texts(value)]
    except ValueError:
        texts = [""]
    if len(texts) > MAX_NAMES or not all(re.fullmatch(name, text) for text in texts):
        raise ValueError(f'a list of at most {MAX_NAMES} host names, like ["elm.lan"]')
    return tuple(texts)


def _texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError("a list of texts")
    return value


def _setting(default: Any, unit: str, why: str, read: Callable[[object], Any]) -> Any:
    return field(default=default, metadata={"unit": unit, "why": why, "read": read})


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The settings in effect. sources: where each comes from, for `pod config`."""

    sync_port: int = _setting(
        DEFAULT_SYNC_PORT,
        "TCP port",
        "Where neighbours reach this pod; 0 takes any free one. Invitations name it.",
        _port,
    )
    listen: tuple[str, ...] = _setting(
        (),
        "IP addresses of this machine",
        "Where to listen for neighbours; empty means all interfaces.",
        _interfaces,
    )
    addresses: tuple[str, ...] = _setting(
        (),
        "host:port",
        "What invitations say about where this pod is; empty means what the machine finds out. "
        "Set it where a router forwards a port, or where a name is kept.",
        _addresses,
    )
    web: bool = _setting(
        True,
        "true or false",
        "Serve the members' pages, for phones on the pod's Wi-Fi.",
        _switch,
    )
    web_port: int = _setting(
        DEFAULT_WEB_PORT,
        "TCP port",
        "Where members' pages are; 0 takes any free one. Flyers and invitations name it.",
        _port,
    )
    web_https: bool = _setting(
        False,
        "true or false",
        "Serve the pages by HTTPS, with a certificate of the pod's own: nobody on the Wi-Fi can "
        "read along, and each phone warns once. A certificate and key of yours go into web.pem "
        "in the pod's folder.",
        _switch,
    )
    web_names: tuple[str, ...] = _setting(
        (),
        "host names",
        "Names by which phones reach the pages, besides this machine's own and its addresses.",
        _names,
    )
    mdns: bool = _setting(
        True,
        "true or false",
        "Say on the LAN that there is a pod here, and look for neighbours there. Without it they "
        "are met at the addresses known.",
        _switch,
    )
    log_level: str = _setting(
        "info",
        "debug, info, warning or error",
        "How much is logged. At info it is a line a session, for the SD card's sake.",
        _log_level,
    )
    uvloop: bool = _setting(
        False,
        "true or false",
        "Use the uvloop package where it is installed. It saves little here: see "
        "docs/adr/0008-sync-channel.md.",
        _switch,
    )
    sources: Mapping[str, str] = field(default_factory=dict, metadata={"read": None})

    def source_of(self, name: str) -> str:
        """Return where the value of a setting comes from: "default", a file's line, an option."""
        return self.sources.get(name, _DEFAULT)

    def with_option(self, name: str, value: object, option: str) -> "Config":
        """Return these settings with one changed by an option of the command line.

        Raises ConfigError (bad_config) as load_config does.
        """
        setting = next(setting for setting in settings() if setting.name == name)
        try:
            changed = setting.read(value)
        except ValueError as err:
            raise ConfigError(
                "bad_config",
                "{option} must be {rule}.",
                "It is {why}",
                option=option,
                rule=err,
                why=setting.why,
            ) from err
        return replace(self, **{name: changed}, sources={**self.sources, name: option})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one setting is, for `pod config` and docs. read: raises ValueError(what it must be)."""

    name: str
    default: Any
    unit: str
    why: str
    read: Callable[[object], Any]


def settings() -> tuple[Setting, ...]:
    """Return all settings there are."""
    return tuple(
        [
            Setting(name=item.name, default=item.default, **item.metadata)
            for item in fields(Config)
            if item.metadata["read"] is not None
        ]
    )


def load_config(path: Path) -> Config:
    """Return the settings in the file at path, or the defaults if there is none.

    Raises ConfigError (bad_config), whose sentence names the file, the line and the key.
    """
    text = _read(path)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as err:
        raise ConfigError(
            "bad_config",
            "{path} is not TOML: {rule}.",
            "Lines look like this: sync_port = 4781. Text stands in quotes.",
            path=path,
            rule=err,
        ) from err
    known = {setting.name: setting for setting in settings()}
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, value in table.items():
        place = f"{path} line {_line_of(name, text)}"
        if name not in known:
            raise _unknown(name, place, known)
        try:
            values[name] = known[name].read(value)
        except ValueError as err:
            raise ConfigError(
                "bad_config",
                "{place}: {name} must be {rule}.",
                "{why} Unset, it is {default}.",
                place=place,
                name=name,
                rule=err,
                why=known[name].why,
                default=repr(known[name].default),
            ) from err
        sources[name] = place
    return Config(**values, sources=sources)


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_FILE_BYTES + 1)
    except FileNotFoundError:
        return ""
    except OSError as err:
        raise ConfigError(
            "bad_config",
            "{path} cannot be read: {why}.",
            "Is it yours to read?",
            path=path,
            why=err.strerror,
        ) from err
    if len(content) > _MAX_FILE_BYTES:
        raise ConfigError(
            "bad_config", "{path} is far too long for settings.", "Look into it.", path=path
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as err:
        raise ConfigError(
            "bad_config", "{path} is not UTF-8 text.", "Save it anew as UTF-8.", path=path
        ) from err


def _line_of(name: str, text: str) -> int:
    """Return the line on which a top-level key is set, or its table begins."""
    key = re.escape(name)
    found = re.search(rf"""^\s*\[*\s*["']?{key}["']?\s*[=.\]]""", text, re.MULTILINE)
    return text.count("\n", 0, found.end()) + 1 if found else 1


def _unknown(name: str, place: str, known: Mapping[str, Setting]) -> ConfigError:
    alike = difflib.get_close_matches(name, known, n=2)
    step = f"Did you mean {' or '.join(alike)}?" if alike else f"There are: {', '.join(known)}."
    return ConfigError(
        "bad_config", "{place}: there is no setting '{name}'.", step, place=place, name=name
    )
