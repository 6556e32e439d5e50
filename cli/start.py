"""`pod init` and `pod up`: a pod is made, and its node serves."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli.desk import Desk, command, pass_desk
from cli.out import Pairs
from cli.recovery import hand_over, nag
from node import first_start, recovery
from node.addresses import own_hosts
from node.config import CONFIG_FILE, Config, load_config
from node.pod import Pod
from node.pod_name import checked_name
from node.run import run
from node.serving import Serving
from node.shapes.plain import Json
from protocol.errors import ConfigError, UserError
from protocol.identity import pod_id_text
from protocol.introduction import Address

_FIRST = (
    "Open that address on your phone, on the same Wi-Fi: whoever does so first becomes the "
    "pod's first person, and looks after it."
)
_CARD = (
    "Its card, with this name and no person in it, is signed for all pods that it will reach. "
    "Say more in it, or less: pod card edit --help"
)

_name = click.option("--name", help="What neighbours call this pod; a terminal asks.")
_recovery_file = click.option(
    "--recovery-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the 24 words to this new file instead of showing them.",
)


@command("init")
@_name
@_recovery_file
@pass_desk
def init(desk: Desk, *, name: str | None, recovery_file: Path | None) -> None:
    """Make a pod on this machine: its keys, its database and its 24 recovery words.

    At a terminal the words are shown once, three of them are checked, and no copy is kept.
    Without one they go to a recovery sheet that only this user can read.
    """
    if first_start.has_pod(desk.data_dir):
        raise UserError(
            "conflict",
            f"There is a pod in {desk.data_dir} already.",
            "See it: pod status. Another folder makes another pod: --data DIR",
        )
    with _make(desk, name, recovery_file) as pod:
        desk.out.answer(*_made(desk, pod), _CARD, "Start it: pod up")
    nag(desk)


def _make(desk: Desk, name: str | None, recovery_file: Path | None) -> Pod:
    """Make the pod: with people at a terminal, else with a sheet."""
    named = None if name is None else checked_name(name)
    left_over = recovery.waiting_sheet(desk.data_dir)
    if left_over or recovery_file or not desk.out.can_ask():
        return first_start.create_with_sheet(desk.data_dir, name=named, elsewhere=recovery_file)
    if named is None:
        question = "What shall neighbours call this pod? (say, its street)"
        named = desk.out.ask_until_right(question, checked_name)
    seed = recovery.new_seed()
    hand_over(desk, seed)
    return first_start.create_known(desk.data_dir, name=named, seed=seed)


def _made(desk: Desk, pod: Pod) -> tuple[Json, str, Pairs]:
    sheet = recovery.waiting_sheet(desk.data_dir)
    said = {
        "name": pod.name,
        "pod_id": pod_id_text(pod.pod_id),
        "data_dir": str(desk.data_dir),
        "recovery_sheet": str(sheet) if sheet else None,
    }
    return (
        {**said},
        f"{pod.name} is made.",
        Pairs([("Pod id", pod_id_text(pod.pod_id)), ("Kept in", str(desk.data_dir))]),
    )


@command("up")
@_name
@_recovery_file
@click.option("--port", type=int, help="TCP port for neighbours, in place of the setting.")
@click.option(
    "--listen", multiple=True, metavar="IP", help="Listen on this address alone; may be repeated."
)
@pass_desk
def up(
    desk: Desk,
    *,
    name: str | None,
    recovery_file: Path | None,
    port: int | None,
    listen: tuple[str, ...],
) -> None:
    """Start this pod's node, and serve until Ctrl-C or SIGTERM.

    Makes a pod first if there is none, as `pod init` does. --name and --recovery-file are for
    that first time.
    """
    config = load_config(desk.data_dir / CONFIG_FILE)
    if port is not None:
        config = config.with_option("sync_port", port, "--port")
    if listen:
        config = config.with_option("listen", list(listen), "--listen")
    if not first_start.has_pod(desk.data_dir):
        with _make(desk, name, recovery_file) as pod:
            desk.out.tell(f"{pod.name} is made, in {desk.data_dir}.", _CARD)
    nag(desk)
    run(desk.data_dir, config, lambda serving: _serves(desk, config, serving))


def _serves(desk: Desk, config: Config, serving: Serving) -> None:
    """Say where the node serves, once it does."""
    found = config.listen or own_hosts()
    where = [str(Address(host, serving.port)) for host in found]
    sheet = recovery.waiting_sheet(desk.data_dir)
    pages = "Set it up at" if _is_new(serving) else "Members' pages"
    desk.out.answer(
        {
            "name": serving.name,
            "pod_id": pod_id_text(serving.pod_id),
            "port": serving.port,
            "addresses": [*where],
            "pages": [] if isinstance(serving.pages, ConfigError) else [*_pages(serving, found)],
            "pages_error": _pages_error(serving),
            "recovery_sheet": str(sheet) if sheet else None,
        },
        f"{serving.name} is up.",
        Pairs(
            [
                ("Pod id", pod_id_text(serving.pod_id)),
                ("Neighbours", f"reach it at {', '.join(where) or f'port {serving.port}'}"),
                *((pages, page) for page in _pages(serving, found)),
                ("Stop it", "with Ctrl-C"),
            ]
        ),
        *([_FIRST] if _is_new(serving) else []),
    )


def _is_new(serving: Serving) -> bool:
    """Tell whether the pages still wait for the pod's first person."""
    pages = serving.pages
    return not isinstance(pages, ConfigError) and pages is not None and bool(pages.setup_code)


def _pages_error(serving: Serving) -> Json:
    """Return why the members' pages are not served, for programs."""
    error = serving.pages
    if not isinstance(error, ConfigError):
        return None
    return {"code": error.code, "sentence": error.sentence, "next_step": error.next_step}


def _pages(serving: Serving, hosts: Sequence[str]) -> list[str]:
    """Return where members' pages are: while the pod has no people, the page that begins it."""
    pages = serving.pages
    if pages is None:
        return []
    if isinstance(pages, ConfigError):
        return [f"{pages.sentence} {pages.next_step}"]
    scheme = "https" if pages.is_https else "http"
    path = f"/setup/{pages.setup_code}" if pages.setup_code else "/"
    return [f"{scheme}://{Address(host, pages.port)}{path}" for host in hosts or ("localhost",)]
