"""What people delete is nowhere in the pod's folder soon after, with the node up all the time."""

from contextlib import closing
from pathlib import Path

from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from tests.aid.house.street import Street

NOTE, NUMBER, TITLE = "zebrafinch", "5550017717", "quagga"


def found_in(folder: Path) -> set[str]:
    """Return which of the words stand in any file of a folder."""
    every = b"".join(it.read_bytes() for it in sorted(folder.rglob("*")) if it.is_file())
    return {word for word in (NOTE, NUMBER, TITLE) if word.encode() in every}


def test_what_was_deleted_is_overwritten_in_the_file_and_gone_from_its_log(street: Street) -> None:
    pod, ben = street.pod, street.ids["Ben"]
    folder, by = pod.keeper.folder, street.as_("Ben")
    with closing(Pod.open(folder)):  # pages have a connection of their own, open for months
        pod.care.write_note(by, ben, {"words": f"I need {NOTE}"})
        pod.people.set_contacts(by, ben, [{"type": "phone", "value": NUMBER}])
        title = {"type": "need", "category": "food", "title": TITLE}
        item = pod.listings.publish(write_listing(title), audience=Audience.POD)
        assert found_in(folder) == {NOTE, NUMBER, TITLE}
        pod.care.delete_note(by, ben)
        pod.people.set_contacts(by, ben, [])
        pod.listings.withdraw(item.rid)
        pod.keeper.store.give_back()
        # A word of what was on the board stays in the search index until that is merged.
        assert found_in(folder) <= {TITLE}
        assert pod.care.notes(MACHINE) == []


def test_log_is_kept_while_somebody_reads_and_cut_the_next_time(street: Street) -> None:
    pod, ben = street.pod, street.ids["Ben"]
    folder = pod.keeper.folder
    with closing(Pod.open(folder)) as pages:
        pod.care.write_note(street.as_("Ben"), ben, {"words": NOTE})
        with pages.keeper.store.reading() as connection:
            connection.execute("SELECT count(*) FROM house_care_note").fetchone()
            pod.care.delete_note(street.as_("Ben"), ben)
            pod.keeper.store.give_back()
            assert found_in(folder) == {NOTE}
        pod.keeper.store.give_back()
        assert found_in(folder) == set()
