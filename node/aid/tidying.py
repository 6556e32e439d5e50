"""Tidying: what of this pod's listings and answers is over is forgotten in time.

Spec: docs/kinds.md §2.5. Nothing is forgotten by a clock that is not synced: one that jumps
ahead would forget what is an hour old. And nothing is withdrawn before a neighbour had the chance
to bring our newer versions home (R5): an old backup may not know that something was reopened.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from node.aid.listings import Listings
from node.keeper import Keeper
from protocol.aid.house.limits import ANSWERS_KEPT_S, DAY_S
from protocol.aid.life import OVER, Act, Standing
from protocol.aid.limits import STILL_TRUE_AFTER_S, UNTIL_I_SAY
from protocol.aid.listing import State, state
from protocol.clock import ClockState
from protocol.limits import LIFETIME_S
from store import Tx
from store.aid import BoardItem, BoardQuery
from store.house import answers
from store.house.answers import Answer, Life

KEPT_S: Final = {State.DONE: ANSWERS_KEPT_S, State.EXPIRED: LIFETIME_S}
"""How long the words of what is over are kept: what is done is forgotten with its answers,
what has expired as long as others keep it."""
PAUSED_AFTER_S: Final = STILL_TRUE_AFTER_S + 30 * DAY_S
"""A listing without an end that nobody confirmed, though asked for a month, is paused."""
AT_ONCE: Final = 50
"""Listings changed in one turn."""


def tidy_listings(keeper: Keeper, listings: Listings) -> None:
    """Note what is over, and forget what has been over for long enough."""
    if keeper.now().state is not ClockState.SYNCED:
        return
    ours = list(listings.each(BoardQuery(author=keeper.pod_id, open_only=False)))
    now_s = keeper.now().wall_ms // 1000
    over = {item.rid: found for item in ours if (found := _state(item, now_s)) in KEPT_S}
    with keeper.store.atomic(keeper.now().wall_ms) as tx:
        lives = _note_lives(tx, ours, over, now_s)
        _note_answers(tx, {item.rid: item for item in ours}, now_s)
        answers.forget_over(tx, now_s - ANSWERS_KEPT_S)
    if keeper.has_caught_up and keeper.may_sign:
        _withdraw(listings, over, lives, now_s)
        _pause(listings, [item for item in ours if item.rid not in over], lives, now_s)


def is_unconfirmed(item: BoardItem, life: Life | None, now_s: int, after_s: int) -> bool:
    """Tell whether nobody has said for that long that a listing without an end is true."""
    said_s = max(item.posted_s, (life and life.confirmed_s) or 0)
    is_open = item.valid_until_s == UNTIL_I_SAY and item.listing.status == "open"
    return is_open and said_s + after_s <= now_s


def _note_lives(
    tx: Tx, ours: list[BoardItem], over: Mapping[bytes, State], now_s: int
) -> dict[bytes, Life]:
    """Note since when each listing is over; forget those that are no more."""
    lives = answers.lives(tx.connection)
    for rid in lives.keys() - {item.rid for item in ours}:
        answers.forget_life(tx, rid)
    for item in ours:
        life = lives.get(item.rid, Life())
        over_s = (life.over_s or now_s) if item.rid in over else None
        if over_s != life.over_s:
            lives[item.rid] = life._replace(over_s=over_s)
            answers.save_life(tx, item.rid, lives[item.rid])
    return lives


def _note_answers(tx: Tx, ours: Mapping[bytes, BoardItem], now_s: int) -> None:
    for answer in answers.all_answers(tx.connection):
        is_over = _is_over(answer, ours.get(answer.rid), now_s)
        if is_over != (answer.over_s is not None):
            answers.note_over(tx, answer, now_s if is_over else None)


def _is_over(answer: Answer, item: BoardItem | None, now_s: int) -> bool:
    """Tell whether nothing more will come of an answer. item: its listing, None if withdrawn."""
    if item is None or answer.standing in OVER:
        return True
    if answer.day is not None and answer.day < _day(now_s - 2 * DAY_S):  # in whichever zone
        return True
    found = _state(item, now_s)
    is_lent = item.listing.mode == "lend" and answer.standing is Standing.PROMISED
    return found is State.DONE or (found is State.EXPIRED and not is_lent)


def _withdraw(
    listings: Listings, over: Mapping[bytes, State], lives: Mapping[bytes, Life], now_s: int
) -> None:
    old = [rid for rid, found in over.items() if _since_s(lives[rid], now_s) >= KEPT_S[found]]
    for rid in old[:AT_ONCE]:
        listings.withdraw(rid)


def _pause(
    listings: Listings, living: list[BoardItem], lives: Mapping[bytes, Life], now_s: int
) -> None:
    silent = [it for it in living if is_unconfirmed(it, lives.get(it.rid), now_s, PAUSED_AFTER_S)]
    for item in silent[:AT_ONCE]:
        listings.do(item.rid, Act.PAUSE)


def _state(item: BoardItem, now_s: int) -> State:
    return state(item.listing, item.valid_until_s, now_s)


def _since_s(life: Life, now_s: int) -> int:
    return 0 if life.over_s is None else now_s - life.over_s


def _day(at_s: int) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d}"
