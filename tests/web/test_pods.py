"""Other pods on pages: invited, looked at, hidden, left; what is asked twice; who may."""

import asyncio
import html
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from protocol.aid.audience import Audience
from protocol.aid.house.rights import Role, Viewer
from protocol.aid.listing import write_listing
from protocol.errors import UserError
from protocol.identity import PodKey, pod_id_text
from store import conduct
from tests.channels import identity
from tests.patience import PATIENCE_S
from tests.web.visiting import House, NodeHouse, Visitor, house, node_house

OAK = identity("oak")
OAK_PAGE = f"/pods/{pod_id_text(OAK.certificate.pod_id)}"


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


@pytest.fixture(name="ana")
def ana_(elm: House) -> Visitor:
    return elm.somebody("Ana")


def meet(elm: House, *, seen: bool = True) -> None:
    elm.pod.neighbours.add(OAK.certificate, "Oak Lane", ["192.168.7.7:4781"], seen=seen)


async def invitation_on(page: str) -> str:
    found = re.search(r"<code class=\"copied\">([^<]+)</code>", page)
    assert found
    return html.unescape(found[1])


# --- Invitations ---


async def test_pod_invites_another_by_pages_and_sees_who_came(tmp_path: Path) -> None:
    async with (
        node_house(tmp_path / "maple", "Maple Street") as maple,
        node_house(tmp_path / "elm", "Elm Court") as elm,
    ):
        ana, eli = maple.somebody("Ana"), elm.somebody("Eli")
        text = await invitation_on((await ana.post("/neighbours/invite", {"days": "1"})).text)
        page = await eli.post("/neighbours/accept", {"text": f" {text.upper()}\n"})
        assert "Maple Street" in page.text
        assert elm.pod.neighbours.all() == []  # looking at it uses nothing up
        done = await eli.post("/neighbours/accept", {"text": text, "yes": "yes"})
        assert done.status == 303
        assert "Maple Street" in (await eli.get(done.location)).text
        assert "took the invitation of Maple Street" in (await eli.get("/log")).text
        await who_came_is_welcomed(maple, ana, elm, eli)


async def who_came_is_welcomed(
    maple: NodeHouse, ana: Visitor, elm: NodeHouse, eli: Visitor
) -> None:
    """What is for neighbouring pods waits until a steward has said that it is the right one."""
    path = f"/pods/{pod_id_text(elm.pod.pod_id)}"
    listing = write_listing({"type": "offer", "category": "items", "title": "Spare key"})
    maple.pod.listings.publish(listing, audience=Audience.NEAR)
    page = (await ana.get(path)).text
    assert "Is it the pod that you gave it to?" in page
    assert not maple.pod.neighbours.all()[0].near_allowed
    assert (await ana.post(f"{path}/welcome")).location == path
    assert "Is it the pod that you gave it to?" not in (await ana.get(path)).text
    assert maple.pod.neighbours.all()[0].near_allowed
    async with asyncio.timeout(PATIENCE_S):
        while "Spare key" not in (await eli.get("/board")).text:
            pass


async def test_text_that_is_no_invitation_is_said_beside_its_field(ana: Visitor) -> None:
    answer = await ana.post("/neighbours/accept", {"text": "come over"})
    assert answer.status == 422
    assert "That is not an invitation of a pod." in answer.text
    assert "come over" in answer.text


async def test_machine_without_an_address_makes_no_invitation(ana: Visitor) -> None:
    assert "Connect it to a network." in (await ana.get("/neighbours/invite")).text
    assert (await ana.post("/neighbours/invite", {"days": "7"})).status == 400


# --- One pod ---


async def test_pods_page_says_how_things_stand(elm: House, ana: Visitor) -> None:
    meet(elm)
    with elm.pod.keeper.store.atomic(elm.pod.now().wall_ms) as tx:
        conduct.note_fault(tx, conduct.Fault(OAK.certificate.pod_id, 1, "malformed", 0, 1 << 42))
    page = (await ana.get(OAK_PAGE)).text
    for said in ("Oak Lane", "192.168.7.7:4781", "It broke the rules of the protocol once"):
        assert said in page
    await ana.post(f"{OAK_PAGE}/forgive")
    assert "It broke the rules" not in (await ana.get(OAK_PAGE)).text


async def test_who_welcomes_one_pod_welcomes_no_other(elm: House, ana: Visitor) -> None:
    meet(elm, seen=False)
    elm.pod.neighbours.add(identity("ash").certificate, "Ash Row", [], seen=False)
    assert (await ana.post(f"{OAK_PAGE}/welcome")).status == 303
    welcomed = {it.name: it.near_allowed for it in elm.pod.neighbours.all()}
    assert welcomed == {"Oak Lane": True, "Ash Row": False}


async def test_neighbour_is_called_what_this_pod_chose(elm: House, ana: Visitor) -> None:
    meet(elm)
    assert (await ana.post(f"{OAK_PAGE}/name", {"name": "Uncle's pod"})).status == 303
    page = (await ana.get(OAK_PAGE)).text
    assert "<h1><bdi>Uncle&#39;s pod</bdi></h1>" in page
    assert "It calls itself <bdi>Oak Lane</bdi>." in page
    assert "Uncle&#39;s pod" in (await ana.get("/neighbours")).text
    assert elm.pod.neighbours.find("oak lane") == elm.pod.neighbours.find("uncle's pod")
    elm.pod.neighbours.add(OAK.certificate, "Oak Lane 2", [], seen=True)  # it renames itself
    assert elm.pod.neighbours.all()[0].name == "Uncle's pod"
    refused = await ana.post(f"{OAK_PAGE}/name", {"name": "Oak\u202e"})
    assert refused.status == 422
    assert 'id="w-name"' in refused.text
    await ana.post(f"{OAK_PAGE}/name", {"name": ""})
    assert elm.pod.neighbours.all()[0].name == "Oak Lane 2"


async def test_pod_is_hidden_and_shown_again(elm: House, ana: Visitor) -> None:
    meet(elm)
    assert (await ana.post(f"{OAK_PAGE}/hide")).status == 303
    assert "Hidden here" in (await ana.get(OAK_PAGE)).text
    assert "hidden here" in (await ana.get("/neighbours")).text
    await ana.post(f"{OAK_PAGE}/show")
    assert "Hidden here" not in (await ana.get(OAK_PAGE)).text
    log = (await ana.get("/log")).text
    assert "Ana took what Oak Lane writes off the board." in log
    assert "Ana put what Oak Lane writes on the board again." in log


async def test_pod_is_not_carried_only_after_a_second_screen(elm: House, ana: Visitor) -> None:
    meet(elm)
    page = await ana.get(f"{OAK_PAGE}/block")
    assert "this cuts it off" in page.text
    assert OAK.certificate.pod_id not in elm.pod.keeper.directory.not_carried
    await ana.post(f"{OAK_PAGE}/block")
    assert "people of this pod decided so" in (await ana.get(OAK_PAGE)).text
    assert "not carried here" in (await ana.get("/pods")).text
    await ana.post(f"{OAK_PAGE}/carry")
    assert "decided so" not in (await ana.get(OAK_PAGE)).text


async def test_federation_ends_only_after_a_second_screen(elm: House, ana: Visitor) -> None:
    meet(elm)
    assert "Tell its people" in (await ana.get(f"{OAK_PAGE}/end")).text
    assert len(elm.pod.neighbours.all()) == 1
    assert (await ana.post(f"{OAK_PAGE}/end", {"purge": "yes"})).location == "/neighbours"
    assert elm.pod.neighbours.all() == []
    assert (await ana.post(f"{OAK_PAGE}/end")).status == 404
    assert "ended being neighbours with Oak Lane" in (await ana.get("/log")).text


async def test_pods_that_are_not_known_here_are_not_made_up(elm: House, ana: Visitor) -> None:
    unknown = f"/pods/{pod_id_text(PodKey.from_seed(bytes(32)).pod_id)}"
    before = len(elm.pod.authors.all())
    assert (await ana.get(unknown)).status == 404
    for act in ("hide", "block", "carry", "welcome", "forgive"):
        assert (await ana.post(f"{unknown}/{act}")).status == 404
    assert len(elm.pod.authors.all()) == before
    assert (await ana.get(f"/pods/{'a' * 56}")).status == 400


async def test_members_read_of_a_pod_and_decide_nothing(elm: House, ana: Visitor) -> None:
    meet(elm, seen=False)
    bo = elm.somebody("Bo", Role.MEMBER)
    page = (await bo.get(OAK_PAGE)).text
    assert "Oak Lane" in page
    assert "192.168.7.7" not in page
    assert "form method" not in page
    for act in ("hide", "block", "welcome", "end"):
        assert (await bo.post(f"{OAK_PAGE}/{act}")).status == 403
    with pytest.raises(UserError):
        elm.pod.federation.hide(Viewer(Role.MEMBER), OAK.certificate.pod_id, hidden=True)
    assert "Hidden here" not in (await ana.get(OAK_PAGE)).text
