"""Changing one setting in config.toml, leaving all that people wrote around it as it is."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from node.config import Setting, load_config, settings
from node.whole_file import write_whole
from protocol.errors import ConfigError, UserError


def change_setting(path: Path, name: str, text: str) -> None:
    """Set name to what text says in the settings file at path; made if it is not there.

    text: as people type it; a list is separated by blanks or commas, and empty text empties it.
    Raises UserError (not_found, invalid) and ConfigError (bad_config); the file is then as it was.
    """
    load_config(path)
    setting = _find(name)
    value = _read_value(setting, text)
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = _with_line(before, name, f"{name} = {json.dumps(value, ensure_ascii=False)}")
    if not _says(after, {**tomllib.loads(before), name: value}):
        raise ConfigError(
            "bad_config",
            "{name} stands in {path} in a form that is not changed by itself.",
            "Change it there with an editor.",
            name=name,
            path=path,
        )
    write_whole(path, after.encode())


def check_setting(name: str, text: str) -> None:
    """See that change_setting could set this. Raises UserError (not_found, invalid)."""
    _read_value(_find(name), text)


def _says(text: str, values: dict[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == values
    except tomllib.TOMLDecodeError:
        return False


def _find(name: str) -> Setting:
    found = [setting for setting in settings() if setting.name == name]
    if not found:
        raise UserError(
            "not_found",
            "There is no such setting.",
            "There are: {all}.",
            all=", ".join(setting.name for setting in settings()),
        )
    return found[0]


def _read_value(setting: Setting, text: str) -> Any:
    """Return the TOML value that text means for this setting: which type is by its default."""
    value: Any = text
    if isinstance(setting.default, bool):
        value = {"true": True, "false": False}.get(text.strip().lower(), text)
    elif isinstance(setting.default, int) and re.fullmatch(r"-?[0-9]{1,18}", text.strip()):
        value = int(text)
    elif isinstance(setting.default, tuple):
        value = re.split(r"[\s,]+", text.strip()) if text.strip() else []
    try:
        read = setting.read(value)
    except ValueError as err:
        raise UserError(
            "invalid",
            "{name} must be {rule}.",
            "{why}",
            name=setting.name,
            rule=err,
            why=setting.why,
        ) from err
    return list(read) if isinstance(read, tuple) else read


def _with_line(text: str, name: str, line: str) -> str:
    """Return text with the line that sets name replaced, or with line before any table."""
    pattern = re.compile(rf"^[ \t]*{re.escape(name)}[ \t]*=.*$", re.MULTILINE)
    if pattern.search(text):
        return pattern.sub(lambda _: line, text, count=1)
    return f"{text.rstrip()}\n{line}\n".lstrip()
