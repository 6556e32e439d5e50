"""What people read for the fixed words of records: categories, ways, days of a listing.

The records hold ids (docs/kinds.md §2); here each has its words, in English to be translated. A
test sees that no id is without.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from node.words.languages import Words, language_name
from protocol.aid.categories import CATEGORIES
from protocol.aid.event import Event
from protocol.aid.listing import Listing
from protocol.aid.matching import Common, Reason
from protocol.aid.recurrence import WEEKDAYS
from protocol.saying import N_ as N_

TYPES: Final = {"offer": N_("Offer"), "need": N_("Need")}
MODES: Final = {
    "give": N_("to keep"),
    "lend": N_("to borrow and bring back"),
    "do": N_("a hand with something"),
    "teach": N_("to learn together"),
    "space": N_("a place to use"),
    "company": N_("company"),
}
REPEATS: Final = {
    "none": N_("once"),
    "weekly": N_("every week"),
    "monthly": N_("every month"),
}
URGENCIES: Final = {
    "now": N_("now"),
    "days": N_("within days"),
    "whenever": N_("no hurry"),
}
REPLY_WAYS: Final = {
    "through-steward": N_("through somebody who looks after the pod"),
    "at-meetup": N_("at the next meetup"),
    "sealed": N_("by a sealed letter from another pod"),
}
AUDIENCES: Final = {
    "pod": N_("this pod only"),
    "near": N_("neighbouring pods too"),
    "network": N_("anybody"),
}


CONTACTS: Final = {
    "phone": N_("Phone"),
    "email": N_("E-mail"),
    "chat": N_("Chat"),
    "radio": N_("Radio"),
    "door": N_("Door"),
    "other": N_("Otherwise"),
}


CHECK_INS: Final = {
    "ok": N_("OK"),
    "ok, can help": N_("OK, can help"),
    "need help": N_("Needs help"),
    "away": N_("Away"),
}
STANDS: Final = {
    "agree": N_("I agree"),
    "agree with reservations": N_("I agree, with reservations"),
    "stand aside": N_("I stand aside"),
    "block": N_("I block, because"),
    "not yet": N_("Not yet"),
}


COSTS: Final = {
    "free": N_("free"),
    "sliding": N_("as you can pay"),
    "paid": N_("to be paid for"),
    "unknown": "",
}
PROVIDES: Final = {
    "childcare": N_("childcare"),
    "food": N_("food"),
    "step-free": N_("no steps"),
    "interpreting": N_("interpreting"),
}


KEEPERS: Final = {
    "": N_("Not said"),
    "community": N_("neighbours"),
    "mutual-aid": N_("a mutual aid group"),
    "government": N_("the town or the state"),
    "business": N_("a business"),
}
AGAINS: Final = {
    "none": N_("once"),
    "weekly": N_("every week"),
    "fortnight": N_("every second week"),
    "monthly": N_("every month, on the same date"),
    "nth": N_("every month, on the same day of the week"),
    "as-is": N_("as it is now"),
}
NTH: Final = {
    "1": N_("first %(day)s"),
    "2": N_("second %(day)s"),
    "3": N_("third %(day)s"),
    "4": N_("fourth %(day)s"),
    "-1": N_("last %(day)s"),
}
"""Of a month."""
POD_STANDS: Final = {
    "agree": N_("agrees"),
    "reservations": N_("agrees, with reservations"),
    "stand-aside": N_("stands aside"),
    "block": N_("blocks it"),
    "not-yet": N_("does not know yet"),
}
LEVELS: Final = {
    "watch": N_("Something may come"),
    "active": N_("It is happening now"),
    "recovering": N_("Getting back on our feet"),
    "over": N_("It is over"),
}
HEARD_FROM: Final = {
    "": N_("Not said"),
    "few": N_("few of us"),
    "some": N_("some of us"),
    "most": N_("most of us"),
    "all": N_("all of us"),
}
IMPORTS: Final = {
    "listings": N_("Offers and needs"),
    "people": N_("People"),
    "directory": N_("Places and services"),
    "meetups": N_("Meetups"),
    "notices": N_("Notices"),
    "readings": N_("Things to read, see and hear"),
}
MOVED: Final = {
    "house_listing_of": N_("things on the board"),
    "house_answer": N_("answers to things on the board"),
    "house_letter_of": N_("letters"),
    "house_ability": N_("what you can help with"),
    "house_care_note": N_("a care note"),
    "house_buddies": N_("buddies"),
    "house_device": N_("phones and programs that are signed in"),
    "house_proposal": N_("proposals"),
    "house_position": N_("positions"),
    "house_check_in": N_("answers to roll calls"),
    "house_rsvp": N_("meetups to come to"),
    "": N_("what had no place beside the same of yours"),
}
"""What moves when two entries of one person are put together, by the house's tables."""
TABLES: Final = {
    "imports": IMPORTS,
    "keepers": KEEPERS,
    "agains": AGAINS,
    "pod_stands": POD_STANDS,
    "levels": LEVELS,
    "heard_from": HEARD_FROM,
    "modes": MODES,
    "repeats": REPEATS,
    "urgencies": URGENCIES,
    "reply_ways": REPLY_WAYS,
    "provides": PROVIDES,
}
"""By the names that templates of pages ask for."""


def category(words: Words, id_: str) -> str:
    """Return what people call a category."""
    return words.gettext(CATEGORIES[id_])


def quantity(words: Words, listing: Listing) -> str:
    """Return how much there is: `5 kg, 3 left`; nothing where nothing is said."""
    if listing.plenty:
        return words.gettext("plenty")
    if listing.qty is None:
        return ""
    amount = " ".join(filter(None, (str(listing.qty), listing.unit)))
    if listing.left is None or listing.left == listing.qty:
        return amount
    return words.gettext("%(amount)s, %(left)s left") % {"amount": amount, "left": listing.left}


def when(words: Words, listing: Listing) -> str:
    """Return when it is, from all that the listing says of it."""
    repeated = listing.repeats_words or (
        words.gettext(REPEATS[listing.repeats]) if listing.repeats != "none" else None
    )
    span = _span(words, listing.date_from, listing.date_to)
    return "; ".join(filter(None, (listing.when, span, repeated)))


def why_it_fits(words: Words, common: Iterable[Common]) -> str:
    """Return why a need and an offer may fit: same category (food), a few streets away."""
    return ", ".join(_in_common(words, it) for it in common)


def _in_common(words: Words, common: Common) -> str:
    say = words.gettext
    match common:
        case Common(Reason.CATEGORY, (id_,)):
            return say("same category (%(category)s)") % {"category": category(words, id_).lower()}
        case Common(Reason.WORDS, said):
            return say("both say %(words)s") % {"words": ", ".join(said)}
        case Common(Reason.DAYS, days):
            span = " – ".join(day(words, it) for it in dict.fromkeys(days))
            return say("on the same days (%(days)s)") % {"days": span}
        case Common(Reason.LANGUAGE, (language,)):
            return say("speaks %(language)s") % {"language": language_name(language, words.tag)}
        case Common(Reason.STREETS):
            return say("a few streets away")
    return say("in the same part of town")


def again(words: Words, event: Event) -> str:
    """Return how a meetup comes again: every Monday, every 2 weeks (Mon, Wed), each month."""
    if event.repeats == "weekly" and event.every == 1 and len(event.on) < 2:
        day = words.weekday_in_full(event.rule.first.weekday())
        return words.gettext("every %(day)s") % {"day": day}
    if event.repeats == "weekly":
        said = words.ngettext("each week", "every %(count)s weeks", event.every)
    else:
        said = words.ngettext("each month", "every %(count)s months", event.every)
    said %= {"count": event.every}
    days = ", ".join(_nth_day(words, it) for it in event.on)
    return f"{said} ({days})" if days else said


def _nth_day(words: Words, on: str) -> str:
    """Return a day of a week, `sa`, or of a month, `1sa` and `-1sa`."""
    weekday = words.weekday(WEEKDAYS.index(on[-2:]))
    return words.gettext(NTH[on[:-2]]) % {"day": weekday} if on[:-2] else weekday


def hours(words: Words, said: str) -> str:
    """Return a line of opening hours: `mo we 09:00-17:00` as its reader's days of the week."""
    *days, span = said.split()
    named = ", ".join(words.weekday(WEEKDAYS.index(it)) for it in days)
    return f"{named} {span.replace('-', '–')}"


def day(words: Words, said: str) -> str:
    """Return a day of a record, or a day and time, as its reader writes them."""
    if "T" in said:
        return words.moment(datetime.fromisoformat(said))
    return words.short_day(date.fromisoformat(said))


def _span(words: Words, start: str | None, end: str | None) -> str:
    if start and end and start != end:
        return words.gettext("%(start)s to %(end)s") % {
            "start": day(words, start),
            "end": day(words, end),
        }
    if start == end:
        return day(words, start) if start else ""
    if start:
        return words.gettext("from %(day)s") % {"day": day(words, start)}
    return words.gettext("until %(day)s") % {"day": day(words, end or "")}
