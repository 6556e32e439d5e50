"""What a pod said itself under an older key: on its own board, until it is signed again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.first_start import create_known
from node.pod import Pod
from node.rekey import Theft
from node.upkeep import Upkeep
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing
from protocol.errors import UserError
from protocol.identity import PodKey
from protocol.limits import LIFETIME_S
from store import aid, records
from store.aid import BoardItem, BoardQuery
from store.records import Place

SEED = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with create_known(tmp_path, name="Elm Street", seed=SEED) as pod:
        for title, audience in (("Soup", Audience.NETWORK), ("Spare key", Audience.NEAR)):
            offer(pod, title, audience)
    return tmp_path


def offer(pod: Pod, title: str, audience: Audience = Audience.NETWORK) -> BoardItem:
    listing = write_listing({"type": "offer", "title": title, "category": "food"})
    return pod.listings.publish(listing, audience=audience)


def rotate(folder: Path, theft: Theft | None = None) -> Pod:
    """Return the pod with a new key, of which nothing is signed again yet."""
    with Pod.open(folder) as pod:
        now = pod.now()
    Pod.rekey(folder, PodKey.from_seed(SEED), now, theft)
    return Pod.open(folder)


def board(pod: Pod) -> set[str]:
    """Return the board; made anew from the records, it is the same."""
    shown = {item.listing.title for item in pod.listings.board(BoardQuery())}
    with pod.keeper.store.atomic(0) as tx:
        aid.rebuild(tx.connection)
    assert {item.listing.title for item in pod.listings.board(BoardQuery())} == shown
    return shown


def test_own_board_is_as_it_was_after_a_new_key_and_nothing_of_it_is_in_a_set(
    folder: Path,
) -> None:
    with rotate(folder) as pod:
        assert board(pod) == {"Soup", "Spare key"}
        assert {it.place for it in records.counts(pod.keeper.store.connection)} == {Place.SHELF}


def test_signed_again_it_is_shown_once(folder: Path) -> None:
    with rotate(folder) as pod:
        Upkeep(pod.keeper, pod.now()).turn(pod.now())
        assert board(pod) == {"Soup", "Spare key"}
        assert pod.listings.count(BoardQuery()) == 2


def test_people_can_change_and_withdraw_it_meanwhile(folder: Path) -> None:
    with rotate(folder) as pod:
        key, soup = sorted(pod.listings.board(BoardQuery()), key=lambda it: it.listing.title)[::-1]
        changed = write_listing({"type": "offer", "title": "Stew", "category": "food"})
        pod.listings.edit(soup.rid, changed)
        pod.listings.withdraw(key.rid)
        assert board(pod) == {"Stew"}
        Upkeep(pod.keeper, pod.now()).turn(pod.now())
        assert board(pod) == {"Stew"}
        with pytest.raises(UserError):
            pod.listings.withdraw(key.rid)


def test_what_may_be_a_thiefs_is_not_shown(folder: Path) -> None:
    with rotate(folder, Theft(since_ms=0, home_since_ms=0)) as pod:
        assert board(pod) == set()


def test_it_goes_with_its_lifetime(folder: Path) -> None:
    with rotate(folder) as pod:
        now = pod.now()
        floor_s = now.wall_ms // 1000 + 3600
        with pod.keeper.store.atomic(now.wall_ms) as tx:
            records.purge(tx, floor_s, pod.pod_id)
        assert board(pod) == set()


def test_what_outlived_its_90_days_while_the_pod_was_off_is_not_shown_as_open(
    folder: Path,
) -> None:
    """Other pods have it no longer, and our floor has not caught up (R6)."""
    with Pod.open(folder) as pod:
        later_s = pod.now().wall_ms // 1000 + LIFETIME_S + 60
        connection = pod.keeper.store.connection
        assert aid.board(connection, BoardQuery(), now_s=later_s) == []
        assert len(aid.board(connection, BoardQuery(open_only=False), now_s=later_s)) == 2
        pod.keeper.time.confirm(later_s * 1000)
        for item in pod.listings.board(BoardQuery(open_only=False)):
            pod.listings.renew(item.rid)
        assert board(pod) == {"Soup", "Spare key"}
