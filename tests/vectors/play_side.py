"""Plays one side of a reconciliation from a vector, with our own code."""

from typing import Any

from protocol.index import RecordIndex
from protocol.index_view import IndexView
from protocol.reconcile import answer, compare, initiate
from tests.vectors.items import NUMBERS, record_id, stamp_s


def play_side(
    *, role: str, frame_limit: int, items: dict[str, Any], held: list[int], received: list[str]
) -> dict[str, Any]:
    """Return the messages that the side sends, and what a client finds, by item numbers."""
    index = RecordIndex()
    index.add_many((stamp_s(number, items), record_id(number, items), 0) for number in held)
    messages = [bytes.fromhex(message) for message in received]
    if role == "client":
        found = {record_id(number, items): number for number in NUMBERS}
        return play_client(index.view(), messages, frame_limit, found)
    answers = [answer(index.view(), message, frame_limit=frame_limit) for message in messages]
    return {"sent": [message.hex() for message in answers]}


def play_client(
    view: IndexView, messages: list[bytes], frame_limit: int, numbers: dict[bytes, int]
) -> dict[str, Any]:
    sent, have, need = [initiate(view).hex()], set(), set()
    for message in messages:
        told = compare(view, message, frame_limit=frame_limit)
        have.update(numbers[record] for record in told.have)
        need.update(numbers[record] for record in told.need)
        if told.reply is not None:
            sent.append(told.reply.hex())
    return {"sent": sent, "have": sorted(have), "need": sorted(need)}
