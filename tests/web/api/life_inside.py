"""A week by programs: the people of the pod, deciding together, letters, other pods, leaving."""

from dataclasses import replace

from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.aid.listing import write_listing
from tests.web.api.calling import Caller
from tests.web.api.life_outside import SOUP
from tests.web.filled import agree_to_remove
from tests.web.test_letters import letter_to
from tests.web.visiting import House

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
    cy = await ana.post(
        "/api/people", {"name": "Cy", "role": "guest", "pronouns": "they", "languages": ["fa"]}
    )
    assert (cy["pronouns"], cy["languages"]) == ("they", ["fa"])
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
    assert await ana.post("/api/tree/anew") == await ana.get("/api/tree")
    way = {"name": "Whistle", "without_internet": True, "without_power": True, "place": 1}
    assert (await bo.post("/api/ways", way))["name"] == "Whistle"
    assert (await bo.get("/api/ways"))["items"][0]["without_power"]
    assert (await bo.post("/api/ways", way | {"name": "Bell", "was": "Whistle"}))["name"] == "Bell"
    assert [it["name"] for it in (await bo.get("/api/ways"))["items"]] == ["Bell"]
    await bo.post("/api/ways/remove", {"name": "Bell"})
    assert (await bo.get("/api/log?limit=5"))["items"][0]["sentence"]
    made = await ana.post("/api/invites", {"uses": 2})
    assert (await ana.get("/api/invites"))["items"][0]["uses_left"] == 2
    await ana.ask("DELETE", f"/api/invites/{made['number']}")
    assert (await bo.refused("POST", "/api/invites", {}))[0] == 403
    assert (await bo.refused("GET", "/api/invites"))[0] == 403


async def members_invite(ana: Caller, bo: Caller) -> None:
    """Where the pod lets its members invite, each sees and ends their own; a steward all."""
    await ana.ask("PATCH", "/api/rules", {"members_invite": True})
    hers, his = await ana.post("/api/invites", {}), await bo.post("/api/invites", {})
    assert [it["number"] for it in (await bo.get("/api/invites"))["items"]] == [his["number"]]
    assert len((await ana.get("/api/invites"))["items"]) == 2
    assert (await bo.refused("DELETE", f"/api/invites/{hers['number']}"))[0] == 404
    await bo.ask("DELETE", f"/api/invites/{his['number']}")
    await ana.ask("DELETE", f"/api/invites/{hers['number']}")
    await ana.ask("PATCH", "/api/rules", {"members_invite": False})


async def devices(ana: Caller, bo: Caller) -> None:
    """What acts for one is listed, added to and signed out, by oneself; a code for another."""
    [this] = (await bo.get("/api/devices"))["items"]
    assert (this["this"], this["use"]) == (True, "program")
    made = await bo.post("/api/devices/tools", {"label": "Bread"})
    assert (made["label"], made["this"]) == ("Bread", False)
    other = replace(bo.tool, token=made["token"])
    assert (await other.call("GET", "/api/me")).said["name"] == "Bo"
    await bo.ask("DELETE", f"/api/devices/{made['number']}")
    assert (await other.call("GET", "/api/me")).status == 401
    hers = (await ana.get("/api/devices"))["items"][0]["number"]
    assert (await bo.refused("DELETE", f"/api/devices/{hers}"))[0] == 404
    code = await bo.post("/api/devices/code")
    phone = replace(bo.tool, token="", form_token="")
    assert (await phone.post(code["path"])).status == 303
    uses = [it["use"] for it in (await bo.get("/api/devices"))["items"]]
    assert uses == ["phone", "program"]
    calendar = await bo.post("/api/devices/calendars", {"label": "Wall"})
    assert (await bo.tool.get(calendar["path"])).text.startswith("BEGIN:VCALENDAR")
    await bo.ask("DELETE", f"/api/devices/{calendar['number']}")
    bo_id = (await bo.get("/api/me"))["id"]
    assert (await bo.refused("POST", f"/api/people/{bo_id}/code"))[0] == 403
    lost = await ana.post(f"/api/people/{bo_id}/code")
    assert "signs in a device of Bo" in (await bo.get("/api/log"))["items"][0]["sentence"]
    assert (await phone.post(lost["path"])).status == 303


async def one_in_two_entries(ana: Caller, bo: Caller) -> None:
    """A steward says that they are one person, she says yes; and it is taken apart again."""
    bo_id = (await bo.get("/api/me"))["id"]
    paper = await ana.post("/api/people", {"name": "Bo from paper", "how_best": "Ring twice"})
    at = f"/api/people/{paper['id']}/same/{bo_id}"
    look = await ana.get(at)
    assert (look["goes"]["person"]["name"], look["waits"]) == ("Bo from paper", False)
    for path in (at, f"/api/people/{bo_id}/same"):
        assert (await bo.refused("GET", path))[0] == 403
    assert (await bo.refused("POST", at))[0] == 403
    assert (await bo.refused("POST", f"{at}/yes"))[0] in (403, 404)
    for says_no in (True, False):
        assert (await ana.post(at))["waits"]
        assert (await ana.refused("POST", f"{at}/yes"))[0] == 403
        [asked] = (await bo.get("/api/me/same"))["waiting"]
        assert (asked["waits"], asked["becomes"]["how_best"]) == (True, "Ring twice")
        assert len((await ana.get(f"/api/people/{bo_id}/same"))["waiting"]) == 1
        if says_no:
            assert not (await bo.post(f"{at}/no"))["waits"]
    assert not (await bo.post(f"{at}/yes"))["waits"]
    assert paper["id"] not in {it["id"] for it in (await bo.get("/api/people"))["items"]}
    [done] = (await bo.get("/api/me/same"))["done"]
    assert done["went"] == "Bo from paper"
    assert (await bo.post(f"/api/merges/{done['number']}/undo"))["name"] == "Bo from paper"
    assert (await bo.get("/api/me/same"))["done"] == []
    await ana.post(f"/api/people/{paper['id']}/leave", {"sure": True, "withdraw": True})


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
    assert (await bo.get(at))["text"] == "Open until eleven"


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
    cy = next(it for it in (await bo.get("/api/people"))["items"] if it["name"] == "Cy")
    said = {"answer": "ok", "member": cy["id"], "seen_by": bo_id}
    assert (await ana.post("/api/roll-call/check-in", said))["by"] == "Bo"
    await bo.post("/api/roll-call/renew")
    await bo.post("/api/roll-call/end")
    [kept] = (await bo.get("/api/roll-calls"))["items"]
    earlier = await bo.get(f"/api/roll-calls/{kept['number']}")
    assert (earlier["on"], len(earlier["people"])) == (False, 3)
    assert (await bo.refused("GET", "/api/roll-calls/99"))[0] == 404


# --- Letters ---


async def letters(ana: Caller, bo: Caller, elm: House) -> None:
    [theirs] = (await bo.get("/api/listings?words=escalera"))["items"]
    assert theirs["from"] != "this pod"
    at = f"/api/listings/{theirs['rid']}"
    assert (await bo.refused("PATCH", at, {"title": "Mine"}))[1]["code"] == "not_yours"
    asked = await bo.post(f"{at}/answers", {"words": "For Sunday?"})
    assert asked == {"answer": None, "letter": "waiting"}
    wrong = {"reason": "It is long gone"}
    [told] = (await ana.post(f"{at}/report", wrong))["letters"]
    assert told["says"]["reason"] == wrong["reason"]
    await ana.ask("DELETE", f"/api/letters/{told['letter']}")
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


async def sorting(ana: Caller, bo: Caller, elm: House) -> None:
    """Stewards say whose a letter is, and do not read it; what the pod agreed on is done."""
    item = elm.pod.listings.publish(write_listing(SOUP), audience=Audience.NETWORK)
    letter_to(elm, f"/board/{item.rid.hex()}", 2)
    assert (await bo.refused("GET", "/api/letters/others"))[0] == 403
    [orphan] = (await ana.get("/api/letters/others"))["of_nobody"]
    bo_id = (await bo.get("/api/me"))["id"]
    left = await ana.post(f"/api/letters/{orphan['letter']}/give", {"member": bo_id})
    assert left["of_nobody"] == []
    assert "Bo" in left["of_members"]
    cy = elm.pod.people.find(MACHINE, "Cy")
    agree_to_remove(elm.pod, elm.pod.people.viewer(elm.pod.people.find(MACHINE, "Ana").id), cy.id)
    found = (await ana.get("/api/proposals"))["items"]
    [ref] = [it["reference"] for it in found if it["title"] == "Tom leaves"]
    at = f"/api/proposals/{ref}/remove"
    assert (await ana.refused("POST", at, {"sure": False}))[0] == 422
    await ana.post(at, {"sure": True})
    assert "Cy" not in [it["name"] for it in (await bo.get("/api/people"))["items"]]


async def joining(ana: Caller, bo: Caller, elm: House) -> None:
    """Who asks to join is answered by a steward."""
    for name in ("Rosa", "Eve"):
        elm.pod.join_requests.ask(STRANGER, name=name, contact="555 0123")
    rosa, eve = (await ana.get("/api/join-requests"))["items"]
    assert (await ana.post(f"/api/join-requests/{rosa['number']}/accept"))["code"]
    assert (await ana.ask("DELETE", f"/api/join-requests/{eve['number']}"))["forgotten"]
    assert (await bo.refused("GET", "/api/join-requests"))[0] == 403


async def leaving(_: Caller, bo: Caller) -> None:
    assert (await bo.refused("POST", "/api/me/leave", {"sure": False}))[0] == 422
    await bo.post("/api/me/leave", {"sure": True, "withdraw": True})
    assert (await bo.refused("GET", "/api/me"))[0] == 401


async def signing_out(ana: Caller, _: Caller) -> None:
    made = await ana.post("/api/devices/tools", {"label": "Second"})
    await ana.post("/api/me/sign-out")
    assert (await ana.refused("GET", "/api/me"))[0] == 401
    second = Caller(replace(ana.tool, token=made["token"]), ana.done)
    code = await second.post("/api/devices/code")
    await second.post("/api/devices/sign-out")
    assert (await second.refused("GET", "/api/me"))[0] == 401
    # Whoever found the token cannot come back by a code that they made with it.
    assert (await replace(ana.tool, token="").post(code["path"])).status == 422
