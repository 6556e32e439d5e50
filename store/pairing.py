"""The one pairing of two pods that is under way, as its people and the node both see it.

Spec: docs/protocol.md §10.4 (R11). A command writes here what people want and say, the running
node what has come of it; each finds the other's word by looking. There is one row or none.
"""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from protocol.identity import PodId
from store.database import Tx


class State(StrEnum):
    """Where it stands."""

    OPEN = "open"  # pairing mode is on: the node answers, and calls
    COMPARING = "comparing"  # words stand on the screen, and our people have not answered
    AGREED = "agreed"  # our people found them alike; the other side has not been heard
    DECLINED = "declined"  # our people did not; the node is about to tell the other side
    PAIRED = "paired"  # the two pods are neighbours
    ENDED = "ended"  # pairing mode is off


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """One time of pairing mode, with its attempt.

    mode: a random number, so that a command that goes on means the same one.
    tag, addresses: whom to call. tag: "" for anybody; addresses: none for whoever is seen.
    code: what happened last, of protocol/errors.py, or "".  failures: attempts that failed.
    attempt: number of the present or last one; the fields after it are of that one.
    words: places in the list of words.  agreed_until_ms: in the node's running time, while
    our people's yes holds.
    """

    mode: int
    tag: str
    addresses: tuple[str, ...]
    state: State = State.OPEN
    code: str = ""
    failures: int = 0
    attempt: int = 0
    pod_id: PodId | None = None
    name: str = ""
    where: tuple[str, ...] = ()
    words: tuple[int, ...] = ()
    agreed_until_ms: int = 0

    @property
    def is_on(self) -> bool:
        """Tell whether another attempt may come, or one is under way."""
        return self.state in (State.OPEN, State.COMPARING, State.DECLINED)


def put(tx: Tx, pairing: Pairing) -> None:
    """Keep pairing in place of what there was."""
    clear(tx)
    tx.connection.execute(
        "INSERT INTO pairing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            pairing.mode,
            pairing.tag,
            _text(pairing.addresses),
            pairing.state,
            pairing.code,
            pairing.failures,
            pairing.attempt,
            pairing.pod_id,
            pairing.name,
            _text(pairing.where),
            _text(tuple(map(str, pairing.words))),
            pairing.agreed_until_ms,
        ),
    )


def clear(tx: Tx) -> None:
    """Forget it."""
    tx.connection.execute("DELETE FROM pairing")


def current(connection: sqlite3.Connection) -> Pairing | None:
    """Return what there is."""
    row = connection.execute("SELECT * FROM pairing").fetchone()
    if row is None:
        return None
    mode, tag, addresses, state, code, failures, attempt, *of_it = row
    pod_id, name, where, words, agreed_until_ms = of_it
    return Pairing(
        mode=mode,
        tag=tag,
        addresses=_lines(addresses),
        state=State(state),
        code=code,
        failures=failures,
        attempt=attempt,
        pod_id=None if pod_id is None else PodId(pod_id),
        name=name,
        where=_lines(where),
        words=tuple(map(int, _lines(words))),
        agreed_until_ms=agreed_until_ms,
    )


def _text(lines: tuple[str, ...]) -> str:
    """Return addresses or numbers as one column: neither holds a blank."""
    return " ".join(lines)


def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split())
