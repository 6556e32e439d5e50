"""A person at a terminal: the real command in a real pseudo-terminal, typed at and read."""

import contextlib
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from tests.patience import PATIENCE_S

PROJECT: Final = Path(__file__).parent.parent.parent


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """Return the environment of a person whose home, pod and settings lie in folder."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "MUTUALPOD_DATA": str(folder / "pod"),
        "XDG_CONFIG_HOME": str(folder),
        "PYTHONPATH": str(PROJECT),
        "LANG": "C.UTF-8",
        "TERM": "xterm",
        "COLUMNS": "100",
        **extra,
    }


def command(*words: str) -> list[str]:
    """Return the argument list of `pod` with these words."""
    return [sys.executable, "-m", "cli", *words]


class Terminal:
    """`pod` with these words in a pseudo-terminal of its own; ended when the block ends."""

    def __init__(self, *words: str, folder: Path, **extra: str) -> None:
        # A shell that runs the tests in the background has all its children ignore Ctrl-C.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        self.screen = ""
        self._read_to = 0
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            command(*words),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env=environment(folder, **extra),
            start_new_session=True,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def expect(self, text: str) -> str:
        """Read until text appears after what was read so far; return what came before it."""
        deadline = time.monotonic() + PATIENCE_S
        while text not in self.screen[self._read_to :]:
            assert self._read_more(deadline), f"no {text!r} in:\n{self.screen[self._read_to :]}"
        before, _, _ = self.screen[self._read_to :].partition(text)
        self._read_to += len(before) + len(text)
        return before

    def type(self, line: str) -> None:
        """Type a line and Enter."""
        os.write(self._ours, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Send what a terminal sends for Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    def interrupt_question(self) -> None:
        """Press Ctrl-C at a question until the command ends.

        One that comes in the moment before Python begins to read is seen only after the read.
        """
        deadline = time.monotonic() + PATIENCE_S
        while self._process.poll() is None and time.monotonic() < deadline:
            self.interrupt()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.5)

    def terminate(self) -> None:
        """Send what a service manager sends to stop a process."""
        self._process.send_signal(signal.SIGTERM)

    def status(self) -> int:
        """Read on until the command ends and return its exit status."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read_more(deadline):
            pass
        return self._process.wait(PATIENCE_S)

    def _read_more(self, deadline: float) -> bool:
        """Read what is there; False when the command has ended. Too late: the test is lost."""
        ready, _, _ = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"nothing more after:\n{self.screen}"
        try:
            data = os.read(self._ours, 65536)
        except OSError:  # EIO: how Linux says that the other end is closed
            return False
        self.screen += data.decode("utf-8", "replace")
        return bool(data)
