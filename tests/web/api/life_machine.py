"""A week by programs: files, the machine and its settings, what waits, other pods."""

from base64 import b64encode

from node.aid.import_files import MAX_FILE_BYTES
from node.web.api.imports import MAX_SENT_BYTES
from protocol.identity import PodKey, pod_id_text
from tests.web.api.calling import Caller
from tests.web.api.life_outside import SOUP


async def files(ana: Caller, bo: Caller) -> None:
    """What the pod wrote goes out, and sheets are printed, by token."""
    found = (await bo.get("/api/files"))["items"]
    assert {it["path"] for it in found} > {"/files/listings.csv", "/files/people.vcf"}
    for it in found:
        answer = await bo.tool.call("GET", it["path"])
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (
            200,
            it["media"],
        )
    assert "title" in (await bo.tool.call("GET", "/files/listings.csv")).text
    sheets = {it["name"]: it for it in (await bo.get("/api/sheets"))["items"]}
    for_stewards = (await ana.get("/api/sheets"))["items"]
    assert "recovery" not in {it["name"] for it in for_stewards}
    assert sheets["event"]["takes_item"]
    sheet = await bo.tool.call("GET", f"{sheets['board']['path']}?paper=Letter")
    assert (sheet.status, "Letter" in sheet.text) == (200, True)
    assert (await ana.tool.call("GET", "/print/recovery")).said["error"]["code"] == "not_found"


async def imports(ana: Caller, bo: Caller) -> None:
    """Looked at, taken in, taken back; nothing of it waits in between."""
    table = "type,title,category\noffer,Drill,tools-space\nneed,,food\n"
    given = {"sort": "listings", "content": table, "file": "street.csv", "audience": "near"}
    looked = await ana.post("/api/imports/look", given)
    assert looked["rows"] == [{"what": "Drill", "will": "new"}]
    assert [it["what"] for it in looked["left_out"]] == ["line 3"]
    assert (await bo.get("/api/listings?words=drill"))["items"] == []
    taken = await ana.post("/api/imports", given)
    assert taken == {**looked, "number": taken["number"]}
    [drill] = (await bo.get("/api/listings?words=drill"))["items"]
    assert drill["audience"] == "near"
    assert (await ana.post("/api/imports", given))["number"] is None
    people = {"sort": "people", "encoding": "base64", "content": b64encode(b"name\nIda\n").decode()}
    number = (await ana.post("/api/imports", people))["number"]
    ida = next(it for it in (await bo.get("/api/people"))["items"] if it["name"] == "Ida")
    await bo.post("/api/listings", SOUP | {"title": "Stew", "whose": ida["id"]})
    [newest, oldest] = (await ana.get("/api/imports"))["items"]
    assert (newest["number"], newest["sort"], newest["staying"]) == (number, "people", ["Ida"])
    assert (oldest["number"], oldest["file"], oldest["rows"]) == (taken["number"], "street.csv", 1)
    for path in ("look", ""):
        refused = await bo.refused("POST", f"/api/imports/{path}".rstrip("/"), given)
        assert refused[0] == 403
    undone = await ana.post(f"/api/imports/{number}/undo")
    assert (undone["count"], undone["staying"]) == (0, ["Ida"])
    assert (await ana.post(f"/api/imports/{taken['number']}/undo"))["count"] == 1
    assert (await bo.get("/api/listings?words=drill"))["items"] == []
    await ana.post(f"/api/people/{ida['id']}/leave", {"sure": True, "withdraw": True})
    wrong = await ana.refused("POST", "/api/imports/look", people | {"content": "?"})
    assert wrong[1]["code"] == "invalid"
    long = {**given, "content": "x" * (MAX_FILE_BYTES + 1)}
    much = await ana.refused("POST", "/api/imports/look", long)
    assert much[1]["code"] == "too_large"
    assert (await ana.refused("POST", "/api/imports", given | {"content": "x" * MAX_SENT_BYTES}))[
        0
    ] == 413


async def pods(ana: Caller, bo: Caller) -> None:
    [oak] = (await bo.get("/api/neighbours"))["items"]
    assert oak["name"] == "Oak Lane"
    at = f"/api/neighbours/{oak['pod_id']}"
    assert not (await bo.get(at))["hidden"]
    await ana.post(f"{at}/welcome")
    await ana.post(f"{at}/forgive")
    assert (await bo.refused("POST", f"{at}/welcome"))[0] == 403
    assert (await ana.post(f"{at}/name", {"name": "The oaks"}))["name"] == "The oaks"
    assert (await ana.post(f"{at}/name", {}))["name"] == "Oak Lane"
    one = f"/api/pods/{oak['pod_id']}"
    assert [it["name"] for it in (await bo.get("/api/reach"))["pods"]] == ["Oak Lane"]
    unknown = f"/api/pods/{pod_id_text(PodKey.from_seed(b'x' * 32).pod_id)}"
    assert (await ana.refused("POST", f"{unknown}/hide"))[0] == 404
    assert (await bo.refused("POST", f"{one}/hide"))[0] == 403
    assert (await bo.get(one))["neighbour"]
    for act, hidden, carried in (
        ("hide", True, True),
        ("show", False, True),
        ("block", False, False),
        ("carry", False, True),
    ):
        chosen = await ana.post(f"{one}/{act}")
        assert (chosen["hidden"], chosen["carried"]) == (hidden, carried), act
        told = [it for it in (await bo.get("/api/pods"))["items"] if it["name"] == "Oak Lane"]
        # What was deleted with a block is not here again at once.
        assert [(it["hidden"], it["carried"]) for it in told] == [
            (hidden, carried)
        ] or act == "carry"
    assert (await ana.get("/api/status"))["neighbours"] == [oak | {"seen_by_steward": True}]
    assert (await ana.get("/api/waiting"))["waiting"] == []
    assert (await bo.get("/api/digest"))["since_s"] > 0
    left = await ana.get(f"{at}/end")
    ended = await ana.post(f"{at}/end", {})
    assert (ended["removed"], ended["left_to_fade"]) == (True, left["behind"])
    assert (await bo.refused("GET", at))[0] == 404


async def pairing(ana: Caller, bo: Caller) -> None:
    """Begun and stopped; what follows takes two nodes (test_nearby.py)."""
    assert (await ana.get("/api/nearby"))["pairing"] is None
    begun = await ana.post("/api/nearby", {"address": "192.0.2.7"})
    at = f"/api/nearby/{begun['pairing']}"
    assert (begun["state"], begun["words"]) == ("open", [])
    assert (await ana.get("/api/nearby"))["pairing"] == begun["pairing"]
    assert await ana.get(at) == begun
    assert (await ana.post(f"{at}/stop"))["state"] == "ended"
    assert (await ana.refused("POST", "/api/nearby", {"address": "next door"}))[0] == 422
    assert (await bo.refused("GET", at))[0] == 403


async def settings(ana: Caller, bo: Caller) -> None:
    """The name, the machine, the card; each change is in the log."""
    was = await ana.get("/api/settings")
    assert (was["mdns"], was["waits"]) == (True, ["mdns"])
    given = {"name": "Elm Court", "mdns": False, "web_names": ["elm.lan", "elm.home"]}
    now = await ana.ask("PATCH", "/api/settings", given)
    assert (now["name"], now["mdns"], now["web_names"]) == (*given.values(),)
    assert now["waits"] == ["web_names"]
    assert (await ana.refused("PATCH", "/api/settings", {"web_names": ["no name"]}))[0] == 422
    assert (await ana.refused("PATCH", "/api/settings", {"sync_port": 1}))[0] == 422
    for wrong in ({"web_names": ["-elm-"]}, {"addresses": ["192.168.1.4:99999"]}, {"name": " "}):
        given = {"name": "Other", "mdns": True, **wrong}
        assert (await ana.refused("PATCH", "/api/settings", given))[0] == 422
        assert await ana.get("/api/settings") == now, "all of it, or nothing"
    back = {"mdns": False, "web_names": [], "web_https": None}
    assert (await ana.ask("PATCH", "/api/settings", back))["waits"] == []
    assert (await bo.refused("GET", "/api/settings"))[0] == 403
    card = await ana.ask("PATCH", "/api/card", {"about": "Come by", "accepting": "yes"})
    assert await ana.get("/api/card") == card
    noted = [it["what"] for it in (await bo.get("/api/log?limit=6"))["items"]]
    assert noted[0] == "card_written"
    assert {"setting_changed", "pod_renamed"} <= {*noted}
    assert {it["step"] for it in (await ana.get("/api/first-steps"))["items"]} > {"backup"}
    assert (await ana.post("/api/first-steps/put-away"))["items"] == []


async def waiting(ana: Caller, bo: Caller) -> None:
    """What waits for a member, what strangers see, and a steward's desk."""
    today = await bo.get("/api/today")
    assert today["newest"]
    assert not today["crisis"]
    assert {it["what"] for it in today["waiting"]} <= {"somebody asks", "they said yes"}
    public = await bo.get("/api/public")
    assert public["asks"]
    [told] = [it for it in (await ana.get("/api/desk"))["checks"] if it["name"] == "backup"]
    assert not told["ok"]
    assert told["next_step"]
    assert (await bo.refused("GET", "/api/desk"))[0] == 403
