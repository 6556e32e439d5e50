"""A poster for one meetup: what, when, where, for whom it is made easy."""

from collections.abc import Mapping
from typing import Final

from node.aid.meetups import Meeting
from node.paper.job import Job
from node.words import Words, labels
from protocol.aid.audience import Audience
from protocol.errors import UserError

NEXT: Final = 4
"""Days of a row that a poster names."""


def fill(job: Job) -> Mapping[str, object]:
    """Return one event with its next days. Raises UserError (invalid, not_found, conflict)."""
    if job.options.item is None:
        raise UserError(
            "invalid",
            "Which meetup is it to be?",
            "Give the start of its reference: pod print event --item REF",
        )
    item = job.pod.meetups.find(job.options.item)
    if item.audience is not Audience.NETWORK and not job.options.inside:
        raise UserError(
            "conflict",
            "That meetup is not for everybody, so not on a poster that may hang on a wall.",
            "For the pod's own room: --inside",
        )
    meetings = job.pod.meetups.next_of(item, NEXT)
    if not meetings:
        raise UserError("conflict", "That meetup is over.", "See what is to come: pod event list")
    body = item.body
    return {
        "event": body,
        "day": job.words.day(meetings[0].begins.date()),
        "times": _times(job.words, meetings[0]),
        "more": [job.words.month_day(it.begins.date()) for it in meetings[1:]],
        "provides": [job.words.gettext(labels.PROVIDES[it]) for it in body.provides],
        "inside": job.options.inside,
    }


def _times(words: Words, meeting: Meeting) -> str:
    """Return from when until when, by the clock where it takes place."""
    begins, ends = meeting.begins, meeting.ends
    if meeting.item.body.end is None:
        return words.time(begins)
    until = words.time(ends) if ends.date() == begins.date() else words.moment(ends)
    return f"{words.time(begins)} – {until}"
