"""What is written in another language says so, and names a neighbour who speaks it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.audience import Audience
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from tests.web.visiting import House, house

ARABIC = {"type": "need", "title": "سلّم", "category": "items", "lang": "ar-SY"}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def listing_of(elm: House) -> str:
    return (
        f"/board/{elm.pod.listings.publish(write_listing(ARABIC), audience=Audience.POD).rid.hex()}"
    )


async def test_a_reader_hears_which_language_it_is_and_who_speaks_it(elm: House) -> None:
    ana = elm.somebody("Ana")
    elm.pod.people.add(MACHINE, "Leila", languages=("ar", "en"))
    elm.pod.people.add(MACHINE, "Amir", languages=("ar",), presence="resting")
    page = (await ana.get(await listing_of(elm))).text
    assert "It is in this language: Arabic." in page
    assert "Neighbours who speak it:" in page
    named = page.partition("Neighbours who speak it:")[2].partition("</p>")[0]
    assert "Leila" in named
    assert "Amir" not in named


async def test_in_the_readers_own_language_and_without_anybody_to_ask(elm: House) -> None:
    path = await listing_of(elm)
    page = (await elm.somebody("Ana").get(path, Accept_Language="es")).text
    assert "Está en este idioma: árabe." in page
    assert "Lo hablan" not in page


async def test_who_speaks_it_is_not_told_so(elm: House) -> None:
    path = await listing_of(elm)
    member = elm.pod.people.add(MACHINE, "Leila", languages=("ar",))
    leila = elm.stranger.signed_in(elm.pod.devices.sign_in(member.id, "phone"))
    assert "It is in this language" not in (await leila.get(path)).text


async def test_a_listing_that_names_no_language_says_nothing_of_it(elm: House) -> None:
    said = {name: value for name, value in ARABIC.items() if name != "lang"}
    item = elm.pod.listings.publish(write_listing(said), audience=Audience.POD)
    page = (await elm.somebody("Ana").get(f"/board/{item.rid.hex()}")).text
    assert "It is in this language" not in page


async def test_a_proposal_is_in_the_one_language_of_its_writer(
    elm: House,
) -> None:
    ana = elm.somebody("Ana")
    leila = elm.pod.people.add(MACHINE, "Leila", languages=("ar",))
    both = elm.pod.people.add(MACHINE, "Ben", languages=("en", "es"))
    paths = {}
    for member, title in ((leila, "ساعات هادئة"), (both, "Quiet hours")):
        looking = elm.pod.people.viewer(member.id)
        made = elm.pod.decisions.propose(looking, title, title, draft=False)
        paths[member.name] = f"/proposals/{made.id.hex()}"
    page = (await ana.get(paths["Leila"])).text
    assert page.count('lang="ar">ساعات هادئة') == 2
    assert "It is in this language: Arabic." in page
    page = (await ana.get(paths["Ben"])).text
    assert '<h1 dir="auto">Quiet hours' in page  # nobody can tell in which of the two


async def test_an_answer_says_in_which_language_it_is(elm: House) -> None:
    ana = elm.somebody("Ana")
    soup = {"type": "offer", "title": "Soup", "category": "food"}
    item = elm.pod.listings.publish(write_listing(soup), audience=Audience.POD)
    leila = elm.pod.people.add(MACHINE, "Leila", languages=("ar",))
    elm.pod.answers.ask(item.rid, Ask(words="اثنان"), member=leila.id)
    assert 'lang="ar">اثنان' in (await ana.get(f"/board/{item.rid.hex()}")).text
