"""The pod card: one a pod, to everybody, no person in it. docs/kinds.md §3."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from node.drafts import Draft
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.pod_card import CARD_RID, POD_CARD, PodCard
from protocol.clock import ClockState, Now
from protocol.errors import UserError
from protocol.record import Scope
from store import records
from store.aid import BoardQuery, ItemQuery
from tests.aid.listings import soup

LEAST = {"name": "Elm Street", "zone_name": "Elm Street 1-40", "zone_kind": "street"}


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    now = Now(0, 1_767_225_600_000, ClockState.SYNCED)
    with Pod.create(
        tmp_path, name="Elm", seed=bytes(32), working_seed=b"w" * 32, now=now
    ) as opened:
        yield opened


def test_card_is_put_and_found_under_its_fixed_rid_in_the_network(pod: Pod) -> None:
    assert pod.card.get() is None
    item = pod.card.put(PodCard.write(LEAST))
    assert (item.rid, item.audience) == (CARD_RID, Audience.NETWORK)
    found = pod.card.get()
    assert found is not None
    assert (found.name, found.accepting) == ("Elm Street", "ask")


def test_second_card_takes_the_place_of_the_first(pod: Pod) -> None:
    pod.card.put(PodCard.write(LEAST))
    pod.card.put(PodCard.write(LEAST | {"name": "Elm Row"}))
    card = pod.card.get()
    assert card is not None
    assert card.name == "Elm Row"
    slots = records.slots_in_set(pod.keeper.store.connection, pod.pod_id, Scope.NETWORK)
    assert slots == 1


def test_mail_key_is_told_as_bytes_and_only_by_a_card_that_has_one(pod: Pod) -> None:
    assert pod.card.mail_key_of(pod.pod_id) is None
    pod.card.put(PodCard.write(LEAST))
    assert pod.card.mail_key_of(pod.pod_id) is None
    pod.card.put(PodCard.write(LEAST | {"mail_key": (b"\x07" * 32).hex()}))
    assert pod.card.mail_key_of(pod.pod_id) == b"\x07" * 32


@pytest.mark.parametrize("key", ["00" * 32, "AB" * 32, "ab" * 31])
def test_mail_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(UserError):
        PodCard.write(LEAST | {"mail_key": key})


def test_card_under_another_rid_is_kept_and_not_shown(pod: Pod) -> None:
    card = PodCard.write(LEAST).to_payload()
    now = pod.now()
    pod.keeper.signer.sign([Draft(POD_CARD, b"x" * 16, Scope.NETWORK, card)], now)
    assert pod.card.page(ItemQuery()) == []
    assert records.slots_in_set(pod.keeper.store.connection, pod.pod_id, Scope.NETWORK) == 1


@pytest.mark.usefixtures("pod")
def test_listings_of_a_file_of_0_1_0_are_taken_over(tmp_path: Path) -> None:
    """0.1.0 kept listings for the pod alone in a table that knew nothing else."""
    payload = soup(title="Bread").to_payload()
    with closing(sqlite3.connect(tmp_path / "pod.db")) as file, file as old:
        old.execute("CREATE TABLE house_listing (rid, stamp_ms, valid_until_s, payload)")
        old.execute("INSERT INTO house_listing VALUES (?, 1, 0, ?)", (b"b" * 16, payload))
        old.execute("DROP TABLE house_body")
        old.execute("DELETE FROM aid_layout")
    with Pod.open(tmp_path) as opened:
        assert [it.listing.title for it in opened.listings.board(BoardQuery())] == ["Bread"]
