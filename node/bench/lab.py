"""The processes of the bench from outside: started on chosen cores, asked, ended.

Everything lies in one temporary folder. A core is named only where it matters: a process
without one runs wherever the system puts it.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Self

import node
from protocol.errors import UserError

PATIENCE_S: Final = 600
"""A measure that is not over by then never will be."""
_LOOK_AGAIN_S: Final = 0.02
"""How often a station is asked how far it is: rarely enough not to be measured itself."""
_ROOT: Final = Path(node.__file__).parent.parent
FLOOR: Final = Path(__file__).with_name("floor.py")
"""Measures the raw limit; it stands alone."""
# Some modules exist only inside the process that made them.
_IMPORTING: Final = """
import importlib, sys, time
for name in {modules!r}:
    try:
        importlib.import_module(name)
    except ImportError:
        pass
print(time.monotonic_ns(), flush=True)
sys.stdin.read()
"""

Answer = dict[str, Any]


class Lab:
    """A folder for one measure, and how its processes run. verifier: library of signatures.

    one_core: what is measured is pinned to one core, and what it talks to to another.
    """

    def __init__(self, folder: Path, verifier: str, *, one_core: bool) -> None:
        self.folder = folder
        self.verifier = verifier
        self.one_core = one_core
        cores = sorted(os.sched_getaffinity(0))
        self.measured_cores = cores[:1] if one_core else cores
        self.other_cores = cores[1:2] or cores if one_core else cores
        self._folders = 0

    @classmethod
    @contextmanager
    def opened(cls, verifier: str, *, one_core: bool) -> Iterator[Self]:
        """Make the folder; remove it at the end."""
        if not hasattr(os, "sched_getaffinity") or not sys.platform.startswith("linux"):
            raise UserError("invalid", "`pod bench` needs Linux.", "Run it on the Pi itself.")
        with tempfile.TemporaryDirectory(prefix="pod-bench-") as folder:
            yield cls(Path(folder), verifier, one_core=one_core)

    def new_folder(self) -> Path:
        """Return the path of a folder that is not there yet."""
        self._folders += 1
        return self.folder / str(self._folders)

    def floor(self, records: int) -> Answer:
        """Return what the bare libraries take a record here and now, on one thread."""
        folder = self.new_folder()
        folder.mkdir()
        return _finished(
            [sys.executable, str(FLOOR), str(records), self.verifier, str(folder)],
            self.measured_cores,
        )

    def ingest(self, records: int) -> Answer:
        """Return what each way of writing takes a record in a process of its own."""
        return self._alone("ingest", records)

    def search(self, records: int) -> Answer:
        """Return what each search takes, and the bare index, in a process of its own."""
        return self._alone("search", records)

    def _alone(self, part: str, records: int) -> Answer:
        folder = self.new_folder()
        folder.mkdir()
        return _finished(
            [*_ours(part, self.verifier), str(folder), str(records)], self.measured_cores
        )

    @contextmanager
    def node(self, folder: Path) -> Iterator[Answer]:
        """Run the pod in folder with its pages; yield their base, and the address for pods."""
        with _serving([*_ours("node", self.verifier), str(folder)], self.measured_cores) as ready:
            yield ready

    @contextmanager
    def bare_page(self, size: int) -> Iterator[Answer]:
        """Serve a page of so many bytes by nothing but aiohttp; yield its base."""
        command = [*_ours("bare-page", self.verifier), "", str(size)]
        with _serving(command, self.measured_cores) as ready:
            yield ready

    def phones(self, **said: Any) -> Answer:
        """Have phones do what is said; return what they answer. See node/bench/phones.py."""
        return _finished(_ours("phones", self.verifier), self.other_cores, json.dumps(said) + "\n")

    @contextmanager
    def clicking(self, took: Answer, **said: Any) -> Iterator[None]:
        """Have phones click as people do while the block goes on; add to took what it took."""
        process = _spawned(_ours("phones", self.verifier), self.other_cores)
        _pipe(process.stdin).write(json.dumps({"way": "human", **said}) + "\n")
        _pipe(process.stdin).flush()
        try:
            _pipe(process.stdout).readline()
            yield
        finally:
            told, _ = process.communicate(timeout=PATIENCE_S)
        if process.returncode:
            raise RuntimeError(f"the phones ended with {process.returncode}")
        for name, several in json.loads(told).items():
            took.setdefault(name, []).extend(several)

    def imports(self, modules: list[str]) -> Answer:
        """Return how long a process that imports modules takes, and the memory that it holds."""
        spawned_ns = time.monotonic_ns()
        process = _spawned(
            [sys.executable, "-c", _IMPORTING.format(modules=modules)], self.measured_cores
        )
        ready_ns = int(_pipe(process.stdout).readline())
        rss_bytes = _resident_bytes(process.pid)
        process.communicate(timeout=PATIENCE_S)
        return {"took_s": (ready_ns - spawned_ns) / 1e9, "rss_bytes": rss_bytes}

    @contextmanager
    def station(self, folder: Path, *, measured: bool = False) -> Iterator["StationAt"]:
        """Run a node on the pod in folder."""
        cores = self.measured_cores if measured else self.other_cores
        station = StationAt(folder, self.verifier, cores)
        try:
            yield station
        finally:
            station.end()


class StationAt:
    """A running node, from outside; see node/bench/station.py for what it can be asked."""

    def __init__(self, folder: Path, verifier: str, cores: list[int]) -> None:
        self.folder = folder
        spawned_ns = time.monotonic_ns()
        self._process = _spawned([*_ours("station", verifier), str(folder)], cores)
        ready = self._read()
        self.start_s = (ready["ready_ns"] - spawned_ns) / 1e9
        self.address: str = ready["address"]
        self.pod_id: str = ready["pod_id"]
        self.verifier: str = ready["verifier"]

    def ask(self, command: str, **options: Any) -> Answer:
        """Have a command carried out; return what it answers."""
        _pipe(self._process.stdin).write(json.dumps([command, options]) + "\n")
        _pipe(self._process.stdin).flush()
        return self._read()

    def wait(self, is_so: Callable[[Answer], bool]) -> Answer:
        """Ask for reports until one is as wanted; return that."""
        give_up_s = time.monotonic() + PATIENCE_S
        while not is_so(report := self.ask("report")):
            if time.monotonic() > give_up_s:
                raise TimeoutError(f"still {report}")
            time.sleep(_LOOK_AGAIN_S)
        return report

    def wait_for(self, records: int) -> Answer:
        """Wait until so many records have come and are saved."""
        return self.wait(lambda report: report["records"] >= records)

    @property
    def rss_bytes(self) -> int:
        """The memory that the process holds now."""
        return _resident_bytes(self._process.pid)

    def end(self) -> None:
        """Let the node stop cleanly."""
        _pipe(self._process.stdin).close()
        self._process.wait(PATIENCE_S)
        _pipe(self._process.stdout).close()

    def _read(self) -> Answer:
        line = _pipe(self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"the station in {self.folder} ended")
        answer: Answer = json.loads(line)
        return answer


def _ours(part: str, verifier: str) -> list[str]:
    return [sys.executable, "-m", "node.bench", part, verifier]


def _spawned(command: list[str], cores: list[int]) -> "subprocess.Popen[str]":
    before = os.sched_getaffinity(0)
    # A child begins where its parent may run.
    os.sched_setaffinity(0, cores)
    try:
        return subprocess.Popen(  # noqa: S603  # our own interpreter and files
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(_ROOT)},
        )
    finally:
        os.sched_setaffinity(0, before)


def _finished(command: list[str], cores: list[int], told: str = "") -> Answer:
    process = _spawned(command, cores)
    said, _ = process.communicate(told, PATIENCE_S)
    if process.returncode:
        raise RuntimeError(f"{command[1:4]} ended with {process.returncode}")
    answer: Answer = json.loads(said)
    return answer


@contextmanager
def _serving(command: list[str], cores: list[int]) -> Iterator[Answer]:
    """Run a process that tells one line when it is ready, and ends with its stdin."""
    process = _spawned(command, cores)
    try:
        line = _pipe(process.stdout).readline()
        if not line:
            raise RuntimeError(f"{command[1:4]} did not come to serve")
        yield json.loads(line)
    finally:
        process.communicate(timeout=PATIENCE_S)


def _resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize()


def _pipe(stream: IO[str] | None) -> IO[str]:
    if stream is None:
        raise RuntimeError("no pipe")
    return stream
