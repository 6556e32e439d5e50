"""One pod of the demonstration: its node as a real process, its database as we look into it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection
from typing import Final

from node import first_start, recovery
from node.pod import Pod
from node.sockets import hold_port
from protocol.errors import UserError
from protocol.record import Record, Scope
from store import records

LOOPBACK: Final = "127.0.0.1"
PATIENCE_S: Final = 60.0
"""A wait that takes longer than this is an answer too: something does not work."""
LOOK_EVERY_S: Final = 0.002
"""How often the databases are looked at: the grain of every time that is told."""
_STOPPING_S: Final = 10.0
_CODE: Final = Path(__file__).parent.parent


class TooSlow(Exception):
    """Something did not happen within PATIENCE_S. Its text says what."""


class House:
    """One pod, made in a folder of its own. Close it, and its node is gone.

    seed: of its words, as people have them on paper.
    """

    def __init__(self, folder: Path, name: str, port: int) -> None:
        self.name = name
        self.seed = recovery.new_seed()
        self.address = f"{LOOPBACK}:{port}"
        self.arrived_s: dict[bytes, float] = {}
        """When each record was first seen in this database; monotonic seconds."""
        self.folder = folder / name.lower().replace(" ", "-")
        self.pod = self._open_pod()
        self._port = port
        self._seen_version = -1
        self._process: subprocess.Popen[bytes] | None = None

    def _open_pod(self) -> Pod:
        return first_start.create_known(self.folder, name=self.name, seed=self.seed)

    # --- Its node ---

    def start(self) -> None:
        """Start the node; await_answer tells when it is there."""
        words = ["--data", str(self.folder), "up", "--listen", LOOPBACK, "--port", str(self._port)]
        with (self.folder / "node.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command and words
                [sys.executable, "-m", "cli", *words],
                cwd=_CODE,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def await_answer(self) -> None:
        """Wait until the node answers. Raises UserError if it has ended instead."""
        wait_until(self._answers, [], f"{self.name} did not start in time")

    def _answers(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            last = (self.folder / "node.log").read_text(errors="replace").strip()[-300:]
            raise UserError(
                "invalid",
                "The node of {name} ended as soon as it was started: {last}",
                "Try it alone: pod up",
                name=self.name,
                last=last,
            )
        try:
            create_connection((LOOPBACK, self._port), timeout=1).close()
        except OSError:
            return False
        return True

    def ask_to_stop(self) -> None:
        """Send what a service manager sends; not running is fine."""
        if self._process is not None:
            self._process.terminate()

    def stop(self) -> None:
        """Stop the node and wait for its end; not running is fine."""
        self.ask_to_stop()
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.wait(timeout=_STOPPING_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Stop the node and close the database."""
        try:
            self.stop()
        finally:
            self.pod.close()

    # --- Its database ---

    def look(self) -> None:
        """Note the time for every record that was not there at the last look."""
        version = self.pod.keeper.store.data_version()
        if version != self._seen_version:
            self._seen_version = version
            self.pod.keeper.notices_others()
            now_s = time.monotonic()
            for record in self.records():
                self.arrived_s.setdefault(record.id, now_s)

    def records(self) -> list[Record]:
        """Return all that stands in its sets."""
        return list(records.each_in_set(self.pod.keeper.store.connection, fit=False))

    def network_ids(self) -> set[bytes]:
        """Return the ids of what every pod may have."""
        return {record.id for record in self.records() if record.scope == Scope.NETWORK}

    def near_ids(self, *authors: "House") -> set[bytes]:
        """Return the ids of what these houses share with their neighbours alone."""
        ours = {house.pod.pod_id for house in authors}
        return {it.id for it in self.records() if it.scope == Scope.NEAR and it.author in ours}


class StolenHouse(House):
    """Another house's machine in other hands: a copy of all that is on its disk."""

    def __init__(self, folder: Path, house: House, port: int) -> None:
        self._stolen_from = house
        super().__init__(folder, f"stolen {house.name}", port)

    def _open_pod(self) -> Pod:
        elsewhere("shutil.copytree(*sys.argv[1:])", self._stolen_from.folder, self.folder)
        return Pod.open(self.folder)


def elsewhere(code: str, *words: object) -> bool:
    """Run a line of Python in a process of its own; tell whether it ended well.

    For what opens the files of a database that is open here: closing one of them again would
    drop the locks that SQLite has on it in this process.
    """
    line = f"import shutil, sys; from pathlib import Path; {code}"
    command = [sys.executable, "-c", line, *map(str, words)]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603  # our own words


def wait_until(
    holds: Callable[[], bool],
    houses: Iterable[House],
    otherwise: str,
    patience_s: float = PATIENCE_S,
) -> None:
    """Look at the houses until holds() does. Raises TooSlow, saying otherwise."""
    watched = tuple(houses)
    deadline_s = time.monotonic() + patience_s
    while True:
        for house in watched:
            house.look()
        if holds():
            return
        if time.monotonic() > deadline_s:
            raise TooSlow(otherwise)
        time.sleep(LOOK_EVERY_S)


@contextmanager
def port_held() -> Iterator[int]:
    """Keep a port for a node during a block."""
    with hold_port(LOOPBACK) as held:
        yield held.getsockname()[1]


@contextmanager
def houses_up(folder: Path, *names: str) -> Iterator[list[House]]:
    """Make a pod for each name and start its node; all are gone when the block ends."""
    with ExitStack() as closing:
        houses = []
        for name in names:
            house = House(folder, name, closing.enter_context(port_held()))
            closing.callback(house.close)
            houses.append(house)
        for house in houses:
            house.start()
        for house in houses:
            house.await_answer()
        yield houses
        for house in houses:
            house.ask_to_stop()
