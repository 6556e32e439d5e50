"""Listings and answers, as programs are told of them."""

from typing import Annotated, Final

from pydantic import Field

from node.aid.answers import Answer
from node.aid.listings import BoardItem
from node.aid.reach import Reach
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape, flat
from protocol.aid.audience import Audience
from protocol.aid.life import Standing
from protocol.aid.listing import Listing, State, state
from protocol.identity import pod_id_text

UNTOLD: Final = frozenset({"posted_s"})
"""A body's own word on when it was posted: what lists go by is told instead."""


class ListingHead(Shape):
    """One offer or need. audience: who may see it.  valid_until_s: 0 for no end."""

    reference: str
    rid: str
    from_: Annotated[str, Field(serialization_alias="from")]
    pod_id: str
    state: State
    audience: Audience
    posted_s: int
    valid_until_s: int


LISTING: Final = flat("Listing", ListingHead, Listing, without=UNTOLD)


class _Detail(ListingHead):
    """One offer or need, with about how many pods it reaches, and whose it is, for members."""

    reach: int | None
    whose: str | None


LISTING_DETAIL: Final = flat("ListingDetail", _Detail, Listing, without=UNTOLD)


def listing_data(item: BoardItem, names: Names, now_s: int) -> dict[str, Json]:
    """Return a listing; see LISTING."""
    head = ListingHead(
        reference=reference_of(item.rid),
        rid=item.rid.hex(),
        from_=names.of(item.author),
        pod_id=pod_id_text(item.author),
        state=state(item.listing, item.valid_until_s, now_s),
        audience=item.audience,
        posted_s=item.posted_s,
        valid_until_s=item.valid_until_s,
    )
    said: dict[str, Json] = item.listing.model_dump(mode="json", exclude=set(UNTOLD))
    return head.to_json() | said


def listing_detail_data(
    item: BoardItem, names: Names, now_s: int, reach: Reach | None, whose: str | None = None
) -> dict[str, Json]:
    """Return one listing with how many pods it reaches; see LISTING_DETAIL."""
    more: dict[str, Json] = {"reach": reach.pods if reach else None, "whose": whose}
    return listing_data(item, names, now_s) | more


class AnswerShape(Shape):
    """What somebody says to a listing of this pod, and how it stands."""

    reference: str
    number: int
    title: str
    from_: Annotated[str, Field(serialization_alias="from")]
    by: str | None
    words: str | None
    contact: str | None
    qty: int
    day: str | None
    standing: Standing
    late: bool
    came_s: int


def answer_data(it: Answer, names: Names) -> dict[str, Json]:
    """Return one answer; see AnswerShape."""
    said = AnswerShape(
        reference=reference_of(it.rid),
        number=it.number,
        title=it.title,
        from_=names.of(it.pod) if it.pod else names.us,
        by=it.by,
        words=it.words,
        contact=it.contact,
        qty=it.qty,
        day=it.day,
        standing=it.standing,
        late=it.is_late,
        came_s=it.came_s,
    )
    return said.to_json()
