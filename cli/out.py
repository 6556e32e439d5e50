"""All that commands print, and all that they ask. No other module of ours prints.

Rules of the terminal (after age's cmd/age/tui.go):

- stdout carries the answer and nothing else; questions, progress, notes and errors go to stderr.
- With --json stdout carries exactly one JSON value. Keys are stable: they are added, never
  renamed. An error is then one JSON line on stderr, {"error": {code, sentence, next_step}}.
- An error is one sentence, then, on a line of its own, what to do: `next: …`.
- We ask only when a person can answer: stdin and stderr are a terminal, and there is no --json.
- Colour says nothing that words do not; none in a pipe, with --no-color, NO_COLOR or TERM=dumb.
- Words from other pods are data: control characters in them never reach the terminal.
- A pipe gets the same tables, never folded: a line is a row.
"""

import contextlib
import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TextIO, TypeAlias, TypeVar

import click

from node.shapes.plain import Json
from protocol.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

_T = TypeVar("_T")
Cell: TypeAlias = "str | Styled"
Block: TypeAlias = "str | Table | Pairs | Qr"
Advance: TypeAlias = Callable[[int, int], None]
"""Tells progress: how many are done, of how many."""

# Escape sequences and bidirectional overrides; the newline is ours to give or take.
_UNSAFE: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_UNSAFE_IN_JSON: Final = re.compile(r"[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PIPE_WIDTH: Final = 100_000
_MAX_QR_WIDTH: Final = 120


@dataclass(frozen=True, slots=True)
class Styled:
    """A cell in a colour, of rich's names."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. On a narrow terminal the columns in `fold` break their lines."""

    headings: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    fold: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pairs:
    """A name and what it is, line by line. Pairs without a value are left out."""

    items: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Qr:
    """A text as a code that a phone's camera reads."""

    text: str


def clean(text: str) -> str:
    """Return text with everything that would steer a terminal replaced by U+FFFD."""
    return _UNSAFE.sub("\ufffd", text)


def to_json(value: Json) -> str:
    """Return value as JSON that is safe to show on a terminal too."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


@dataclass(slots=True)
class Out:
    """What one command prints with. The fields are set from its options."""

    json: bool = False
    no_color: bool = False

    # --- Answers ---

    def answer(self, data: Json, *blocks: Block) -> None:
        """Print what was asked for: data with --json, else the blocks."""
        if self.json:
            self._write(sys.stdout, to_json(data))
            return
        for block in blocks:
            self._show(block, sys.stdout)

    def note(self, sentence: str, next_step: str = "") -> None:
        """Tell something that was not asked for, on stderr; nothing with --json."""
        if self.json:
            return
        self._say(sentence, self._tint("note:", "yellow"))
        if next_step:
            self._say(next_step, self._tint("next:", "cyan"))

    def show_beside(self, *blocks: Block) -> None:
        """Show blocks on stderr, beside a question."""
        for block in blocks:
            self._show(block, sys.stderr)

    def tell(self, *lines: str) -> None:
        """Say lines on stderr beside a question or while something runs; nothing with --json."""
        if not self.json:
            for line in lines:
                self._say(line)

    def error(self, code: str, sentence: str, next_step: str) -> None:
        """Say on stderr what went wrong, and what to do."""
        if self.json:
            said: Json = {"code": code, "sentence": sentence, "next_step": next_step}
            line = json.dumps({"error": said})
            self._write(sys.stderr, line)
            return
        self._say(sentence, self._tint("pod:", "red"))
        if next_step:
            self._say(next_step, self._tint("next:", "cyan"))

    def raw(self, content: bytes) -> None:
        """Write to stdout what is for another program, as it is: an export."""
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()

    def trace(self, text: str) -> None:
        """Write to stderr what only a developer reads."""
        self._write(sys.stderr, text)

    # --- Questions ---

    def can_ask(self) -> bool:
        """Tell whether a person is there to answer."""
        return not self.json and sys.stdin.isatty() and sys.stderr.isatty()

    def ask(self, question: str, default: str | None = None) -> str:
        """Return what a person typed, trimmed; with a default, Enter alone takes it."""
        answer: str = click.prompt(clean(question), default=default, err=True, type=str)
        return answer.strip()

    def ask_until_right(
        self, question: str, read: Callable[[str], _T], default: str | None = None
    ) -> _T:
        """Ask until read takes the answer; say what its UserError says in between."""
        while True:
            try:
                return read(self.ask(question, default))
            except UserError as err:
                self.tell(err.sentence, err.next_step)

    def insist(self, question: str) -> None:
        """Go on only with a person's yes; where nobody can be asked, the command was the yes."""
        if self.can_ask() and not click.confirm(clean(question), default=False, err=True):
            self.tell("Nothing was changed.")
            raise click.Abort

    def confirm(self, question: str) -> bool:
        """Ask a person for yes or no; Enter alone is no."""
        return click.confirm(clean(question), default=False, err=True)

    def show_once(self, *lines: str, until: str) -> None:
        """Show lines that must not stay: on the other screen, until Enter is pressed."""
        other_screen = os.environ.get("TERM", "dumb") != "dumb"
        try:
            if other_screen:
                self._write(sys.stderr, "\x1b[?1049h\x1b[2J\x1b[H", end="")
            self.tell(*lines)
            click.prompt(until, default="", show_default=False, prompt_suffix=" ", err=True)
        finally:
            if other_screen:
                self._write(sys.stderr, "\x1b[2J\x1b[?1049l", end="")
        if not other_screen:
            self.tell("This terminal cannot clear itself: close it, so that nobody scrolls back.")

    # --- Progress ---

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[Advance | None]:
        """Give a function to tell progress to, or None where nobody would see the bar."""
        if self.json or not sys.stderr.isatty():
            yield None
            return
        from rich.progress import Progress

        with Progress(console=self._console(sys.stderr), transient=True) as bar:
            task = bar.add_task(label, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)

    # --- How it is done ---

    def _show(self, block: Block, stream: TextIO) -> None:
        match block:
            case str():
                self._write(stream, _folded(clean(block), stream))
            case Qr():
                self._write(stream, _drawn(block.text, colour=self._colours(stream)))
            case Table() | Pairs():
                console = self._console(stream)
                with console.capture() as drawn:
                    console.print(_grid(block))
                lines = (line.rstrip() for line in drawn.get().splitlines())
                self._write(stream, "\n".join(lines))

    def _colours(self, stream: TextIO) -> bool:
        wanted = not self.no_color and not os.environ.get("NO_COLOR")
        return wanted and stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def _tint(self, word: str, colour: str) -> str:
        return click.style(word, fg=colour) if self._colours(sys.stderr) else word

    def _console(self, stream: TextIO) -> "Console":
        # Imported here: 60 ms that a command without a table need not wait for.
        from rich.console import Console

        return Console(
            file=stream,
            highlight=False,
            markup=False,
            emoji=False,
            no_color=not self._colours(stream),
            width=None if stream.isatty() else _PIPE_WIDTH,
        )

    def _say(self, sentence: str, mark: str = "") -> None:
        """Write a sentence on stderr. mark: what kind it is, in colour perhaps."""
        text = f"{click.unstyle(mark)} {clean(sentence)}" if mark else clean(sentence)
        said = _folded(text, sys.stderr)
        self._write(sys.stderr, mark + said[len(click.unstyle(mark)) :])

    @staticmethod
    def _write(stream: TextIO, text: str, end: str = "\n") -> None:
        print(text, end=end, file=stream, flush=True)


def _folded(text: str, stream: TextIO) -> str:
    """Return sentences in lines that fit a terminal, broken between words; a pipe's as they are."""
    if not stream.isatty():
        return text
    width = shutil.get_terminal_size().columns
    lines = [
        textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
        if len(line) > width
        else [line]
        for line in text.split("\n")
    ]
    return "\n".join(line for folded in lines for line in folded)


def _grid(block: Table | Pairs) -> Any:
    from rich.table import Table as RichTable
    from rich.text import Text

    def cell(said: Cell) -> Text:
        text, style = (said.text, said.style) if isinstance(said, Styled) else (said, "")
        return Text(clean(text), style=style, overflow="fold")

    if isinstance(block, Pairs):
        grid = RichTable.grid(padding=(0, 2, 0, 0))
        for name, value in block.items:
            if value:
                grid.add_row(cell(Styled(name, "dim")), cell(value))
        return grid
    table = RichTable(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in block.headings:
        table.add_column(heading, no_wrap=heading not in block.fold)
    for row in block.rows:
        table.add_row(*(cell(said) for said in row))
    return table


def _drawn(text: str, *, colour: bool) -> str:
    """Return the QR code of text in half blocks; light on dark, as scanners need it."""
    import segno

    drawing = io.StringIO()
    segno.make(text, micro=False).terminal(out=drawing, border=2, compact=True)
    lines = drawing.getvalue().splitlines()
    if colour:
        # Said outright, or a terminal with a light background shows a negative.
        lines = [f"\x1b[97;40m{line}\x1b[0m" for line in lines]
    return "\n".join(lines)


def prepare_streams() -> None:
    """Make the standard streams bear any character, on whatever terminal this is."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
