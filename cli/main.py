"""`pod`: finds the command, runs it, and turns whatever happens into an exit status.

Each command's module is imported when it is asked for, so that `pod --help` and `pod status`
answer at once on a small machine. Exit statuses: docs/commands.md, protocol/errors.EXIT_CODE.
"""

import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, Final, NamedTuple, NoReturn

import click

from cli import VERSION
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


def _start() -> ModuleType:
    from cli import start

    return start


def _status() -> ModuleType:
    from cli import status

    return status


def _listings() -> ModuleType:
    from cli import listings

    return listings


def _answers() -> ModuleType:
    from cli import answers

    return answers


def _waiting() -> ModuleType:
    from cli import waiting

    return waiting


def _versions() -> ModuleType:
    from cli import versions

    return versions


def _digest() -> ModuleType:
    from cli import digest

    return digest


def _letters() -> ModuleType:
    from cli import letters

    return letters


def _sheets() -> ModuleType:
    from cli import sheets

    return sheets


def _neighbours() -> ModuleType:
    from cli import neighbours

    return neighbours


def _nearby() -> ModuleType:
    from cli import nearby

    return nearby


def _settings() -> ModuleType:
    from cli import settings

    return settings


def _clock() -> ModuleType:
    from cli import clock

    return clock


def _doctor() -> ModuleType:
    from cli import doctor

    return doctor


def _recovery() -> ModuleType:
    from cli import recovery

    return recovery


def _authors() -> ModuleType:
    from cli import authors

    return authors


def _keys() -> ModuleType:
    from cli import keys

    return keys


def _doubts() -> ModuleType:
    from cli import doubts

    return doubts


def _bundle() -> ModuleType:
    from cli import bundle

    return bundle


def _languages() -> ModuleType:
    from cli import languages

    return languages


def _paper() -> ModuleType:
    from cli import paper

    return paper


def _sample() -> ModuleType:
    from cli import sample

    return sample


def _demo() -> ModuleType:
    from cli import demo

    return demo


def _bench() -> ModuleType:
    from cli import bench

    return bench


def _people() -> ModuleType:
    from cli import people

    return people


def _invites() -> ModuleType:
    from cli import invites

    return invites


def _care() -> ModuleType:
    from cli import care

    return care


def _ways() -> ModuleType:
    from cli import ways

    return ways


def _tools() -> ModuleType:
    from cli import tools

    return tools


def _rollcall() -> ModuleType:
    from cli import rollcall

    return rollcall


def _proposals() -> ModuleType:
    from cli import proposals

    return proposals


def _agreements() -> ModuleType:
    from cli import agreements

    return agreements


def _split() -> ModuleType:
    from cli import split

    return split


def _directory() -> ModuleType:
    from cli import directory

    return directory


def _meetups() -> ModuleType:
    from cli import meetups

    return meetups


def _pod_words() -> ModuleType:
    from cli import pod_words

    return pod_words


def _crisis() -> ModuleType:
    from cli import crisis

    return crisis


def _card() -> ModuleType:
    from cli import card

    return card


def _files() -> ModuleType:
    from cli import files

    return files


class Entry(NamedTuple):
    """Where a command is, and its line in `pod --help`."""

    module: Callable[[], ModuleType]
    attribute: str
    summary: str


SECTIONS: Final[dict[str, dict[str, Entry]]] = {
    "Offers and needs": {
        "offer": Entry(_listings, "offer", "Offer something to your neighbours."),
        "need": Entry(_listings, "need", "Say what somebody could use."),
        "board": Entry(_listings, "board", "Show what is offered and needed."),
        "show": Entry(_listings, "show", "Show one listing in full."),
        "edit": Entry(_listings, "edit", "Change a listing of this pod."),
        "renew": Entry(_listings, "renew", "Keep a listing open for longer."),
        "withdraw": Entry(_listings, "withdraw", "Take a listing back, everywhere."),
        "reply": Entry(_letters, "reply", "Reply to a listing, of this pod or of another."),
        "mail": Entry(_letters, "mail", "Letters between this pod and others, sealed."),
        "answers": Entry(_answers, "answers", "Show what people say to this pod's listings."),
        "promise": Entry(_answers, "promise", "Promise somebody what they asked for."),
        "unpromise": Entry(_answers, "unpromise", "Take a promise back."),
        "decline": Entry(_answers, "decline", "Say no to an answer, kindly."),
        "unask": Entry(_answers, "unask", "Take an answer back for who asked."),
        "back": Entry(_answers, "back", "Note that what was lent is back home."),
        "done": Entry(_answers, "done", "Say that a listing is done."),
        "pause": Entry(_answers, "pause", "Take a rest from a listing."),
        "resume": Entry(_answers, "resume", "Open a paused listing again."),
        "reopen": Entry(_answers, "reopen", "Open a listing again that was done."),
        "versions": Entry(_versions, "versions", "Show what something said before; take it back."),
        "waiting": Entry(_waiting, "waiting", "Show what waits for this pod's people."),
        "match": Entry(_digest, "match", "Show which offers may fit which needs, and why."),
        "digest": Entry(_digest, "week", "Show the week on one page."),
        "import": Entry(_sheets, "import_sheet", "Take listings from a spreadsheet (CSV)."),
        "export": Entry(_sheets, "export_sheet", "Write this pod's listings as CSV or JSON."),
        "imports": Entry(_files, "imports", "Look at what files brought, and take it back."),
    },
    "What pods tell one another": {
        "resource": Entry(_directory, "resource", "Places and services, and if they are true."),
        "event": Entry(_meetups, "event", "Meetups: when people meet, and who comes."),
        "notice": Entry(_pod_words, "notice", "A few words: ideas, requests, alerts, thanks."),
        "reading": Entry(_pod_words, "reading", "What pods recommend to read, see and hear."),
        "crisis": Entry(_crisis, "crisis", "How pods are doing in a crisis."),
        "outcome": Entry(_pod_words, "outcome", "Where pods stand on a common question."),
        "card": Entry(_card, "card", "Who a pod is, for other pods."),
    },
    "On paper": {
        "print": Entry(_paper, "print_", "Write sheets to print: board, flyer, slips and more."),
        "language": Entry(_languages, "language", "The languages of pages and paper; add one."),
    },
    "The people of this pod; nothing of it leaves the pod": {
        "member": Entry(_people, "member", "Who is in this pod, and what they agreed to show."),
        "invite": Entry(_invites, "invite", "Codes with which people join this pod."),
        "tree": Entry(_ways, "tree", "Show who rings whom in an emergency."),
        "map": Entry(_care, "map_", "Show who can help with what, and the gaps."),
        "rollcall": Entry(_rollcall, "rollcall", "In a crisis, ask whether all are well."),
        "care": Entry(_care, "care", "What would help somebody, for those they name."),
        "buddy": Entry(_care, "buddy", "Pairs of people who look after each other."),
        "way": Entry(_ways, "way", "How people of this pod keep in touch."),
        "proposal": Entry(_proposals, "proposal", "Decide together."),
        "agreement": Entry(_agreements, "agreement", "What this pod has agreed on."),
        "rules": Entry(_agreements, "rules", "How this pod decides and takes people in."),
        "tool": Entry(_tools, "tool", "Programs that act for somebody, each by its token."),
        "log": Entry(_ways, "log", "What stewards did to the things of others."),
        "split": Entry(_split, "split", "Make two pods of a large one."),
    },
    "This pod": {
        "init": Entry(_start, "init", "Make a pod on this machine."),
        "up": Entry(_start, "up", "Start this pod's node; makes a pod first if there is none."),
        "status": Entry(_status, "status", "Say how this pod is, on one screen."),
        "neighbor": Entry(_neighbours, "neighbor", "Become neighbours with other pods, or stop."),
        "author": Entry(_authors, "author", "Hide or block what another pod writes."),
        "nearby": Entry(_nearby, "nearby", "Look which pods are on this LAN."),
        "bundle": Entry(_bundle, "bundle", "Carry what pods share on a USB stick."),
        "config": Entry(_settings, "config", "Show and change settings."),
        "clock": Entry(_clock, "clock", "See and confirm the time of this pod."),
        "doctor": Entry(_doctor, "doctor", "Check that everything is in order."),
        "recovery": Entry(_recovery, "recovery", "The 24 words that this pod is made again from."),
        "backup": Entry(_keys, "backup", "Write this whole pod to one sealed file."),
        "restore": Entry(_keys, "restore", "Put the pod of a backup on this machine."),
        "recover": Entry(_keys, "recover", "Make this pod again from its 24 words alone."),
        "rotate": Entry(_keys, "rotate", "Give this pod a fresh key: after a theft."),
        "doubt": Entry(_doubts, "doubt", "After a theft: say what is yours and what is not."),
    },
    "To try and to measure": {
        "demo": Entry(_demo, "demo", "Watch three pods share listings, on this machine alone."),
        "sample": Entry(_sample, "sample", "Fill an empty pod with a made-up street."),
        "bench": Entry(_bench, "bench", "Measure how fast pods are on this machine."),
    },
}
COMMANDS: Final = {name: entry for part in SECTIONS.values() for name, entry in part.items()}
OTHER_SPELLINGS: Final = {"neighbour": "neighbor", "ask": "reply"}


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
