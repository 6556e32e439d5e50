"""What a node does for its file and its card when nothing else is to do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.first_start import create_known
from node.housekeeping import mind_ballast
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing
from protocol.errors import StoreError
from store.upkeep import BALLAST_BYTES, BALLAST_NAME, Space

FULL = Space(free_bytes=1 << 20, total_bytes=1 << 40)
ROOMY = Space(free_bytes=1 << 40, total_bytes=1 << 41)
SOUP = write_listing({"type": "offer", "title": "Soup", "category": "food"})


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with create_known(tmp_path, name="Elm Street", seed=bytes(range(32))) as made:
        made.keeper.space_at = lambda _: ROOMY
        yield made


def test_the_ballast_goes_when_the_disk_is_full_and_comes_back_with_room(pod: Pod) -> None:
    ballast = pod.keeper.folder / BALLAST_NAME
    mind_ballast(pod.keeper)
    assert ballast.stat().st_size == BALLAST_BYTES
    pod.keeper.space_at = lambda _: FULL
    mind_ballast(pod.keeper)
    assert not ballast.exists()
    pod.keeper.space_at = lambda _: ROOMY
    mind_ballast(pod.keeper)
    assert ballast.exists()


def test_with_a_full_disk_people_can_withdraw_and_read_but_not_post(pod: Pod) -> None:
    item = pod.listings.publish(SOUP, audience=Audience.NETWORK)
    pod.keeper.space_at = lambda _: FULL
    with pytest.raises(StoreError) as refused:
        pod.listings.publish(SOUP, audience=Audience.NETWORK)
    assert refused.value.code == "full"
    assert pod.listings.find(item.rid.hex()).listing.title == "Soup"
    pod.listings.withdraw(item.rid)
