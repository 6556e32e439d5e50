"""Runs mutants in copies of the project, from the moment that all tests are known.

One run at a time and politely, beside the other tests: those keep one core busy and leave the
others. Once somebody waits for a mutant, on all cores.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Final

from tests.conftest import MEMORY
from tests.mutants import Mutant

PROJECT: Final = Path(__file__).parents[2]
COPIED: Final = ("protocol", "store", "node", "cli", "tests", "pyproject.toml")
AT_ONCE: Final = 2
PATIENCE_S: Final = 500
"""Less than pytest waits for one test of its own."""
PASSED: Final = 0
FAILED: Final = 1
"""pytest's exit status where tests failed; 2, 4 and 5 are of runs that judged nothing."""
TRIES: Final = 10
"""A guard against a race is missed in some runs and not in others; in one of these it is. Nearly
all others fail at the first try, so more of them cost nothing."""
POLITE: Final = ("nice", "-n", "10")

Told = tuple[int, str]
"""Exit status and output of a mutant's tests."""


class Runs:
    """The runs of some mutants, under way."""

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        memory = MEMORY if os.access(MEMORY, os.W_OK) else None
        self._folder = TemporaryDirectory(dir=memory)
        self.copies = [_copy_to(Path(self._folder.name) / str(n)) for n in range(AT_ONCE)]
        self._told: dict[str, Future[Told]] = {it.name: Future() for it in mutants}
        self._ahead: SimpleQueue[Mutant] = SimpleQueue()
        for mutant in mutants:
            self._ahead.put(mutant)
        self._is_polite = True
        self._threads = [self._started(self.copies[0])]

    def told(self, mutant: Mutant) -> Told:
        """Return what came of a mutant, once it has."""
        self._is_polite = False
        while len(self._threads) < AT_ONCE:
            self._threads.append(self._started(self.copies[len(self._threads)]))
        return self._told[mutant.name].result()

    def stop(self) -> None:
        """Let the runs that are under way end, and no other begin."""
        while not self._ahead.empty():
            self._ahead.get()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()

    def _started(self, copy: Path) -> Thread:
        thread = Thread(target=self._run, args=(copy,), name=f"mutants in {copy.name}")
        thread.start()
        return thread

    def _run(self, copy: Path) -> None:
        try:
            while True:
                mutant = self._ahead.get_nowait()
                try:
                    self._told[mutant.name].set_result(self._status_with(mutant, copy))
                except Exception as err:  # noqa: BLE001  # told where it is asked for
                    self._told[mutant.name].set_exception(err)
        except Empty:
            return

    def _status_with(self, mutant: Mutant, copy: Path) -> Told:
        """Run the mutant's tests in copy, which is left as it was."""
        path = copy / mutant.path
        source = path.read_text()
        assert source.count(mutant.old) == 1, f"{mutant.path} has {mutant.old!r} not exactly once"
        path.write_text(source.replace(mutant.old, mutant.new))
        try:
            quiet = ("-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly", "--no-header")
            for _ in range(TRIES):
                done = python(copy, "-m", "pytest", *quiet, *mutant.tests, polite=self._is_polite)
                if done.returncode != PASSED:
                    break
        except subprocess.TimeoutExpired:
            return FAILED, "its tests did not come to an end"
        finally:
            path.write_text(source)
        return done.returncode, done.stdout[-2000:] + done.stderr[-2000:]


def python(copy: Path, *arguments: str, polite: bool = False) -> subprocess.CompletedProcess[str]:
    """Run Python on the packages of copy, wherever the project itself is installed."""
    return subprocess.run(
        [*(POLITE if polite else ()), sys.executable, *arguments],
        cwd=copy,
        env={
            **os.environ,
            "PYTHONPATH": str(copy),
            "PYTHONDONTWRITEBYTECODE": "1",
            "TEST_PATIENCE_S": "20",
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def _copy_to(folder: Path) -> Path:
    unwanted = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis")
    folder.mkdir()
    for name in COPIED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=unwanted)
        else:
            shutil.copy(PROJECT / name, folder / name)
    return folder
