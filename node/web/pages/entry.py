"""In and out: the public page, joining, setting up, devices, language."""

import hmac
import re
from typing import Any, Final

from aiohttp import web

from node.aid.devices import SignedIn
from node.pod import Pod
from node.web.buckets import Buckets
from node.web.cookies import give_cookie, take_cookie
from node.web.guard import Denied
from node.web.pages.public import show_public
from node.web.qr import qr_data
from node.web.site import Route, Visit
from node.web.view import LANGUAGE
from protocol.aid.house.rights import MACHINE, Right
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

YEAR_S: Final = 366 * 86_400
TRIES: Final = 5
ALL_TRIES: Final = 30
TRIES_S: Final = 60
"""Codes have 36 bits: so slowly, two weeks find one of fifty invites once in 2,500 times."""
_MAX_BACK: Final = 200
_OUR_PATH: Final = re.compile(r"/(?!/)[!-\[\]-~]*")
"""Of ASCII that can be seen, without a backslash: whatever else there is, some browser mends."""
_CODE: Final = "{code:[0-9A-Za-z-]{1,40}}"
_JOIN: Final = f"/join/{_CODE}"
_PHONE: Final = f"/phone/{_CODE}"
_SETUP: Final = f"/setup/{_CODE}"


class Entry:
    """Lets people in. Bounds tries by address, and by all addresses together.

    setup_code: what the console shows as long as the pod has no people: who types it in becomes
    the first steward.
    """

    def __init__(self, setup_code: str) -> None:
        self._setup_code = setup_code
        self._tries = Buckets(TRIES, TRIES_S)
        self._all_tries = Buckets(ALL_TRIES, TRIES_S)

    async def type_code(self, visit: Visit) -> web.StreamResponse:
        """Go to the page of a code that was typed off a card."""
        code = re.sub(r"[^0-9A-Za-z]", "", visit.form.text("code"))[:40]
        return visit.go(f"/join/{code}" if code else "/")

    async def show_join(self, visit: Visit) -> web.StreamResponse:
        """Ask for a name. Looking uses nothing up: phones look at links before people do."""
        return _join_page(visit, "", {})

    async def join(self, visit: Visit) -> web.StreamResponse:
        """Take somebody in who has a code, and remember the device."""
        self._count_try(visit)
        name = visit.form.text("name")
        try:
            signed_in = await visit.do(_join, visit.path["code"], name, _guessed(visit))
        except UserError as err:
            return _join_page(visit, name, _faults(visit, err), 422)
        return _remember(visit.go("/"), visit, signed_in)

    async def ask_to_join(self, visit: Visit) -> web.StreamResponse:
        """Leave a name and a way to be reached for the stewards."""
        self._count_try(visit)
        given = {name: visit.form.text(name) for name in ("name", "contact", "words")}
        try:
            await visit.do(lambda pod: pod.join_requests.ask(visit.viewer.looking, **given))
        except WrongFields as wrong:
            return await show_public(visit, given, visit.faults(wrong), 422)
        return visit.go("/?asked=1")

    async def show_phone(self, visit: Visit) -> web.StreamResponse:
        """Ask whether to sign this device in for the member who made the code."""
        return visit.page("phone.html", code=visit.path["code"], faults={})

    async def sign_in_phone(self, visit: Visit) -> web.StreamResponse:
        """Sign this device in by a code that its owner made elsewhere."""
        self._count_try(visit)
        code = visit.path["code"]
        try:
            signed_in = await visit.do(lambda pod: pod.devices.use_code(code, _guessed(visit)))
        except UserError as err:
            faults = {"code": err.sentence_in(visit.words)}
            return visit.page("phone.html", status=422, code=code, faults=faults)
        return _remember(visit.go("/"), visit, signed_in)

    async def show_setup(self, visit: Visit) -> web.StreamResponse:
        """Ask the first person of a pod for a name."""
        await self._check_setup(visit)
        return visit.page("setup.html", given={}, faults={})

    async def set_up(self, visit: Visit) -> web.StreamResponse:
        """Make the first person the first steward, and remember the device."""
        self._count_try(visit)
        await self._check_setup(visit)
        name = visit.form.text("name")
        try:
            signed_in = await visit.do(_set_up, name, _guessed(visit))
        except UserError as err:
            given, faults = {"name": name}, _faults(visit, err)
            return visit.page("setup.html", status=422, given=given, faults=faults)
        return _remember(visit.go("/"), visit, signed_in)

    async def _check_setup(self, visit: Visit) -> None:
        is_new = await visit.do(lambda pod: pod.people.count() == 0)
        given = visit.path["code"].upper().encode()
        if not is_new or not hmac.compare_digest(given, self._setup_code.encode()):
            raise Denied(404, "none")

    def _count_try(self, visit: Visit) -> None:
        if not (self._tries.allow(visit.request.remote or "") and self._all_tries.allow("")):
            raise Denied(429, "often")


def _set_up(pod: Pod, name: str, label: str) -> SignedIn:
    first = pod.people.add(MACHINE, name)
    return pod.devices.sign_in(first.id, label)


def _faults(visit: Visit, error: UserError) -> dict[str, str]:
    if isinstance(error, WrongFields):
        return visit.faults(error)
    return {"name": error.sentence_in(visit.words)}


def _join(pod: Pod, code: str, name: str, label: str) -> SignedIn:
    member = pod.invites.join(code, name)
    return pod.devices.sign_in(member.id, label)


def _join_page(
    visit: Visit, name: str, faults: dict[str, str], status: int = 200
) -> web.StreamResponse:
    return visit.page(
        "join.html", status=status, code=visit.path["code"], given={"name": name}, faults=faults
    )


def _remember(response: web.Response, visit: Visit, signed_in: SignedIn) -> web.Response:
    give_cookie(response, visit.request, signed_in.token)
    return response


_KINDS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def _guessed(visit: Visit) -> str:
    """Return a guess at what a device is, for its owner's list."""
    agent = visit.request.headers.get("User-Agent", "")
    found = next((label for mark, label in _KINDS if mark in agent), "")
    return found or visit.words.gettext("Device")


async def choose_language(visit: Visit) -> web.StreamResponse:
    """Remember the visitor's language on the device, and go back to where they were."""
    back = visit.asked("back")[:_MAX_BACK]
    response = visit.go(back if _OUR_PATH.fullmatch(back) else "/")
    if (tag := visit.path["tag"]) in visit.site.view.languages.tags():
        response.set_cookie(LANGUAGE, tag, max_age=YEAR_S, samesite="Lax")
    return response


async def show_devices(visit: Visit) -> web.StreamResponse:
    """All devices of the visitor."""
    return await _devices_page(visit)


async def _devices_page(visit: Visit, status: int = 200, **shown: Any) -> web.StreamResponse:
    member = visit.viewer.member_id
    devices = await visit.do(lambda pod: pod.devices.of_member(member))
    values = {"code": None, "token": None, "calendar": None, "given": {}, "faults": {}, **shown}
    return visit.page("devices.html", status=status, devices=devices, **values)


async def add_device(visit: Visit) -> web.StreamResponse:
    """Show a code, once, by which the visitor signs in one more device."""
    member = visit.viewer.member_id
    code = await visit.do(lambda pod: pod.devices.make_code(visit.viewer.looking, member))
    address = f"{visit.request.scheme}://{visit.request.host}/phone/{code}"
    return await _devices_page(visit, code=code, address=address, picture=qr_data(address))


async def add_tool(visit: Visit) -> web.StreamResponse:
    """Make a token for a program of the visitor's, and show it once. See docs/api.md."""
    label, me = visit.form.text("label"), visit.viewer.member_id
    try:
        made = await visit.do(lambda pod: pod.devices.add_tool(visit.viewer.looking, me, label))
    except WrongFields as wrong:
        given, faults = {"label": label}, visit.faults(wrong)
        return await _devices_page(visit, 422, given=given, faults=faults)
    return await _devices_page(visit, token=made.token, tool=made.device.label)


async def add_calendar(visit: Visit) -> web.StreamResponse:
    """Make an address by which a calendar of the visitor's asks for the meetups; show it once."""
    label, me = visit.form.text("calendar"), visit.viewer.member_id
    try:
        made = await visit.do(lambda pod: pod.devices.add_calendar(visit.viewer.looking, me, label))
    except WrongFields as wrong:
        faults = {"calendar": visit.faults(wrong)["label"]}
        return await _devices_page(visit, 422, given={"calendar": label}, faults=faults)
    path = f"{visit.request.host}/calendar/{made.token}.ics"
    return await _devices_page(visit, calendar=path, scheme=visit.request.scheme)


async def sign_out(visit: Visit) -> web.StreamResponse:
    """Sign out one device, or all."""
    said = visit.path.get("number")
    number = int(said) if said else None
    await visit.do(lambda pod: pod.devices.sign_out(visit.viewer.member_id, number))
    device = visit.viewer.device
    if number is None or (device is not None and device.number == number):
        response = visit.go("/")
        take_cookie(response, visit.request)
        return response
    return visit.go("/devices")


def routes(setup_code: str) -> tuple[Route, ...]:
    """Return the lines of the table of routes."""
    entry = Entry(setup_code)
    own = Right.EDIT_SELF
    return (
        Route("POST", "/join", entry.type_code, Right.SEE_PUBLIC, is_open=True),
        Route("GET", "/join/{code:[0-9A-Za-z-]{1,40}}", entry.show_join, Right.SEE_PUBLIC),
        Route(
            "POST", "/join/{code:[0-9A-Za-z-]{1,40}}", entry.join, Right.SEE_PUBLIC, is_open=True
        ),
        Route("POST", "/ask-to-join", entry.ask_to_join, Right.ASK_TO_JOIN, is_open=True),
        Route("GET", _PHONE, entry.show_phone, Right.SEE_PUBLIC),
        Route("POST", _PHONE, entry.sign_in_phone, Right.SEE_PUBLIC, is_open=True),
        Route("GET", _SETUP, entry.show_setup, Right.SEE_PUBLIC),
        Route("POST", _SETUP, entry.set_up, Right.SEE_PUBLIC, is_open=True),
        Route("POST", "/devices/add", add_device, own),
        Route("POST", "/devices/tools", add_tool, Right.SEE_POD),
        Route("POST", "/devices/calendars", add_calendar, Right.SEE_POD),
        Route("GET", "/language/{tag:[A-Za-z-]{2,20}}", choose_language, Right.SEE_PUBLIC),
        Route("GET", "/devices", show_devices, own),
        Route("POST", "/devices/sign-out", sign_out, own),
        Route("POST", "/devices/{number:[0-9]{1,9}}/sign-out", sign_out, own),
    )
