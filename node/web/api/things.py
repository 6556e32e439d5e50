"""Operations on what pods tell one another besides listings, alike for every kind.

A kind says where it stands, and what is its own; what is done with one is the same for all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any

from pydantic import Field, create_model

from node.aid.items import Item, ItemQuery, Items
from node.pod import Pod
from node.shapes.plain import Json, reference_of
from node.shapes.shape import Shape
from node.shapes.things import item_data
from node.web.api.board import MAX_WORDS, Renewal, Withdrawn
from node.web.api.operation import Call, Given, Operation
from node.web.api.paging import Paged, page_of, paged
from node.web.api.posting import change_of, changed, fields_in, posting_of, whose_in
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.house.rights import Right
from protocol.identity import parse_pod_id


class Narrowed(Paged):
    """Which things, newest first. pod_id: of one pod.  all: also what is over."""

    words: Annotated[str, Field(max_length=MAX_WORDS)] = ""
    audience: Annotated[Audience, Field(strict=False)] | None = None
    pod_id: Annotated[str, Field(max_length=MAX_WORDS)] | None = None
    all: Annotated[bool, Field(strict=False)] = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How one kind is asked for. path: of its list.  one: what people call one, `a notice`.

    narrow: the parameter by which lists are narrowed.  usual: fields that may be left out in a
    posting, with what stands there then.  renews: whether people renew one.
    """

    path: str
    one: str
    door: Callable[[Pod], Items[Any]]
    body: type[Body]
    shape: type[Shape]
    narrow: str | None = None
    usual: Mapping[str, Callable[[Call], object]] = field(default_factory=dict)
    renews: bool = False

    # --- Models ---

    @cached_property
    def asks(self) -> type[Given]:
        """What narrows its list."""
        if self.narrow is None:
            return Narrowed
        word = Annotated[str, Field(max_length=MAX_WORDS)] | None
        name = f"{self.body.__name__}sAsked"
        return create_model(name, __base__=Narrowed, **{self.narrow: (word, None)})  # type: ignore[call-overload, no-any-return]

    @cached_property
    def posting(self) -> type[Given]:
        """What is given to post one."""
        return posting_of(self.body, optional=frozenset(self.usual))

    # --- On the pages' thread ---

    def list(self, call: Call) -> Mapping[str, Json]:
        """Return a page, newest first."""
        asked: Any = call.asked
        query = ItemQuery(
            audience=asked.audience,
            author=parse_pod_id(asked.pod_id) if asked.pod_id else None,
            filed_under=getattr(asked, self.narrow) if self.narrow else None,
            open_at_s=None if asked.all else call.now_s,
            words=asked.words,
            after=asked.position,
            limit=asked.limit + 1,
        )
        found = self.door(call.pod).page(query)
        return paged(found, [item_data(it, call.names) for it in found], asked.limit)

    def show(self, call: Call) -> Mapping[str, Json]:
        """Return one."""
        return item_data(self.door(call.pod).find(call.path["rid"]), call.names)

    def post(self, call: Call) -> Mapping[str, Json]:
        """Publish one, as the member's whose token it is."""
        usual = {name: say(call) for name, say in self.usual.items()}
        body, whose = self.body.write({**usual, **fields_in(call.given)}), whose_in(call)
        item = self.door(call.pod).publish(
            body, audience=call.said.audience, valid_until_s=call.said.valid_until_s
        )
        call.pod.people.note_whose(call.viewer.looking, item.rid, whose)
        return item_data(item, call.names)

    def edit(self, call: Call) -> Mapping[str, Json]:
        """Change one."""
        item, said = self.own(call), call.said
        body = changed(item.body, call.given)
        edited = self.door(call.pod).edit(
            item.rid, body, audience=said.audience, valid_until_s=said.valid_until_s
        )
        return item_data(edited, call.names)

    def renew(self, call: Call) -> Mapping[str, Json]:
        """Keep one for longer."""
        item = self.own(call)
        return item_data(self.door(call.pod).renew(item.rid, call.said.valid_until_s), call.names)

    def withdraw(self, call: Call) -> Mapping[str, Json]:
        """Take one back."""
        rid = self.own(call).rid
        self.door(call.pod).withdraw(rid)
        return Withdrawn(reference=reference_of(rid), rid=rid.hex(), withdrawn=True).to_json()

    def own(self, call: Call) -> Item[Any]:
        """Return the one that the path names, if whose token it is may change it."""
        door = self.door(call.pod)
        item = door.own(door.find(call.path["rid"]).rid)
        call.pod.people.begin_change(call.viewer.looking, item.rid)
        return item

    # --- Lines of the table ---

    @property
    def listing(self) -> Operation:
        """Its list."""
        return Operation(
            method="GET",
            path=self.path,
            may=Right.SEE_POD,
            summary=f"Each {self.one.partition(' ')[2]} that is known here, newest first.",
            does=self.list,
            asks=self.asks,
            tells=page_of(self.shape),
        )

    @property
    def showing(self) -> Operation:
        """One of it."""
        return Operation(
            method="GET",
            path=f"{self.path}/{{rid}}",
            may=Right.SEE_POD,
            summary=f"{self.one.capitalize()} in full.",
            does=self.show,
            tells=self.shape,
        )

    @property
    def writing(self) -> tuple[Operation, ...]:
        """What is done with one by whose it is."""
        one = f"{self.path}/{{rid}}"
        renew = Operation(
            method="POST",
            path=f"{one}/renew",
            may=Right.POST,
            summary=f"Keep {self.one} for longer.",
            does=self.renew,
            takes=Renewal,
            tells=self.shape,
        )
        return (
            Operation(
                method="POST",
                path=self.path,
                may=Right.POST,
                summary=f"Write {self.one}.",
                does=self.post,
                takes=self.posting,
                tells=self.shape,
                status=201,
            ),
            Operation(
                method="PATCH",
                path=one,
                may=Right.POST,
                summary=f"Change {self.one} of one's own.",
                does=self.edit,
                takes=change_of(self.body),
                tells=self.shape,
            ),
            Operation(
                method="DELETE",
                path=one,
                may=Right.POST,
                summary=f"Take {self.one} of one's own back, at all pods that have it.",
                does=self.withdraw,
                tells=Withdrawn,
            ),
            *[renew] * self.renews,
        )
