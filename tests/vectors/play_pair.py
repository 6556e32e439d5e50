"""Plays what tables and sets vectors say of a pair, with our own code."""

from collections.abc import Mapping, Sequence
from typing import Any

from protocol.directory import Directory
from protocol.frame_bytes import decode_frame
from protocol.frames import TableFrame
from protocol.identity import Certificate, PodId
from protocol.index import RecordIndex
from protocol.sets import Indexes, Line, PairSets
from protocol.telling import Telling


def hear_tables(hearer: bytes, teller: bytes, frames: Sequence[str]) -> Directory:
    """Return what hearer holds once teller has told it these frames."""
    certificate = Certificate(b"", PodId(hearer), 0, b"", 0, b"")
    directory = Directory(certificate)
    directory.add_neighbour(PodId(teller))
    telling = Telling(directory, PodId(teller), [].append)
    for data in frames:
        frame = decode_frame(bytes.fromhex(data))
        assert isinstance(frame, TableFrame)
        telling.take_table(frame)
    return directory


def line_of_pair(at_a: Directory, at_b: Directory) -> dict[str, Any]:
    """Return what both sides draw from the two tables; they must draw the same."""
    a, b = at_a.us, at_b.us
    at_a.told_to[b], at_b.told_to[a] = at_b.told_by[a], at_a.told_by[b]
    sides = Telling(at_a, b, [].append), Telling(at_b, a, [].append)
    assert len({(side.network_authors, side.pair) for side in sides}) == 1
    return {
        "hash_a": at_b.told_by[a].hash.hex(),
        "hash_b": at_a.told_by[b].hash.hex(),
        "network_authors": sorted(author.hex() for author in sides[0].network_authors),
        "carried": sorted(author.hex() for author in sides[0].pair),
    }


def summaries_of(line: Line, records: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Return size and fingerprint of each of the four sets."""
    indexes = Indexes(RecordIndex(), RecordIndex(), RecordIndex())
    numbers: dict[PodId, int] = {}
    held = 0
    for record in records:
        author = PodId(bytes.fromhex(record["author"]))
        number = numbers.setdefault(author, len(numbers) + 1)
        scope, stamp_ms, on_shelf = record["scope"], record["stamp_ms"], record["on_shelf"]
        index = indexes.shelf if on_shelf else (indexes.near, indexes.network)[scope - 1]
        index.add_many([(stamp_ms // 1000, bytes.fromhex(record["id"]), number)])
        held += line.holds(author, scope, stamp_ms, on_shelf=on_shelf)
    told = PairSets(line, indexes, numbers).summaries()
    # The same question asked of each record, as it is when a change is pushed, has one answer.
    assert sum(one.size for one in told) == held
    return [[one.size, one.fingerprint.hex()] for one in told]
