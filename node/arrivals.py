"""Records that arrive: what neighbours bring, what was held and is due, what comes home.

Spec: docs/protocol.md §4.4, §4.6 and §5.4 (R4, R5, R7). Signatures and certificates have been
checked; what is decided here is where each goes, and whether one of our own is signed again.
"""

from collections.abc import Sequence

from node.drafts import again, repeats_less
from node.keeper import Keeper
from protocol.clock import Now
from protocol.identity import PodId
from protocol.limits import CEILING_AHEAD_S
from protocol.record import Record
from store import records
from store.records import Adopted, Doubt, Intake, IntakeFacts, Origin, Place


def take_in(
    keeper: Keeper, batch: Sequence[Record], peer: PodId, now: Now, under_lesser: frozenset[bytes]
) -> Intake:
    """Take in records that peer brought and whose signatures hold; saved when it returns.

    under_lesser: ids signed under a lesser certificate of their author's greatest epoch.
    """
    if not batch:
        return Intake()
    with keeper.store.atomic(now.wall_ms) as tx:
        intake = records.take_in(tx, batch, _facts(keeper, peer, now, under_lesser))
    for adopted in intake.adopted:
        _adopt(keeper, adopted, peer, now)
    for record in intake.shelved:
        if record.author == keeper.pod_id:
            _take_back(keeper, record, now)
    return intake


def hold_back(keeper: Keeper, now: Now) -> bool:
    """Hold what stands in the sets ahead of our synced clock; tell whether anything did (R7).

    A wrong clock let it in, ours or its author's. What we signed ourselves is signed again
    now, in its slot, so that no older version of it is left to be seen anywhere.
    """
    ceiling_s = now.wall_ms // 1000 + CEILING_AHEAD_S
    sets = (keeper.indexes.near, keeper.indexes.network)
    if not any(len(index.view(floor_s=ceiling_s + 1)) for index in sets):
        return False
    with keeper.store.atomic(now.wall_ms) as tx:
        own = records.hold_back(tx, ceiling_s, keeper.pod_id)
        if keeper.may_sign:
            keeper.signer.sign_in(tx, [again(record) for record in own], now)
    return True


def release(keeper: Keeper, now: Now) -> bool:
    """Take in what was held and is due; tell whether anything was (R7).

    Where we signed something else in the slot after it, that is signed again above it.
    """
    with keeper.store.atomic(now.wall_ms) as tx:
        intake = records.release_held(tx, _facts(keeper, None, now))
        losers = [it.loser for it in intake.adopted if it.loser is not None]
        if keeper.may_sign:
            later = [again(it.record) for it in losers if it.origin is Origin.SIGNED_HERE]
            keeper.signer.sign_in(tx, later, now)
    return bool(intake.taken)


def _facts(
    keeper: Keeper, peer: PodId | None, now: Now, under_lesser: frozenset[bytes] = frozenset()
) -> IntakeFacts:
    """Return what intake goes by for what others signed, or for what was held of it."""
    return IntakeFacts(
        us=keeper.pod_id,
        peer=peer,
        epochs=keeper.roster.certificates.epochs,
        floor_s=keeper.floor_s,
        ceiling_s=None if now.synced_s is None else now.synced_s + CEILING_AHEAD_S,
        run=keeper.signer.run,
        kinds=keeper.kinds,
        under_lesser=under_lesser,
        doubts=records.doubts(keeper.store.connection),
    )


def _adopt(keeper: Keeper, adopted: Adopted, peer: PodId, now: Now) -> None:
    """Judge a version of our own that a neighbour brought (R5)."""
    if peer in keeper.recovered:
        # In the first round of this run it is what a restored card must expect. Later it
        # was signed elsewhere, with our key, while we were running.
        keeper.notice("clone", keeper.pod_id, now)
    loser = adopted.loser
    if keeper.recovered or loser is None or loser.run != keeper.signer.run:
        return
    if loser.origin is not Origin.SIGNED_HERE:
        return
    if adopted.record.is_tombstone:
        if not loser.record.is_tombstone:
            keeper.notice("withdrawn_elsewhere", keeper.pod_id, now)
    elif keeper.may_sign:
        # What somebody wrote here before the first neighbour was heard is newer than what
        # came home. Once: the new version is above both.
        keeper.signer.sign([again(loser.record)], now)


def _take_back(keeper: Keeper, record: Record, now: Now) -> None:
    """Let a greater version found on another shelf replace what was signed again (R4)."""
    connection = keeper.store.connection
    shelved = records.slot_version(connection, record.slot, Place.SHELF)
    if not keeper.may_sign or shelved is None or shelved.doubt is not Doubt.NONE:
        return
    version = records.slot_version(connection, record.slot)
    if version is not None and repeats_less(version, record):
        keeper.signer.sign([again(record)], now)
