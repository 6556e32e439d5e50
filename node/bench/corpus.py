"""The street that the bench makes up: a hundred authors, what they signed, and pods that hold it.

Records are of a kind that nobody knows, so nothing but the sync core is measured, or listings,
so that the board is kept too. The same numbers and the same time make the same bytes.
"""

import random
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from node.arrivals import take_in
from node.clock import first_now
from node.keeper import Keeper
from node.pod import Pod
from node.samples import sample_sheet
from node.spreadsheet import read_sheet
from protocol.aid.listing import LISTING
from protocol.clock import Now
from protocol.identity import Certificate, PodKey, WorkingKey
from protocol.record import RID_BYTES, Record, Scope, seal
from protocol.trust import Entry, Table
from store import peers

MADE_UP_KIND: Final = 65_001
AUTHORS: Final = 100
BODY_BYTES: Final = 330
"""What a listing of three lines takes, header included; each body is at most 10 bytes off."""
BODY_SPREAD: Final = 10
HEADER_BYTES: Final = 75
"""Of a body: all but the bytes of its payload."""
SPAN_MS: Final = 30 * 86_400_000
"""A month lies between the first stamp and the last, and they are evenly spread."""
AT_ONCE: Final = 1000
"""Records of one act, as the floor has them."""


class Author(NamedTuple):
    """One that signs: its certificate, and the key that this names."""

    certificate: Certificate
    key: WorkingKey


@cache
def authors(epoch: int = 1_790_000_000) -> tuple[Author, ...]:
    """Return the hundred authors."""
    return tuple([_author(number, epoch) for number in range(AUTHORS)])


def _author(number: int, epoch: int) -> Author:
    pod_seed, key_seed = (
        sha256(f"{role} {number} of the bench".encode()).digest() for role in ("pod", "key")
    )
    key = WorkingKey.from_seed(key_seed)
    return Author(PodKey.from_seed(pod_seed).certify(epoch, key.public, epoch), key)


class Unsigned(NamedTuple):
    """A record of the bench before it is signed."""

    author: Author
    kind: int
    rid: bytes
    stamp_ms: int
    payload: bytes

    def sign(self) -> Record:
        """Return the record, signed by its author."""
        certificate, key = self.author
        return seal(
            key,
            author=certificate.pod_id,
            epoch=certificate.epoch,
            kind=self.kind,
            rid=self.rid,
            stamp_ms=self.stamp_ms,
            scope=Scope.NETWORK,
            valid_until_s=0,
            payload=self.payload,
        )


def unsigned(
    count: int, now: Now, *, seed: int = 0, span_ms: int = SPAN_MS, listings: bool = False
) -> list[Unsigned]:
    """Return count records to sign, the oldest first, by all authors in turn; the last is of now.

    seed: other seeds make other records.  span_ms: from the first stamp to the last.
    """
    chance = random.Random(seed)  # noqa: S311  # nothing secret is made of it
    kind = LISTING if listings else MADE_UP_KIND
    payloads = _listing_payloads() if listings else _texts(chance)
    step_ms = span_ms // count
    return [
        Unsigned(
            authors()[number % AUTHORS],
            kind,
            chance.randbytes(RID_BYTES),
            now.wall_ms - (count - 1 - number) * step_ms,
            payload,
        )
        for number, payload in zip(range(count), payloads, strict=False)
    ]


def made_up_payload(chance: random.Random) -> bytes:
    """Return words of the sample listings, as many as a body of BODY_BYTES has room for."""
    size = BODY_BYTES - HEADER_BYTES + chance.randint(-BODY_SPREAD, BODY_SPREAD)
    return " ".join(chance.choices(_words(), k=size // 2)).encode()[:size]


def _texts(chance: random.Random) -> Iterator[bytes]:
    while True:
        yield made_up_payload(chance)


def _listing_payloads() -> Iterator[bytes]:
    rows = read_sheet(sample_sheet()).rows
    while True:
        yield from [row.listing.to_payload() for row in rows]


@cache
def _words() -> tuple[str, ...]:
    return tuple(sample_sheet().decode("utf-8").replace(",", " ").split())


# --- Pods ---


def make_pod(folder: Path, name: str) -> Pod:
    """Make a pod in a new folder, and open it."""
    folder.mkdir(mode=0o700)
    pod_seed, key_seed = (
        sha256(f"{role} of {folder}".encode()).digest() for role in ("pod", "key")
    )
    return Pod.create(folder, name=name, seed=pod_seed, working_seed=key_seed, now=first_now())


def open_pod(folder: Path) -> Pod:
    """Open a pod, be its node running or not."""
    return Pod.open(folder)


def bring_into_reach(pod: Pod, now: Now) -> None:
    """Let a neighbour that is never there have told pod of all the authors, one hop away."""
    absent = _author(AUTHORS, 1).certificate
    pod.neighbours.add(absent, "somebody far", (), seen=True)
    certificates = [author.certificate for author in authors()]
    table = Table([Entry(it.pod_id, it.epoch, it.tag16, 1, carried=True) for it in certificates])
    roster = pod.keeper.roster
    with pod.keeper.store.atomic(now.wall_ms) as tx:
        peers.save_told_by(tx, absent.pod_id, table.entries.values(), table.hash)
        for certificate in certificates:
            roster.certificates.keep(tx, certificate)
    for certificate in certificates:
        roster.certificates.note_kept(certificate)


def befriend(one: Pod, other: Pod) -> None:
    """Federate two pods that their people have brought together."""
    one.neighbours.add(other.keeper.certificate, other.name, (), seen=True)
    other.neighbours.add(one.keeper.certificate, one.name, (), seen=True)


def fill(keeper: Keeper, records: Sequence[Unsigned], now: Now) -> None:
    """Sign records and store them, AT_ONCE in an act."""
    for start in range(0, len(records), AT_ONCE):
        batch = [record.sign() for record in records[start : start + AT_ONCE]]
        take_in(keeper, batch, keeper.pod_id, now, frozenset())
