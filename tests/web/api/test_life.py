"""A week of a street by programs alone: every operation, each answer of its declared shape."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from node.web.api.table import OPERATIONS
from protocol.aid.house.rights import Role
from tests.web.api.calling import Caller
from tests.web.filled import meet_oak
from tests.web.test_letters import letter_to
from tests.web.visiting import House, at_address, house

SOUP = {"type": "need", "title": "Soup for two", "category": "food"}
LADDER = {"type": "offer", "title": "A ladder", "category": "items", "mode": "lend", "qty": 1}


@dataclass
class Street:
    """Ana is a steward, Bo a member. done: what was asked by either."""

    house: House
    ana: Caller
    bo: Caller
    done: set[tuple[str, str]] = field(default_factory=set)


@pytest.fixture(name="street")
async def street_(tmp_path: Path) -> AsyncIterator[Street]:
    async with house(tmp_path / "elm") as elm:
        done: set[tuple[str, str]] = set()
        ana = Caller(elm.tool_of("Ana"), done)
        yield Street(elm, ana, Caller(elm.tool_of("Bo", Role.MEMBER), done), done)


async def test_every_operation_answers_as_it_is_declared(street: Street) -> None:
    meet_oak(street.house.pod)
    for number, part in enumerate(PARTS, start=1):
        async with (
            at_address(street.ana.tool, number) as ana,
            at_address(street.bo.tool, number) as bo,
        ):
            callers = Caller(ana, street.done), Caller(bo, street.done)
            await part(*callers, *[street.house] * (part in WITH_HOUSE))
    assert {(line.method, line.path) for line in OPERATIONS} - street.done == set()


# --- The board ---


async def board(ana: Caller, bo: Caller) -> None:
    assert (await ana.get("/api/"))["name"]
    soup = await bo.post("/api/listings", SOUP)
    assert (soup["whose"], soup["audience"], soup["from"]) == ("Bo", "pod", "this pod")
    at = f"/api/listings/{soup['reference']}"
    await bo.ask("PATCH", at, {"details": "No nuts", "audience": "near"})
    changed = await bo.ask("PATCH", at, {"urgency": "now"})
    assert (changed["details"], changed["urgency"]) == ("No nuts", "now")
    assert (await bo.ask("PATCH", at, {"details": None}))["details"] is None
    for act, state in (("pause", "paused"), ("resume", "open"), ("done", "done")):
        assert (await bo.post(f"{at}/{act}"))["state"] == state
    assert (await bo.post(f"{at}/reopen"))["state"] == "open"
    await bo.post(f"{at}/renew", {})
    assert (await ana.get(at))["rid"] == soup["rid"]
    assert (await ana.get("/api/listings?type=need&words=soup"))["items"][0]["rid"] == soup["rid"]
    assert (await ana.get("/api/listings?type=offer&words=soup"))["items"] == []
    status, error = await bo.refused("POST", f"{at}/resume")
    assert (status, error["code"]) == (409, "conflict")


async def for_others(ana: Caller, bo: Caller) -> None:
    """Posted for somebody without a phone; what was said before is taken back."""
    cy = await ana.post("/api/people", {"name": "Old Cy", "role": "member"})
    coal = {"type": "need", "title": "Coal", "category": "utilities-fuel", "whose": cy["id"]}
    made = await bo.post("/api/listings", {**coal, "audience": "network"})
    assert made["whose"] == "Old Cy"
    nobody = {**coal, "whose": "0" * 32}
    assert (await bo.refused("POST", "/api/listings", nobody))[0] == 404
    at = f"/api/listings/{made['rid']}"
    await ana.ask("PATCH", at, {"title": "Wood"})
    versions = f"/api/versions/{made['rid']}"
    before = await ana.get(versions)
    assert (before["now"], before["versions"][0]["said"]["title"]) == ("Wood", "Coal")
    record = before["versions"][0]["record"]
    await ana.post(f"{versions}/take-back", {"record": record})
    assert (await ana.get(at))["title"] == "Coal"
    one = f"/api/people/{cy['id']}"
    await ana.ask("PUT", f"{one}/abilities/food", {"note": "jam"})
    await ana.ask("DELETE", f"{one}/abilities/food")
    written = await ana.post(f"{one}/care", {"words": "Hard of hearing", "stewards": True})
    assert written["readers"] == ["Old Cy", "stewards"]
    await ana.ask("DELETE", f"{one}/care")
    assert (await bo.refused("POST", f"{one}/leave", {"sure": True}))[0] == 403
    await ana.post(f"{one}/leave", {"sure": True, "withdraw": True})
    assert (await bo.refused("GET", at))[0] == 404


async def answers(ana: Caller, bo: Caller) -> None:
    ladder = await ana.post("/api/listings", LADDER)
    at = f"/api/listings/{ladder['rid']}/answers"
    asked = await bo.post(at, {"words": "For Saturday"})
    assert asked["answer"]["by"] == "Bo"
    number = asked["answer"]["number"]
    assert (await bo.refused("POST", f"{at}/{number}/promise", {}))[0] == 403
    assert (await ana.post(f"{at}/{number}/promise", {}))["standing"] == "promised"
    assert (await ana.get(at))["left"] == 0
    assert (await ana.post(f"{at}/{number}/back"))["standing"] == "back home"
    again = (await bo.post(at, {}))["answer"]["number"]
    await ana.post(f"{at}/{again}/promise", {"qty": 1})
    await ana.post(f"{at}/{again}/unpromise")
    assert (await ana.post(f"{at}/{again}/decline"))["standing"] == "declined"
    third = (await bo.post(at, {}))["answer"]["number"]
    assert (await ana.refused("POST", f"{at}/{third}/take-back"))[0] == 403
    assert (await bo.post(f"{at}/{third}/take-back"))["standing"] == "taken back"
    mine = await bo.get("/api/mine")
    assert [it["title"] for it in mine["items"]] == ["Soup for two"]
    assert len(mine["asked"]) == 3
    await ana.ask("DELETE", f"/api/listings/{ladder['rid']}")
    assert (await ana.refused("GET", f"/api/listings/{ladder['rid']}"))[0] == 404


# --- What pods tell one another ---


async def directory(ana: Caller, bo: Caller) -> None:
    given = {
        "name": "Pantry",
        "categories": ["food"],
        "phones": ["555 0142"],
        "audience": "network",
    }
    pantry = await bo.post("/api/resources", given)
    at = f"/api/resources/{pantry['rid']}"
    await ana.post(f"{at}/confirm", {"says": "changed", "note": "Opens at nine now"})
    entry = await bo.get(at)
    assert [it["says"] for it in entry["found"]] == ["changed"]
    assert entry["doubted"]
    assert (await bo.ask("PATCH", at, {"hours_words": "From nine"}))["hours_words"] == "From nine"
    assert (await bo.get("/api/resources?category=food"))["items"][0]["name"] == "Pantry"
    assert (await bo.get("/api/resources?words=nowhere"))["items"] == []
    await bo.ask("DELETE", at)


async def meetups(ana: Caller, bo: Caller) -> None:
    given = {"title": "Potluck", "start": "2027-06-06T18:00", "repeats": "weekly", "place": "Yard"}
    potluck = await bo.post("/api/events", given)
    at = f"/api/events/{potluck['rid']}"
    noted = await ana.post(f"{at}/rsvp", {"along": 2, "wishes": "no nuts"})
    assert (noted["name"], noted["coming"]) == ("Ana", "yes")
    bo_id = (await bo.get("/api/me"))["id"]
    said = await ana.post(f"{at}/rsvp", {"coming": "maybe", "member": bo_id})
    assert (said["name"], said["coming"]) == ("Bo", "maybe")
    [coffee] = (await bo.get("/api/events?words=coffee"))["items"]
    told = await bo.post(f"/api/events/{coffee['rid']}/tell", {"people": 2})
    assert (told["people"], told["state"]) == (2, "waiting")
    whole = await bo.get(at)
    assert whole["days"][0]["coming"][0]["wishes"] == "no nuts"
    assert (await bo.get("/api/events?days=366&words=potluck"))["items"][0]["title"] == "Potluck"
    await bo.ask("PATCH", at, {"place": "At Ana's"})
    one = await bo.post(f"{at}/cancel", {"day": whole["days"][1]["day"]})
    assert one["not_on"] == [whole["days"][1]["day"]]
    assert (await bo.post(f"{at}/cancel", {}))["status"] == "cancelled"
    assert (await bo.post(f"{at}/plan-again"))["status"] == "planned"
    await bo.ask("DELETE", at)


async def words(ana: Caller, bo: Caller) -> None:
    given = {"title": "A common fridge?", "text": "Where?", "topic": "request"}
    question = await bo.post("/api/notices", given)
    at = f"/api/notices/{question['rid']}"
    await ana.post(f"{at}/outcomes", {"position": "agree"})
    assert (await bo.get(f"{at}/outcomes"))["items"][0]["position"] == "agree"
    await bo.post(f"{at}/renew", {})
    await bo.ask("PATCH", at, {"text": "At whose door?"})
    assert (await ana.get(at))["text"] == "At whose door?"
    assert (await ana.get("/api/notices?topic=request"))["items"][0]["rid"] == question["rid"]
    await bo.ask("DELETE", at)
    reading = await bo.post("/api/readings", {"title": "Mutual Aid", "made_by": "P. Kropotkin"})
    at = f"/api/readings/{reading['rid']}"
    await bo.ask("PATCH", at, {"note": "Old and good"})
    assert (await ana.get(at))["note"] == "Old and good"
    assert (await ana.get("/api/readings"))["next"] is None
    await bo.ask("DELETE", at)
    said = await ana.post("/api/crisis", {"what": "Flood", "we_need": ["food"]})
    assert said["level"] == "active"
    assert (await bo.get("/api/crisis"))["items"][0]["what"] == "Flood"
    await ana.ask("DELETE", "/api/crisis")
    card = await ana.ask(
        "PATCH", "/api/card", {"zone_name": "Elm Street 1-40", "zone_kind": "street"}
    )
    assert card in (await bo.get("/api/cards"))["items"]
    assert await bo.get(f"/api/cards/{card['pod_id']}") == card


# --- People ---


async def me(ana: Caller, bo: Caller) -> None:
    """What one says about oneself, and what others see of it."""
    whole = await bo.get("/api/me")
    phone = {"type": "phone", "value": "555 0142", "on_screen": "pod", "on_paper": False}
    secret = {"type": "email", "value": "bo@example.org", "on_screen": "nobody"}
    changed = await bo.ask(
        "PATCH", "/api/me", {"pronouns": "he", "languages": ["en"], "contacts": [phone, secret]}
    )
    assert [it["value"] for it in changed["contacts"]] == ["555 0142", "bo@example.org"]
    assert (await bo.ask("PATCH", "/api/me", {"pronouns": None}))["pronouns"] is None
    seen = await ana.get(f"/api/people/{whole['id']}")
    assert [it["value"] for it in seen["contacts"]] == ["555 0142"]
    wrong = {"contacts": [{**phone, "rank": 1}]}
    assert (await bo.refused("PATCH", "/api/me", wrong))[0] == 422
    assert (await bo.ask("PUT", "/api/me/abilities/food", {"note": "soup"}))["note"] == "soup"
    rows = (await ana.get("/api/map"))["items"]
    assert {"name": "Bo", "note": "soup", "bounds": None} in [
        it for row in rows for it in row["can"]
    ]
    await bo.ask("DELETE", "/api/me/abilities/food")
    ana_id = (await ana.get("/api/me"))["id"]
    written = await bo.post("/api/care", {"words": "Insulin in the fridge", "viewers": [ana_id]})
    assert written["readers"] == ["Bo", "Ana"]
    assert (await ana.get("/api/care"))["items"][0]["words"] == "Insulin in the fridge"
    await bo.post("/api/care/confirm")
    await bo.ask("DELETE", "/api/care")
    assert (await ana.get("/api/care"))["items"] == []


async def people(ana: Caller, bo: Caller) -> None:
    assert (await bo.refused("POST", "/api/people", {"name": "Cy"}))[0] == 403
    cy = await ana.post("/api/people", {"name": "Cy", "role": "guest"})
    at = f"/api/people/{cy['id']}"
    assert [it["name"] for it in (await bo.get("/api/people"))["items"]] == ["Ana", "Bo", "Cy"]
    assert (await ana.ask("PATCH", at, {"how_best": "Knock"}))["how_best"] == "Knock"
    assert (await ana.post(f"{at}/role", {"role": "member"}))["role"] == "member"
    assert (await ana.post(f"{at}/suspend"))["suspended_until_s"] > 0
    assert (await ana.post(f"{at}/readmit"))["suspended_until_s"] == 0
    bo_id = (await bo.get("/api/me"))["id"]
    pair = {"one": bo_id, "other": cy["id"]}
    assert {"name": "Bo", "buddies": ["Cy"]} in (await bo.post("/api/buddies", pair))["items"]
    await bo.get("/api/buddies")
    assert {"name": "Bo", "buddies": []} in (await bo.post("/api/buddies/part", pair))["items"]
    assert (await bo.get("/api/tree"))["first"] in (None, "Bo")
    way = {"name": "Whistle", "without_internet": True, "without_power": True, "place": 1}
    assert (await bo.post("/api/ways", way))["name"] == "Whistle"
    assert (await bo.get("/api/ways"))["items"][0]["without_power"]
    await bo.post("/api/ways/remove", {"name": "Whistle"})
    assert (await bo.get("/api/log?limit=5"))["items"][0]["sentence"]
    made = await ana.post("/api/invites", {"uses": 2})
    assert (await ana.get("/api/invites"))["items"][0]["uses_left"] == 2
    await ana.ask("DELETE", f"/api/invites/{made['number']}")
    assert (await bo.refused("POST", "/api/invites", {}))[0] == 403


# --- Together ---


async def deciding(ana: Caller, bo: Caller) -> None:
    made = await bo.post("/api/proposals", {"title": "Yard door", "text": "Open until ten"})
    at = f"/api/proposals/{made['reference']}"
    await bo.ask("PATCH", at, {"text": "Open until eleven"})
    await ana.post(f"{at}/position", {"stand": "block", "words": "The noise"})
    assert (await bo.refused("POST", f"{at}/position", {"stand": "block"}))[0] == 422
    await ana.post(f"{at}/position", {"stand": "agree"})
    bo_id = (await bo.get("/api/me"))["id"]
    await ana.post(f"{at}/recorded", {"stand": "agree with reservations", "member": bo_id})
    assert len((await bo.get(at))["positions"]) == 2
    await ana.ask("PATCH", "/api/rules", {"test_days": 0})
    assert (await bo.get("/api/rules"))["test_days"] == 0
    await bo.post(f"{at}/move", {"state": "testing"})
    assert (await bo.post(f"{at}/close"))["state"] == "agreed"
    assert (await bo.get("/api/proposals"))["items"][0]["reference"] == made["reference"]
    kept = await bo.post("/api/agreements", {"proposal": made["reference"]})
    assert (kept["title"], kept["proposal"]) == ("Yard door", made["reference"])
    at = f"/api/agreements/{kept['reference']}"
    await bo.post(f"{at}/confirm", {"review_days": 30})
    again = await bo.ask("PATCH", at, {"text": "Until ten again"})
    ended = await bo.post(f"/api/agreements/{again['reference']}/end")
    assert ended["ended_s"] > 0
    assert len((await bo.get("/api/agreements"))["items"]) == 2


async def roll_call(ana: Caller, bo: Caller) -> None:
    assert (await bo.refused("GET", "/api/roll-call"))[0] == 404
    opened = await bo.post("/api/roll-call", {"question": "All dry?", "within_s": 3600})
    assert opened["deadline_s"] > opened["opened_s"]
    bo_id = (await bo.get("/api/me"))["id"]
    await ana.post("/api/roll-call/check-in", {"answer": "ok"})
    seen = await ana.post("/api/roll-call/check-in", {"answer": "need help", "member": bo_id})
    assert (seen["name"], seen["by"]) == ("Bo", "Ana")
    board = await bo.get("/api/roll-call")
    assert board["on"]
    assert board["people"][0]["name"] == "Cy"
    await bo.post("/api/roll-call/renew")
    await bo.post("/api/roll-call/end")


# --- Other pods ---


async def pods(ana: Caller, bo: Caller) -> None:
    [oak] = (await bo.get("/api/neighbours"))["items"]
    assert oak["name"] == "Oak Lane"
    at = f"/api/neighbours/{oak['pod_id']}"
    assert not (await bo.get(at))["hidden"]
    await ana.post(f"{at}/welcome")
    await ana.post(f"{at}/forgive")
    assert (await bo.refused("POST", f"{at}/welcome"))[0] == 403
    one = f"/api/pods/{oak['pod_id']}"
    for act, hidden, carried in (
        ("hide", True, True),
        ("show", False, True),
        ("block", False, False),
        ("carry", False, True),
    ):
        chosen = await ana.post(f"{one}/{act}")
        assert (chosen["hidden"], chosen["carried"]) == (hidden, carried), act
    assert (await ana.get("/api/status"))["neighbours"] == [oak | {"seen_by_steward": True}]
    assert (await ana.get("/api/waiting"))["waiting"] == []
    assert (await bo.get("/api/digest"))["since_s"] > 0
    assert (await ana.post(f"{at}/end", {}))["removed"]
    assert (await bo.refused("GET", at))[0] == 404


async def letters(ana: Caller, bo: Caller, elm: House) -> None:
    [theirs] = (await bo.get("/api/listings?words=escalera"))["items"]
    assert theirs["from"] != "this pod"
    at = f"/api/listings/{theirs['rid']}"
    assert (await bo.refused("PATCH", at, {"title": "Mine"}))[1]["code"] == "not_yours"
    asked = await bo.post(f"{at}/answers", {"words": "For Sunday?"})
    assert asked == {"answer": None, "letter": "waiting"}
    soup = (await bo.get("/api/mine"))["items"][0]
    assert (await bo.get(f"/api/listings/{soup['rid']}/matches"))["items"] == []
    await bo.ask("PATCH", f"/api/listings/{soup['rid']}", {"audience": "network"})
    letter_to(elm, f"/board/{soup['rid']}")
    came, sent, _ = (await bo.get("/api/letters"))["items"]
    assert (came["ours"], came["seen"], sent["ours"]) == (False, False, True)
    assert (await ana.get("/api/letters"))["items"] == []
    one = f"/api/letters/{came['letter']}"
    assert (await ana.refused("GET", one))[0] == 404
    assert (await bo.get(one))["letters"] == [came]
    assert (await bo.get("/api/letters"))["items"][0]["seen"]
    [answer] = (await bo.get(f"/api/listings/{soup['rid']}/answers"))["answers"]
    assert answer["words"] == came["says"]["message"]
    # A steward may change the listing, and learns that somebody asks; not who, and in which words.
    [answer] = (await ana.get(f"/api/listings/{soup['rid']}/answers"))["answers"]
    assert (answer["words"], answer["by"], answer["contact"]) == (None, None, None)
    [waits] = [it for it in (await ana.get("/api/waiting"))["waiting"] if it["answer"]]
    assert waits["answer"]["words"] is None
    number = answer["number"]
    declined = await ana.post(f"/api/listings/{soup['rid']}/answers/{number}/decline")
    assert (declined["standing"], declined["words"]) == ("declined", None)
    await bo.post(f"{one}/answer", {"verdict": "waiting", "message": "Let me ask"})
    one = f"/api/letters/{sent['letter']}"
    assert (await bo.refused("POST", f"{one}/retry"))[0] == 422
    doors, store = elm.pod.keeper.mail_doors, elm.pod.keeper.store
    assert doors is not None
    with store.atomic(elm.pod.now().wall_ms) as tx:
        elm.pod.letters._room.take_back_in(tx, bytes.fromhex(sent["message_id"]))
        doors.given_up(tx, bytes.fromhex(sent["message_id"]))
    assert (await bo.post(f"{one}/retry"))["letters"][0]["state"] == "waiting"
    await bo.post(f"{one}/unask", {})
    await bo.ask("DELETE", one)


async def leaving(_: Caller, bo: Caller) -> None:
    assert (await bo.refused("POST", "/api/me/leave", {"sure": False}))[0] == 422
    await bo.post("/api/me/leave", {"sure": True, "withdraw": True})
    assert (await bo.refused("GET", "/api/me"))[0] == 401


async def signing_out(ana: Caller, _: Caller) -> None:
    await ana.post("/api/me/sign-out")
    assert (await ana.refused("GET", "/api/me"))[0] == 401


WITH_HOUSE = (letters,)
PARTS: list[Any] = [
    *(board, for_others, answers, directory, meetups, words),
    *(me, people, deciding, roll_call),
    *(letters, pods),
    *(leaving, signing_out),  # whoever they are for can ask nothing more
]
