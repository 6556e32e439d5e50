"""People on pages: what they say of themselves, and what stewards write as they dictate it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.house.rights import MACHINE
from tests.web.visiting import House, house


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def path_of(elm: House, name: str) -> str:
    return f"/people/{elm.pod.people.find(MACHINE, name).id.hex()}"


async def test_way_to_be_reached_is_added_changed_and_taken_off_one_at_a_time(elm: House) -> None:
    ana = elm.somebody("Ana")
    one = {"type": "phone", "value": "555 0100", "on_screen": "pod", "on_paper": "yes"}
    two = {"type": "door", "value": "No. 4", "on_screen": "stewards"}
    for way in (one, two):
        assert (await ana.post("/me/contacts", way)).location == "/me?saved=1#contacts"
    wrong = await ana.post("/me/contacts", one | {"value": "5" * 130})
    assert wrong.status == 422
    assert "5" * 130 in wrong.text
    form = (await ana.get("/me/contacts/0")).text
    assert 'value="555 0100"' in form
    assert (await ana.get("/me/contacts/2")).status == 404
    was = {"was_type": "phone", "was": "555 0100"}
    assert (await ana.post("/me/contacts", one | was | {"value": "555 0199"})).status == 303
    found = elm.pod.people.viewer(elm.pod.people.find(MACHINE, "Ana").id)
    contacts = elm.pod.people.find(found, "Ana").contacts
    assert [(it.type, it.value, it.on_paper) for it in contacts] == [
        ("phone", "555 0199", True),
        ("door", "No. 4", False),
    ]
    gone = {"was_type": "door", "was": "No. 4"}
    assert (await ana.post("/me/contacts/remove", gone)).status == 303
    assert [it.type for it in elm.pod.people.find(found, "Ana").contacts] == ["phone"]


async def test_steward_takes_somebody_without_a_phone_in_and_writes_what_they_dictate(
    elm: House,
) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    twice = await ana.post("/people/new", {"name": "bo", "pronouns": "he"})
    assert twice.status == 422
    assert 'value="he"' in twice.text
    assert (await ana.post("/people/new", {"name": "", "how_best": "Knock"})).status == 422
    made = await ana.post("/people/new", {"name": "Ida", "languages": "es"})
    ida = path_of(elm, "Ida")
    assert made.location == f"{ida}/edit?saved=1"
    said = {"name": "Ida", "how_best": "Knock twice", "presence": "here", "languages": "es"}
    assert (await ana.post(f"{ida}/edit", said)).status == 303
    door = {"type": "door", "value": "Blue door", "on_screen": "pod"}
    assert (await ana.post(f"{ida}/contacts", door)).status == 303
    can = {"category": "food", "note": "cakes", "bounds": "not on Mondays"}
    assert (await ana.post(f"{ida}/abilities", can)).status == 303
    page = (await bo.get(ida)).text
    for shown in ("Knock twice", "Blue door", "cakes", "not on Mondays"):
        assert shown in page
    assert "took in Ida" in (await bo.get("/log")).text
    for path in ("edit", "contacts", "contacts/remove", "abilities", "care", "leave"):
        assert (await bo.post(f"{ida}/{path}", said | door | {"sure": "yes"})).status == 403, path
    assert (await bo.get(f"{ida}/edit")).status == 403


async def test_care_note_is_dictated_and_the_steward_who_wrote_it_sees_it_no_more(
    elm: House,
) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    elm.pod.people.add(MACHINE, "Ida")
    care = path_of(elm, "Ida") + "/care"
    bo_id = path_of(elm, "Bo").rpartition("/")[2]
    said = {"words": "Insulin in the fridge", "needs": "health", "viewers": bo_id}
    assert (await ana.post(care, {"words": "", "viewers": bo_id})).status == 422
    assert (await ana.post(care, said)).status == 303
    assert "Insulin" not in (await ana.get(care)).text
    assert "Insulin" not in (await ana.get("/care")).text
    assert "Insulin" in (await bo.get("/care")).text
    assert "May need help with: Health" in (await bo.get("/care")).text
    assert "care note" not in (await bo.get("/log")).text
    assert (await ana.post(f"{care}/delete")).status == 303
    assert "Insulin" not in (await bo.get("/care")).text


async def test_who_leaves_is_shown_first_what_is_deleted_and_may_leave_listings_behind(
    elm: House,
) -> None:
    ana = elm.somebody("Ana")
    bo, eve = elm.somebody("Bo"), elm.somebody("Eve")
    for who, title in ((bo, "Ladder"), (eve, "Cakes")):
        assert (await who.post("/post/offer/items", {"title": title})).status == 303
    assert "Ladder" in (await bo.get("/me/leave")).text
    assert (await bo.post("/me/leave", {"listings": "keep"})).status == 400
    assert (await bo.post("/me/leave", {"listings": "keep", "sure": "yes"})).location == "/"
    assert (await bo.get("/mine")).status == 403
    path = path_of(elm, "Eve")
    assert "Cakes" in (await ana.get(f"{path}/leave")).text
    stays = await ana.post(f"{path}/leave", {"listings": "withdraw", "sure": "yes"})
    assert stays.status == 409, "nobody with a phone is said to have left"
    await eve.post("/devices/sign-out")
    gone = await ana.post(f"{path}/leave", {"listings": "withdraw", "sure": "yes"})
    assert "Nothing of theirs" in (await ana.get(gone.location)).text
    board = (await ana.get("/board")).text
    assert "Ladder" in board
    assert "Cakes" not in board
    only = await ana.post("/me/leave", {"sure": "yes"})
    assert only.status == 303, "who is alone may leave"


async def test_buddies_pair_themselves_and_stewards_pair_others(elm: House) -> None:
    ana, bo, eve = elm.somebody("Ana"), elm.somebody("Bo"), elm.somebody("Eve")
    ids = {name: path_of(elm, name).rpartition("/")[2] for name in ("Ana", "Bo", "Eve")}
    assert "Make us buddies" in (await bo.get(f"/people/{ids['Eve']}")).text
    assert (await bo.post("/buddies", {"other": ids["Eve"]})).status == 303
    assert "Make us buddies" not in (await bo.get(f"/people/{ids['Eve']}")).text
    assert "Make us buddies" in (await bo.get(f"/people/{ids['Ana']}")).text
    others = {"one": ids["Ana"], "other": ids["Eve"]}
    assert (await bo.post("/buddies", others)).status == 403
    assert (await bo.post("/buddies/part", {"other": ids["Ana"]})).status == 404
    assert (await eve.post("/buddies/part", {"other": ids["Bo"]})).status == 303
    others = {"one": ids["Bo"], "other": ids["Eve"]}
    assert (await ana.post("/buddies", others)).status == 303
    assert "paired Bo with a buddy" in (await bo.get("/log")).text
    for wrong in ({"other": ids["Ana"]}, {"other": "nobody"}, {}):
        assert (await ana.post("/buddies", wrong)).status in (400, 404)


async def test_members_invite_where_the_pod_lets_them_and_see_their_own(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    assert (await ana.post("/invites", {"uses": "2", "days": "14", "guest": "yes"})).status == 200
    assert "/invites" not in (await bo.get("/people")).text
    for answer in (await bo.get("/invites"), await bo.post("/invites", {"uses": "1"})):
        assert answer.status == 403
    elm.pod.agreements.set_rules(MACHINE, {"members_invite": True})
    assert "/invites" in (await bo.get("/people")).text
    wrong = await bo.post("/invites", {"uses": "40"})
    assert wrong.status == 422
    assert 'value="40"' in wrong.text
    assert "Invite 1" not in (await bo.get("/invites")).text
    assert (await bo.post("/invites/1/take-back")).status == 404
    assert (await bo.post("/invites", {"uses": "1"})).status == 200
    page = (await ana.get("/invites")).text
    assert "Invite 1" in page
    assert "Invite 2" in page
    assert "as guests" in page
    assert (await bo.post("/invites/2/take-back")).status == 303


async def test_ways_are_added_renamed_moved_and_removed_by_any_member(elm: House) -> None:
    elm.somebody("Ana")
    bo = elm.somebody("Bo")
    for name in ("Chat", "Whistle"):
        assert (await bo.post("/ways", {"name": name, "sort": "analog"})).status == 303
    wrong = await bo.post("/ways", {"name": "", "how": "At the corner", "sort": "analog"})
    assert wrong.status == 422
    assert "At the corner" in wrong.text
    said = {"was": "Whistle", "name": "Whistle twice", "sort": "analog", "place": "1"}
    said |= {"without_power": "yes", "how": "At the corner"}
    assert (await bo.post("/ways", said)).status == 303
    assert [it.name for it in elm.pod.ways.ways(MACHINE)] == ["Whistle twice", "Chat"]
    assert 'value="Whistle twice"' in (await bo.get("/ways/1")).text
    for place in (0, 3):
        assert (await bo.get(f"/ways/{place}")).status == 404
    same = await bo.post("/ways", {"was": "Chat", "name": "whistle TWICE", "sort": "digital"})
    assert same.status == 422
    assert (await bo.post("/ways/remove", {"was": "Chat"})).status == 303
    assert [it.name for it in elm.pod.ways.ways(MACHINE)] == ["Whistle twice"]


async def test_only_a_steward_makes_the_phone_tree_anew(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    for who in (ana, bo):
        way = {"type": "phone", "value": "555 0100", "on_screen": "pod"}
        assert (await who.post("/me/contacts", way)).status == 303
    assert "/tree/anew" in (await ana.get("/tree")).text
    assert "/tree/anew" not in (await bo.get("/tree")).text
    assert (await bo.post("/tree/anew")).status == 403
    assert (await ana.post("/tree/anew")).status == 303


async def test_who_is_kept_out_or_a_guest_is_marked_for_all_members(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    eve = elm.somebody("Eve")
    eve_id = path_of(elm, "Eve")
    assert "kept out until" not in (await bo.get("/people")).text
    assert (await ana.post(f"{eve_id}/suspend")).status == 303
    assert "kept out until" in (await bo.get("/people")).text
    assert (await eve.get("/people")).status == 403
    assert (await ana.post(f"{eve_id}/suspend", {"lift": "yes"})).status == 303
    assert (await ana.post(f"{eve_id}/role", {"role": "guest"})).status == 303
    assert "guest" in (await bo.get("/people")).text
