"""Runs transcripts: text files of commands and what they must print, which read as a manual.

    # words for the reader
    $ pod show <ref tomatoes>          a command; <…> stands for what was seen before
    Spare tomatoes                     what it must print on stdout, line by line
    ! note: nobody sees it yet.        … and on stderr
    = 2                                … and its exit status, if it is not 0
    ...                                any lines, or none
    $ cat > spring.csv                 writes a file: the lines below are what is in it
    $ pod import - < spring.csv        gives a command a file to read from
    $ pod up --port <port a> &         runs beside what follows; the lines below are its first ones
    $ pod board  # soon                tried until it prints this

Placeholders: <ref NAME> a reference, <pod NAME> a short pod id, <id NAME> a whole one, <day>,
<port NAME> a free port, <invitation NAME>, <words NAME> six words, <any> any part of a line.
What a name stood for first, it stands for after.
Columns may be wider or narrower than shown.
"""

import os
import re
import shlex
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from click.testing import CliRunner

from cli.main import main
from tests.cli import terminal
from tests.cli.terminal import environment
from tests.patience import PATIENCE_S
from tests.ports import free_port

LAST: Final = 5000
"""So much is shown of what a program that ran beside a transcript that failed had logged."""
PLACEHOLDERS: Final = {
    "ref": r"[0-9a-f]{8}",
    "pod": r"[a-z2-7]{8}",
    "id": r"[a-z2-7]{56}",
    "day": r"[A-Z][a-z]{2} \d{1,2} [A-Z][a-z]{2}(?: \d{4})?",
    "invitation": r"mutualpod:1:\S+",
    "port": r"\d+",
    "words": r"(?:\d [a-z]+ *){6}",
    "any": r".*",
}
_PLACE: Final = re.compile(r"<(ref|pod|id|day|invitation|port|words|any)( \w+)?>")


@dataclass(slots=True)
class Step:
    """One command and what it must do."""

    line: int
    command: str
    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    status: int = 0


def read(path: Path) -> list[Step]:
    """Return the steps of a transcript. Lines before the first command are for readers."""
    steps: list[Step] = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        if line.startswith("$ "):
            steps.append(Step(number, line[2:]))
        elif line.startswith("#") or not steps:
            continue
        elif line.startswith("! "):
            steps[-1].stderr.append(line[2:])
        elif re.fullmatch(r"= \d+", line):
            steps[-1].status = int(line[2:])
        else:
            steps[-1].stdout.append(line)
    for step in steps:
        while step.stdout and not step.stdout[-1]:
            step.stdout.pop()
    return steps


def play(path: Path, folder: Path) -> None:
    """Run every step with folder as home and working directory; assert what it must do."""
    env = environment(folder, NO_COLOR="", TERM="dumb")
    before = Path.cwd()
    os.chdir(folder)
    with ExitStack() as started:
        started.callback(os.chdir, before)
        stage = Stage(path.name, env, started)
        try:
            for step in read(path):
                stage.play(step)
        except AssertionError as err:
            for log in sorted(folder.glob("*.log")):
                err.add_note(f"--- {log.name}\n{log.read_text(errors='replace')[-LAST:]}")
            raise


@dataclass(slots=True)
class Stage:
    """Where one transcript is played: what its names stand for, and what runs beside it."""

    name: str
    env: dict[str, str]
    started: ExitStack
    seen: dict[str, str] = field(default_factory=dict)

    def play(self, step: Step) -> None:
        """Do what a step says."""
        command = _PLACE.sub(self._stands_for, step.command)
        where = f"{self.name}:{step.line}: $ {command}"
        if command.startswith("cat > "):
            Path(command.removeprefix("cat > ")).write_text("\n".join(step.stdout) + "\n")
        elif command.endswith(" &"):
            self._start(step, shlex.split(command[:-2]), where)
        elif command.endswith("# soon"):
            self._run_until(step, command.removesuffix("# soon"), where)
        else:
            self._run(step, command, where)

    def _stands_for(self, found: re.Match[str]) -> str:
        if found[1] == "port" and found[0] not in self.seen:
            self.seen[found[0]] = str(free_port())
        return self.seen[found[0]]

    def _run(self, step: Step, command: str, where: str) -> None:
        line, _, source = command.partition(" < ")
        words = shlex.split(line)
        assert words[0] == "pod", where
        stdin = Path(source).read_bytes() if source else b""
        result = CliRunner().invoke(main, words[1:], env=self.env, input=stdin)
        said = f"{where}\n--- stdout\n{result.stdout}--- stderr\n{result.stderr}"
        assert result.exit_code == step.status, f"exit {result.exit_code}, {said}"
        _expect(step.stdout, result.stdout, self.seen, said)
        _expect(step.stderr, result.stderr, self.seen, said)

    def _run_until(self, step: Step, command: str, where: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                return self._run(step, command, where)
            except AssertionError:
                if time.monotonic() > deadline:
                    raise

    def _start(self, step: Step, words: list[str], where: str) -> None:
        with Path(f"line-{step.line}.log").open("wb") as log:
            process = subprocess.Popen(
                terminal.command(*words[1:]),
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdout
        self.started.enter_context(process.stdout)
        self.started.callback(process.wait)
        self.started.callback(process.terminate)
        first = "".join(process.stdout.readline() for _ in step.stdout)
        _expect(step.stdout, first, self.seen, f"{where}\n{first}")


def _expect(wanted: list[str], text: str, seen: dict[str, str], said: str) -> None:
    got = "".join(f"{_narrow(line)}\n" for line in text.rstrip().splitlines())
    names: list[str] = []
    found = re.fullmatch("".join(_pattern(line, seen, names) for line in wanted), got)
    assert found, "wanted\n" + "\n".join(wanted) + f"\n{said}"
    for number, place in enumerate(names):
        seen.setdefault(place, found[f"n{number}"])


def _pattern(line: str, seen: dict[str, str], names: list[str]) -> str:
    """Return the regular expression of one line; new names get a group and join names."""
    if line.strip() == "...":
        return r"(?:.*\n)*"

    def group(found: re.Match[str]) -> str:
        if not found[2]:
            return PLACEHOLDERS[found[1]]
        if found[0] in seen:
            return re.escape(seen[found[0]])
        if found[0] in names:
            return f"(?P=n{names.index(found[0])})"
        names.append(found[0])
        return f"(?P<n{len(names) - 1}>{PLACEHOLDERS[found[1]]})"

    line = _narrow(line)
    parts, at = [], 0
    for found in _PLACE.finditer(line):
        parts += [re.escape(line[at : found.start()]), group(found)]
        at = found.end()
    return "".join([*parts, re.escape(line[at:]), r"\n"])


def _narrow(line: str) -> str:
    """Return line with its columns two blanks apart: how wide one is depends on the day."""
    return re.sub(r" {3,}", "  ", line.rstrip())
