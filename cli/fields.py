"""The options by which a listing is said, and how a person is asked for what is missing.

One option for each field of protocol/aid/listing.py; its `write_listing` judges them.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar, get_args

import click

from cli import words
from cli.out import Out
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from protocol.aid.listing import Mode, Repeats, ReplyVia, Urgency
from protocol.errors import UserError

_F = TypeVar("_F", bound=Callable[..., Any])


def _one_of(literal: Any) -> click.Choice[str]:
    return click.Choice(get_args(literal))


_FIELDS: Final = (
    click.option("--category", metavar="ID", help="What it is about: food, childcare, transport…"),
    click.option("--details", help="More words, up to 1,000 characters."),
    click.option("--tag", "tags", multiple=True, help="Your own word for it; up to five times."),
    click.option("--mode", type=_one_of(Mode), help="The way of sharing."),
    click.option("--qty", type=int, help="How many."),
    click.option("--unit", help="Of what: bags, litres, hours a week."),
    click.option("--left", type=int, help="How many are not promised yet."),
    click.option("--plenty/--not-plenty", default=None, help="More than anybody will ask for."),
    click.option("--from", "date_from", metavar="DAY", help="First day: 2026-03-31[T18:00]."),
    click.option("--to", "date_to", metavar="DAY", help="Last day: 2026-03-31[T20:00]."),
    click.option("--when", help="When, in words."),
    click.option("--repeats", type=_one_of(Repeats), help="Whether it comes again."),
    click.option("--repeats-words", help="How it comes again: every second Saturday."),
    click.option("--urgency", type=_one_of(Urgency), help="How soon it is needed."),
    click.option("--place", help="Where, in words: a corner, never an address."),
    click.option("--cell", help="Where, as a geohash of at most six characters."),
    click.option("--access", help="Stairs, pets, allergies, a ramp."),
    click.option("--by", help="A name to show; without it: someone in the pod."),
    click.option("--lang", help="Language of the words: en, es, pt-BR."),
    click.option("--reply-via", type=_one_of(ReplyVia), multiple=True, help="How to answer."),
)
_ENDS: Final = (
    click.option("--until", metavar="DAY", help="Last day that it is open: 2026-12-31."),
    click.option("--days", type=int, help="Open for so many days."),
    click.option("--no-end", is_flag=True, help="Open until you say."),
)
_share: Final = click.option(
    "--share",
    type=click.Choice([audience.value for audience in Audience]),
    help="Who sees it: this pod only (as it is without --share), neighbouring pods, or all.",
)


def field_options(function: _F) -> _F:
    """Add an option for each field of a listing but its title and status."""
    return _add(_FIELDS, function)


def end_options(function: _F) -> _F:
    """Add --until, --days and --no-end."""
    return _add(_ENDS, function)


def share_option(function: _F) -> _F:
    """Add --share."""
    return _add((_share,), function)


def _add(options: Sequence[Callable[[Any], Any]], function: _F) -> _F:
    for option in reversed(options):
        function = option(function)
    return function


def given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that a person gave, the category by its id."""
    said = {name: value for name, value in fields.items() if value not in (None, ())}
    if "category" in said:
        said["category"] = category_id(said["category"])
    return said


def category_id(text: str) -> str:
    """Return the id of a category, given by id or by name. Raises UserError (invalid)."""
    wanted = text.strip().lower()
    by_name = {name.lower(): id_ for id_, name in CATEGORIES.items()}
    found = wanted if wanted in CATEGORIES else by_name.get(wanted)
    if found:
        return found
    near = difflib.get_close_matches(wanted, [*CATEGORIES, *by_name], n=2, cutoff=0.6)
    meant = dict.fromkeys(by_name.get(name, name) for name in near)
    raise UserError(
        "invalid",
        "There is no such category." + (f" Did you mean {' or '.join(meant)}?" if meant else ""),
        f"Choose one of: {', '.join(CATEGORIES)}.",
    )


def end_s(until: str | None, days: int | None, no_end: bool, now_s: int) -> int | None:  # noqa: FBT001  # as click gives it
    """Return when a listing closes: Unix seconds, 0 for no end, None if nothing was said."""
    if sum([until is not None, days is not None, no_end]) > 1:
        raise UserError("invalid", "The end is given twice.", "Keep --until, --days or --no-end.")
    if until is not None:
        return words.end_of_day_s(until, now_s)
    if days is not None:
        return words.after_days_s(days, now_s)
    return 0 if no_end else None


# --- Asking ---


def ask_title(out: Out, type_: str) -> str:
    """Ask for the one line that says what it is."""
    return out.ask(f"What {'do you offer' if type_ == 'offer' else 'is needed'}, in a few words?")


def ask_category(out: Out) -> str:
    """Show the categories and ask until one of them is named."""
    out.tell(*(f"  {id_:<22} {name}" for id_, name in CATEGORIES.items()))
    return out.ask_until_right("Category", category_id)


def ask_audience(out: Out) -> Audience:
    """Ask who may see it; Enter alone keeps it in the pod."""
    out.tell(*(f"  {audience.value:<8} {words.SHARED_MEANS[audience]}" for audience in Audience))
    return out.ask_until_right("Who may see it?", _audience, default=Audience.POD.value)


def _audience(text: str) -> Audience:
    try:
        return Audience(text.strip().lower())
    except ValueError:
        raise UserError("invalid", "Type pod, near or network.") from None
