"""What pods tell one another, on pages: written, changed and taken back by whose it is."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.rights import MACHINE
from protocol.aid.resource import Resource
from store.aid import ItemQuery
from tests.web.visiting import House, house


def first_monday() -> date:
    """Return the first Monday of next month: near enough to be on the list of meetups."""
    ahead = (date.today().replace(day=1) + timedelta(days=32)).replace(day=1)  # noqa: DTZ011
    return ahead + timedelta(days=-ahead.weekday() % 7)


DAY, NEXT = (str(first_monday() + timedelta(days=it)) for it in (0, 7))
PLACE = {"name": "Food bank", "category": "food", "phones": "555 0101", "audience": "network"}
MEETUP = {"title": "Coffee", "day": DAY, "time": "15:00", "until": "17:00"}
MEETUP |= {"gathering": "social", "again": "none", "audience": "pod"}
NOTICE = {"title": "Water is off", "text": "Until noon", "topic": "alert", "audience": "pod"}
READING = {"title": "Mutual Aid", "medium": "text", "note": "Together", "audience": "pod"}
EACH = [
    pytest.param("/directory", PLACE, "name", id="place"),
    pytest.param("/meetups", MEETUP, "title", id="meetup"),
    pytest.param("/notices", NOTICE, "title", id="notice"),
    pytest.param("/readings", READING, "title", id="reading"),
]


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


@pytest.mark.parametrize(("path", "fields", "title"), EACH)
async def test_thing_is_changed_and_taken_back_by_whose_it_is_and_by_stewards(
    elm: House, path: str, fields: dict[str, str], title: str
) -> None:
    ana, bo, eve = elm.somebody("Ana"), elm.somebody("Bo"), elm.somebody("Eve")
    at = (await bo.post(f"{path}/new", fields)).location
    form = (await bo.get(f"{at}/edit")).text
    for name, typed in fields.items():
        assert f'value="{typed}"' in form or f">{typed}</textarea>" in form, name
    assert "Change it" in (await ana.get(at)).text
    assert "Change it" not in (await eve.get(at)).text
    for act in ("edit", "withdraw"):
        assert (await eve.post(f"{at}/{act}", fields)).status == 403
    assert (await eve.get(f"{at}/edit")).status == 403
    assert (await bo.post(f"{at}/edit", {**fields, title: "Better words"})).location == at
    assert "Better words" in (await eve.get(path)).text
    assert (await ana.post(f"{at}/edit", {**fields, title: "By a steward"})).location == at
    assert "Bo" in (await eve.get("/log")).text, "a steward changes what is others' in the open"
    assert (await bo.post(f"{at}/withdraw")).location == path
    assert (await bo.get(at)).status == 404


@pytest.mark.parametrize(("path", "fields", "title"), EACH)
async def test_what_cannot_be_used_is_said_beside_the_field_and_the_rest_is_kept(
    elm: House, path: str, fields: dict[str, str], title: str
) -> None:
    ana = elm.somebody("Ana")
    at = (await ana.post(f"{path}/new", fields)).location
    for where in (f"{path}/new", f"{at}/edit"):
        answer = await ana.post(where, {**fields, title: "x" * 200, "lang": "ignored"})
        assert answer.status == 422
        assert f'id="w-{title}"' in answer.text
        assert f'href="#f-{title}"' in answer.text
        for name, typed in fields.items():
            if name != title:
                assert f'value="{typed}"' in answer.text or f">{typed}</textarea>" in answer.text


async def test_what_a_form_does_not_show_stays_as_it_was(elm: House) -> None:
    ana = elm.somebody("Ana")
    fields = {"name": "Bank", "categories": ("food", "health"), "last_checked": "2026-01-05"}
    fields |= {"foreign_ids": ("osm:1",), "cell": "u173zq", "lang": "nl", "source": "Rosa"}
    item = elm.pod.directory.publish(Resource.write(fields), audience=Audience.NEAR)
    at = f"/directory/{item.rid.hex()}"
    changed = {"name": "Bank", "category": "food", "also": "health", "audience": "near"}
    changed |= {"phones": "555 0101, 555 0102", "last_checked": "2026-01-05"}
    assert (await ana.post(f"{at}/edit", changed)).status == 303
    body = elm.pod.directory.own(item.rid).body
    assert (body.foreign_ids, body.cell, body.lang) == (("osm:1",), "u173zq", "nl")
    assert (body.categories, body.phones) == (("food", "health"), ("555 0101", "555 0102"))
    assert (body.source, body.last_checked) == (None, "2026-01-05")


async def test_address_that_is_taken_out_takes_the_point_with_it(elm: House) -> None:
    ana = elm.somebody("Ana")
    fields = {"name": "Bank", "categories": ("food",), "last_checked": "2026-01-05"}
    fields |= {"address": "Elm 1", "point": "52.37,4.88", "public_place": True}
    item = elm.pod.directory.publish(Resource.write(fields), audience=Audience.NEAR)
    typed = {"name": "Bank", "category": "food", "audience": "near", "address": ""}
    assert (await ana.post(f"/directory/{item.rid.hex()}/edit", typed)).status == 303
    body = elm.pod.directory.own(item.rid).body
    assert (body.address, body.point, body.public_place) == (None, None, False)


async def test_place_is_found_true_changed_or_twice(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    at = (await bo.post("/directory/new", PLACE)).location
    other = (await ana.post("/directory/new", {**PLACE, "name": "Bank for food"})).location
    assert (await ana.post(f"{at}/confirm", {"says": "closed", "note": "Shut"})).status == 303
    assert "it is closed" in (await bo.get(at)).text
    assert "somebody found otherwise" in (await bo.get("/directory")).text
    assert (await bo.get("/directory?words=bank")).text.count("Bank") == 1
    twice = {"says": "duplicate", "double": other.rpartition("/")[2]}
    assert (await bo.post(f"{at}/confirm", twice)).status == 303
    assert "it is here twice" in (await bo.get(at)).text
    assert (await bo.post(f"{at}/confirm", {"says": "duplicate"})).status == 400


# --- Meetups ---


async def test_meetup_is_called_and_people_say_whether_they_come(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    at = (await bo.post("/meetups/new", MEETUP)).location
    assert (await ana.post(f"{at}/rsvp", {"day": DAY, "coming": "yes"})).status == 303
    assert "Ana" in (await bo.get(at)).text
    late = await bo.post("/meetups/new", {**MEETUP, "until": "14:00"})
    assert late.status == 422
    assert 'id="w-until"' in late.text
    for act, tells in (("cancel", "cancelled"), ("plan-again", "It does not take place")):
        assert (await ana.post(f"{at}/{act}")).status == 303
        assert tells in (await bo.get(at)).text


@pytest.mark.parametrize(
    ("again", "rule", "tells"),
    [
        ("none", ("none", 1, ()), ""),
        ("weekly", ("weekly", 1, ()), "every Monday"),
        ("fortnight", ("weekly", 2, ()), "every 2 weeks"),
        ("monthly", ("monthly", 1, ()), "each month"),
        ("nth", ("monthly", 1, ("1mo",)), "each month (first Mon)"),
    ],
)
async def test_meetup_comes_again_as_people_say_it(
    elm: House, again: str, rule: tuple[str, int, tuple[str, ...]], tells: str
) -> None:
    ana = elm.somebody("Ana")
    last = {"last_day": NEXT} if again != "none" else {}
    at = (await ana.post("/meetups/new", {**MEETUP, **last, "again": again})).location
    body = elm.pod.meetups.find(at.rpartition("/")[2]).body
    assert (body.repeats, body.every, body.on) == rule
    assert f'<option value="{again}" selected' in (await ana.get(f"{at}/edit")).text
    assert tells in (await ana.get(at)).text


async def test_what_comes_again_stands_in_the_list_once_with_more_dates_behind(elm: House) -> None:
    ana = elm.somebody("Ana")
    for path, empty in (
        ("", "next weeks"),
        ("?all=1", "year to come"),
        ("?words=x", "Nothing fits"),
    ):
        assert empty in (await ana.get(f"/meetups{path}")).text
    at = (await ana.post("/meetups/new", {**MEETUP, "again": "weekly"})).location
    await ana.post("/meetups/new", {**MEETUP, "title": "Once"})
    page = (await ana.get("/meetups?all=1")).text
    assert page.count(f'href="{at}"') == 1
    assert page.count("every Monday") == 1
    # The next one and five more: of the row alone, and none of them is the next again.
    assert page.count("<details><summary>More dates</summary>") == 1
    more = page.partition("More dates")[2].partition("</details>")[0]
    assert more.count("<li>") == 5
    assert "cada lunes" in (await ana.get("/meetups?all=1", Accept_Language="es")).text
    await ana.post(f"{at}/cancel")
    assert "More dates" not in (await ana.get("/meetups?all=1")).text


async def test_strangers_see_a_weekly_meetup_once_beside_the_others(elm: House) -> None:
    ana = elm.somebody("Ana")
    both = {**MEETUP, "audience": "network"}
    await ana.post("/meetups/new", {**both, "again": "weekly"})
    await ana.post("/meetups/new", {**both, "day": NEXT, "title": "Repair day"})
    page = (await elm.stranger.get("/")).text
    assert page.count("every Monday") == 1
    assert "Repair day" in page


async def test_row_that_no_form_can_say_stays_as_it_is(elm: House) -> None:
    ana = elm.somebody("Ana")
    fields = {"title": "Choir", "start": "2032-03-01T19:00", "tz": "UTC", "repeats": "weekly"}
    fields |= {"every": 3, "on": ("mo", "we"), "not_on": ("2032-03-03",)}
    item = elm.pod.meetups.publish(Event.write(fields), audience=Audience.POD)
    at = f"/meetups/{item.rid.hex()}"
    typed = {**MEETUP, "title": "Choirs", "again": "as-is", "not_on": "2032-03-03"}
    assert 'value="as-is" selected' in (await ana.get(f"{at}/edit")).text
    assert (await ana.post(f"{at}/edit", typed)).status == 303
    body = elm.pod.meetups.own(item.rid).body
    assert (body.title, body.every, body.on) == ("Choirs", 3, ("mo", "we"))
    assert (body.not_on, body.tz) == (("2032-03-03",), "UTC")
    assert "every 3 weeks" in (await ana.get(at)).text


async def test_one_day_of_a_row_is_left_out_by_whose_it_is(elm: House) -> None:
    elm.somebody("Ana")
    bo, eve = elm.somebody("Bo"), elm.somebody("Eve")
    at = (await bo.post("/meetups/new", {**MEETUP, "again": "weekly"})).location
    assert (await eve.post(f"{at}/cancel", {"day": NEXT})).status == 403
    assert (await bo.post(f"{at}/cancel", {"day": NEXT})).status == 303
    body = elm.pod.meetups.find(at.rpartition("/")[2]).body
    assert (body.status, body.not_on) == ("planned", (NEXT,))
    assert f'value="{NEXT}"' not in (await bo.get(at)).text


async def test_meetup_without_an_end_says_none(elm: House) -> None:
    ana = elm.somebody("Ana")
    at = (await ana.post("/meetups/new", {**MEETUP, "until": ""})).location
    page = (await ana.get(at)).text
    assert "15:00" in page
    assert "17:00" not in page


# --- Notices, and where pods stand ---


async def test_notice_is_shown_until_the_day_that_was_named(elm: House) -> None:
    ana = elm.somebody("Ana")
    said = {**NOTICE, "topic": "idea", "until": "1999-01-01"}
    wrong = await ana.post("/notices/new", said)
    assert wrong.status == 422
    assert 'id="w-until"' in wrong.text
    assert (await ana.post("/notices/new", {**said, "until": "never"})).status == 422
    at = (await ana.post("/notices/new", {**said, "until": ""})).location
    before = elm.pod.notices_board.find(at.rpartition("/")[2])
    assert (await ana.post(f"{at}/renew")).status == 303
    form = (await ana.get(f"{at}/edit")).text
    assert 'name="until" type="date" value="20' in form
    assert elm.pod.notices_board.own(before.rid).valid_until_s >= before.valid_until_s


async def test_pod_says_where_it_stands_and_takes_it_back(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    asked = {**NOTICE, "title": "A shared tool shed?", "topic": "request", "audience": "network"}
    at = (await ana.post("/notices/new", asked)).location
    assert "No pod has said yet." in (await bo.get(at)).text
    wrong = await bo.post(f"{at}/stand", {"text": "We like it", "decided_on": "yesterday"})
    assert wrong.status == 422
    assert ">We like it</textarea>" in wrong.text
    assert 'id="w-position"' in wrong.text
    for position, tells in (("reservations", "agrees, with reservations"), ("agree", "agrees")):
        assert (await bo.post(f"{at}/stand", {"position": position})).status == 303
        assert f": {tells}</p>" in (await ana.get(at)).text
    question = elm.pod.notices_board.find(at.rpartition("/")[2])
    assert [it.audience for it in elm.pod.outcomes.on(question)] == [Audience.NETWORK]
    assert (await bo.post(f"{at}/unstand")).status == 303
    assert "No pod has said yet." in (await ana.get(at)).text


async def test_whose_a_notice_is_stays_known_while_it_is_there(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    at = (await bo.post("/notices/new", NOTICE)).location
    rid = bytes.fromhex(at.rpartition("/")[2])
    elm.pod.people.forget_whose()
    assert elm.pod.people.whose(MACHINE, rid) is not None
    assert (await bo.post(f"{at}/withdraw")).status == 303
    elm.pod.people.forget_whose()
    assert elm.pod.people.whose(MACHINE, rid) is None


# --- A crisis; the week; what may fit ---


async def test_pod_says_how_it_is_doing_and_takes_it_back(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    said = {"level": "active", "what": "Flood", "we_need": "food", "we_can_help": "transport"}
    said |= {"safe_places": "The school", "heard_from": "most", "audience": "near"}
    wrong = await bo.post("/crisis", {**said, "level": "high", "what": "x" * 300})
    assert wrong.status == 422
    assert "The school" in wrong.text
    assert 'id="w-level"' in wrong.text
    assert 'id="w-what"' in wrong.text
    assert "How pods are doing just now" not in (await ana.get("/")).text
    assert (await bo.post("/crisis", said)).location == "/crisis"
    page = (await ana.get("/crisis")).text
    for tells in ("It is happening now", "Flood", "The school", "most of us", "as of just now"):
        assert tells in page
    assert "How pods are doing just now" in (await ana.get("/")).text
    status = elm.pod.crisis.get()
    assert status is not None
    assert (status.audience, status.body.we_need) == (Audience.NEAR, ("food",))
    assert (await ana.post("/crisis", {**said, "level": "over"})).status == 303
    assert "How pods are doing just now" not in (await ana.get("/")).text
    assert (await ana.post("/crisis/take-back")).status == 303
    assert "No pod says that it is in a crisis." in (await bo.get("/crisis")).text
    assert (await ana.post("/crisis/take-back")).status == 404


async def test_warning_stands_on_the_first_page(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    await ana.post("/notices/new", {**NOTICE, "topic": "idea", "title": "A bench"})
    at = (await ana.post("/notices/new", NOTICE)).location
    page = (await bo.get("/")).text
    assert f'href="{at}"' in page
    assert "A bench" not in page


async def test_week_shows_what_is_new_what_ends_and_what_may_fit_and_why(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    await ana.post("/post/offer/tools-space", {"title": "Long ladder"})
    need = (await bo.post("/post/need/tools-space", {"title": "A ladder for Sunday"})).location
    await bo.post("/post/need/food", {"title": "Soup"})
    page = (await bo.get("/week")).text
    unanswered, fits, new = (
        page.partition(f"<h2>{title}")[2].partition("<h2>")[0]
        for title in ("Nobody has answered yet", "What may fit", "New on the board")
    )
    assert "Soup" in unanswered
    assert "Long ladder" in fits
    assert "both say ladder" in fits
    assert "Soup" not in fits
    assert fits.count("both say") == 1, "a pair stands once"
    assert new.count("/board/") == 3
    one = (await ana.get(need.partition("?")[0] + "/fits")).text
    assert "Long ladder" in one
    assert "both say ladder" in one


async def test_week_says_of_each_part_that_there_is_nothing(elm: House) -> None:
    page = (await elm.somebody("Ana").get("/week")).text
    for tells in (
        "has an answer",
        "Nothing fits yet",
        "Nothing new",
        "Nothing ends",
        "Nobody meets",
    ):
        assert tells in page


# --- Earlier versions ---


async def test_earlier_version_is_seen_and_taken_back_by_whose_it_is(elm: House) -> None:
    ana, bo, eve = elm.somebody("Ana"), elm.somebody("Bo"), elm.somebody("Eve")
    offer = (await bo.post("/post/offer/food", {"title": "Soup", "audience": "near"})).location
    for at, changed in (
        (offer.partition("?")[0], {"title": "Hot soup", "category": "food", "audience": "near"}),
        (
            (await bo.post("/notices/new", {**NOTICE, "audience": "near"})).location,
            {**NOTICE, "title": "Hot soup", "audience": "near"},
        ),
    ):
        before = re.findall(r"<h1[^>]*>([^<]*)</h1>", (await bo.get(at)).text)
        assert "Nothing else is kept" in (await bo.get(f"{at}/versions")).text
        assert (await bo.post(f"{at}/edit", changed)).status == 303
        page = (await bo.get(f"{at}/versions")).text
        assert "Different now: the title" in page
        [version] = re.findall(r'name="version" value="([0-9a-f]{64})"', page)
        assert (await eve.get(f"{at}/versions")).status == 403
        assert (await eve.post(f"{at}/versions", {"version": version})).status == 403
        for wrong in ("", "x" * 64, "0" * 64):
            assert (await bo.post(f"{at}/versions", {"version": wrong})).status == 404
        assert (await ana.post(f"{at}/versions", {"version": version})).location == at
        assert before == re.findall(r"<h1[^>]*>([^<]*)</h1>", (await bo.get(at)).text)


# --- Lists ---


@pytest.mark.parametrize(
    ("path", "fields", "title"), [it for it in EACH if it.id in ("place", "notice", "reading")]
)
async def test_list_is_searched_and_leafed_through_to_its_end(
    elm: House, path: str, fields: dict[str, str], title: str
) -> None:
    ana = elm.somebody("Ana")
    door = {"/directory": elm.pod.directory, "/notices": elm.pod.notices_board}.get(
        path, elm.pod.readings
    )
    assert (await ana.post(f"{path}/new", fields)).status == 303
    body = door.page(ItemQuery())[0].body
    for number in range(34):
        door.publish(body.model_copy(update={title: f"No. {number}"}), audience=Audience.POD)
    seen: list[str] = []
    at = path
    while at:
        page = (await ana.get(at)).text
        seen += re.findall(rf'href="{path}/([0-9a-f]{{32}})"', page)
        [at, *_] = [*re.findall(rf'href="({path}\?[^"]*after=[^"]*)"', page), ""]
    assert len(seen) == len(set(seen)) == 35
    page = (await ana.get(f"{path}?words=33")).text
    assert re.findall(r"No\. \d+", page) == ["No. 33"]
    assert "Nothing fits." in (await ana.get(f"{path}?words=marmalade")).text
    ours = elm.pod.pod_id.hex()
    assert "No. 33" in (await ana.get(f"{path}?pod={ours}")).text
    assert "Nothing fits." in (await ana.get(f"{path}?pod={'0' * 64}")).text


async def test_what_an_address_asks_wrongly_is_not_asked(elm: House) -> None:
    ana = elm.somebody("Ana")
    wrong = ("after=99999999999999999999-1", "after=-", "after=1-", "pod=zz", "pod=00")
    for path in ("/board", "/directory", "/notices", "/readings", "/meetups"):
        for asked in (*wrong, "category=x", "topic=x", "words=%22%00"):
            assert (await ana.get(f"{path}?{asked}")).status == 200, (path, asked)


async def test_what_is_over_is_shown_to_whoever_asks(elm: House) -> None:
    ana = elm.somebody("Ana")
    at = (await ana.post("/post/offer/food", {"title": "Soup"})).location.partition("?")[0]
    await ana.post(f"{at}/pause")
    assert "Soup" not in (await ana.get("/board")).text
    assert "Soup" in (await ana.get("/board?all=yes")).text
