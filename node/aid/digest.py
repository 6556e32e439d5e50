"""`pod.digest()`: the week on one page, for a screen or a noticeboard. docs/kinds.md §2.6."""

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from node.aid.meetups import Meeting
from protocol.aid.house.limits import DAY_S
from store.aid import BoardItem, BoardQuery

if TYPE_CHECKING:
    from node.pod import Pod

WEEK_S: Final = 7 * DAY_S
SHOWN: Final = 100
"""Of each part, if nobody says how much of it is shown: a page has an end."""


class Digest(NamedTuple):
    """What a week brings. No part of it says who gave how much.

    new: posted in the last week, offers and needs, the newest first.  ending: open, and closing
    within a week, the soonest first.  unanswered: needs of this pod that nobody has answered.
    meetings: of the week to come.
    """

    since_s: int
    until_s: int
    new: tuple[BoardItem, ...]
    ending: tuple[BoardItem, ...]
    unanswered: tuple[BoardItem, ...]
    meetings: tuple[Meeting, ...]


def digest(pod: "Pod", most: int = SHOWN) -> Digest:
    """Return the digest of this week. most: so much of each part, the first."""
    now_s = pod.now().wall_ms // 1000
    since_s, until_s = now_s - WEEK_S, now_s + WEEK_S
    answered = {it.rid for it in pod.answers.all()}
    needs = pod.listings.each(BoardQuery(author=pod.pod_id, type="need"), at_once=most)
    return Digest(
        since_s=since_s,
        until_s=until_s,
        new=tuple(pod.listings.board(BoardQuery(posted_since_s=since_s, limit=most))),
        ending=tuple(pod.listings.board(BoardQuery(ends_before_s=until_s, limit=most))),
        unanswered=tuple(islice((it for it in needs if it.rid not in answered), most)),
        meetings=tuple(pod.meetups.upcoming(ahead_s=WEEK_S, limit=most)),
    )
