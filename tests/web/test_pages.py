"""Every page is shown whole and small, in both languages, to a steward of a pod with people."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

import pytest

from node.web.app import all_routes
from node.web.live import Live
from node.web.site import Door
from protocol.aid.audience import Audience
from protocol.aid.house.proposal import Stand
from protocol.aid.house.rights import MACHINE, Role
from protocol.aid.listing import write_listing
from protocol.identity import PodKey
from tests.web.visiting import House, Visitor, house

MAX_PAGE_BYTES: Final = 50_000
VOID: Final = {"meta", "link", "input", "img", "br", "use", "path"}


class Outline(HTMLParser):
    """Reads a page strictly: every element closed in its order, ids once, one h1."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.faults: list[str] = []
        self.feed(page)
        self.faults += [f"open at the end: {tag}" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        self.tags.append((tag, said))
        if said.get("id"):
            self.ids.append(str(said["id"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"closed out of order: {tag}")


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def lived_in(elm: House) -> dict[str, str]:
    """Fill the pod a little; return paths of single things."""
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    pod = elm.pod
    viewer = pod.people.viewer(pod.people.find(MACHINE, "Ana").id)
    bo_id = pod.people.find(MACHINE, "Bo").id
    assert viewer.member is not None
    pod.people.set_contacts(
        viewer, viewer.member, [{"type": "phone", "value": "555 0100", "on_screen": "pod"}]
    )
    pod.care.set_ability(viewer, viewer.member, {"category": "food", "note": "soup"})
    pod.care.pair(viewer, viewer.member, bo_id)
    proposal = pod.decisions.propose(viewer, "A bench", "Let us build a bench.")
    pod.decisions.take_position(pod.people.viewer(bo_id), proposal.id, Stand.BLOCK, "Too loud")
    pod.agreements.write(viewer, "Quiet hours", "From ten to six.")
    pod.roll_calls.open(viewer, "Storm")
    pod.ways.put(viewer, {"name": "Noticeboard", "sort": "analog", "without_power": True})
    listing = write_listing({"type": "need", "category": "food", "title": "Soup", "lang": "en"})
    item = pod.listings.publish(listing, audience=Audience.NETWORK)
    assert (await bo.post("/post/offer/tools-space", {"title": "Ladder"})).status == 303
    assert ana.token != bo.token
    return {
        "person": f"/people/{bo_id.hex()}",
        "proposal": f"/proposals/{proposal.id.hex()}",
        "listing": f"/board/{item.rid.hex()}",
    }


def pages() -> list[str]:
    routes = all_routes(Live(), "X")
    paths = [it.path for it in routes if it.method == "GET" and it.door is Door.PAGE]
    files = ("/live", "/healthz", "/files/")
    plain = [path for path in paths if "{" not in path and not path.startswith(files)]
    return [*plain, "/post/need", "/post/offer/food"]


@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_page_is_whole_and_small(elm: House, language: str) -> None:
    found = await lived_in(elm)
    steward = elm.stranger.signed_in(
        elm.pod.devices.sign_in(elm.pod.people.find(MACHINE, "Ana").id, "phone")
    )
    for path in [*pages(), *found.values()]:
        answer = await steward.get(path, Accept_Language=language)
        assert answer.status == 200, path
        outline = Outline(answer.text)
        assert outline.faults == [], path
        assert len(set(outline.ids)) == len(outline.ids), path
        assert [tag for tag, _ in outline.tags].count("h1") == 1, path
        assert f'<html lang="{language}"' in answer.text
        assert len(answer.text.encode()) <= MAX_PAGE_BYTES, path
        links = [it for tag, it in outline.tags if tag == "link" and it["rel"] == "stylesheet"]
        scripts = [it for tag, it in outline.tags if tag == "script"]
        assert len(links) == 1, path
        assert len(scripts) <= 1, path
        loaded = [it.get("src") or it.get("href") or "/" for _, it in outline.tags]
        assert [it for it in loaded if not re.match(r"/|#|data:|tel:", str(it))] == [], path


@pytest.mark.parametrize("language", ["en", "es"])
async def test_stranger_reads_the_public_pages(elm: House, language: str) -> None:
    await lived_in(elm)
    answer = await elm.stranger.get("/", Accept_Language=language)
    assert Outline(answer.text).faults == []
    for private in ("Ana", "Bo", "Soup", "Ladder", "bench", "555"):
        assert private not in answer.text


async def test_guest_who_is_in_is_greeted_and_not_asked_for_a_code(elm: House) -> None:
    elm.somebody("Ana")
    gil = elm.somebody("Gil", Role.GUEST)
    page = (await gil.get("/")).text
    assert "Hello, <bdi>Gil</bdi>" in page
    assert 'href="/devices"' in page
    assert 'action="/join"' not in page
    assert 'action="/join"' in (await elm.stranger.get("/")).text


async def test_board_is_searched_and_leafed_through(elm: House) -> None:
    ana = elm.somebody("Ana")
    for number in range(35):
        listing = write_listing({"type": "need", "category": "food", "title": f"Soup {number}"})
        elm.pod.listings.publish(listing, audience=Audience.POD)
    first = (await ana.get("/board?type=need")).text
    assert first.count("/board/") == 30
    [path] = re.findall(r'href="(/board\?[^"]*after=[^"]*)"', first)
    second = (await ana.get(path.replace("&amp;", "&"))).text
    assert second.count("/board/") == 5
    assert "Nothing fits" in (await ana.get("/board?words=marmalade")).text


async def test_member_changes_what_the_pod_keeps_about_them(elm: House) -> None:
    ana = elm.somebody("Ana")
    fields = {"name": "Ana M", "presence": "resting", "languages": "en, es"}
    assert (await ana.post("/me", fields)).location == "/me?saved=1"
    way = {"type": "phone", "value": "555 0100", "on_screen": "pod", "on_paper": "yes"}
    assert (await ana.post("/me/contacts", way)).status == 303
    member = elm.pod.people.find(MACHINE, "Ana M")
    assert (member.presence, member.languages) == ("resting", ("en", "es"))
    [contact] = member.contacts
    assert (contact.value, contact.on_screen, contact.on_paper) == ("555 0100", "pod", True)
    wrong = await ana.post("/me", {**fields, "languages": "english!", "name": ""})
    assert wrong.status == 422
    assert 'value="english!"' in wrong.text


async def test_care_note_is_read_by_those_who_were_named(elm: House) -> None:
    ana, bo, eve = elm.somebody("Ana"), elm.somebody("Bo"), elm.somebody("Eve")
    bo_id = elm.pod.people.find(MACHINE, "Bo").id
    said = {"words": "My lift needs power", "needs": "utilities-fuel", "viewers": bo_id.hex()}
    assert (await ana.post("/care", said)).status == 303
    assert "My lift" in (await bo.get("/care")).text
    assert "My lift" not in (await eve.get("/care")).text
    assert "My lift" in (await ana.get("/care")).text


async def test_roll_call_is_answered_on_the_page(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    assert (await ana.post("/roll-call", {"question": "Storm"})).status == 303
    assert (await bo.post("/roll-call/check-in", {"answer": "ok"})).status == 303
    bo_id = elm.pod.people.find(MACHINE, "Ana").id
    seen = {"member": bo_id.hex(), "answer": "need help"}
    assert (await bo.post("/roll-call/check-in", seen)).status == 303
    page = (await ana.get("/roll-call")).text
    assert "Everybody was heard from" in page
    assert (await ana.post("/roll-call/end")).status == 303
    assert "Everybody was heard from" not in (await ana.get("/roll-call")).text


async def test_proposal_goes_from_words_to_positions(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    made = await ana.post("/proposals/new", {"title": "Bench", "text": "Let us build one."})
    answer = await bo.post(f"{made.location}/position", {"stand": "block", "words": ""})
    assert answer.status == 422
    assert "What would have to change" in answer.text or "what would have to change" in answer.text
    answer = await bo.post(f"{made.location}/position", {"stand": "agree"})
    assert answer.status == 303
    assert "agree" in (await ana.get(made.location)).text


async def test_invite_is_shown_once_as_code_address_and_picture(elm: House) -> None:
    ana = elm.somebody("Ana")
    page = (await ana.post("/invites", {"uses": "2"})).text
    # By its address: a form's token may look like a code.
    [code] = set(re.findall(rf"{elm.base}/join/([A-Z]{{4}}-[A-Z]{{4}})\b", page))
    assert "data:image/svg+xml" in page
    assert code not in (await ana.get("/invites")).text


async def test_what_is_asked_is_promised_by_whose_it_is(elm: House) -> None:
    ana, bo, eve = elm.somebody("Ana"), elm.somebody("Bo"), elm.somebody("Eve")
    path = (await bo.post("/post/offer/items", {"title": "Chairs", "qty": "2"})).location
    path = path.partition("?")[0]
    assert (await eve.post(f"{path}/ask", {"words": "For Sunday", "qty": "2"})).status == 303
    assert "For Sunday" in (await bo.get(path)).text
    assert "For Sunday" in (await ana.get(path)).text, "a steward may help"
    assert (await eve.post(f"{path}/answers/1/promise")).status == 403
    assert (await bo.post(f"{path}/answers/1/promise")).status == 303
    assert "spoken for" in (await eve.get(path)).text
    assert (await bo.post(f"{path}/answers/1/unpromise")).status == 303
    assert (await bo.post(f"{path}/answers/1/take-back")).status == 403
    assert (await eve.post(f"{path}/answers/1/take-back")).status == 303
    assert (await bo.post(f"{path}/done")).status == 303
    assert "Open it again" in (await bo.get(path)).text


async def test_listing_is_changed_renewed_and_taken_back_by_whose_it_is(elm: House) -> None:
    elm.somebody("Ana")
    bo, eve = elm.somebody("Bo"), elm.somebody("Eve")
    path = (await bo.post("/post/need/food", {"title": "Soup"})).location.partition("?")[0]
    changed = {"title": "Soup for two", "category": "food", "audience": "network"}
    for act in ("edit", "renew", "pause", "withdraw"):
        assert (await eve.post(f"{path}/{act}", changed)).status == 403
    assert (await bo.post(f"{path}/edit", changed)).status == 303
    page = (await bo.get(path)).text
    assert "Soup for two" in page
    assert "all pods it reaches" in page
    assert (await bo.post(f"{path}/pause")).status == 303
    assert (await bo.post(f"{path}/renew")).status == 303
    assert (await bo.post(f"{path}/withdraw")).status == 303
    assert (await bo.get(path)).status == 404


async def test_sheets_are_printed_with_a_style_of_their_own_and_no_recovery_sheet(
    elm: House,
) -> None:
    ana = elm.somebody("Ana")
    answer = await ana.get("/print/board?large=1&paper=Letter")
    assert answer.status == 200
    policy = answer.headers["content-security-policy"]
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy
    for name in ("recovery", "nothing"):
        assert (await ana.get(f"/print/{name}")).status == 404


async def test_directory_and_meetups_are_read_by_other_programs(elm: House) -> None:
    ana = elm.somebody("Ana")
    for audience in ("pod", "network"):
        fields = {"name": f"Bank {audience}", "category": "food", "audience": audience}
        assert (await ana.post("/directory/new", fields)).status == 303
    page = json.loads((await ana.get("/hsds/services")).text)
    [service] = page["contents"]
    assert service["name"] == "Bank network"
    one = json.loads((await ana.get(f"/hsds/services/{service['id']}")).text)
    assert one == service
    assert (await ana.get(f"/hsds/services/{'0' * 36}")).status == 404
    assert json.loads((await ana.get("/hsds/")).text)["version"] == "3.0"
    calendar = await ana.get("/meetups.ics")
    assert calendar.headers["content-type"].startswith("text/calendar")
    assert "Bank pod" not in (await ana.get("/feed.xml")).text


async def test_steward_sees_what_waits_and_members_do_not(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    path = (await ana.post("/post/offer/items", {"title": "Chair"})).location.partition("?")[0]
    await bo.post(f"{path}/ask", {"words": "Please"})
    page = (await ana.get("/desk")).text
    assert "somebody asks" in page
    assert (await bo.get("/desk")).status == 403


async def test_pages_know_the_neighbours_that_another_process_has_met(elm: House) -> None:
    ana = elm.somebody("Ana")
    assert "None yet" in (await ana.get("/neighbours")).text
    elm.pod.neighbours.add_known(PodKey.from_seed(bytes(32)).pod_id, [])
    assert "None yet" not in (await ana.get("/neighbours")).text


async def test_nothing_private_is_on_any_page_of_who_may_not_see_it(elm: House) -> None:
    """A marker in each thing that somebody kept for some: on no page of a member, or a stranger."""
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    found = await lived_in_by(ana, elm)
    for reader in (bo, elm.stranger):
        for path in [*pages(), *found]:
            text = (await reader.get(path)).text
            assert "Quetzal" not in text, path
    assert "Quetzal" in (await ana.get("/care")).text


async def lived_in_by(ana: Visitor, elm: House) -> list[str]:
    """Have Ana write markers where only she, or stewards, may see them; return paths to look at."""
    said = {"words": "Quetzal at night", "needs": "health", "stewards": "yes"}
    assert (await ana.post("/care", said)).status == 303
    way = {"type": "phone", "value": "555 Quetzal", "on_screen": "stewards"}
    assert (await ana.post("/me/contacts", way)).status == 303
    way = {"type": "door", "value": "Quetzal door", "on_screen": "nobody"}
    assert (await ana.post("/me/contacts", way)).status == 303
    offer = (await ana.post("/post/offer/items", {"title": "Chairs"})).location.partition("?")[0]
    eve = elm.somebody("Eve")
    answer = {"words": "Quetzal, please", "contact": "Quetzal 7"}
    assert (await eve.post(f"{offer}/ask", answer)).status == 303
    id_ = elm.pod.people.find(MACHINE, "Ana").id
    return [offer, f"/people/{id_.hex()}", "/print/phone-tree", "/print/address-sheet", "/feed.xml"]
