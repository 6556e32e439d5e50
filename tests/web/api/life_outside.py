"""A week by programs: the board, and what pods tell one another."""

from tests.web.api.calling import Caller

SOUP = {"type": "need", "title": "Soup for two", "category": "food"}
LADDER = {"type": "offer", "title": "A ladder", "category": "items", "mode": "lend", "qty": 1}


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
    asked = (await bo.post(f"{at}/answers", {"whose": cy["id"]}))["answer"]
    assert (asked["by"], asked["standing"]) == ("Old Cy", "waiting")
    mine = await bo.get("/api/mine")
    assert [it["rid"] for it in mine["typed"]] == [made["rid"]]
    assert [it["number"] for it in mine["asked"]] == [asked["number"]]
    back = await bo.post(f"{at}/answers/{asked['number']}/take-back")
    assert back["standing"] == "taken back"
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
    rides = {"title": "Rides to town", "category": "transport", "repeats": "weekly", "qty": 2}
    rides = await ana.post("/api/listings", {"type": "offer", "date_from": "2036-06-07", **rides})
    at = f"/api/listings/{rides['rid']}"
    assert list((await bo.refused("POST", f"{at}/answers", {}))[1]["fields"]) == ["day"]
    assert (await bo.post(f"{at}/answers", {"day": "2036-06-14"}))["answer"]["day"] == "2036-06-14"
    await ana.ask("DELETE", at)
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
    assert [it["title"] for it in mine["asked"]].count("A ladder") == 3
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
    await bo.ask("DELETE", f"{at}/outcomes")
    assert (await bo.refused("DELETE", f"{at}/outcomes"))[0] == 404
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
