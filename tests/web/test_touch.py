"""Each page says when no other pod is there, and what waits; and nothing when all is well."""

from contextlib import AsyncExitStack
from pathlib import Path

from node.federation import accept, invite
from protocol.aid.audience import Audience
from protocol.aid.house.rights import Role
from protocol.aid.listing import write_listing
from store.aid import BoardQuery
from tests.nodes import make_pod, serving, until
from tests.web.visiting import house

ALONE = "No other pod is in reach"


async def test_pages_say_that_the_pod_is_alone_and_what_waits_until_it_is_not(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as closing:
        elm = await closing.enter_async_context(house(tmp_path / "elm"))
        ash = closing.enter_context(make_pod(tmp_path / "ash"))
        at_elm = await closing.enter_async_context(serving(tmp_path / "elm"))
        ana = elm.somebody("Ana")
        assert "no neighbouring pods yet" in (await ana.get("/")).text
        async with serving(tmp_path / "ash") as at_ash:
            await accept(ash, invite(elm.pod, [at_elm], 3600), our_addresses=[at_ash])
            elm.pod.neighbours.note_seen()
            ladder = write_listing({"type": "offer", "category": "items", "title": "Ladder"})
            theirs = ash.listings.publish(ladder, audience=Audience.NETWORK)
            await until(lambda: elm.pod.listings.of(ash.pod_id, theirs.rid) is not None)
            await until(lambda: elm.pod.card.mail_key_of(ash.pod_id) is not None)
            await until(lambda: not elm.pod.touch.now().is_alone)
            for page in ("/", "/board", "/neighbours"):
                assert ALONE not in (await ana.get(page)).text
            assert "there now" in (await ana.get("/neighbours")).text
        await until(lambda: elm.pod.touch.now().is_alone)
        fields = {"title": "Soup", "audience": "network"}
        assert (await ana.post("/post/offer/food", fields)).status == 303
        assert (await ana.post(f"/board/{theirs.rid.hex()}/ask", {})).status == 303
        for page in ("/", "/board", "/neighbours", "/letters"):
            text = (await ana.get(page)).text
            assert ALONE in text
            assert "things wait to go out" in text
        text = (await ana.get("/neighbours")).text
        assert "One letter waits to leave." in text
        assert "not known to have arrived there" in text
        guest = elm.somebody("Gil", Role.GUEST)
        for visitor in (elm.stranger, guest):
            assert ALONE not in (await visitor.get("/")).text
        async with serving(tmp_path / "ash"):
            await until(lambda: ash.listings.board(BoardQuery(author=elm.pod.pod_id)) != [])
            await until(lambda: ash.letters.unseen() == 1)
            await until(lambda: not elm.pod.touch.now().is_alone)
            assert ALONE not in (await ana.get("/")).text
            assert elm.pod.touch.now().letters == 0
