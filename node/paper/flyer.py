"""The flyer, and cards that say the same to one person: how a phone comes to the pod's pages."""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from node.invitation import invitation_text, read_invitation
from node.paper import codes
from node.paper.job import Job
from node.paper.where import page_addresses
from protocol.errors import UserError
from protocol.saying import N_

CARDS: Final = 8
LARGE_CARDS: Final = 3
"""So many fill one page."""
_WELCOME: Final = (
    N_("Neighbours help each other here."),
    N_("Food, a ride, a tool, an hour of company, help with a form: ask for it or offer it."),
    N_("It costs nothing, and nobody counts."),
)


def fill(job: Job) -> Mapping[str, object]:
    """Return what a phone needs to come in, and a welcome in every language there is."""
    words, languages = job.words, job.style.languages
    every = [languages.words_in(tag) for tag in languages.tags()]
    others = [it for it in every if it.tag != words.tag.partition("-")[0]]
    return {
        **_way_in(job),
        "welcome": [words.gettext(it) for it in _WELCOME[1:]],  # the first is the title
        "others": [
            {"words": other, "welcome": [other.gettext(it) for it in _WELCOME]} for other in others
        ],
        "languages": [it.own_name for it in every],
    }


def fill_cards(job: Job) -> Mapping[str, object]:
    """Return cards for new members, blank or with codes; with an invitation, one for that pod.

    One code is on every card, as it may be good for several people; of several each has its own.
    Raises UserError (invalid, not_found, invalid_invitation).
    """
    options = job.options
    if options.invitation is not None:
        text = invitation_text(read_invitation(options.invitation))
        # Capitals alone make a smaller code; read_invitation takes either.
        return {"invitation": {"text": _in_groups(text), "code": codes.drawn(text.upper())}}
    on_page = LARGE_CARDS if job.style.large else CARDS
    said = [_checked(job, code) for code in options.codes]
    way_in = _way_in(job)
    cards = [_card(code, way_in["address"]) for code in said] or [_card("", way_in["address"])]
    return {**way_in, "invitation": None, "cards": cards * (on_page if len(cards) == 1 else 1)}


def _checked(job: Job, code: str) -> str:
    """Return a code as cards show it, if it is good still; looking uses nothing up."""
    if job.pod.invites.look(code) is None:
        raise UserError(
            "not_found",
            "The code {letters} is not good (any more).",
            "Make one: pod invite make",
            letters=code,
        )
    letters = "".join(code.upper().replace("-", " ").split())
    return f"{letters[:4]}-{letters[4:]}"


def _card(code: str, address: object) -> dict[str, object]:
    opened = f"{address}/join/{code}" if code else str(address)
    return {"code": code, "qr": codes.drawn(opened)}


def _way_in(job: Job) -> dict[str, object]:
    options = job.options
    addresses = page_addresses(job.pod.pod_id, options.addresses, job.pages)
    joined = codes.wifi(options.wifi, options.wifi_password) if options.wifi else None
    code: Markup | None = codes.drawn(joined) if joined else None
    return {
        "wifi": options.wifi,
        "wifi_password": options.wifi_password,
        "wifi_code": code,
        "address": addresses[0],
        "addresses": addresses,
        "address_code": codes.drawn(addresses[0]),
    }


def _in_groups(text: str, size: int = 8) -> str:
    """Return a long text in groups, as eyes and typists need it; readers pass over the blanks."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))
