"""Operations on what pods tell one another: places, words, crises, cards. See meetups.py too."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from node.aid.crisis import Crisis
from node.aid.directory import Directory
from node.aid.items import ItemQuery
from node.aid.words import NoticesBoard, Readings
from node.pod import Pod
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape, listed
from node.shapes.things import (
    CARD,
    CONFIRMATION,
    CRISIS,
    ENTRY,
    NOTICE,
    OUTCOME,
    READING,
    RESOURCE,
    entry_data,
    item_data,
)
from node.web.api.board import Withdrawn
from node.web.api.operation import Call, Given, get, post
from node.web.api.paging import MOST
from node.web.api.posting import Aimed, change_of, fields_in, posting_of
from node.web.api.things import Kind
from node.web.pages.fields import local_day
from protocol.aid.confirmation import Says
from protocol.aid.crisis_status import CRISIS_RID, CrisisStatus
from protocol.aid.fields import WholeDay
from protocol.aid.house.rights import Right
from protocol.aid.notice import Notice
from protocol.aid.outcome import Outcome
from protocol.aid.pod_card import PodCard
from protocol.aid.reading import Reading
from protocol.aid.resource import Resource
from protocol.errors import UserError
from protocol.identity import PodId, parse_pod_id


def _directory(pod: Pod) -> Directory:
    return pod.directory


def _notices(pod: Pod) -> NoticesBoard:
    return pod.notices_board


def _readings(pod: Pod) -> Readings:
    return pod.readings


def _crisis(pod: Pod) -> Crisis:
    return pod.crisis


def _today(call: Call) -> date:
    return local_day(call.now_s)


RESOURCES: Final = Kind(
    path="/api/resources",
    one="a resource",
    door=_directory,
    body=Resource,
    shape=RESOURCE,
    narrow="category",
    usual={"last_checked": lambda call: _today(call).isoformat()},
)
NOTICES: Final = Kind(
    path="/api/notices",
    one="a notice",
    door=_notices,
    body=Notice,
    shape=NOTICE,
    narrow="topic",
    renews=True,
)
READINGS: Final = Kind(
    path="/api/readings",
    one="a reading",
    door=_readings,
    body=Reading,
    shape=READING,
    narrow="category",
)


# --- The directory ---


class Finding(Given):
    """What one found at a resource. date: the day of looking; today without it."""

    says: Says = "still-true"
    date: WholeDay | None = None
    note: str | None = None
    duplicate_of: Annotated[str, Field(pattern="^[0-9a-f]{4,32}$")] | None = None


def _show_resource(call: Call) -> Mapping[str, Json]:
    item = call.pod.directory.find(call.path["rid"])
    return entry_data(call.pod.directory.entry(item), call.names)


def _confirm(call: Call) -> Mapping[str, Json]:
    door, said = call.pod.directory, call.said
    item = door.find(call.path["rid"])
    other = door.find(said.duplicate_of) if said.duplicate_of else None
    day = date.fromisoformat(said.date) if said.date else _today(call)
    found = door.confirm(item, said.says, on=day, note=said.note, duplicate_of=other)
    if said.says == "still-true" and item.author == call.pod.pod_id:
        door.checked(item.rid, day)
    return item_data(found, call.names)


# --- Where pods stand on a question; how they are in a crisis; who they are ---


def _outcomes(call: Call) -> Mapping[str, Json]:
    question = call.pod.notices_board.find(call.path["rid"])
    found = call.pod.outcomes.on(question)[:MOST]
    return {"items": [item_data(it, call.names) for it in found]}


def _say_outcome(call: Call) -> Mapping[str, Json]:
    question = call.pod.notices_board.find(call.path["rid"])
    audience = call.said.audience if "audience" in call.given else None
    said = call.pod.outcomes.say(question, fields_in(call.given), audience)
    return item_data(said, call.names)


def _take_outcome_back(call: Call) -> Mapping[str, Json]:
    ours = call.pod.outcomes.ours_on(call.pod.notices_board.find(call.path["rid"]))
    if ours is None:
        raise UserError("not_found", "This pod has not said where it stands.")
    call.pod.outcomes.withdraw(ours.rid)
    told = Withdrawn(reference=reference_of(ours.rid), rid=ours.rid.hex(), withdrawn=True)
    return told.to_json()


class Statuses(Shape):
    """How pods said within two days that they are, and the alerts that are on."""

    items: tuple[CRISIS, ...]  # type: ignore[valid-type]
    alerts: tuple[NOTICE, ...]  # type: ignore[valid-type]


def _statuses(call: Call) -> Mapping[str, Json]:
    found = call.pod.crisis.statuses(MOST)
    alerts = call.pod.notices_board.alerts(MOST)
    return {
        "items": [item_data(it, call.names) for it in found],
        "alerts": [item_data(it, call.names) for it in alerts],
    }


def _say_status(call: Call) -> Mapping[str, Json]:
    status = CrisisStatus.write(fields_in(call.given))
    return item_data(call.pod.crisis.say(status, call.said.audience), call.names)


def _take_status_back(call: Call) -> Mapping[str, Json]:
    call.pod.crisis.take_back()
    told = Withdrawn(reference=reference_of(CRISIS_RID), rid=CRISIS_RID.hex(), withdrawn=True)
    return told.to_json()


def _cards(call: Call) -> Mapping[str, Json]:
    found = call.pod.card.page(ItemQuery(limit=MOST))
    return {"items": [item_data(it, call.names) for it in found]}


def _own_card(call: Call) -> Mapping[str, Json]:
    return _card_of(call, call.pod.pod_id)


def _card(call: Call) -> Mapping[str, Json]:
    return _card_of(call, parse_pod_id(call.path["pod_id"]))


def _card_of(call: Call, pod_id: PodId) -> Mapping[str, Json]:
    item = call.pod.card.of(pod_id)
    if item is None:
        raise UserError("not_found", "There is no card of that pod here.", "See: pod card list")
    return item_data(item, call.names)


class CardGiven(Given):
    """What this pod's card says; what is left out stays as it is, null empties a field."""


def _put_card(call: Call) -> Mapping[str, Json]:
    card = call.pod.card.get()
    kept = card.model_dump() if card else {"name": call.pod.name}
    written = PodCard.write({**kept, **call.given})
    call.pod.settings.note_card(call.viewer.looking)
    return item_data(call.pod.card.put(written), call.names)


OPERATIONS: Final = (
    RESOURCES.listing,
    get("/api/resources/{rid}", "A resource, and what pods found of it.", _show_resource, ENTRY),
    *RESOURCES.writing,
    post(
        "/api/resources/{rid}/confirm",
        "Say what one found when one looked at a resource.",
        _confirm,
        CONFIRMATION,
        takes=Finding,
    ),
    NOTICES.listing,
    NOTICES.showing,
    *NOTICES.writing,
    get(
        "/api/notices/{rid}/outcomes",
        "Where pods stand on the question of a notice, side by side.",
        _outcomes,
        listed("Outcomes", OUTCOME),
    ),
    post(
        "/api/notices/{rid}/outcomes",
        "Say where this pod stands, in place of what it said before.",
        _say_outcome,
        OUTCOME,
        takes=posting_of(Outcome, Aimed, without=frozenset({"proposal", "title"})),
    ),
    post(
        "/api/notices/{rid}/outcomes",
        "Take back what this pod said of where it stands.",
        _take_outcome_back,
        Withdrawn,
        method="DELETE",
    ),
    READINGS.listing,
    READINGS.showing,
    *READINGS.writing,
    get("/api/crisis", "How pods are in a crisis; alerts that are on.", _statuses, Statuses),
    post(
        "/api/crisis",
        "Say how this pod is, in place of what it said before.",
        _say_status,
        CRISIS,
        takes=posting_of(CrisisStatus, Aimed),
    ),
    post(
        "/api/crisis",
        "Say nothing about a crisis any more.",
        _take_status_back,
        Withdrawn,
        method="DELETE",
    ),
    get("/api/cards", "The cards of pods, this one's among them.", _cards, listed("Cards", CARD)),
    post(
        "/api/card",
        "Write this pod's card, or change it.",
        _put_card,
        CARD,
        method="PATCH",
        takes=change_of(PodCard, CardGiven),
        may=Right.RUN_MACHINE,
    ),
    get("/api/card", "This pod's own card.", _own_card, CARD, may=Right.RUN_MACHINE),
    get("/api/cards/{pod_id}", "The card of one pod.", _card, CARD),
)
