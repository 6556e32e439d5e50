"""Letters on pages: whoever's they are reads and answers them; over plain HTTP nobody else does."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.federation import accept, invite
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.rights import MACHINE, Role
from protocol.aid.letter import Reply
from protocol.aid.listing import write_listing
from store.aid import BoardQuery, ItemQuery
from tests.aid.bodies import LEAST
from tests.aid.test_letterbox import hear
from tests.nodes import make_pod, serving, until
from tests.web.api.calling import Caller
from tests.web.visiting import CONFIG, House, Visitor, house

LADDER = write_listing({"type": "offer", "category": "items", "title": "Ladder"})
SAID = {"message": "For Mia on the third floor", "contact": "555 0199", "from_label": "Mia"}


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


async def posted_by(visitor: Visitor) -> str:
    """Have a member offer a ladder to all; return the path of its page."""
    fields = {"title": "Ladder", "audience": "network"}
    answer = await visitor.post("/post/offer/tools-space", fields)
    return answer.location.partition("?")[0]


def letter_to(elm: House, path: str, number: int = 1) -> None:
    hear(elm.pod, Reply.write({"re": path[-32:], **SAID}), number)


def links_in(page: str) -> list[str]:
    return re.findall(r'href="(/letters/[0-9]+-[0-9a-f]+)"', page)


async def test_letter_is_read_and_answered_by_whose_listing_it_asks_for(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    path = await posted_by(bo)
    letter_to(elm, path)
    assert "A letter from another pod has come for you." in (await bo.get("/")).text
    [link] = links_in((await bo.get("/letters")).text)
    page = (await bo.get(link)).text
    assert all(it in page for it in SAID.values())
    assert "has come for you" not in (await bo.get("/")).text
    wrong = await bo.post(f"{link}/answer", {"verdict": "accepted", "message": "x" * 1001})
    assert (wrong.status, "x" * 1001 in wrong.text) == (422, True)
    answered = await bo.post(f"{link}/answer", {"verdict": "accepted", "message": "At five"})
    assert answered.location == link
    page = (await bo.get(path)).text
    assert "promised" in page
    assert "At five" in page
    assert "For Mia" in page
    assert ana.token != bo.token


@pytest.mark.parametrize("by", ["Ana", "Cy"])
async def test_no_page_shows_anybody_else_what_a_letter_says(elm: House, by: str) -> None:
    others = {"Ana": elm.somebody("Ana"), "Cy": elm.somebody("Cy")}
    bo = elm.somebody("Bo")
    path = await posted_by(bo)
    letter_to(elm, path)
    [link] = links_in((await bo.get("/letters")).text)
    visitor = others[by]
    assert (await visitor.get(link)).status == 404
    for act in ("answer", "unask", "retry", "forget"):
        assert (await visitor.post(f"{link}/{act}", {"verdict": "declined"})).status == 404
    pages = ["/", "/letters", "/mine", "/desk", "/letters/others", path, "/log", "/board"]
    for page in pages:
        text = (await visitor.get(page)).text
        assert not [it for it in SAID.values() if it in text], page
    assert (await bo.get(link)).status == 200


async def test_steward_hands_on_what_is_nobodys_without_reading_it(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    item = elm.pod.listings.publish(LADDER, audience=Audience.NETWORK)
    letter_to(elm, f"/board/{item.rid.hex()}")
    page = (await ana.get("/letters/others")).text
    [at] = re.findall(r'action="(/letters/[^"]+)/give"', page)
    assert "Ladder" in page
    assert links_in(page) == []
    assert "HTTPS or the machine" in page
    assert not [it for it in SAID.values() if it in page]
    assert (await ana.get(at)).status == 404
    assert "read by whoever it is for" in (await ana.get(f"/board/{item.rid.hex()}")).text
    bo_id = elm.pod.people.find(MACHINE, "Bo").id
    assert (await ana.post(f"{at}/give", {"member": "nobody"})).status == 400
    assert (await bo.post(f"{at}/give", {"member": bo_id.hex()})).status == 403
    assert (await ana.post(f"{at}/give", {"member": bo_id.hex()})).status == 303
    assert SAID["message"] in (await bo.get(at)).text
    assert "said that a letter is for Bo" in (await bo.get("/log")).text


async def test_whose_letters_wait_is_counted_for_stewards(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo", Role.MEMBER)
    letter_to(elm, await posted_by(bo))
    assert "One letter waits to be read." in (await ana.get("/desk")).text
    assert "<li><bdi>Bo</bdi></li>" in (await ana.get("/letters/others")).text


async def test_who_asks_another_pod_hears_its_answer_on_a_page(tmp_path: Path) -> None:
    async with AsyncExitStack() as closing:
        elm = await closing.enter_async_context(house(tmp_path / "elm"))
        ash = closing.enter_context(make_pod(tmp_path / "ash"))
        at_elm = await closing.enter_async_context(serving(tmp_path / "elm"))
        at_ash = await closing.enter_async_context(serving(tmp_path / "ash"))
        await accept(ash, invite(elm.pod, [at_elm], 3600), our_addresses=[at_ash])
        ladder = ash.listings.publish(LADDER, audience=Audience.NETWORK)
        await until(lambda: elm.pod.listings.board(BoardQuery()) != [])
        await until(lambda: elm.pod.card.mail_key_of(ash.pod_id) is not None)
        elm.somebody("Ana")
        bo, path = elm.somebody("Bo"), f"/board/{ladder.rid.hex()}"
        assert (await bo.post(f"{path}/ask", {"words": "For Saturday?"})).status == 303
        await until(lambda: ash.letters.unseen() == 1)
        [reply] = ash.letters.all()
        ash.letters.answer(reply, "accepted", "The blue door")
        await until(lambda: elm.pod.letters.unseen() == 1)
        assert "A letter from another pod has come" in (await bo.get("/")).text
        report = f"{path}/report"
        assert f'href="{report}"' in (await bo.get(path)).text
        assert (await bo.get(report)).status == 200
        assert (await bo.post(report, {"reason": ""})).status == 422
        told = await bo.post(report, {"reason": "It was sold"})
        assert "It was sold" in (await bo.get(told.location)).text
        await until(lambda: ash.letters.unseen() == 1)
        assert "It was sold" in str(ash.letters.all()[0].body)
        page = (await bo.get(path)).text
        assert page.index("For Saturday?") < page.index("The blue door")
        assert "has arrived" in page
        assert "yes, promised" in page
        assert "A letter from another pod has come" not in (await bo.get("/")).text


SUPPER = {"title": "Supper", "tz": "UTC", "gathering": "social", "repeats": "weekly"}


async def test_who_comes_to_another_pods_meetup_is_told_by_letter_and_read_there(
    tmp_path: Path,
) -> None:
    soon = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT18:00")
    async with AsyncExitStack() as closing:
        elm = await closing.enter_async_context(house(tmp_path / "elm"))
        ash = await closing.enter_async_context(house(tmp_path / "ash"))
        at_elm = await closing.enter_async_context(serving(tmp_path / "elm"))
        at_ash = await closing.enter_async_context(serving(tmp_path / "ash"))
        await accept(ash.pod, invite(elm.pod, [at_elm], 3600), our_addresses=[at_ash])
        event = Event.write(LEAST["event"] | SUPPER | {"start": soon})
        path = f"/meetups/{ash.pod.meetups.publish(event, audience=Audience.NETWORK).rid.hex()}"
        await until(lambda: elm.pod.meetups.page(ItemQuery()) != [])
        await until(lambda: elm.pod.card.mail_key_of(ash.pod.pod_id) is not None)
        bo, cy, dee = elm.somebody("Bo"), elm.somebody("Cy"), ash.somebody("Dee")
        fields = {"day": soon[:10], "people": "2", "from_label": "Lopez"}
        assert (await bo.get(f"{path}/tell?day={soon[:10]}")).status == 200
        for wrong in ({"people": "100"}, {"people": "x"}, {"from_label": ""}):
            assert (await bo.post(f"{path}/tell", fields | wrong)).status == 422
        assert elm.pod.letters.all() == []
        assert (await bo.post(f"{path}/tell", fields | {"message": "No nuts"})).status == 303
        assert (await cy.post(f"{path}/tell", fields | {"from_label": "Cy"})).status == 303
        await until(lambda: ash.pod.letters.unseen() == 2)
        page = (await dee.get(path)).text
        assert all(it in page for it in ("Lopez", "No nuts", "Cy"))
        assert ash.pod.letters.unseen() == 0
        assert "You told them that 2 people come" in (await bo.get(path)).text
        # A later word comes in place of the last, under the name of the first.
        again = {"day": soon[:10], "people": "0"}
        assert (await bo.post(f"{path}/tell", again | {"from_label": "Not me"})).status == 303
        await until(lambda: ash.pod.letters.unseen() == 1)
        page = (await dee.get(path)).text
        assert "Lopez" not in page
        assert "Cy" in page
        assert "Lopez" not in (await cy.get("/letters")).text
        assert (await dee.get(f"{path}/tell?day={soon[:10]}")).status == 400


async def test_tool_of_a_steward_reads_no_letter_of_somebody_else(elm: House) -> None:
    ana, bo = Caller(elm.tool_of("Ana")), elm.somebody("Bo")
    path = await posted_by(bo)
    letter_to(elm, path)
    at = f"/api/listings/{path[-32:]}/answers"
    [kept] = (await ana.get(at))["answers"]
    declined = await ana.post(f"{at}/1/decline")
    for said in (kept, declined):
        assert (said["by"], said["words"], said["contact"]) == (None, None, None)
    assert declined["standing"] == "declined"


async def test_over_https_a_steward_reads_what_is_nobodys_and_no_letter_of_others(
    tmp_path: Path,
) -> None:
    async with house(tmp_path / "elm", replace(CONFIG, web_https=True)) as elm:
        ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
        letter_to(elm, await posted_by(bo))
        item = elm.pod.listings.publish(LADDER, audience=Audience.NETWORK)
        letter_to(elm, f"/board/{item.rid.hex()}", 2)
        [orphan] = links_in((await ana.get("/letters/others")).text)
        assert SAID["message"] in (await ana.get(orphan)).text
        assert (await bo.get(orphan)).status == 404
        [own] = links_in((await bo.get("/letters")).text)
        assert (await ana.get(own)).status == 404
