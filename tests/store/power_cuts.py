"""Power cuts, simulated: `python -m tests.store.power_cuts [CUTS] [SYNCHRONOUS]`. Needs gcc.

A store's real writes and syncs are recorded (power_cuts.c). Then many disks are made that a cut
could have left: what was synced is there; of the rest nothing, all, the first so many writes,
any of them, or any of them torn at 512 bytes; a file that was deleted may be back. Each must open
as after an unclean stop, be whole, and hold every act that was acknowledged before the cut.

With SYNCHRONOUS=NORMAL it has to fail, or it would show nothing. Exit status 1 if it fails.
"""

import os
import random
import shutil
import struct
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from protocol.errors import StoreError
from store import changes, open_store, peers
from store.records import purge, raise_epoch, take_in
from tests.store.authors import ANNA, BEN, EPOCH, NOW_MS, US, assert_whole, facts, pod, quick_folder

ACTS = 300
SECTOR_BYTES = 512
HEAD = struct.Struct("=cBqq")
ROOT = Path(__file__).parents[2]


class Call(NamedTuple):
    """One recorded call. offset: of a write, or the length left by a truncation."""

    what: str
    name: str
    offset: int
    data: bytes


# --- What is recorded ---


def work(folder: Path, synchronous: str) -> None:
    """Write acts of every sort; after each one that is saved, its number goes to `saved`."""
    chance = random.Random(3)
    saved = os.open(folder / "saved", os.O_WRONLY | os.O_CREAT, 0o600)
    epoch, floor_s = EPOCH, 0
    with pod(folder / "pod.db", as_node=True) as store:
        store.connection.execute(f"PRAGMA synchronous = {synchronous}")
        store.connection.execute("PRAGMA wal_autocheckpoint = 40")
        loaded = changes.load_indexes(store)
        for number in range(1, ACTS + 1):
            with store.atomic(NOW_MS) as tx:
                epochs = {**facts().epochs, ANNA.id: epoch}
                # One slot that every act writes tells afterwards which act was the last.
                batch = [BEN.record(0, NOW_MS + number)]
                batch += [
                    author.record(
                        chance.randrange(1, 60),
                        NOW_MS + number,
                        epoch=epochs[author.id],
                        text=chance.choice([None, "soup " * chance.randrange(200)]),
                    )
                    for author in chance.choices([ANNA, BEN, US], k=chance.choice([0, 2, 12]))
                ]
                take_in(tx, batch, facts(epochs=epochs, signed_here=chance.random() < 0.5))
                if number % 40 == 0:
                    epoch += 1
                    peers.put_certificate(tx, ANNA.certificate(epoch))
                    raise_epoch(tx, ANNA.id, ANNA.certificate(epoch))
                if number % 70 == 0:
                    floor_s = NOW_MS // 1000 - 1000 + number
                    purge(tx, floor_s, US.id)
            os.pwrite(saved, struct.pack("=q", number), 0)
            changes.catch_up(store, loaded)
            if number % 25 == 0:
                changes.save_indexes(store, loaded)


def recorded(synchronous: str) -> tuple[bytes, list[Call]]:
    """Return the file as it was at first, and all calls of a process that worked on it."""
    with TemporaryDirectory() as beside:
        library, log, folder = Path(beside, "cuts.so"), Path(beside, "log"), Path(beside, "pod")
        source = Path(__file__).with_suffix(".c")
        compiler = shutil.which("gcc") or sys.exit("gcc is needed: sudo apt install gcc")
        subprocess.run(
            [compiler, "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True
        )
        folder.mkdir()
        with pod(folder / "pod.db"):
            pass
        first = (folder / "pod.db").read_bytes()
        cuts = {"LD_PRELOAD": str(library), "CUTS_FOLDER": str(folder), "CUTS_LOG": str(log)}
        command = [
            sys.executable,
            "-m",
            "tests.store.power_cuts",
            "--work",
            str(folder),
            synchronous,
        ]
        subprocess.run(command, cwd=ROOT, env=os.environ | cuts, check=True)
        return first, list(calls(log.read_bytes()))


def calls(log: bytes) -> Iterator[Call]:
    at = 0
    while at < len(log):
        what, name_length, offset, size = HEAD.unpack_from(log, at)
        at += HEAD.size
        name = log[at : at + name_length].decode()
        at += name_length
        data = log[at : at + size]
        at += size
        yield Call(what.decode(), name, offset, data)


# --- What a cut leaves ---


class Disk:
    """Files as they are for certain, and what was done to each since its last sync."""

    def __init__(self, first: bytes) -> None:
        self.files = {"pod.db": bytearray(first)}
        self.pending: dict[str, list[Call]] = {}
        self.deleted: dict[str, bytearray] = {}
        self.saved = 0

    def take(self, call: Call) -> None:
        if call.name == "saved":
            if call.what == "W":
                (self.saved,) = struct.unpack("=q", call.data)
            return
        file = self.files.setdefault(call.name, bytearray())
        if call.what == "S":
            for pending in self.pending.pop(call.name, []):
                do(file, pending)
        elif call.what == "U":
            self.deleted[call.name] = self.files.pop(call.name)
            self.pending.pop(call.name, None)
        else:
            self.pending.setdefault(call.name, []).append(call)

    def after_cut(self, chance: random.Random) -> dict[str, bytearray]:
        """Return the files that a cut at this moment may leave."""
        files = {name: bytearray(file) for name, file in self.files.items()}
        for name, file in self.deleted.items():
            if name not in files and chance.random() < 0.5:
                files[name] = bytearray(file)
        how = chance.choice(["none", "all", "first", "any", "torn"])
        for name, pending in self.pending.items():
            for call in kept(pending, how, chance):
                do(files[name], call)
        return files


def kept(pending: list[Call], how: str, chance: random.Random) -> list[Call]:
    if how in ("none", "all"):
        return pending if how == "all" else []
    if how == "first":
        return pending[: chance.randrange(len(pending) + 1)]
    some = [call for call in pending if chance.random() < 0.5]
    return [torn(call, chance) for call in some] if how == "torn" else some


def torn(call: Call, chance: random.Random) -> Call:
    sectors = len(call.data) // SECTOR_BYTES
    if call.what != "W" or sectors < 2:
        return call
    return call._replace(data=call.data[: SECTOR_BYTES * chance.randrange(1, sectors)])


def do(file: bytearray, call: Call) -> None:
    if call.what == "T":
        del file[call.offset :]
    file.extend(bytes(max(0, call.offset - len(file))))
    if call.what == "W":
        file[call.offset : call.offset + len(call.data)] = call.data


# --- What must be true afterwards ---


def verdict(files: dict[str, bytearray], saved: int) -> str:
    """Return "ok", "lost" (an acknowledged act is not there) or "damaged"."""
    with quick_folder() as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        try:
            store = open_store(Path(folder, "pod.db"), now_ms=NOW_MS, as_node=True)
        except StoreError:
            return "damaged"
        try:
            assert_whole(store)
            (last,) = store.connection.execute(
                "SELECT max(stamp_ms) FROM record WHERE rid = zeroblob(16)"
            ).fetchone()
        except AssertionError:
            return "damaged"
        finally:
            store.close()
    return "ok" if (last or NOW_MS) - NOW_MS >= saved else "lost"


def main(cuts: int, synchronous: str) -> int:
    first, log = recorded(synchronous)
    chance = random.Random(11)
    moments = Counter(chance.choices(range(1, len(log) + 1), k=cuts))
    disk, results = Disk(first), Counter[str]()
    for number, call in enumerate(log, start=1):
        disk.take(call)
        for _ in range(moments[number]):
            results[verdict(disk.after_cut(chance), disk.saved)] += 1
    syncs = sum(call.what == "S" for call in log)
    print(f"{len(log)} calls recorded, {syncs} of them syncs; {ACTS} acts, all acknowledged")
    print(f"synchronous={synchronous}: {cuts} power cuts: {dict(results)}")
    return 0 if results["ok"] == cuts else 1


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--work", folder, synchronous]:
            work(Path(folder), synchronous)
        case [cuts, synchronous]:
            sys.exit(main(int(cuts), synchronous))
        case [cuts]:
            sys.exit(main(int(cuts), "FULL"))
        case _:
            sys.exit(main(1500, "FULL"))
