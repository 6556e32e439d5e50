"""Letters in a simulated house: a card to seal to, and a box that what comes is put in.

The core knows neither cards nor letters; these stand for both, as the toy note stands for a
listing. Both are in the house's own database, so a crash or an old backup takes them along.
"""

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from node.drafts import Draft
from node.keeper import Keeper
from node.mail_doors import LetterIn, MailDoors
from protocol.codec import decode, encode
from protocol.identity import PodId
from protocol.kinds import Kind
from protocol.record import RID_BYTES, Scope
from store import Tx, records

if TYPE_CHECKING:
    from tests.street.house import House

TOY_CARD_CODE: Final = 65_001
CARD_RID: Final = b"card".ljust(RID_BYTES, b".")
TOY_CARD: Final = Kind(
    code=TOY_CARD_CODE, name="toy_card", max_payload_bytes=100, check=lambda _payload: None
)
_BOX: Final = (
    "CREATE TABLE IF NOT EXISTS toy_letter (sender BLOB, text TEXT, brought_by BLOB)",
    "CREATE TABLE IF NOT EXISTS toy_settled (message_id BLOB, arrived INTEGER)",
)


def card_of(keeper: Keeper) -> Draft:
    """Return the draft of a card with the mail key that keeper has now."""
    return card_with(keeper.mail_key.public)


def card_with(mail_key: bytes) -> Draft:
    payload = encode({"mail_key": mail_key})
    return Draft(TOY_CARD_CODE, CARD_RID, Scope.NETWORK, payload)


def key_in_card(connection: sqlite3.Connection, pod_id: PodId) -> bytes | None:
    slot = (pod_id, int(Scope.NETWORK), TOY_CARD_CODE, CARD_RID)
    version = records.slot_version(connection, slot)
    if version is None or version.record.payload is None:
        return None
    fields = decode(version.record.payload, max_bytes=100)
    assert isinstance(fields, dict)
    key = fields["mail_key"]
    assert isinstance(key, bytes)
    return key


class Written(NamedTuple):
    """A letter that a house has written, acknowledged by its machine.

    may_be_lost: one of the two got an old disk since.
    """

    sender: "House"
    recipient: "House"
    text: str
    may_be_lost: bool = False


class LetterBox:
    """The doors of one house. is_full: it takes no letter now.  show_key: by itself."""

    def __init__(self) -> None:
        self.is_full = False
        self.show_key: Callable[[], bool] = lambda: False

    def doors(self) -> MailDoors:
        return MailDoors(
            recipient_key=lambda tx, pod_id: key_in_card(tx.connection, pod_id),
            deliver=self._deliver,
            arrived=partial(_settle, arrived=True),
            given_up=partial(_settle, arrived=False),
            show_key=self.show_key,
        )

    def _deliver(self, tx: Tx, letter: LetterIn) -> bool:
        if self.is_full:
            return False
        tx.connection.execute(_BOX[0])
        row = (letter.sender, letter.content.decode(), letter.brought_by)
        tx.connection.execute("INSERT INTO toy_letter VALUES (?, ?, ?)", row)
        return True


def _settle(tx: Tx, message_id: bytes, *, arrived: bool) -> None:
    tx.connection.execute(_BOX[1])
    tx.connection.execute("INSERT INTO toy_settled VALUES (?, ?)", (message_id, arrived))


def letters_in(house: "House") -> list[tuple[PodId, str]]:
    """Return (sender, text) of all that came, in order."""
    connection = house.store.connection
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'toy_letter'").fetchone():
        return []
    return list(connection.execute("SELECT sender, text FROM toy_letter ORDER BY rowid"))


def settled(house: "House") -> dict[bytes, bool]:
    """Return what became of letters that house has sent: whether they arrived."""
    connection = house.store.connection
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'toy_settled'").fetchone():
        return {}
    rows = connection.execute("SELECT message_id, arrived FROM toy_settled")
    return {message_id: bool(arrived) for message_id, arrived in rows}
