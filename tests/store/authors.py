"""Made-up pods for the tests of the store: real keys, real signatures, small numbers as names."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from protocol.identity import Certificate, PodId, PodKey, WorkingKey
from protocol.kinds import KindTable
from protocol.record import Record, Scope, seal
from store import Store, changes, meta, open_store, peers
from store.records import Intake, IntakeFacts, take_in
from tests.toy import TOY_NOTE, TOY_NOTE_CODE, note

NOW_MS = 1_800_000_000_000
EPOCH = 100
KINDS = KindTable([TOY_NOTE])


def number_bytes(*words: object, size: int) -> bytes:
    return hashlib.sha256(repr(words).encode()).digest()[:size]


class Author:
    """A pod that signs; the same name is always the same pod."""

    def __init__(self, name: str) -> None:
        self.key = PodKey.from_seed(number_bytes("pod", name, size=32))
        self.id: PodId = self.key.pod_id
        self.name = name

    def working_key(self, epoch: int, twin: int = 0) -> WorkingKey:
        return WorkingKey.from_seed(number_bytes(self.name, epoch, twin, size=32))

    def certificate(self, epoch: int = EPOCH, twin: int = 0) -> Certificate:
        return self.key.certify(epoch, self.working_key(epoch, twin).public, epoch)

    def record(
        self,
        slot: int,
        stamp_ms: int = NOW_MS,
        *,
        epoch: int = EPOCH,
        text: str | None = "soup",
        scope: int = Scope.NETWORK,
        kind: int = TOY_NOTE_CODE,
        twin: int = 0,
        payload: bytes | None = None,
    ) -> Record:
        """Return a signed note; text None: a withdrawal."""
        return seal(
            self.working_key(epoch, twin),
            author=self.id,
            epoch=epoch,
            kind=kind,
            rid=slot.to_bytes(16, "big"),
            stamp_ms=stamp_ms,
            scope=scope,
            valid_until_s=0,
            payload=payload if text is None or payload else note(text),
        )


US, ANNA, BEN, CARO = Author("us"), Author("anna"), Author("ben"), Author("caro")
ALL = (US, ANNA, BEN, CARO)


def facts(**changes_to: Any) -> IntakeFacts:
    """Return the facts of a session with Anna; everybody's greatest epoch is EPOCH."""
    plain: dict[str, Any] = {
        "us": US.id,
        "peer": ANNA.id,
        "epochs": {author.id: EPOCH for author in ALL},
        "floor_s": 0,
        "ceiling_s": None,
        "run": 1,
        "kinds": KINDS,
    }
    return IntakeFacts(**{**plain, **changes_to})


@contextmanager
def pod(path: Path, **how: Any) -> Iterator[Store]:
    """Open a pod of ours at path, made if there is none."""
    store = open_store(path, now_ms=NOW_MS, create=True, **how)
    try:
        if meta.get(store.connection, meta.POD_ID) is None:
            with store.atomic(NOW_MS) as tx:
                meta.put(tx, meta.POD_ID, US.id)
                for author in ALL:
                    peers.put_certificate(tx, author.certificate())
        yield store
    finally:
        store.close()


def quick_folder() -> TemporaryDirectory[str]:
    """Return a folder in memory, where there is one, for tests that make hundreds of pods."""
    memory = Path("/dev/shm")
    return TemporaryDirectory(dir=memory if memory.is_dir() else None)


def take(store: Store, records: Sequence[Record], **changes_to: Any) -> Intake:
    """Take records in, in an act of their own."""
    with store.atomic(NOW_MS) as tx:
        return take_in(tx, records, facts(**changes_to))


def standing(store: Store) -> set[tuple[bytes, int]]:
    """Return (id, place) of every record."""
    return set(store.connection.execute("SELECT id, place FROM record"))


def in_set(store: Store) -> set[bytes]:
    return {record_id for record_id, place in standing(store) if place == 1}


def contents(loaded: changes.LoadedIndexes) -> list[tuple[list[tuple[int, bytes]], bytes]]:
    """Return the items and the fingerprint of each index."""
    views = [index.view() for index in loaded.indexes]
    return [(list(view.items(0, len(view))), view.summary()[1]) for view in views]


def assert_whole(store: Store) -> None:
    """Hold what must be true of every file: SQLite's checks, references, tallies, indexes."""
    from store import upkeep

    assert {line for _, lines in upkeep.check_in_steps(store) for line in lines} == set()
    assert contents(changes.load_indexes(store)) == contents(rebuilt(store))


def rebuilt(store: Store) -> changes.LoadedIndexes:
    """Return the indexes as the records alone say, without blob and log."""
    with store.reading() as connection:
        loaded = changes.LoadedIndexes(changes.empty_indexes())
        changes.compare(connection, loaded)
        return loaded
