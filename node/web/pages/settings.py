"""The pod's own: its name, its card for others, settings of its machine that suit a page."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from node.aid.settings import ON_PAGES
from node.config import Config
from node.pod import Pod
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.rights import Right
from protocol.aid.limits import NETWORK_CELL
from protocol.aid.pod_card import PodCard
from protocol.aid.sentences import WrongFields
from protocol.aid.squares import read_cell
from protocol.errors import UserError

SWITCHES: Final = ("mdns", "web_https")
_CARD_LINES: Final = ("name", "zone_name", "zone_kind", "accepting", "members_band")
_CARD_TEXTS: Final = ("zone_words", "about", "cell")
_CARD_FIELDS: Final = (*_CARD_LINES, *_CARD_TEXTS, "languages", "how_to_reach")


# --- Name and machine ---


async def show_settings(visit: Visit) -> web.StreamResponse:
    """What is set, as forms."""
    now = await visit.do(lambda pod: pod.settings.now(visit.viewer.looking))
    return _settings(visit, now, {"name": visit.viewer.pod_name, **_given_of(now)}, {})


def _settings(
    visit: Visit, now: Config, given: Mapping[str, str], faults: Mapping[str, str]
) -> web.Response:
    here = visit.machine.config
    waits = [name for name in ON_PAGES if getattr(now, name) != getattr(here, name)]
    return visit.page(
        "settings.html",
        status=422 if faults else 200,
        given=given,
        faults=faults,
        waits=waits,
        places=visit.machine.around().places,
        is_saved=bool(visit.asked("saved")) and not faults,
    )


def _given_of(now: Config) -> dict[str, str]:
    found = {}
    for name in ON_PAGES:
        value: Any = getattr(now, name)
        found[name] = ", ".join(value) if isinstance(value, tuple) else "yes" if value else ""
    return found


async def rename(visit: Visit) -> web.StreamResponse:
    """Give the pod another name."""
    said = visit.form.text("name")
    try:
        await visit.do(lambda pod: pod.settings.rename(visit.viewer.looking, said))
    except UserError as err:
        now = await visit.do(lambda pod: pod.settings.now(visit.viewer.looking))
        faults = {"name": visit.told(err)}
        return _settings(visit, now, {**_given_of(now), "name": said}, faults)
    return visit.go("/settings?saved=1")


async def change(visit: Visit) -> web.StreamResponse:
    """Save the settings of the machine."""
    said = {name: visit.form.text(name) for name in ON_PAGES}
    said |= {name: "yes" if said[name] else "" for name in SWITCHES}
    now = await visit.do(lambda pod: pod.settings.now(visit.viewer.looking))
    faults, given = {}, _given_of(now)
    for name in ON_PAGES:
        if said[name] == given[name]:
            continue  # what nobody touched is not written into the file
        text = ("true" if said[name] else "false") if name in SWITCHES else said[name]
        try:
            await visit.do(_change, visit.viewer, name, text)
        except UserError:
            faults[name] = _must_be(visit, name)
    if not faults:
        return visit.go("/settings?saved=1")
    now = await visit.do(lambda pod: pod.settings.now(visit.viewer.looking))
    return _settings(visit, now, {"name": visit.viewer.pod_name, **said}, faults)


def _change(pod: Pod, viewer: Viewer, name: str, text: str) -> None:
    pod.settings.change(viewer.looking, name, text)


def _must_be(visit: Visit, name: str) -> str:
    say = visit.words.gettext
    if name == "addresses":
        return say("Up to four addresses, with commas between, like 192.168.1.4:4781.")
    return say("Up to eight names, with commas between, like elm.lan.")


# --- The card ---


async def show_card(visit: Visit) -> web.StreamResponse:
    """What this pod says of itself to others, as a form."""
    card = await visit.do(lambda pod: pod.card.get())
    name = visit.viewer.pod_name
    given = _card_given(card) if card else {"name": name, "zone_name": name, "accepting": "ask"}
    return visit.page("card.html", given=given, faults={}, is_saved=bool(visit.asked("saved")))


def _card_given(card: PodCard) -> dict[str, str]:
    lines = {name: getattr(card, name) or "" for name in (*_CARD_LINES, *_CARD_TEXTS)}
    ways, languages = "\n".join(card.how_to_reach), ", ".join(card.languages)
    return {**lines, "how_to_reach": ways, "languages": languages}


async def write_card(visit: Visit) -> web.StreamResponse:
    """Make the card say what was typed; what the form has no field for stays as it was."""
    given = {name: visit.form.text(name) for name in _CARD_FIELDS}
    try:
        await visit.do(_write_card, visit.viewer, given)
    except WrongFields as wrong:
        return visit.page(
            "card.html", status=422, given=given, faults=visit.faults(wrong), is_saved=False
        )
    return visit.go("/card?saved=1")


def _write_card(pod: Pod, viewer: Viewer, given: Mapping[str, str]) -> None:
    card = pod.card.get()
    kept = card.model_dump() if card else {}
    said: dict[str, object] = {
        **given,
        "languages": tuple(it.strip() for it in given["languages"].split(",") if it.strip()),
        "how_to_reach": tuple(it.strip() for it in given["how_to_reach"].splitlines()),
    }
    if given["cell"] and given["cell"] != kept.get("cell"):
        # What means no cell stays as it is, for the card to name.
        said["cell"] = read_cell(given["cell"], None, size=NETWORK_CELL) or f"{given['cell']}?"
    written = PodCard.write({**kept, **said})
    pod.settings.note_card(viewer.looking)
    pod.card.put(written)


# --- First steps ---


async def put_away(visit: Visit) -> web.StreamResponse:
    """Show the list of first steps no more."""
    await visit.do(lambda pod: pod.setting_up.put_away(visit.viewer.looking))
    return visit.go("/")


ROUTES = (
    Route("GET", "/settings", show_settings, Right.RUN_MACHINE),
    Route("POST", "/settings", change, Right.RUN_MACHINE),
    Route("POST", "/settings/name", rename, Right.RUN_MACHINE),
    Route("GET", "/card", show_card, Right.RUN_MACHINE),
    Route("POST", "/card", write_card, Right.RUN_MACHINE),
    Route("POST", "/first-steps/put-away", put_away, Right.RUN_MACHINE),
)
