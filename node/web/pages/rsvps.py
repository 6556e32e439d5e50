"""Meetups and other pods: telling the pod that invites how many come, and hearing it from others.

Spec: docs/kinds.md §12. Between pods it goes by a sealed letter, which only a person sends.
"""

from typing import Final, NamedTuple

from aiohttp import web

from node.aid.letterbox import Thread
from node.aid.letters import Letter
from node.aid.meetups import Meeting
from node.pod import Pod
from node.web.pages.shown import pod_names
from node.web.pages.things import RID
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.rights import Right
from protocol.aid.letter import Rsvp
from protocol.aid.limits import MAX_BY, MAX_MESSAGE, MAX_PEOPLE
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError
from protocol.identity import short_id

MOST_FROM_AFAR: Final = 40
"""Words of other pods on one meeting, the newest: each may write as many as it has names for."""


class FromAfar(NamedTuple):
    """Somebody of another pod who comes. by: as they want to be called, or the pod's name."""

    by: str
    people: int
    pod_name: str
    message: str


def from_afar(pod: Pod, viewer: Viewer, meeting: Meeting) -> list[FromAfar]:
    """Return who comes from other pods to a meeting of this one; it is read by this."""
    if meeting.item.author != pod.pod_id or not viewer.may(Right.SEE_POD):
        return []
    told = pod.meetups.told(meeting)[:MOST_FROM_AFAR]
    pod.letterbox.note_seen(Thread([letter for letter, _ in told]))
    names = pod_names(pod, {letter.kept.pod_id for letter, _ in told})
    found = []
    for letter, body in told:
        name = names.get(letter.kept.pod_id, short_id(letter.kept.pod_id))
        found.append(FromAfar(body.from_label or name, body.people, name, body.message or ""))
    return found


class Telling(NamedTuple):
    """One meeting of another pod, and the visitor's last word on it."""

    meeting: Meeting
    pod_name: str
    told: Letter | None


async def tell_form(visit: Visit) -> web.StreamResponse:
    """How many come, to be told to the pod that invites."""
    telling = await visit.do(_telling, visit.viewer, visit.path["rid"], visit.asked("day"))
    last = telling.told.body if telling.told else None
    people = last.people if isinstance(last, Rsvp) else 1
    return _form(visit, telling, {"people": str(people)}, {})


def _telling(pod: Pod, viewer: Viewer, reference: str, day: str) -> Telling:
    item = pod.meetups.find(reference)
    if item.author == pod.pod_id:
        raise UserError("invalid", "This pod invites to it itself.")
    meeting = pod.meetups.meeting_on(item, day)
    name = pod_names(pod, [item.author]).get(item.author, short_id(item.author))
    return Telling(meeting, name, pod.letterbox.told(viewer.looking, meeting))


def _form(
    visit: Visit, telling: Telling, given: dict[str, str], faults: dict[str, str], status: int = 200
) -> web.Response:
    bounds = {"most_people": MAX_PEOPLE, "most_name": MAX_BY, "most_words": MAX_MESSAGE}
    return visit.page(
        "tell.html", status=status, **telling._asdict(), given=given, faults=faults, **bounds
    )


async def tell(visit: Visit) -> web.StreamResponse:
    """Write it to the pod that invites."""
    rid, day = visit.path["rid"], visit.form.text("day")
    given = {name: visit.form.text(name) for name in ("people", "from_label", "message")}
    telling = await visit.do(_telling, visit.viewer, rid, day)
    if not given["from_label"] and telling.told is None:
        needed = visit.words.gettext("Say how they may call you: their list has one line for each.")
        return _form(visit, telling, given, {"from_label": needed}, 422)
    try:
        await visit.do(_tell, visit.viewer, telling.meeting, given)
    except WrongFields as wrong:
        return _form(visit, telling, given, visit.faults(wrong), 422)
    return visit.go(f"/meetups/{rid}")


def _tell(pod: Pod, viewer: Viewer, meeting: Meeting, given: dict[str, str]) -> None:
    people, label, message = given["people"], given["from_label"], given["message"] or None
    # Judged as a whole before the last word is taken back.
    number = int(people) if people.isdecimal() and len(people) < 4 else -1
    Rsvp.write({"re": "0" * 32, "people": number, "from_label": label or None, "message": message})
    pod.letterbox.tell(viewer.looking, meeting, number, label=label, message=message)


ROUTES: Final = (
    Route("GET", f"/meetups/{RID}/tell", tell_form, Right.WRITE_LETTERS),
    Route("POST", f"/meetups/{RID}/tell", tell, Right.WRITE_LETTERS),
)
