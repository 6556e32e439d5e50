"""A LAN in a box: houses as network namespaces on one switch, with no way out.

The switch is a namespace too and every cable runs from it to a house, so nothing is made in the
machine's own network and nothing can leave. Linux, root and Debian's iproute2; `why_not` says
what is missing, in the kernel's words.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Final

from tests.patience import PATIENCE_S

ROOT: Final = Path(__file__).parent.parent.parent
SUBNET: Final = "10.61.0"
ROUTER: Final = f"{SUBNET}.254"
_POLL_S: Final = 0.05
_CABLE: Final = Path(__file__).parent / "cable.py"
_numbers: Final = count(1)


class LabError(Exception):
    """A command of the lab failed. Its text is what the system said."""


def why_not() -> str | None:
    """Return why no lab can be built here, or None if it can."""
    if sys.platform != "linux" or not shutil.which("ip") or not shutil.which("nsenter"):
        return "needs Linux with iproute2 (Debian: apt-get install iproute2)"
    if os.geteuid() != 0:
        return "needs root: namespaces are made"
    try:
        Lab(1).close()
    except LabError as err:
        return f"no network namespaces here: {err}"
    return None


def wait_until(holds: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> None:
    """Look again and again until it holds; what: for the message if it never does."""
    deadline_s = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {patience_s} s: {what}"
        time.sleep(_POLL_S)


class Lab:
    """Houses 1 to n on one switch. Close it, and everything that ran in it has ended.

    with_router: there is a default route, to a router that answers and whose line is dead, so
    a connection out hangs; without, it fails at once. Both happen when the internet is out.
    """

    def __init__(self, houses: int, *, with_router: bool = False) -> None:
        self.houses = range(1, houses + 1)
        self.name = f"pods{os.getpid()}-{next(_numbers)}"
        self._switch = f"{self.name}-switch"
        self._cables = ExitStack()
        try:
            self._build(with_router=with_router)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Lab":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _build(self, *, with_router: bool) -> None:
        _ip("netns", "add", self._switch)
        self._add_bridge("br0")
        _ip("address", "add", f"{ROUTER}/24", "dev", "br0", at=self._switch)
        for house in self.houses:
            home, port = self._home(house), f"p{house}"
            _ip("netns", "add", home)
            veth = ("type", "veth", "peer", "name", "eth0", "netns", home)
            _ip("link", "add", port, *veth, at=self._switch)
            _ip("link", "set", port, "master", "br0", "up", at=self._switch)
            _ip("link", "set", "lo", "up", at=home)
            _ip("link", "set", "eth0", "up", at=home)
            self.give_address(house, self.host(house))
            if with_router:
                _ip("route", "add", "default", "via", ROUTER, at=home)

    def _add_bridge(self, name: str) -> None:
        bridge = ("type", "bridge", "mcast_snooping", "0")
        _ip("link", "add", name, *bridge, at=self._switch)
        _ip("link", "set", name, "up", at=self._switch)

    def close(self) -> None:
        """End what runs in the lab and take it down; closed twice is fine."""
        namespaces = [self._switch, *map(self._home, self.houses)]
        namespaces = [it for it in namespaces if Path("/run/netns", it).exists()]
        for namespace in namespaces:
            for pid in _ip("netns", "pids", namespace).split():
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        self._cables.close()
        for namespace in namespaces:
            _ip("netns", "delete", namespace)

    # --- Houses ---

    def _home(self, house: int) -> str:
        return f"{self.name}-{house}"

    def host(self, house: int) -> str:
        """Return the IPv4 address that a house has from the beginning."""
        return f"{SUBNET}.{house}"

    def give_address(self, house: int, host: str) -> None:
        """Give a house this address in place of what it has, as another lease would."""
        self.take_address(house)
        _ip("address", "add", f"{host}/24", "brd", "+", "dev", "eth0", at=self._home(house))

    def take_address(self, house: int) -> None:
        """Leave a house without any address."""
        _ip("address", "flush", "dev", "eth0", at=self._home(house))

    def start(self, house: int, words: Sequence[str], **how: Any) -> subprocess.Popen[Any]:
        """Start a program in a house. The process is its own: a kill hits it and nothing else."""
        return _start_at(self._home(house), words, **how)

    def running(self, house: int, *words: str) -> AbstractContextManager[None]:
        """Run a program in a house during a block, which begins when it prints a first line."""
        return _running_at(self._home(house), words)

    def run(self, house: int, *words: str) -> str:
        """Run a program in a house to its end; return what it printed. LabError if it failed."""
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with self.start(house, words, text=True, **pipes) as program:
            try:
                said, complaint = program.communicate(timeout=PATIENCE_S)
            finally:
                program.kill()
        if program.returncode:
            raise LabError(f"{' '.join(words)}: {complaint}")
        return str(said)

    # --- Cables ---

    def part(self, *houses: int) -> None:
        """Put these houses on a switch of their own: every link stays up, nothing passes."""
        if "br1" not in _ip("-o", "link", "show", "type", "bridge", at=self._switch):
            self._add_bridge("br1")
        for house in houses:
            _ip("link", "set", f"p{house}", "master", "br1", at=self._switch)

    def silence(self, house: int) -> None:
        """Let nothing pass to or from a house; its link stays up, as behind a hung router."""
        _ip("link", "set", f"p{house}", "nomaster", at=self._switch)

    def unplug(self, house: int) -> None:
        """Pull the cable of a house: its machine sees that there is no link any more."""
        _ip("link", "set", f"p{house}", "down", at=self._switch)

    def join(self) -> None:
        """Make it one LAN again, with every cable whole and plugged in."""
        for house in self.houses:
            _ip("link", "set", f"p{house}", "up", at=self._switch)
            _ip("link", "set", f"p{house}", "master", "br0", at=self._switch)

    def spoil(self, house: int, *, delay_ms: int, loss_percent: int) -> None:
        """Make the cable of a house late and lossy, each way; for as long as the lab stands."""
        port, near, far = f"p{house}", f"q{house}", f"r{house}"
        for neighbour in self.houses:
            self.run(neighbour, sys.executable, str(_CABLE), "whole")
        _ip("link", "add", near, "type", "veth", "peer", "name", far, at=self._switch)
        _ip("link", "set", port, "nomaster", at=self._switch)
        _ip("link", "set", near, "up", at=self._switch)
        _ip("link", "set", far, "master", "br0", "up", at=self._switch)
        self._run_cable("carry", port, near, str(delay_ms), str(loss_percent))

    def record(self, house: int, path: Path) -> None:
        """Record every frame to and from a house in this file; for as long as the lab stands."""
        self._run_cable("record", f"p{house}", str(path))

    def _run_cable(self, *words: str) -> None:
        cable = _running_at(self._switch, [sys.executable, str(_CABLE), *words])
        self._cables.enter_context(cable)


def _start_at(namespace: str, words: Sequence[str], **how: Any) -> subprocess.Popen[Any]:
    inside = ["nsenter", f"--net=/run/netns/{namespace}", "--", *words]
    return subprocess.Popen(inside, cwd=ROOT, stdin=subprocess.DEVNULL, **how)


@contextmanager
def _running_at(namespace: str, words: Sequence[str]) -> Iterator[None]:
    with _start_at(namespace, words, stdout=subprocess.PIPE) as program:
        try:
            if not program.stdout or not program.stdout.readline():
                raise LabError(f"{' '.join(words)}: it ended without a word")
            yield
        finally:
            program.kill()


def _ip(*words: str, at: str | None = None) -> str:
    return _run(["ip", *(["-n", at] if at else []), *words])


def _run(words: Sequence[str]) -> str:
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise LabError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout
