"""Operations on what waits: for oneself, for stewards; the week, and how this pod is."""

from collections.abc import Mapping
from typing import Final

from node import health
from node.aid.digest import digest
from node.aid.for_you import What
from node.finding import Check
from node.shapes.board import LISTING, listing_data
from node.shapes.plain import Json, reference_of
from node.shapes.pods import (
    DigestShape,
    MatchShape,
    StatusShape,
    WaitingShape,
    digest_data,
    match_data,
    status_data,
    waiting_data,
)
from node.shapes.shape import Shape, listed
from node.shapes.things import NOTICE, item_data
from node.web.api.operation import Call, Operation, get
from node.web.pages.home import home_of
from node.words import ENGLISH, labels, words_in
from protocol.aid.house.rights import Right


class WaitsForMe(Shape):
    """One thing that waits. reference: of a listing, proposal or agreement; null: what is about
    oneself, as the care note.
    """

    what: What
    title: str
    reference: str | None


class TodayShape(Shape):
    """What a member's first page shows: what waits for them, what of theirs ends soon, what is new.

    letters: so many of one's own were not looked at.  crisis: whether a pod said that it is in one.
    """

    crisis: bool
    alerts: tuple[NOTICE, ...]  # type: ignore[valid-type]
    waiting: tuple[WaitsForMe, ...]
    letters: int
    ending: tuple[LISTING, ...]  # type: ignore[valid-type]
    newest: tuple[LISTING, ...]  # type: ignore[valid-type]


class CheckShape(Shape):
    """One thing that was looked at. ok: null if it cannot be told, or is a matter of taste."""

    name: str
    ok: bool | None
    said: str
    next_step: str


class DeskShape(Shape):
    """Ten minutes of a steward, with /api/waiting. asking: so many ask to join."""

    checks: tuple[CheckShape, ...]
    asking: int
    letters_unseen: int
    advice: tuple[str, ...]


def _today(call: Call) -> Mapping[str, Json]:
    found = home_of(call.pod, call.viewer)
    waiting: list[Json] = [
        WaitsForMe(
            what=it.what, title=it.title, reference=reference_of(it.id) if it.id else None
        ).to_json()
        for it in found.waiting
    ]
    return {
        "crisis": found.is_crisis,
        "alerts": [item_data(it, call.names) for it in found.alerts],
        "waiting": waiting,
        "letters": found.letters,
        "ending": [listing_data(it.item, call.names, call.now_s) for it in found.mine],
        "newest": [listing_data(it.item, call.names, call.now_s) for it in found.newest],
    }


def _desk(call: Call) -> Mapping[str, Json]:
    pod, looking = call.pod, call.viewer.looking
    checks = health.quick_checks(pod, call.machine.data_dir)
    return DeskShape(
        checks=tuple(_check(it) for it in checks),
        asking=len(pod.join_requests.waiting(looking)),
        letters_unseen=pod.letters.unseen(),
        advice=tuple(f"{it.sentence} {it.next_step}" for it in pod.people.advice()),
    ).to_json()


def _check(it: Check) -> CheckShape:
    return CheckShape(name=it.name, ok=it.ok, said=it.sentence, next_step=it.next_step)


def _status(call: Call) -> Mapping[str, Json]:
    found = health.status(call.pod, call.machine.data_dir)
    return status_data(found)


def _waiting(call: Call) -> Mapping[str, Json]:
    pod, box = call.pod, call.pod.letterbox
    found = []
    for it in pod.waiting.all():
        if it.answer is None:
            found.append(it)
            continue
        [shown], _ = box.opened(call.viewer.looking, [it.answer], is_secret=call.is_secret)
        found.append(it._replace(answer=shown))
    old, ending = pod.directory.to_check(), pod.notices_board.ending()
    return waiting_data(found, old, ending, call.names, call.now_s)


def _digest(call: Call) -> Mapping[str, Json]:
    return digest_data(digest(call.pod), call.names, call.now_s)


def _matches(call: Call) -> Mapping[str, Json]:
    item = call.pod.listings.find(call.path["rid"])
    words = words_in(ENGLISH)
    items: list[Json] = [
        match_data(it, call.names, call.now_s, labels.why_it_fits(words, it.common))
        for it in call.pod.matching.for_listing(item)
    ]
    return {"items": items}


_STEWARDS: Final = Right.RUN_MACHINE
OPERATIONS: Final[tuple[Operation, ...]] = (
    get(
        "/api/today", "What waits for one, what of one's own ends, what is new.", _today, TodayShape
    ),
    get(
        "/api/digest",
        "The week: what is new, what ends, who meets, what nobody answered.",
        _digest,
        DigestShape,
    ),
    get(
        "/api/listings/{rid}/matches",
        "What may fit a listing, and why.",
        _matches,
        listed("Matches", MatchShape),
    ),
    get(
        "/api/waiting",
        "What waits for somebody of this pod.",
        _waiting,
        WaitingShape,
        may=_STEWARDS,
    ),
    get("/api/status", "How this pod is, on one screen.", _status, StatusShape, may=_STEWARDS),
    get(
        "/api/desk",
        "Whether the machine is well, each with a next step; who asks to join.",
        _desk,
        DeskShape,
        may=_STEWARDS,
    ),
)
