"""What was withdrawn for this pod alone is remembered as long as what left it (docs/kinds.md)."""

from pathlib import Path

from node.aid.writing import forget_withdrawn
from node.first_start import create_known
from node.upkeep import Upkeep
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing

YEAR_2099_MS = 4_080_000_000_000


def test_clock_in_2099_makes_no_pod_forget_what_it_withdrew(tmp_path: Path) -> None:
    """A spreadsheet read once more would put it on the board again."""
    with create_known(tmp_path, name="Elm Street", seed=bytes(range(32))) as pod:
        listing = write_listing({"type": "offer", "title": "Soup", "category": "food"})
        item = pod.listings.publish(listing, audience=Audience.POD)
        pod.listings.withdraw(item.rid)
        pod.keeper.time.confirm(YEAR_2099_MS)
        pod.keeper.time.date_is_confirmed = False  # a machine that believes it, and no person
        Upkeep(pod.keeper, pod.now()).turn(pod.now())
        forget_withdrawn(pod.keeper)
        (row,) = pod.keeper.store.connection.execute("SELECT payload FROM house_body").fetchall()
        assert row == (None,)
