"""In and out of the members' pages: set-up, invites, devices (docs/pages.md)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from node.web.pages.entry import ALL_TRIES, TRIES
from protocol.aid.house.rights import MACHINE, Role
from tests.web.visiting import House, cookie_of, form_token_in, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def test_first_person_sets_the_pod_up_with_the_code_of_the_console(elm: House) -> None:
    code = await elm.pages.setup_code()
    assert (await elm.stranger.get(f"/setup/{code}")).status == 200
    answer = await elm.stranger.post(f"/setup/{code}", {"name": "Ana"})
    assert (answer.status, answer.location) == (303, "/")
    [ana] = elm.pod.people.members(MACHINE)
    assert (ana.name, ana.role) == ("Ana", Role.STEWARD)
    visitor = replace(elm.stranger, token=cookie_of(answer))
    assert "Hello, <bdi>Ana</bdi>" in (await visitor.get("/")).text


async def test_set_up_ends_with_the_first_person(elm: House) -> None:
    code = await elm.pages.setup_code()
    elm.somebody("Ana")
    assert await elm.pages.setup_code() is None
    assert (await elm.stranger.get(f"/setup/{code}")).status == 404
    assert (await elm.stranger.post(f"/setup/{code}", {"name": "Eve"})).status == 404
    assert elm.pod.people.count() == 1


async def test_set_up_takes_no_other_code(elm: House) -> None:
    assert (await elm.stranger.post("/setup/AAAA-AAAA", {"name": "Eve"})).status == 404
    assert elm.pod.people.count() == 0


async def test_looking_at_an_invite_does_not_use_it_and_joining_does(elm: House) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code
    for _ in range(3):
        assert (await elm.stranger.get(f"/join/{code}")).status == 200
    answer = await elm.stranger.post(f"/join/{code}", {"name": "Bo"})
    assert answer.status == 303
    again = await elm.stranger.post(f"/join/{code}", {"name": "Eve"})
    assert (again.status, cookie_of(again)) == (422, "")
    assert "used up" in again.text
    assert [it.name for it in elm.pod.people.members(MACHINE)] == ["Ana", "Bo"]


async def test_what_was_typed_is_kept_when_it_has_to_be_mended(elm: House) -> None:
    elm.somebody("Ana")
    code = elm.pod.invites.make(MACHINE).code
    answer = await elm.stranger.post(f"/join/{code}", {"name": "ana"})
    assert answer.status == 422
    assert 'value="ana"' in answer.text
    assert 'aria-invalid="true"' in answer.text


async def test_code_from_a_card_is_typed_in_any_form(elm: House) -> None:
    assert (await elm.stranger.post("/join", {"code": " abcd efgh "})).location == "/join/abcdefgh"
    assert (await elm.stranger.post("/join", {"code": "//evil.example"})).location == (
        "/join/evilexample"
    )


async def test_cookie_is_for_this_site_and_no_script(elm: House) -> None:
    code = await elm.pages.setup_code()
    answer = await elm.stranger.post(f"/setup/{code}", {"name": "Ana"})
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
    assert "path=/" in said


async def test_cookie_that_a_stranger_brings_is_worth_nothing_after_joining(elm: House) -> None:
    """Session fixation: whoever planted a cookie must not be signed in with its bearer."""
    code = await elm.pages.setup_code()
    planted = replace(elm.stranger, token="planted-by-eve")
    answer = await planted.post(f"/setup/{code}", {"name": "Ana"})
    assert cookie_of(answer) not in ("", "planted-by-eve")
    assert "Hello" not in (await planted.get("/")).text


async def test_second_phone_signs_in_by_a_code_once(elm: House) -> None:
    ana = elm.somebody("Ana")
    page = (await ana.post("/devices/add")).text
    path = page.partition(elm.base)[2].partition("<")[0]
    assert path.startswith("/phone/")
    assert (await elm.stranger.get(path)).status == 200
    answer = await elm.stranger.post(path)
    tablet = replace(elm.stranger, token=cookie_of(answer))
    assert "Hello, <bdi>Ana</bdi>" in (await tablet.get("/")).text
    assert (await elm.stranger.post(path)).status == 422


async def test_signed_out_cookie_opens_nothing_again(elm: House) -> None:
    ana = elm.somebody("Ana")
    [device] = elm.pod.devices.of_member(elm.pod.people.find(MACHINE, "Ana").id)
    assert (await ana.post(f"/devices/{device.number}/sign-out")).location == "/"
    assert (await ana.get("/board")).status == 403
    assert (await ana.post("/post/need/food", {"title": "Soup"})).status == 403


async def test_nobody_signs_out_a_device_of_somebody_else(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    [device] = elm.pod.devices.of_member(elm.pod.people.find(MACHINE, "Ana").id)
    assert (await bo.post(f"/devices/{device.number}/sign-out")).status == 404
    assert elm.pod.devices.of_member(elm.pod.people.find(MACHINE, "Ana").id)


async def test_who_leaves_is_signed_out_everywhere(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    elm.pod.people.leave(MACHINE, elm.pod.people.find(MACHINE, "Bo").id, withdraw=True)
    assert (await bo.get("/board")).status == 403


async def test_who_is_suspended_sees_what_strangers_see(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    elm.pod.people.suspend(MACHINE, elm.pod.people.find(MACHINE, "Bo").id)
    assert (await bo.get("/board")).status == 403
    assert (await bo.get("/")).status == 200


async def test_guessing_codes_is_slow_from_one_address_and_from_all(elm: House) -> None:
    elm.somebody("Ana")
    answers = [await elm.stranger.post("/join/AAAA-AAAA", {"name": "E"}) for _ in range(TRIES + 1)]
    assert [it.status for it in answers] == [422] * TRIES + [429]
    assert "retry-after" in answers[-1].headers
    assert TRIES < ALL_TRIES


async def test_language_is_chosen_and_leads_back_into_the_pod_only(elm: House) -> None:
    answer = await elm.stranger.get("/language/es?back=/board")
    assert (answer.location, answer.headers["set-cookie"].split(";")[0]) == (
        "/board",
        "language=es",
    )
    for back in ("//evil.example", "https://evil.example", "/\\evil.example", "", "/%0d%0aX: y"):
        answer = await elm.stranger.get(f"/language/es?back={back}")
        assert answer.location == "/"


async def test_page_of_a_member_holds_the_token_of_their_device(elm: House) -> None:
    ana = elm.somebody("Ana")
    assert form_token_in((await ana.get("/devices")).text) == ana.form_token
