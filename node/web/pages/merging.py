"""Two entries of one person: a steward says so, whose they are says yes (node/aid/merging.py)."""

from typing import Final, NamedTuple

from aiohttp import web

from node.aid.merging import Done, Look
from node.pod import Pod
from node.web.pages.persons import ID, id_in, id_or_none
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Right
from protocol.errors import UserError

OTHER: Final = "{other:[0-9a-f]{32}}"


class Entry(NamedTuple):
    """One entry as its page shows it. waiting: with whom it waits; done: what went into it."""

    member: Member
    others: list[Member]
    waiting: list[tuple[Member, Member]]
    done: list[Done]


# --- For stewards ---


async def choose(visit: Visit) -> web.StreamResponse:
    """Choose which other entry the same person has."""
    entry = await visit.do(_entry, visit.viewer, id_in(visit))
    others = [(it.id.hex(), it.name) for it in entry.others]
    said = visit.asked("said")
    return visit.page("same_choose.html", entry=entry, others=others, said=said)


def _entry(pod: Pod, viewer: Viewer, id_: MemberId) -> Entry:
    looking = viewer.looking
    everybody = {it.id: it for it in pod.people.members(looking)}
    if id_ not in everybody:
        raise UserError("not_found", "That person is not in this pod (any more).")
    found = [it for it in pod.merging.offers(looking) if id_ in (it.goes, it.stays)]
    return Entry(
        everybody[id_],
        [it for it in everybody.values() if it.id != id_],
        [(everybody[it.goes], everybody[it.stays]) for it in found],
        pod.merging.done(looking, id_),
    )


async def chosen(visit: Visit) -> web.StreamResponse:
    """Go and look at what would become of both."""
    other = id_or_none(visit.form.text("other"))
    if other is None:
        raise UserError("invalid", "Choose the other entry.")
    return visit.go(f"/people/{visit.path['id']}/same/{other.hex()}")


async def look(visit: Visit) -> web.StreamResponse:
    """What would become of both: the one of the path goes, the other stays."""
    return await _look_page(visit)


async def say(visit: Visit) -> web.StreamResponse:
    """Say that they are one person."""
    goes, stays = _two(visit)
    try:
        waits = await visit.do(lambda pod: pod.merging.say(visit.viewer.looking, goes, stays))
    except UserError as err:
        if err.code not in ("not_allowed", "conflict", "over_quota"):
            raise
        return await _look_page(visit, visit.told(err), 409)
    return visit.go(f"/people/{stays.hex()}/same?said={'waits' if waits else 'done'}")


async def say_no(visit: Visit) -> web.StreamResponse:
    """Take back what was said, or say that it is not so."""
    goes, stays = _two(visit)
    await visit.do(lambda pod: pod.merging.say_no(visit.viewer.looking, goes, stays))
    is_own = visit.viewer.member_id in (goes, stays)
    return visit.go("/me/same" if is_own else f"/people/{stays.hex()}/same")


async def undo(visit: Visit) -> web.StreamResponse:
    """Take two entries apart again."""
    number = int(visit.path["number"])
    back = await visit.do(lambda pod: pod.merging.undo(visit.viewer.looking, number))
    return visit.go(f"/people/{back.id.hex()}")


async def _look_page(visit: Visit, wrong: str = "", status: int = 200) -> web.StreamResponse:
    goes, stays = _two(visit)
    found = await visit.do(lambda pod: pod.merging.look(visit.viewer.looking, goes, stays))
    return visit.page("same_look.html", status=status, look=found, wrong=wrong)


def _two(visit: Visit) -> tuple[MemberId, MemberId]:
    """Return who goes and who stays, as the path names them."""
    return id_in(visit), bytes.fromhex(visit.path["other"])


# --- For whose they are ---


async def mine(visit: Visit) -> web.StreamResponse:
    """What is said of the visitor's own entry, and what was put together."""
    asked, done = await visit.do(_mine, visit.viewer)
    return visit.page("same_mine.html", looks=asked, done=done, said=visit.asked("said"))


def _mine(pod: Pod, viewer: Viewer) -> tuple[list[Look], list[Done]]:
    looking = viewer.looking
    asked = [pod.merging.look(looking, it.goes, it.stays) for it in pod.merging.asks(looking)]
    return asked, pod.merging.done(looking, viewer.member_id)


async def say_yes(visit: Visit) -> web.StreamResponse:
    """Say that one is both."""
    goes, stays = _two(visit)
    await visit.do(lambda pod: pod.merging.say_yes(visit.viewer.looking, goes, stays))
    return visit.go("/me/same?said=yes")


_MERGE: Final = Right.MERGE
ROUTES = (
    Route("GET", f"/people/{ID}/same", choose, _MERGE),
    Route("POST", f"/people/{ID}/same", chosen, _MERGE),
    Route("GET", f"/people/{ID}/same/{OTHER}", look, _MERGE),
    Route("POST", f"/people/{ID}/same/{OTHER}", say, _MERGE),
    Route("POST", f"/people/{ID}/same/{OTHER}/no", say_no, Right.SEE_POD),
    Route("POST", f"/people/{ID}/same/{OTHER}/yes", say_yes, Right.SEE_POD),
    Route("GET", "/me/same", mine, Right.SEE_POD),
    Route("POST", "/merges/{number:[0-9]{1,9}}/undo", undo, Right.SEE_POD),
)
