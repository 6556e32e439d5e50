"""`pod config`: what is set, where that comes from, and how to change it."""

import json

import click

from cli.desk import Desk, Group, pass_desk
from cli.out import Table
from node.config import CONFIG_FILE, load_config, settings
from node.pod_name import checked_name
from node.settings_file import change_setting
from node.shapes.plain import Json

NAME = "name"
"""Not in the file: the pod's own name is told to neighbours and lives in the database."""


@click.group("config", cls=Group)
def config() -> None:
    """Show and change settings. A running node takes them up when it is started again."""


@config.command("show")
@pass_desk
def show(desk: Desk) -> None:
    """Show every setting: its value, and where that comes from."""
    path = desk.data_dir / CONFIG_FILE
    found = load_config(path)
    with desk.pod() as pod:
        rows: list[tuple[str, Json, str]] = [(NAME, pod.name, "this pod")]
    rows += [(it.name, getattr(found, it.name), found.source_of(it.name)) for it in settings()]
    desk.out.answer(
        {name: {"value": value, "from": source} for name, value, source in rows},
        Table(
            ("Setting", "Value", "From"),
            [(name, _said(value), source) for name, value, source in rows],
            fold=frozenset(("Value", "From")),
        ),
        f"The file is {path}; `pod config set NAME VALUE` changes it.",
    )


@config.command("path")
@pass_desk
def path(desk: Desk) -> None:
    """Say where the settings file is, or would be."""
    place = desk.data_dir / CONFIG_FILE
    desk.out.answer({"path": str(place), "exists": place.exists()}, str(place))


@config.command("set")
@click.argument("name")
@click.argument("value")
@pass_desk
def set_(desk: Desk, name: str, value: str) -> None:
    """Change one setting, or this pod's name. A list is separated by commas.

    \b
      pod config set name "Maple Street"
      pod config set sync_port 4790
    """
    if name == NAME:
        value = checked_name(value)
        with desk.pod() as pod:
            pod.rename(value)
        desk.out.answer({"name": name, "value": value}, f"This pod is called {value} now.")
        return
    if not desk.data_dir.is_dir():
        desk.pod().close()  # says that there is no pod, and what to do
    place = desk.data_dir / CONFIG_FILE
    change_setting(place, name, value)
    now: Json = getattr(load_config(place), name)
    desk.out.answer(
        {"name": name, "value": now},
        f"{name} is {_said(now)} from the next start of the node on.",
    )


def _said(value: Json) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return value if isinstance(value, str) else json.dumps(value)
