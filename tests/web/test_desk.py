"""A steward's ten minutes: what waits, with a next step, and how the machine is."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.backup import back_up
from node.web.pages.desk import SHOWN
from protocol.aid.audience import Audience
from protocol.aid.house.rights import Role
from protocol.aid.listing import write_listing
from protocol.aid.notice import Notice
from protocol.aid.resource import Resource
from store import peers, touch
from tests.channels import identity
from tests.web.visiting import House, Visitor, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def read(visitor: Visitor, path: str = "/desk") -> str:
    """Return the text of a page, as somebody reads it."""
    answer = await visitor.get(path)
    assert answer.status == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def offer(elm: House, title: str, *, end_s: int | None = None) -> bytes:
    listing = write_listing({"type": "offer", "category": "items", "title": title})
    item = elm.pod.listings.publish(listing, audience=Audience.NETWORK, valid_until_s=end_s)
    return item.rid


def soups_in(page: str) -> int:
    return len(set(re.findall(r"Soup \d+", page)))


async def test_each_thing_that_waits_has_a_next_step(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    chair = offer(elm, "Chair")
    assert (await bo.post(f"/board/{chair.hex()}/ask", {"words": "Please"})).status == 303
    soon_s = elm.pod.now().wall_ms // 1000 + 86_400
    offer(elm, "Soup", end_s=soon_s)
    pantry = {"name": "Pantry", "categories": ["food"], "last_checked": "2020-01-01"}
    elm.pod.directory.publish(Resource.write(pantry), audience=Audience.NETWORK)
    alert = {"title": "No water", "text": "Tonight", "topic": "alert"}
    elm.pod.notices_board.publish(
        Notice.write(alert), audience=Audience.NETWORK, valid_until_s=soon_s - 86_000
    )
    page = await read(ana)
    for title, step in (
        ("Chair", "Promise it, or say that it cannot be."),
        ("Soup", "Renew it, or let it end."),
        ("Pantry", "Ring there or go past"),
        ("No water", "Keep them up for longer if they still hold."),
    ):
        assert title in page
        assert step in page


async def test_one_tap_on_the_desk_settles_it_and_leads_back_there(elm: House) -> None:
    ana = elm.somebody("Ana")
    soup = offer(elm, "Soup", end_s=elm.pod.now().wall_ms // 1000 + 86_400)
    pantry = Resource.write(
        {"name": "Pantry", "categories": ["food"], "last_checked": "2020-01-01"}
    )
    place = elm.pod.directory.publish(pantry, audience=Audience.NETWORK).rid
    assert "Still true : Pantry" in await read(ana)  # which one, for who hears the button alone
    for path, fields in (
        (f"/board/{soup.hex()}/renew", {}),
        (f"/directory/{place.hex()}/confirm", {"says": "still-true"}),
    ):
        assert f'action="{path}"' in (await ana.get("/desk")).text
        assert (await ana.post(path, {**fields, "from": "desk"})).location == "/desk"
    page = await read(ana)
    assert "Soup" not in page
    assert "Pantry" not in page


async def test_of_one_listing_that_many_ask_for_there_is_one_row(elm: House) -> None:
    ana = elm.somebody("Ana")
    chair = offer(elm, "Chair")
    for name in ("Bo", "Cy"):
        await elm.somebody(name).post(f"/board/{chair.hex()}/ask", {"words": "Please"})
    page = await read(ana)
    assert page.count("Chair") == 1
    assert "2 answers wait, the first came just now" in page


async def test_of_many_the_first_are_shown_and_the_rest_on_a_page_of_its_own(elm: House) -> None:
    ana = elm.somebody("Ana")
    soon_s = elm.pod.now().wall_ms // 1000 + 86_400
    for number in range(SHOWN + 2):
        offer(elm, f"Soup {number}", end_s=soon_s + number)
    page = await read(ana)
    assert soups_in(page) == SHOWN
    assert "and 2 more" in page
    assert soups_in(await read(ana, "/desk/ends_soon")) == SHOWN + 2
    assert (await ana.get("/desk/anything")).status == 404


async def test_what_is_wrong_with_the_machine_comes_first_and_says_what_to_do(
    elm: House, tmp_path: Path
) -> None:
    ana = elm.somebody("Ana")
    page = await read(ana)
    assert "One steward is too few" not in page  # as long as there is one person
    assert "No backup was made yet" in page
    assert page.index("No backup was made yet") < page.index("This pod&#39;s key is here")
    assert "pod clock confirm" in page or "right" in page
    back_up(elm.pod, tmp_path / "elm", tmp_path / "stick.age")
    elm.pod.keeper.notice("clone", elm.pod.pod_id, elm.pod.now())
    page = await read(ana)
    assert "A backup was made today." in page
    assert "Two machines are running with the key of one pod." in page
    elm.somebody("Bo")
    assert "One steward is too few" in await read(ana)


async def test_copies_elsewhere_are_told_as_far_as_they_are_known(elm: House) -> None:
    ana = elm.somebody("Ana")
    assert "This pod has no neighbours yet. Make one by six words" in await read(ana)
    oak = identity("oak").certificate
    elm.pod.neighbours.add(oak, "Oak Lane", [], seen=True)
    assert "has all that it gets" not in await read(ana)  # nothing is known of one never heard
    offer(elm, "Chair")
    page = await read(ana)
    assert "Oak Lane : one thing of ours is not known to be there." in page
    assert "not heard yet. Is its machine on?" in page
    with elm.pod.keeper.store.atomic(elm.pod.now().wall_ms) as tx:
        touch.note_holds(tx, oak.pod_id, touch.Holds(0, touch.last_number(tx.connection)))
        peers.note_contact(tx, oak.pod_id, elm.pod.now().wall_ms - 9 * 86_400_000)
    page = await read(ana)
    assert "Oak Lane : has all that it gets of ours." in page
    assert "heard 9 days ago. Ask its people." in page


async def test_desk_is_read_in_spanish(elm: House) -> None:
    elm.somebody("Ana", Role.STEWARD)
    ana = elm.somebody("Bo", Role.STEWARD)
    page = (await ana.get("/desk", Accept_Language="es")).text
    assert "Todavía no se ha hecho ninguna copia de seguridad" in page
