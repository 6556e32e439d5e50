"""How a request becomes an answer: the guards in their order, then one handler, then headers.

Spec: docs/pages.md. Pages have a Pod of their own on a thread of their own, as a command has one
in a process of its own: a first sync that keeps the node's thread busy keeps no page waiting.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final, NamedTuple, TypeVar

from aiohttp import web

from node.aid.devices import Device, Use
from node.pod import Pod
from node.web.api import errors
from node.web.buckets import Buckets
from node.web.cookies import cookie_in, give_cookie, has_one, is_stale
from node.web.guard import (
    HEADERS,
    MAX_BODY_BYTES,
    SAFE,
    Denied,
    Form,
    check_host,
    check_no_other_origin,
    check_origin,
    check_token,
    read_form,
)
from node.web.held import unless_held
from node.web.hosts import address_of
from node.web.machine import Machine
from node.web.says import Says
from node.web.view import View
from node.web.viewer import NOBODY, Shown, Viewer, viewer_of
from node.words import Words, beside_field, next_step
from node.worker import Worker
from protocol.aid.house.rights import FOR_STRANGERS, Right
from protocol.aid.sentences import WrongFields
from protocol.errors import ExplainedError, StoreError, UserError

log = logging.getLogger(__name__)

T = TypeVar("T")
CHANGES_BURST: Final = 60
CHANGES_S: Final = 60
"""Changes by one address: a person types a few in a minute, a household behind a router more."""
FAULTS: Final = 5
FAULTS_S: Final = 600
"""Faults of one sort that are written down, each with all its lines."""
STATUS_OF: Final = {
    "not_found": 404,
    "ambiguous": 404,
    "not_yours": 403,
    "not_allowed": 403,
    "conflict": 409,
}


class Door(StrEnum):
    """By what a route knows who asks: phones have cookies, programs show tokens."""

    PAGE = "a cookie"
    TOOL = "a token"
    EITHER = "a token if one is shown, else a cookie"
    CALENDAR = "a token in the address"


@dataclass(slots=True)
class Visit:
    """One request that passed the guards. form: empty unless a page's form was posted.

    by: what it showed to say who asks.
    """

    site: "Site"
    request: web.Request
    viewer: Viewer
    form: Form
    by: Shown

    async def do(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call function(pod, *arguments) on the pages' thread."""
        return await self.site.do(function, *arguments)

    def by_now(self, pod: Pod, right: Right) -> Viewer:
        """Return who asks, as they are at this moment. For the pages' thread. Raises Denied.

        Of a program a body is read, and pods are waited for, after it was let in: it may have been
        signed out, or its member suspended, meanwhile.
        """
        viewer = viewer_of(pod, self.by)
        if not _may_come(viewer, right):
            raise Denied(*_refusal(viewer, self.by))
        return viewer

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """Return a page for this visitor."""
        text = self.site.view.render(template, self.request, self.viewer, values)
        return web.Response(text=text, status=status, content_type="text/html")

    def go(self, path: str) -> web.Response:
        """Send the visitor on, after something was posted: a reload posts nothing again."""
        return web.Response(status=303, headers={"Location": path})

    def go_on(self, path: str) -> web.Response:
        """Send the visitor on as go does, but back to the desk if the form stood there."""
        return self.go("/desk" if self.form.text("from") == "desk" else path)

    @property
    def machine(self) -> Machine:
        """What serves these pages."""
        return self.site.machine

    @property
    def words(self) -> Words:
        """What this visitor reads."""
        return self.site.view.words(self.request)

    @property
    def say(self) -> Says:
        """How things are said to this visitor."""
        return Says(self.words, self.viewer.now_s)

    def told(self, err: UserError) -> str:
        """Return what went wrong and what to do next, in this visitor's language."""
        return f"{err.sentence_in(self.words)} {err.step_in(self.words)}".strip()

    def faults(self, wrong: WrongFields) -> dict[str, str]:
        """Return what is to be mended in a form, by field, in this visitor's language."""
        return {fault.field: beside_field(self.words, fault) for fault in wrong.faults}

    @property
    def path(self) -> dict[str, str]:
        """The parts of the path that the route names."""
        return dict(self.request.match_info)

    def asked(self, name: str) -> str:
        """Return a parameter of the address, empty if it is not given."""
        return self.request.query.get(name, "").strip()


Handler = Callable[[Visit], Awaitable[web.StreamResponse]]


class Route(NamedTuple):
    """One line of the table of routes: method, path, who answers, and the right it takes.

    is_open: a stranger may post here, so the form need not hold a device's token; that it came
    from a page of ours is checked all the same.  door: by what it knows who asks.  file_bytes: how
    long a file may be that comes with its form; 0: none may.
    """

    method: str
    path: str
    handler: Handler
    may: Right
    is_open: bool = False
    door: Door = Door.PAGE
    file_bytes: int = 0


class Site:
    """The members' pages of one pod, as an aiohttp application: `app`."""

    def __init__(
        self,
        machine: Machine,
        pod: Pod,
        worker: Worker,
        view: View,
        names: frozenset[str],
        routes: Iterable[Route],
    ) -> None:
        self.machine = machine
        self._pod = pod
        self._worker = worker
        self._names = names
        self._changes = Buckets(CHANGES_BURST, CHANGES_S)
        self._faults = Buckets(FAULTS, FAULTS_S)
        self.view = view
        self.app = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[self._outermost])
        for route in routes:
            self.app.router.add_route(route.method, route.path, self._answerer(route))

    async def do(self, function: Callable[..., T], *arguments: Any) -> T:
        """Call function(pod, *arguments) on the pages' thread."""
        return await self._worker.do(_on_what_is_there, self._pod, function, *arguments)

    # --- From the outermost to the handler ---

    @web.middleware
    async def _outermost(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer whatever happens, and put the headers on it that every answer has."""
        try:
            check_host(request, self._names)
            response = await handler(request)
        except Denied as denied:
            response = self._say(request, denied.status, denied.word)
        except web.HTTPException as err:
            response = self._say(request, err.status, "none" if err.status == 404 else "method")
        except StoreError as err:
            log.warning("page failed code=%s", err.code)
            response = self._explain(request, NOBODY, err, 503)
        except (
            Exception
        ) as err:  # the outermost: a page's fault is ours, and the next page is served
            # A fault that somebody can bring about at will must not fill the card.
            if self._faults.allow(type(err).__name__):
                log.exception("page failed")
            response = self._say(request, 500, "fault")
        if not response.prepared:
            for name, value in {**HEADERS, "Cache-Control": "no-store"}.items():
                response.headers.setdefault(name, value)
        return response

    def _answerer(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            by = shown_by(request, route.door)
            viewer = await self.do(viewer_of, by)
            form = await self._read_change(request, route, viewer)
            if request.method not in SAFE:  # a body drips in for ten seconds: who is it by now?
                viewer = await self.do(viewer_of, by)
            if not _may_come(viewer, route.may):
                return self._say(request, *_refusal(viewer, by), viewer)
            try:
                answered = await route.handler(Visit(self, request, viewer, form, by))
            except UserError as err:
                return self._explain(request, viewer, err, STATUS_OF.get(err.code, 400))
            if by.use is Use.PHONE and viewer.device is not None and not answered.prepared:
                await self._keep_cookie(request, answered, viewer, viewer.device)
            return answered if route.door is Door.PAGE else unless_held(request, answered, by)

        return answer

    async def _keep_cookie(
        self,
        request: web.Request,
        answer: web.StreamResponse,
        viewer: Viewer,
        device: Device,
    ) -> None:
        """Give a phone a new cookie for one that others may have read, or that would end soon."""
        shown = cookie_in(request)
        if shown.was_open:
            fresh = await self.do(lambda pod: pod.devices.exchange(device))
            if fresh is not None and not has_one(answer):
                give_cookie(answer, request, fresh)
        elif is_stale(device, viewer.now_s) and not has_one(answer):
            give_cookie(answer, request, shown.token)

    async def _read_change(self, request: web.Request, route: Route, viewer: Viewer) -> Form:
        """Return what was posted, once it is sure that it came from a page of ours.

        Of a program nothing is read yet: a token is sent by nobody who does not know it.
        """
        if route.door is Door.TOOL:
            check_no_other_origin(request)
        if request.method in SAFE:
            return Form({})
        if route.door is not Door.TOOL:
            check_origin(request)
        if not self._changes.allow(request.remote or ""):
            raise Denied(429, "often")
        if route.door is Door.TOOL:
            return Form({})
        # Who may not come here sends no more than to any other page.
        form = await read_form(request, route.file_bytes if _may_come(viewer, route.may) else 0)
        if viewer.device is not None:
            check_token(form, viewer.device.form_token)
        elif not route.is_open:
            raise Denied(403, "sign-in")
        return form

    # --- What is said instead of a page ---

    def _say(
        self, request: web.Request, status: int, word: str, viewer: Viewer = NOBODY
    ) -> web.Response:
        headers = {"Retry-After": str(CHANGES_S)} if status == 429 else {}
        if errors.is_of_program(request):
            return errors.refuse(self.view.words(request), status, word, headers)
        if word == "host":
            return self._show_the_way(request)
        values = {"word": word, "title_of": HTTPStatus(status).phrase}
        text = self.view.render("said.html", request, viewer, values)
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    def _show_the_way(self, request: web.Request) -> web.Response:
        """Answer whoever asks for a name that is not ours, and be done with the connection.

        Never as if the internet were there, and never by a redirect: a phone would show the pod in
        a window of its own, forget the cookie with it, and have used an invitation up.
        """
        values = {"address": address_of(request)}
        text = self.view.render("elsewhere.html", request, NOBODY, values)
        response = web.Response(text=text, status=421, content_type="text/html")
        response.force_close()
        return response

    def _explain(
        self, request: web.Request, viewer: Viewer, error: ExplainedError, status: int
    ) -> web.Response:
        if errors.is_of_program(request):
            return errors.explain(self.view.words(request), error)
        text = self.view.render(
            "explained.html", request, viewer, {"error": error, "next_step": next_step}
        )
        return web.Response(text=text, status=status, content_type="text/html")


def shown_by(request: web.Request, door: Door) -> Shown:
    """Return what a request shows to say whose it is, as far as its route looks at it."""
    said = request.headers.getall("Authorization", [])
    if door is Door.TOOL or (door is Door.EITHER and said):
        scheme, _, token = said[0].partition(" ") if len(said) == 1 else ("", "", "")
        return Shown(token.strip() if scheme.lower() == "bearer" else "", Use.PROGRAM)
    if door is Door.CALENDAR:
        return Shown(request.match_info["token"], Use.CALENDAR)
    return Shown(cookie_in(request).token)


def _may_come(viewer: Viewer, right: Right) -> bool:
    """Tell whether the table lets a viewer in.

    To nobody in particular it would give a guest's rights: to edit what is one's own.
    """
    is_somebody = viewer.member is not None or right in FOR_STRANGERS
    return is_somebody and viewer.may(right)


_NO_SUCH: Final = {
    Use.PHONE: (403, "sign-in"),
    Use.PROGRAM: (401, "token"),
    Use.CALENDAR: (404, "none"),  # as any address that leads nowhere
}


def _refusal(viewer: Viewer, by: Shown) -> tuple[int, str]:
    if viewer.member is not None:
        return 403, "right"
    return _NO_SUCH[by.use]


def _on_what_is_there(pod: Pod, function: Callable[..., T], *arguments: Any) -> T:
    """Call function on a pod that has taken up what the node wrote: whom it knows, who is near."""
    pod.catch_up()
    return function(pod, *arguments)
