"""What every command starts from: which pod, how to print, and the options that say so.

`--data`, `--json`, `--no-color` and `--verbose` may stand before a command's name or after it;
all of them note what they say on the one Desk of this call.
"""

import difflib
import logging
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from cli.examples import example_of
from cli.out import Out

if TYPE_CHECKING:
    from node.pod import Pod

_F = TypeVar("_F", bound=Callable[..., Any])

ANYWHERE: Final = "Each command also takes --data DIR, --json, --no-color and --verbose."


@dataclass(slots=True)
class Desk:
    """One call of `pod`: where its pod is, and what it prints with.

    help_line, list_line: commands that tell more of the one that runs, and what there is for it.
    """

    out: Out = field(default_factory=Out)
    verbose: bool = False
    given_data_dir: Path | None = None
    help_line: str = "pod --help"
    list_line: str = ""

    @property
    def data_dir(self) -> Path:
        """The pod's directory: --data, else MUTUALPOD_DATA, else this user's data directory."""
        if self.given_data_dir is None:
            import platformdirs

            return platformdirs.user_data_path("mutualpod")
        return self.given_data_dir

    def pod(self) -> "Pod":
        """Open this pod, for a `with`. Raises StoreError if there is none or it cannot open."""
        from node.pod import Pod

        return Pod.open(self.data_dir)


pass_desk = click.make_pass_decorator(Desk, ensure=True)


def _noting(note: Callable[[Desk, Any], None]) -> Callable[..., None]:
    def callback(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            note(context.ensure_object(Desk), value)

    return callback


def _set_data(desk: Desk, path: Path) -> None:
    desk.given_data_dir = path


def _set_json(desk: Desk, _: bool) -> None:  # noqa: FBT001  # click hands it over so
    desk.out.json = True


def _set_no_color(desk: Desk, _: bool) -> None:  # noqa: FBT001
    desk.out.no_color = True


def _set_verbose(desk: Desk, _: bool) -> None:  # noqa: FBT001
    desk.verbose = True
    logging.basicConfig(level="DEBUG", format="%(levelname)s %(name)s %(message)s")


def _everywhere(*, hidden: bool) -> list[click.Parameter]:
    """Return the four options; each command needs its own, click keeps state in them."""
    shared: dict[str, Any] = {"expose_value": False, "is_eager": True, "hidden": hidden}
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        click.Option(
            ["--data"],
            type=folder,
            metavar="DIR",
            # Read on the outermost command alone: an inner default must not win over
            # an outer --data.
            envvar=None if hidden else "MUTUALPOD_DATA",
            help="Where this pod keeps everything (also MUTUALPOD_DATA).",
            callback=_noting(_set_data),
            **shared,
        ),
        click.Option(
            ["--json"],
            is_flag=True,
            help="Print one JSON value, for programs.",
            callback=_noting(_set_json),
            **shared,
        ),
        click.Option(
            ["--no-color"],
            is_flag=True,
            help="No colours (also NO_COLOR).",
            callback=_noting(_set_no_color),
            **shared,
        ),
        click.Option(
            ["--verbose"],
            is_flag=True,
            help="Log what happens on stderr.",
            callback=_noting(_set_verbose),
            **shared,
        ),
    ]


class Command(click.Command):
    """A command that takes the options of every command, without listing them each time."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("epilog", ANYWHERE)
        super().__init__(*args, **kwargs)
        self.params += _everywhere(hidden=True)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command is for, and one line of it as somebody types it."""
        super().format_help_text(ctx, formatter)
        example = example_of(ctx)
        if example and example not in (self.help or ""):
            formatter.write_paragraph()
            with formatter.indentation(), formatter.indentation():
                formatter.write_text(example)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read what was typed; say of words that are too many what they may have been meant for."""
        ctx.allow_extra_args = True
        rest = super().parse_args(ctx, args)
        for it in self.params:
            is_file = isinstance(it.type, click.Path) and not it.type.dir_okay
            if is_file and ctx.params.get(str(it.name)) == Path():
                raise click.BadParameter("the name of a file is needed.", ctx, it)
        if rest and not ctx.resilient_parsing:
            raise TooManyWords(ctx, rest)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; an error that has no next step of its own gets one by it."""
        desk, group = ctx.ensure_object(Desk), ctx.parent.command if ctx.parent else None
        desk.help_line = f"{ctx.command_path} --help"
        if isinstance(group, click.Group) and "list" in group.commands and ctx.parent:
            desk.list_line = f"{ctx.parent.command_path} list"
        return super().invoke(ctx)


_ANY_WORDS: Final = frozenset(
    {"title", "name", "pod_name", "other", "question", "words_", "text", "label"}
)
"""Names of arguments that may well hold more words than one."""


class TooManyWords(click.UsageError):
    """More words than a command takes. next_step: the line that was perhaps meant."""

    def __init__(self, ctx: click.Context, rest: list[str]) -> None:
        path, words = ctx.command_path, shlex.quote(" ".join(rest))
        super().__init__(f"{path.partition(' ')[2]} takes no more words: {shlex.join(rest)}", ctx)
        self.next_step = f"{path} --help"
        before = [str(it.name) for it in ctx.command.params if isinstance(it, click.Argument)]
        options = {name for it in ctx.command.params for name in it.opts}
        if before and before[-1] in _ANY_WORDS:
            meant = shlex.quote(" ".join([str(ctx.params[before[-1]]), *rest]))
            self.next_step = f"words that belong together stand between quotes: {meant}"
        elif not before:
            fitting = [it for it in ("--name", "--search") if it in options]
            self.next_step = f"{path} {fitting[0]} {words}" if fitting else self.next_step


class Group(click.Group):
    """A group of commands; knows other spellings of their names."""

    command_class = Command
    group_class = type  # its own groups are Groups too

    def __init__(self, *args: Any, other_spellings: dict[str, str] | None = None, **kwargs: Any):
        self.outermost: bool = kwargs.pop("outermost", False)
        super().__init__(*args, **kwargs)
        self.other_spellings = other_spellings or {}
        self.params += _everywhere(hidden=not self.outermost)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take a group's name alone as a question for its help."""
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is meant; of a slip, say which ones are near."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0].lower(), self.list_commands(ctx), 2, 0.6)
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            raise click.UsageError(f"There is no command {shlex.quote(args[0])}.{meant}", ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command by its name or by another spelling of it."""
        return super().get_command(ctx, self.other_spellings.get(cmd_name, cmd_name))


def command(name: str) -> Callable[[_F], Command]:
    """Declare a command that every option of every command applies to."""
    return click.command(name, cls=Command)
