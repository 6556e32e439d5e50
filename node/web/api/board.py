"""Operations on the board: listings, and all that is done with one's own."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final

from pydantic import Field

from node.aid.listings import BoardItem, BoardQuery
from node.aid.reach import reach_of
from node.shapes.board import LISTING, LISTING_DETAIL, listing_data, listing_detail_data
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape
from node.web.api.operation import Call, Given, Operation
from node.web.api.paging import Paged, page_of, paged
from node.web.api.posting import change_of, changed, fields_in, posting_of, whose_in
from protocol.aid.audience import Audience
from protocol.aid.categories import Category
from protocol.aid.fields import Seconds
from protocol.aid.house.rights import Right
from protocol.aid.life import Act
from protocol.aid.listing import Listing, Type, write_listing
from protocol.identity import parse_pod_id

MAX_WORDS: Final = 80
"""Characters of a search."""


class BoardAsked(Paged):
    """Which listings, newest first; what is not given does not narrow.

    words: each begins a word of the listing.  pod_id: of one pod.  all: also what is done, paused,
    promised or over.
    """

    type: Type | None = None
    category: Category | None = None
    audience: Annotated[Audience, Field(strict=False)] | None = None
    words: Annotated[str, Field(max_length=MAX_WORDS)] = ""
    pod_id: Annotated[str, Field(max_length=MAX_WORDS)] | None = None
    all: Annotated[bool, Field(strict=False)] = False


class Renewal(Given):
    """valid_until_s: Unix time, 0 for no end; without it as long again as is usual."""

    valid_until_s: Seconds | None = None


class Withdrawn(Shape):
    """What was taken back. Pods that are not reached now take it off when they are."""

    reference: str
    rid: str
    withdrawn: bool


def _board(call: Call) -> Mapping[str, Json]:
    asked: BoardAsked = call.asked
    query = BoardQuery(
        type=asked.type,
        category=asked.category,
        audience=asked.audience,
        author=parse_pod_id(asked.pod_id) if asked.pod_id else None,
        open_only=not asked.all,
        words=asked.words,
        after=asked.position,
        limit=asked.limit + 1,
    )
    found = call.pod.listings.board(query)
    return paged(found, [listing_data(it, call.names, call.now_s) for it in found], asked.limit)


def _show(call: Call) -> Mapping[str, Json]:
    return _told(call, call.pod.listings.find(call.path["rid"]))


def _told(call: Call, item: BoardItem) -> Mapping[str, Json]:
    pod = call.pod
    reach = reach_of(pod.keeper, item.author, item.audience)
    is_ours = item.author == pod.pod_id
    whose = pod.people.whose(call.viewer.looking, item.rid) if is_ours else None
    name = whose.member.name if whose else None
    return listing_detail_data(item, call.names, call.now_s, reach, name)


def _post(call: Call) -> Mapping[str, Json]:
    body, whose = write_listing(fields_in(call.given)), whose_in(call)
    item = call.pod.listings.publish(
        body, audience=call.said.audience, valid_until_s=call.said.valid_until_s
    )
    call.pod.people.note_whose(call.viewer.looking, item.rid, whose)
    return _told(call, item)


def _own(call: Call) -> BoardItem:
    """Return the listing that the path names, if whose token it is may change it."""
    listings = call.pod.listings
    item = listings.own(listings.find(call.path["rid"]).rid)
    call.pod.people.begin_change(call.viewer.looking, item.rid)
    return item


def _edit(call: Call) -> Mapping[str, Json]:
    item, said = _own(call), call.said
    body: Any = changed(item.listing, call.given)
    return _told(
        call,
        call.pod.listings.edit(
            item.rid, body, audience=said.audience, valid_until_s=said.valid_until_s
        ),
    )


def _withdraw(call: Call) -> Mapping[str, Json]:
    item = _own(call)
    call.pod.listings.withdraw(item.rid)
    return Withdrawn(reference=reference_of(item.rid), rid=item.rid.hex(), withdrawn=True).to_json()


def _renew(call: Call) -> Mapping[str, Json]:
    return _told(call, call.pod.listings.renew(_own(call).rid, call.said.valid_until_s))


def _doing(act: Act) -> Callable[[Call], Mapping[str, Json]]:
    return lambda call: _told(call, call.pod.listings.do(_own(call).rid, act))


_SAYS: Final = {
    Act.PAUSE: "Take a rest from a listing.",
    Act.RESUME: "Open a paused listing again.",
    Act.DONE: "Say that a listing is done; who still waits is told that it is gone.",
    Act.REOPEN: "Open a listing again that was done.",
}

OPERATIONS: Final = (
    Operation(
        method="GET",
        path="/api/listings",
        may=Right.SEE_POD,
        summary="The board: what is offered and needed, newest first.",
        does=_board,
        asks=BoardAsked,
        tells=page_of(LISTING),
    ),
    Operation(
        method="POST",
        path="/api/listings",
        may=Right.POST,
        summary="Put an offer or a need on the board.",
        does=_post,
        takes=posting_of(Listing),
        tells=LISTING_DETAIL,
        status=201,
    ),
    Operation(
        method="GET",
        path="/api/listings/{rid}",
        may=Right.SEE_POD,
        summary="One listing, with how far it reaches.",
        does=_show,
        tells=LISTING_DETAIL,
    ),
    Operation(
        method="PATCH",
        path="/api/listings/{rid}",
        may=Right.POST,
        summary="Change a listing of one's own.",
        does=_edit,
        takes=change_of(Listing),
        tells=LISTING_DETAIL,
    ),
    Operation(
        method="DELETE",
        path="/api/listings/{rid}",
        may=Right.POST,
        summary="Take a listing of one's own back, at all pods that have it.",
        does=_withdraw,
        tells=Withdrawn,
    ),
    Operation(
        method="POST",
        path="/api/listings/{rid}/renew",
        may=Right.POST,
        summary="Keep a listing open for longer.",
        does=_renew,
        takes=Renewal,
        tells=LISTING_DETAIL,
    ),
    *(
        Operation(
            method="POST",
            path=f"/api/listings/{{rid}}/{act}",
            may=Right.POST,
            summary=summary,
            does=_doing(act),
            tells=LISTING_DETAIL,
        )
        for act, summary in _SAYS.items()
    ),
)
