"""How anything that people write is saved, whoever may read it: a record, or a row of the house.

Spec: docs/kinds.md §1.5. Each call is part of an act that its caller began.
"""

from collections.abc import Iterator

from node.drafts import Draft
from node.keeper import Keeper
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.limits import MAX_OPEN_S, UNTIL_I_SAY
from protocol.clock import Now
from protocol.errors import UserError
from protocol.record import Scope
from store import Tx, aid, records
from store.aid import Placed
from store.house import bodies
from store.house.bodies import HouseBody


def put_in(
    keeper: Keeper,
    tx: Tx,
    rid: bytes,
    body: Body,
    audience: Audience,
    valid_until_s: int,
    now: Now,
) -> None:
    """Save a body for its audience, in place of what its rid had there."""
    payload = body.for_audience(audience).to_payload()
    if audience.scope is None:
        row = HouseBody(body.CODE, rid, now.wall_ms, valid_until_s, payload)
        bodies.put(tx, row)
        aid.show(tx.connection, _placed(keeper, row))
    else:
        draft = Draft(body.CODE, rid, audience.scope, payload, valid_until_s)
        keeper.signer.sign_in(tx, [draft], now)


def take_off_in(
    keeper: Keeper, tx: Tx, kind: int, rid: bytes, audience: Audience, now: Now
) -> None:
    """Withdraw what its rid has for this audience."""
    if audience.scope is None:
        bodies.put(tx, HouseBody(kind, rid, now.wall_ms, UNTIL_I_SAY, None))
        aid.remove(tx.connection, [(keeper.pod_id, 0, kind, rid)])
    else:
        keeper.signer.sign_in(tx, [Draft(kind, rid, audience.scope, None)], now)


def was_shared(keeper: Keeper, kind: int, rid: bytes) -> bool:
    """Tell whether this pod has a record under rid for others, be it a withdrawal."""
    slots = [(keeper.pod_id, int(scope), kind, rid) for scope in Scope]
    return any(records.slot_version(keeper.store.connection, slot) for slot in slots)


def was_written(keeper: Keeper, kind: int, rid: bytes) -> bool:
    """Tell whether this pod ever had something under rid, for whomever, that it still remembers."""
    return bodies.get(keeper.store.connection, kind, rid) is not None or was_shared(
        keeper, kind, rid
    )


def kept_here(keeper: Keeper, tx: Tx) -> Iterator[Placed]:
    """Yield all that is for this pod alone, to make the shown tables anew."""
    for row in bodies.shown(tx.connection):
        yield from _placed(keeper, row)


def forget_withdrawn(keeper: Keeper) -> None:
    """Forget own withdrawals for this pod alone as old as those of records (R6).

    By the floor, which no jump of a clock carries off.
    """
    with keeper.store.atomic(keeper.now().wall_ms) as tx:
        bodies.forget_withdrawn(tx, keeper.floor_s * 1000)


def check_end(valid_until_s: int, now: Now, longest_s: int = MAX_OPEN_S) -> None:
    """Refuse an end that has passed or is farther than a person can mean.

    longest_s: for kinds that readers take off earlier, who have no "no end".
    """
    now_s = now.wall_ms // 1000
    if longest_s == MAX_OPEN_S and valid_until_s == UNTIL_I_SAY:
        return
    if now_s < valid_until_s <= now_s + longest_s:
        return
    if longest_s < MAX_OPEN_S:
        raise UserError(
            "invalid",
            "That is over within {most} hours.",
            "Name a nearer end; it can be renewed.",
            most=longest_s // 3600,
        )
    raise UserError(
        "invalid",
        "It closes on a day between now and {most} days from now.",
        "Name such a day, or say that it is open until you say otherwise.",
        most=MAX_OPEN_S // 86_400,
    )


def _placed(keeper: Keeper, row: HouseBody) -> Iterator[Placed]:
    if row.payload is not None:
        yield Placed(
            keeper.pod_id,
            0,
            row.kind,
            row.rid,
            None,
            row.stamp_ms,
            row.valid_until_s,
            row.payload,
        )
