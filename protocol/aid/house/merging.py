"""Two entries of one person as one: what of both profiles stays. Pages: docs/house.md §1.6.

Nothing is seen or printed after it that was not before: of two consents to one contact the
narrower holds. The role of who stays is theirs; no other comes with the entry that goes.
"""

from typing import Any, Final

from protocol.aid.house.limits import MAX_CONTACTS, MAX_LANGUAGES
from protocol.aid.house.member import Contact, Member, OnScreen
from protocol.errors import UserError

_NARROWEST_FIRST: Final[tuple[OnScreen, ...]] = ("nobody", "stewards", "pod")
FILLED: Final = ("pronouns", "languages", "how_best", "suspended_until_s")
"""What of the entry that goes can get into the one that stays, beside contacts."""


def put_together(stays: Member, goes: Member) -> Member:
    """Return who stays, with what the other entry says besides. Raises UserError (over_quota)."""
    contacts = {_way(it): it for it in stays.contacts}
    for it in goes.contacts:
        own = contacts.get(_way(it))
        contacts[_way(it)] = it if own is None else _narrower(own, it)
    if len(contacts) > MAX_CONTACTS:
        raise UserError(
            "over_quota",
            "Together the two have more ways to be reached than the {most} that fit.",
            "Take some off one of them first.",
            most=MAX_CONTACTS,
        )
    languages = tuple(dict.fromkeys((*stays.languages, *goes.languages)))[:MAX_LANGUAGES]
    return stays.model_copy(
        update={
            "pronouns": stays.pronouns or goes.pronouns,
            "languages": languages,
            "how_best": stays.how_best or goes.how_best,
            # Nobody comes in again before their time by being somebody else.
            "suspended_until_s": max(stays.suspended_until_s, goes.suspended_until_s),
            "contacts": tuple(contacts.values()),
        }
    )


def taken_apart(now: Member, stays: Member, goes: Member) -> tuple[Member, Member]:
    """Return both entries again. now: the one there is; stays, goes: as they were before.

    What was changed or taken off since then stays so.
    """
    became = put_together(stays, goes)
    back: dict[str, Any] = {
        name: getattr(stays, name) for name in FILLED if getattr(now, name) == getattr(became, name)
    }
    here = {_way(it) for it in now.contacts}
    own = {_way(it) for it in stays.contacts}
    others = {_way(it) for it in goes.contacts} - own
    back["contacts"] = tuple(it for it in now.contacts if _way(it) not in others)
    return now.model_copy(update=back), goes.model_copy(
        update={"contacts": tuple(it for it in goes.contacts if _way(it) in here)}
    )


def _way(contact: Contact) -> tuple[str, str]:
    """Return what tells that two contacts are one: spaces and case do not."""
    return contact.type, "".join(contact.value.split()).casefold()


def _narrower(one: Contact, other: Contact) -> Contact:
    shown = min(one.on_screen, other.on_screen, key=_NARROWEST_FIRST.index)
    on_paper = one.on_paper and other.on_paper
    return one.model_copy(update={"on_screen": shown, "on_paper": on_paper})
