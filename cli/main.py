"""`pod`: finds the command, runs it, and turns whatever happens into an exit status.

Exit statuses: docs/commands.md, protocol/errors.EXIT_CODE.
"""

import errno
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

import click

from cli import VERSION
from cli.commands import COMMANDS, OTHER_SPELLINGS, SECTIONS
from cli.desk import Desk, Group, TooManyWords
from cli.examples import example_of
from cli.out import Out, prepare_streams
from protocol.errors import ERRORS, PodError, StoreError, UserError, exit_code

EXIT_USAGE: Final = 2
EXIT_BUG: Final = 70  # EX_SOFTWARE of sysexits.h
EXIT_INTERRUPTED: Final = 130  # 128 + SIGINT
EXIT_NO_READER: Final = 141  # 128 + SIGPIPE
CRASH_LOG: Final = "errors.log"
MAX_CRASH_LOG_BYTES: Final = 256 * 1024
"""Past it the log starts again: a Pi's card is small, and the newest crash counts most."""
_LONG_NUMBER: Final = re.compile(r"\d{19}")
"""What has fewer digits fits SQLite's integers."""


class PodGroup(Group):
    """`pod` itself: commands by table, and one place where every error ends."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names in the order of the help page."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        entry = COMMANDS.get(OTHER_SPELLINGS.get(cmd_name, cmd_name))
        if entry is None:
            return None
        found: click.Command = getattr(entry.module(), entry.attribute)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the sections, importing none of their commands."""
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, entry.summary) for name, entry in entries.items()])

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a reader that has gone, as `head` does, ends it quietly."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Python would complain once more when it flushes at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(EXIT_NO_READER) from None

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run one command line and exit with its status. Never a traceback."""
        prepare_streams()
        words = list(sys.argv[1:] if args is None else args)
        # Known before any parsing, so that a misspelt option is told in JSON too.
        desk = Desk(out=Out(json="--json" in words))
        extra = {"prog_name": "pod"} | extra | {"standalone_mode": False, "obj": desk}
        status = _status_of(lambda: super(PodGroup, self).main(words, **extra), desk, words)
        if args is None:  # it has ended: one more Ctrl-C changes nothing of what it says
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.exit(status)


@click.group(
    "pod",
    cls=PodGroup,
    outermost=True,
    context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
    epilog="`pod COMMAND --help` tells about one command. Nothing here costs or counts anything.",
)
@click.version_option(VERSION, message="mutualpod %(version)s")
def main() -> None:
    """Share offers and needs with neighbours, pod to pod, without any server."""


def _status_of(run: Callable[[], object], desk: Desk, words: Sequence[str]) -> int:
    """Run a command; say what went wrong, if anything did, and return the exit status.

    words: what was typed.
    """
    out = desk.out
    try:
        status = run()
        return status if isinstance(status, int) else 0
    except click.exceptions.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as err:
        out.error("invalid", _as_sentence(err.format_message()), _help_for(err))
        return EXIT_USAGE
    except PodError as err:
        out.error(err.code, *_for_people(err, desk))
        return exit_code(err)
    except PermissionError as err:
        denied = StoreError(
            "read_only",
            f"{err.filename or desk.data_dir} cannot be used by this user.",
            "Run this as the user whose pod it is, or name another folder with --data.",
        )
        out.error(denied.code, denied.sentence, denied.next_step)
        return exit_code(denied)
    except OSError as err:
        if err.filename is None or err.errno != errno.ENAMETOOLONG:
            _tell_of_bug(err, desk)
            return EXIT_BUG
        out.error("invalid", "The name of a file is too long.", desk.help_line)
        return EXIT_USAGE
    except (UnicodeEncodeError, OverflowError) as err:
        wrong = _not_to_be_used(err, words)
        if wrong is None:
            _tell_of_bug(err, desk)
            return EXIT_BUG
        out.error("invalid", wrong, desk.help_line)
        return EXIT_USAGE
    except Exception as err:  # noqa: BLE001  # the outermost loop: a person must never see a traceback
        _tell_of_bug(err, desk)
        return EXIT_BUG


def _for_people(err: PodError, desk: Desk) -> tuple[str, str]:
    """Return a sentence and a next step; whoever typed something is never left without one."""
    sentence = getattr(err, "sentence", "") or ERRORS.get(err.code, "Something went wrong.")
    next_step: str = getattr(err, "next_step", "")
    if not next_step and isinstance(err, UserError):
        is_elsewhere = err.code in {"not_found", "ambiguous"}
        next_step = (is_elsewhere and desk.list_line) or desk.help_line
    return sentence, next_step


def _help_for(err: click.ClickException) -> str:
    if isinstance(err, TooManyWords):
        return err.next_step
    context = getattr(err, "ctx", None)
    if context is None:
        return "pod --help"
    example = example_of(context) if isinstance(err, click.MissingParameter) else None
    more = f"{context.command_path} --help"
    return f"for example: {example} (more: {more})" if example else more


def _not_to_be_used(err: Exception, words: Sequence[str]) -> str | None:
    """Return what is wrong with what was typed, if that is why something failed.

    Here and not at each command: a file's name may hold bytes that are no text, and words any
    number, so only what a command does with them tells.
    """
    if isinstance(err, UnicodeEncodeError):
        is_text = not any("\udc80" <= sign <= "\udcff" for it in words for sign in it)
        return None if is_text else "Something in what was typed is no text (UTF-8)."
    has_long_number = any(_LONG_NUMBER.search(it) for it in words)
    return "A number in what was typed is too large." if has_long_number else None


def _as_sentence(message: str) -> str:
    return message if message.endswith((".", "?", "!", ")")) else f"{message}."


def _tell_of_bug(err: Exception, desk: Desk) -> None:
    if desk.verbose:
        desk.out.trace("".join(traceback.format_exception(err)))
    log = _write_crash(desk.data_dir, err)
    where = f"The details are in {log}." if log else "Run it again with --verbose to see more."
    desk.out.error(
        "internal",
        f"Something in this program went wrong ({type(err).__name__}); nothing is half done.",
        f"{where} They hold no words of yours: please send them to whoever keeps this program.",
    )


def _write_crash(data_dir: Path, err: Exception) -> Path | None:
    """Append where it happened to the log, and neither message nor values: those quote people."""
    frames = traceback.extract_tb(err.__traceback__)
    lines = [f"  {frame.filename}:{frame.lineno} {frame.name}\n" for frame in frames]
    log = data_dir / CRASH_LOG
    try:
        fresh = not log.exists() or log.stat().st_size > MAX_CRASH_LOG_BYTES
        with open(log, "w" if fresh else "a", encoding="utf-8", opener=_for_owner) as file:
            file.writelines([f"{type(err).__qualname__}\n", *lines])
    except OSError:
        return None
    return log


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
