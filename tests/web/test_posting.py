"""A need or an offer by form: all that a command can say, and nothing lost by changing it."""

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from protocol.aid.audience import Audience
from protocol.aid.listing import Listing, write_listing
from tests.web.visiting import Answer, House, house

ALL = {
    "title": "Soup",
    "details": "With leek",
    "audience": "near",
    "qty": "4",
    "unit": "bowls",
    "when": "At noon",
    "date_from": "2027-03-01",
    "time_from": "12:00",
    "date_to": "2027-03-05",
    "repeats": "weekly",
    "repeats_words": "Every second Monday",
    "place": "The blue door",
    "access": "Two steps",
    "urgency": "whenever",
    "mode": "give",
    "tags": "hot, vegan",
    "lang": "nl",
    "reply_via": "at-meetup",
    "named": "yes",
}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def at_of(answer: Answer) -> str:
    return answer.location.partition("?")[0]


def listing_at(elm: House, at: str) -> Listing:
    return elm.pod.listings.find(at.rpartition("/")[2]).listing


class Fields(HTMLParser):
    """Reads what the fields of a page hold, as a browser would send it back."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self._name = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag in ("select", "textarea"):
            self._name = said["name"]
            self.held.setdefault(self._name, "")
        elif tag == "option" and "selected" in said:
            self.held[self._name] = said["value"]
        elif tag == "input" and said["type"] in ("radio", "checkbox"):
            if "checked" in said:
                self.held[said["name"]] = said["value"]
        elif tag == "input" and said["type"] != "hidden":
            self.held[said["name"]] = said["value"]

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea" and self._name:
            self.held[self._name] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea"):
            self._name = ""


def shown_in(page: str) -> dict[str, str]:
    return Fields(page).held


async def test_all_that_a_command_can_say_is_said_by_the_form(elm: House) -> None:
    ana = elm.somebody("Ana")
    said = listing_at(elm, at_of(await ana.post("/post/offer/food", ALL)))
    assert said.model_dump(exclude={"posted_s", "status", "cell", "left"}) == {
        "type": "offer",
        "category": "food",
        "title": "Soup",
        "details": "With leek",
        "qty": 4,
        "unit": "bowls",
        "plenty": False,
        "when": "At noon",
        "date_from": "2027-03-01T12:00",
        "date_to": "2027-03-05",
        "repeats": "weekly",
        "repeats_words": "Every second Monday",
        "place": "The blue door",
        "access": "Two steps",
        "urgency": "whenever",
        "mode": "give",
        "tags": ("hot", "vegan"),
        "lang": "nl",
        "reply_via": ("at-meetup",),
        "by": "Ana",
    }


async def test_form_that_is_sent_back_as_it_came_changes_nothing(elm: House) -> None:
    ana = elm.somebody("Ana")
    fields = {"type": "offer", "category": "food", "title": "Soup", "qty": 5, "left": 2}
    fields |= {"cell": "u173zq", "date_from": "2027-03-01T12:00", "by": "The Lopez family"}
    fields |= {"reply_via": ("at-meetup",), "status": "paused", "lang": "nl"}
    for end_s in (0, elm.pod.now().wall_ms // 1000 + 20 * 86_400):
        item = elm.pod.listings.publish(
            write_listing(fields), audience=Audience.NEAR, valid_until_s=end_s
        )
        at = f"/board/{item.rid.hex()}"
        shown = shown_in((await ana.get(f"{at}/edit")).text)
        assert (await ana.post(f"{at}/edit", shown)).location == at
        after = elm.pod.listings.own(item.rid)
        assert after.listing == item.listing
        assert (after.audience, after.valid_until_s) == (item.audience, item.valid_until_s)


CARD = {"name": "Elm", "zone_name": "Elm", "zone_kind": "street", "accepting": "ask"}


async def test_square_is_tapped_or_typed_and_of_a_point_no_more_is_kept(elm: House) -> None:
    ana = elm.somebody("Ana")
    form = (await ana.get("/post/need/food")).text
    assert 'name="square_typed"' in form
    assert 'value="B3"' not in form, "nobody said where the pod is"
    wrong = await ana.post("/card", CARD | {"cell": "by the church"})
    assert wrong.status == 422
    assert "by the church" in wrong.text
    assert (await ana.post("/card", CARD | {"cell": "52.3740311, 4.8896911"})).status == 303
    card = elm.pod.card.get()
    assert card is not None
    assert card.cell == "u173z"
    assert 'value="u173z"' in (await ana.get("/card")).text
    assert 'value="B3"' in (await ana.get("/post/need/food")).text
    cells = {}
    for said in ({"square": "B3"}, {"square_typed": "b3"}, {"square": "A1", "square_typed": "B3"}):
        at = at_of(await ana.post("/post/need/food", {"title": "Soup", **said}))
        cells[at] = listing_at(elm, at).cell
        shown = shown_in((await ana.get(f"{at}/edit")).text)
        assert (shown["square"], shown["square_typed"]) == ("B3", "")
    assert len(set(cells.values())) == 1
    point = {"title": "Soup", "audience": "near", "square_typed": "52.3740311, 4.8896911"}
    at = at_of(await ana.post("/post/need/food", point))
    assert listing_at(elm, at).cell == "u173zq"
    store = elm.pod.keeper.store.path
    for file in store.parent.iterdir():
        assert b"3740311" not in file.read_bytes() if file.is_file() else True
    none = await ana.post("/post/need/food", {"title": "Soup", "square_typed": "E9"})
    assert none.status == 422
    assert 'id="w-square_typed"' in none.text


async def test_square_of_all_pods_is_cut_to_five_kilometres(elm: House) -> None:
    ana = elm.somebody("Ana")
    await ana.post("/card", CARD | {"cell": "u173z"})
    said = {"title": "Soup", "audience": "network", "square": "B3"}
    assert listing_at(elm, at_of(await ana.post("/post/need/food", said))).cell == "u173z"


async def test_title_alone_is_enough_and_the_rest_is_usual(elm: House) -> None:
    ana = elm.somebody("Ana")
    form = (await ana.get("/post/need/food")).text
    assert form.count(" required") == 1
    said = listing_at(elm, at_of(await ana.post("/post/need/food", {"title": "Soup"})))
    assert (said.reply_via, said.repeats, said.by, said.qty) == (("sealed",), "none", None, None)


async def test_what_cannot_be_used_is_said_beside_its_field_and_all_is_kept(elm: House) -> None:
    ana = elm.somebody("Ana")
    wrong = {**ALL, "qty": "many", "date_to": "2027-02-01", "lang": "x y", "until": "2001-01-01"}
    answer = await ana.post("/post/offer/food", wrong)
    assert answer.status == 422
    for name in ("qty", "lang"):
        assert f'id="w-{name}"' in answer.text
    kept = shown_in(answer.text)
    assert {name: kept.get(name) for name in wrong} == wrong
    assert re.search(r"<details open>\s*<summary>Day, place", answer.text)
    ended = {**ALL, "until": "2001-01-01"}
    answer = await ana.post("/post/offer/food", ended)
    assert answer.status == 422
    assert 'id="w-until"' in answer.text
    assert 'value="2001-01-01"' in answer.text


async def test_listing_is_open_until_the_day_that_was_named(elm: House) -> None:
    ana = elm.somebody("Ana")
    last = datetime.now().astimezone().date() + timedelta(days=3)
    at = at_of(await ana.post("/post/offer/food", {"title": "Soup", "until": str(last)}))
    item = elm.pod.listings.find(at.rpartition("/")[2])
    over = datetime.fromtimestamp(item.valid_until_s).astimezone()
    assert (over.date(), over.hour) == (last + timedelta(days=1), 0)
    shown = shown_in((await ana.get(f"{at}/edit")).text)
    assert shown["until"] == str(last)
    assert (await ana.post(f"{at}/edit", {**shown, "no_end": "yes"})).status == 303
    assert elm.pod.listings.own(item.rid).valid_until_s == 0


async def test_what_is_left_follows_from_promises_unless_somebody_says(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    at = at_of(await ana.post("/post/offer/items", {"title": "Chairs", "qty": "4"}))
    await bo.post(f"{at}/ask", {"qty": "3"})
    await ana.post(f"{at}/answers/1/promise")
    assert listing_at(elm, at).left == 1
    shown = shown_in((await ana.get(f"{at}/edit")).text)
    assert shown["left"] == "1"
    await ana.post(f"{at}/edit", {**shown, "qty": "6"})
    assert (listing_at(elm, at).qty, listing_at(elm, at).left) == (6, 3)
    await ana.post(f"{at}/edit", {**shown, "qty": "6", "left": "2"})
    assert listing_at(elm, at).left == 2


async def test_fewer_than_are_left_is_no_dead_end(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    at = at_of(await ana.post("/post/offer/items", {"title": "Chairs", "qty": "4"}))
    await bo.post(f"{at}/ask", {"qty": "1"})
    await ana.post(f"{at}/answers/1/promise")
    shown = shown_in((await ana.get(f"{at}/edit")).text)
    assert (await ana.post(f"{at}/edit", {**shown, "qty": "2"})).status == 303
    assert (listing_at(elm, at).qty, listing_at(elm, at).left) == (2, 1)
