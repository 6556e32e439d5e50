"""Forms of what pods tell one another: written, changed, renewed and taken back in one way.

A page module says of its kind where it stands, which form it has, and what is its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from aiohttp import web

from node.aid.items import Item, Items
from node.pod import Pod
from node.web.guard import Form
from node.web.pages.board import audience_of, audiences, categories
from node.web.pages.fields import (
    Given,
    bounds_of,
    end_of_day_s,
    fault_beside,
    fields_of,
    given_of,
    last_day,
    typed_in,
)
from node.web.site import Route, Visit
from protocol.aid.body import Body
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

B = TypeVar("B", bound=Body)
RID: Final = "{rid:[0-9a-f]{32}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing(Generic[B]):
    """How one kind is written on pages.

    path: of its list, `/notices`.  door: of the pod.  names: fields of its form, in the words of
    its body but where `read` and `told` translate.  first: what an empty form says.  moved: fields
    of the body that are typed elsewhere on the form.  ends: whether people name a last day.
    """

    path: str
    door: Callable[[Pod], Items[B]]
    body: type[B]
    template: str
    names: tuple[str, ...]
    first: Mapping[str, Any] = field(default_factory=dict)
    moved: Mapping[str, str] = field(default_factory=dict)
    ends: bool = False

    def read(self, visit: Visit, given: Given, kept: Mapping[str, Any]) -> dict[str, object]:  # noqa: ARG002  # some kinds ask for it
        """Return the fields of a body that was typed. kept: those of the body so far, or none."""
        return fields_of(self.body, given)

    def told(self, item: Item[B]) -> Given:
        """Return what is here as a form shows it."""
        return given_of(item.body, self.names)

    def at(self, item: Item[B]) -> str:
        """Return the address of one."""
        return f"{self.path}/{item.rid.hex()}"

    # --- Pages ---

    async def new(self, visit: Visit) -> web.StreamResponse:
        """The empty form."""
        nothing = typed_in(Form({}), (*self.names, "until"))
        return self._form(visit, {**nothing, **self.first, **self.begun(visit)}, {})

    def begun(self, visit: Visit) -> Given:  # noqa: ARG002  # some kinds ask for it
        """Return what else an empty form says today."""
        return {}

    async def add(self, visit: Visit) -> web.StreamResponse:
        """Save a new one, or show the form again with what was typed and what to mend."""
        given = self._typed(visit)
        try:
            item = await visit.do(self._publish, visit, given)
        except UserError as err:
            return self._form(visit, given, self._faults(visit, given, err), status=422)
        return visit.go(self.at(item))

    async def edit_form(self, visit: Visit) -> web.StreamResponse:
        """What is here, as a form."""
        item = await visit.do(self._to_change, visit)
        given = {**self.told(item), "audience": item.audience.value}
        if self.ends:
            given["until"] = last_day(item.valid_until_s)
        return self._form(visit, given, {}, item.rid.hex())

    async def edit(self, visit: Visit) -> web.StreamResponse:
        """Save what was changed."""
        given = self._typed(visit)
        try:
            item = await visit.do(self._edit, visit, given)
        except UserError as err:
            faults = self._faults(visit, given, err)
            return self._form(visit, given, faults, visit.path["rid"], 422)
        return visit.go(self.at(item))

    async def renew(self, visit: Visit) -> web.StreamResponse:
        """Keep it for as long again as is usual."""
        item = await visit.do(self._renew, visit)
        return visit.go_on(self.at(item))

    async def withdraw(self, visit: Visit) -> web.StreamResponse:
        """Take it back, at all pods that have it."""
        await visit.do(self._withdraw, visit)
        return visit.go(self.path)

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of these pages, but for renewing."""
        one = f"{self.path}/{RID}"
        return (
            Route("GET", f"{self.path}/new", self.new, Right.POST),
            Route("POST", f"{self.path}/new", self.add, Right.POST),
            Route("GET", f"{one}/edit", self.edit_form, Right.POST),
            Route("POST", f"{one}/edit", self.edit, Right.POST),
            Route("POST", f"{one}/withdraw", self.withdraw, Right.POST),
        )

    # --- On the pages' thread ---

    def _publish(self, pod: Pod, visit: Visit, given: Given) -> Item[B]:
        fields = {"lang": visit.words.tag, **self.read(visit, given, {})}
        item = self.door(pod).publish(
            self.body.write(fields),
            audience=audience_of(visit.form),
            valid_until_s=end_of_day_s(given["until"]) if self.ends else None,
        )
        pod.people.note_whose(visit.viewer.looking, item.rid, visit.viewer.member_id)
        return item

    def _edit(self, pod: Pod, visit: Visit, given: Given) -> Item[B]:
        item = self._to_change(pod, visit)
        kept = item.body.model_dump()
        body = self.body.write({**kept, **self.read(visit, given, kept)})
        until = given["until"] if self.ends else ""  # a meetup has a time of that name
        is_same = until == (last_day(item.valid_until_s) if self.ends else "")
        ends_s = end_of_day_s(until) or body.default_valid_until_s(visit.viewer.now_s)
        pod.people.begin_change(visit.viewer.looking, item.rid)
        return self.door(pod).edit(
            item.rid,
            body,
            audience=audience_of(visit.form),
            valid_until_s=None if is_same else ends_s,
        )

    def _renew(self, pod: Pod, visit: Visit) -> Item[B]:
        item = self._to_change(pod, visit)
        pod.people.begin_change(visit.viewer.looking, item.rid)
        return self.door(pod).renew(item.rid)

    def _withdraw(self, pod: Pod, visit: Visit) -> None:
        item = self._to_change(pod, visit)
        pod.people.begin_change(visit.viewer.looking, item.rid)
        self.door(pod).withdraw(item.rid)

    def _to_change(self, pod: Pod, visit: Visit) -> Item[B]:
        item = self.door(pod).own(self.door(pod).find(visit.path["rid"]).rid)
        if not pod.people.may_change(visit.viewer.looking, item.rid):
            raise UserError(
                "not_allowed",
                "Somebody else of the pod wrote that.",
                "Ask them, or a steward of this pod.",
            )
        return item

    # --- The form ---

    def _typed(self, visit: Visit) -> Given:
        also = ("audience", "until") if self.ends else ("audience",)
        return typed_in(visit.form, (*self.names, *also))

    def _faults(self, visit: Visit, given: Given, err: UserError) -> dict[str, str]:
        """Return what to mend beside the fields of the form. Raises err if no field is meant."""
        if isinstance(err, WrongFields):
            return fault_beside(visit.faults(err), self.moved)
        if self.ends and err.code == "invalid" and given["until"]:
            return {"until": err.sentence_in(visit.words)}
        raise err

    def _form(
        self,
        visit: Visit,
        given: Given,
        faults: Mapping[str, str],
        rid: str = "",
        status: int = 200,
    ) -> web.Response:
        return visit.page(
            self.template,
            status=status,
            given=given,
            faults=faults,
            most=bounds_of(self.body),
            is_edit=bool(rid),
            at=f"{self.path}/{rid}",
            audiences=audiences(visit.say),
            categories=categories(visit.say),
        )
