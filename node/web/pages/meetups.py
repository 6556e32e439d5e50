"""Meetups: when people meet, and who comes."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from aiohttp import web

from node.aid.items import Item, ItemQuery
from node.aid.letters import Letter
from node.aid.meetups import Meeting, Meetups
from node.aid.zones import local_zone_name
from node.pod import Pod
from node.web.pages.fields import Given, apart, fields_of, joined
from node.web.pages.letters import sayings
from node.web.pages.narrow import PAGE, asked_in, author_in, pods_to_choose
from node.web.pages.rsvps import FromAfar, from_afar
from node.web.pages.shown import may_change, pod_names
from node.web.pages.speakers import foreign
from node.web.pages.things import RID, Thing
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from node.words import Words
from protocol.aid.event import Event
from protocol.aid.house.rights import Right
from protocol.aid.house.rsvp import COMING, Coming, Rsvp
from protocol.aid.limits import MAX_MEETUP_WINDOW_S, MEETUP_AHEAD_S
from protocol.aid.recurrence import WEEKDAYS
from protocol.errors import UserError

AHEAD: Final = 6
"""Meetings of one event that its page shows, and a list when it is asked for more dates."""
AGAIN: Final[dict[str, dict[str, object]]] = {
    "none": {"repeats": "none", "every": 1, "on": ()},
    "weekly": {"repeats": "weekly", "every": 1, "on": ()},
    "fortnight": {"repeats": "weekly", "every": 2, "on": ()},
    "monthly": {"repeats": "monthly", "every": 1, "on": ()},
}
"""Ways of coming again that a form offers; besides these the nth weekday of each month."""
_WHEN: Final = ("repeats", "every", "on")


def _door(pod: Pod) -> Meetups:
    return pod.meetups


class _Meetup(Thing[Event]):
    """A meetup: what, and on which day at what time."""

    __slots__ = ()

    def told(self, item: Item[Event]) -> Given:
        body = item.body
        (day, time), (end_day, until) = apart(body.start), apart(body.end)
        return super().told(item) | {
            "day": day,
            "time": time,
            "until": until,
            "end_day": "" if end_day == day else end_day,
            "again": _again_of(body),
        }

    def read(self, visit: Visit, given: Given, kept: Mapping[str, Any]) -> dict[str, object]:  # noqa: ARG002  # as for all kinds
        day, until = given["day"], given["until"]
        end_day = given["end_day"] or (day if until else "")
        return {
            **fields_of(Event, given),
            "start": joined(day, given["time"]),
            "end": joined(end_day, until),
            "tz": kept.get("tz") or local_zone_name(),
            **_repeated(given["again"], day, kept),
        }


MEETUP: Final = _Meetup(
    path="/meetups",
    door=_door,
    body=Event,
    template="meetup_form.html",
    names=(
        *("title", "day", "time", "until", "end_day", "place", "about", "gathering", "category"),
        *("provides", "again", "last_day", "not_on", "access", "online", "capacity"),
    ),
    first={"audience": "near", "again": "none", "gathering": "social"},
    moved={
        "start": "day",
        "end": "until",
        "tz": "day",
        "repeats": "again",
        "every": "again",
        "on": "again",
    },
)


def _again_of(body: Event) -> str:
    said = {name: getattr(body, name) for name in _WHEN}
    if body.repeats == "monthly" and body.every == 1 and body.on == (_nth(body.start[:10]),):
        return "nth"
    return next((again for again, meant in AGAIN.items() if meant == said), "as-is")


def _repeated(again: str, day: str, kept: Mapping[str, Any]) -> dict[str, object]:
    if again == "as-is" and kept:
        return {name: kept[name] for name in _WHEN}
    if again == "nth":
        return {"repeats": "monthly", "every": 1, "on": (_nth(day),)}
    return AGAIN.get(again, AGAIN["none"])


def _nth(day: str) -> str:
    """Return which weekday of its month a day is, `2sa`; of a fifth one the last, `-1sa`."""
    try:
        said = date.fromisoformat(day)
    except ValueError:
        return "1mo"  # the day itself is refused beside this
    nth = (said.day - 1) // 7 + 1
    return f"{nth if nth < 5 else -1}{WEEKDAYS[said.weekday()]}"


# --- Pages ---


class Meet(NamedTuple):
    """One meeting for a page. coming: names of this pod, with their words.

    others: what other pods told of a meeting of ours.  told: what the visitor told another pod.
    """

    meeting: Meeting
    coming: list[tuple[str, Rsvp]]
    mine: Rsvp | None
    others: list[FromAfar]
    told: Letter | None


class Whole(NamedTuple):
    """An event as its page shows it. may_change: by this visitor."""

    item: Item[Event]
    meets: list[Meet]
    names: dict[bytes, str]
    is_ours: bool
    may_change: bool


class InList(NamedTuple):
    """An event in a list, with its next meeting. later: those after it, if they are to be."""

    meeting: Meeting
    later: list[Meeting]


async def show_meetups(visit: Visit) -> web.StreamResponse:
    """When people meet next: each event once, however often it comes again."""
    asked = asked_in(visit)
    query = ItemQuery(words=asked["words"], author=author_in(asked))
    ahead_s = MAX_MEETUP_WINDOW_S if asked["all"] else MEETUP_AHEAD_S
    found, names, pods = await visit.do(_in_list, query, ahead_s, visit.words)
    return visit.page(
        "meetups.html",
        meetups=found[:PAGE],
        is_more=len(found) > PAGE,
        names=names,
        asked=asked,
        pods=pods,
    )


def _in_list(
    pod: Pod, query: ItemQuery, ahead_s: int, words: Words
) -> tuple[list[InList], dict[bytes, str], list[tuple[str, str]]]:
    found = pod.meetups.upcoming(query=query, ahead_s=ahead_s, once=True, limit=PAGE + 1)
    names = pod_names(pod, (it.item.author for it in found))
    listed = [InList(it, _later(pod, it)) for it in found]
    return listed, names, pods_to_choose(pod, words.gettext("this pod"))


def _later(pod: Pod, meeting: Meeting) -> list[Meeting]:
    body = meeting.item.body
    if body.repeats == "none" or body.status == "cancelled":
        return []
    return pod.meetups.next_of(meeting.item, AHEAD)[1:]


async def show_meetup(visit: Visit) -> web.StreamResponse:
    """One event, its next meetings, and who of this pod comes."""
    whole = await visit.do(_meetup, visit.viewer, visit.path["rid"])
    other = await foreign(visit, whole.item.body.lang)
    return visit.page("meetup.html", **whole._asdict(), foreign=other, said=sayings())


def _meetup(pod: Pod, viewer: Viewer, reference: str) -> Whole:
    item = pod.meetups.find(reference)
    meets = []
    for meeting in pod.meetups.next_of(item, AHEAD):
        coming = pod.meetups.coming(viewer.looking, meeting)
        mine = next((it for _, it in coming if it.member == viewer.member_id), None)
        others = from_afar(pod, viewer, meeting)
        meets.append(
            Meet(meeting, coming, mine, others, pod.letterbox.told(viewer.looking, meeting))
        )
    return Whole(
        item,
        meets,
        pod_names(pod, [item.author]),
        is_ours=item.author == pod.pod_id,
        may_change=may_change(pod, viewer, item.author, item.rid),
    )


async def rsvp(visit: Visit) -> web.StreamResponse:
    """Say whether one comes. It stays in this pod."""
    said, day, wishes = (visit.form.text(name) for name in ("coming", "day", "wishes"))
    if said not in COMING:
        raise UserError("invalid", "Choose one of the answers.")
    await visit.do(_rsvp, visit.viewer, visit.path["rid"], day, said, wishes or None)
    return visit.go(f"/meetups/{visit.path['rid']}")


def _rsvp(
    pod: Pod, viewer: Viewer, reference: str, day: str, said: Coming, wishes: str | None
) -> None:
    meeting = pod.meetups.meeting_on(pod.meetups.find(reference), day)
    pod.meetups.rsvp(viewer.looking, viewer.member_id, meeting, said, wishes=wishes)


async def cancel(visit: Visit) -> web.StreamResponse:
    """Say that it does not take place: one day of a row, or all of it."""
    await visit.do(_cancel, visit.viewer, visit.path["rid"], visit.form.text("day"))
    return visit.go(f"/meetups/{visit.path['rid']}")


def _cancel(pod: Pod, viewer: Viewer, reference: str, day: str) -> None:
    rid = pod.meetups.find(reference).rid
    pod.people.begin_change(viewer.looking, rid)
    if day:
        pod.meetups.cancel_on(rid, day)
    else:
        pod.meetups.cancel(rid)


async def plan_again(visit: Visit) -> web.StreamResponse:
    """Say that it takes place after all."""
    await visit.do(_plan_again, visit.viewer, visit.path["rid"])
    return visit.go(f"/meetups/{visit.path['rid']}")


def _plan_again(pod: Pod, viewer: Viewer, reference: str) -> None:
    rid = pod.meetups.find(reference).rid
    pod.people.begin_change(viewer.looking, rid)
    pod.meetups.plan_again(rid)


ROUTES = (
    Route("GET", "/meetups", show_meetups, Right.SEE_POD),
    *MEETUP.routes(),
    Route("GET", f"/meetups/{RID}", show_meetup, Right.SEE_POD),
    Route("POST", f"/meetups/{RID}/rsvp", rsvp, Right.COME),
    Route("POST", f"/meetups/{RID}/cancel", cancel, Right.POST),
    Route("POST", f"/meetups/{RID}/plan-again", plan_again, Right.POST),
)
