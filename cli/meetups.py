"""`pod event`: when people meet, and who of this pod comes."""

from typing import get_args

import click

from cli import files, kind_pages, kinds, words
from cli.desk import Desk, command, pass_desk
from cli.kind_ways import Way
from cli.out import Block, Table
from node.aid.letters import Letter
from node.aid.meetups import Meeting, Meetups
from node.aid.zones import local_zone_name
from node.formats.calendar import write_calendar
from node.formats.readers import Read, read_meetups
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from node.shapes.things import meeting_data
from node.words import ENGLISH, labels, words_in
from protocol.aid.event import Event
from protocol.aid.house.rights import MACHINE
from protocol.aid.house.rsvp import Coming
from protocol.aid.letter import Rsvp
from protocol.errors import UserError
from store.aid import Item, ItemQuery

_ROWS = 5


def door(pod: Pod) -> Meetups:
    return pod.meetups


WAY = Way(
    group="event",
    body=Event,
    door=door,
    title="title",
    options={
        "start": ("--start", "When it begins, by the clock there: 2026-03-31T18:00."),
        "end": ("--end", "When it ends: 2026-03-31T20:00."),
        "tz": ("--zone", "The zone of that clock, Europe/Madrid; without it this machine's."),
        "gathering": ("--gathering", "What sort of meetup."),
        "repeats": ("--repeats", "Whether it comes again."),
        "every": ("--every", "So many weeks or months from one to the next."),
        "on": ("--on", "Day of the week, `sa`; of a month `1sa`, `-1sa` for its last."),
        "last_day": ("--last-day", "The last day on which one may begin."),
        "not_on": ("--not-on", "A day that is left out; up to 20 times."),
        "category": ("--category", "What it is about."),
        "place": ("--place", "Where: a public place, or words."),
        "cell": ("--cell", "Where, as a geohash of at most six characters."),
        "online": ("--online", "The page to meet on, with https at the front."),
        "about": ("--about", "More words, up to 1,000 characters."),
        "capacity": ("--capacity", "How many people fit."),
        "provides": ("--provides", "What is there for who comes; up to four times."),
        "access": ("--access", "Stairs, pets, allergies, a ramp."),
        "rsvp_via": ("--rsvp-via", "How to say that one comes; without it: just come."),
        "lang": ("--lang", "Language of the words: en, es, pt-BR."),
    },
    columns={"title": "Title"},
    defaults=lambda _: {"tz": local_zone_name()},
)


def _row(meeting: Meeting, names: Names, *, once: bool) -> tuple[str, ...]:
    event = meeting.item.body
    again = (
        f", {labels.again(words_in(ENGLISH), event)}" if once and event.repeats != "none" else ""
    )
    return (
        reference_of(meeting.item.rid),
        _when(meeting),
        event.title + again + (" (cancelled)" if event.status == "cancelled" else ""),
        event.place or event.online or "",
        names.of(meeting.item.author),
        words.SHARED_SHORT[meeting.item.audience],
    )


def _when(meeting: Meeting) -> str:
    begins, known = meeting.begins, meeting.zone_known
    at = f"{begins:%a} {begins.day} {begins:%b %Y %H:%M}"
    here = begins.utcoffset() == words.local(begins.timestamp()).utcoffset()
    return at if known and here else f"{at} {meeting.item.body.tz}"


def said_of(meeting: Meeting) -> str:
    """Return a meeting in one line."""
    event = meeting.item.body
    cancelled = " (cancelled)" if event.status == "cancelled" else ""
    where = f", {event.place}" if event.place else ""
    return f"{_when(meeting)}  {event.title}{cancelled}{where}"


@command("list")
@click.option("--search", metavar="WORDS", default="", help="What holds all these words.")
@click.option("--mine", is_flag=True, help="Only this pod's.")
@click.option("--from", "from_", metavar="POD", help="Only one pod's: a name or an id.")
@click.option("--days", type=click.IntRange(1, 366), default=62, help="So many days ahead (62).")
@click.option("--each", is_flag=True, help="Each day of what comes again, not the next alone.")
@click.option("--limit", type=click.IntRange(1), default=50, help="So many at most (50).")
@pass_desk
def list_(
    desk: Desk, *, search: str, mine: bool, from_: str | None, days: int, each: bool, limit: int
) -> None:
    """Show when people meet next, the soonest first.

    What comes again stands there once, with its next day.
    """
    with desk.pod() as pod:
        names = Names(pod)
        author = pod.pod_id if mine else names.find(pod, from_) if from_ else None
        found = pod.meetups.upcoming(
            query=ItemQuery(author=author, words=search),
            ahead_s=days * 86_400,
            once=not each,
            limit=limit,
        )
        table = Table(
            ("Ref", "When", "Title", "Where", "From", "Seen by"),
            [_row(it, names, once=not each) for it in found],
            fold=frozenset(("Title", "Where", "From")),
        )
        listed: list[Json] = [meeting_data(it, names) for it in found]
        empty = ["Nobody meets in that time.", "To invite people: pod event add --help"]
        desk.out.answer({"items": listed}, *([table] if found else empty))


def _more(pod: Pod, item: Item[Event]) -> list[Block]:
    found = pod.meetups.next_of(item, _ROWS)
    if not found:
        return ["", "It is over or more than a year ahead."]
    lines: list[Block] = ["", "Next:", *[f"  {_when(it)}" for it in found]]
    for meeting in found:
        said = pod.meetups.coming(MACHINE, meeting)
        if said:
            lines += ["", f"Who comes on {meeting.day}:"]
            rows = [(name, it.coming, _along(it.along), it.wishes or "") for name, it in said]
            lines.append(Table(("Name", "Comes", "With", "Wishes"), rows))
        if told := pod.meetups.told(meeting):
            names = Names(pod)
            lines += ["", f"Told by other pods for {meeting.day}:"]
            shown = [_told_row(letter, body, names) for letter, body in told]
            lines.append(Table(("From", "People", "Words"), shown, fold=frozenset(("Words",))))
    return lines


def _told_row(letter: Letter, body: Rsvp, names: Names) -> tuple[str, ...]:
    who = f"{body.from_label} in " if body.from_label else ""
    return f"{who}{names.of(letter.kept.pod_id)}", str(body.people), body.message or ""


def _along(number: int) -> str:
    return words.counted(number, "other") if number else ""


@command("cancel")
@click.argument("reference")
@click.option("--on", metavar="DAY", help="Only this one of a row: 2026-03-31.")
@pass_desk
def cancel(desk: Desk, *, reference: str, on: str | None) -> None:
    """Say that a meetup of this pod does not take place.

    It stays to be seen, as cancelled: who wanted to come has to read it. One of a row is left out.
    """
    with desk.pod() as pod:
        item = pod.meetups.find(reference)
        done = pod.meetups.cancel_on(item.rid, on) if on else pod.meetups.cancel(item.rid)
        pod.people.note_listing_change(MACHINE, item.rid)
        kind_pages.tell(WAY, desk, pod, done, "Cancelled")


@command("rsvp")
@click.argument("reference")
@click.argument("name")
@click.option(
    "--coming", type=click.Choice(get_args(Coming)), default="yes", help="Whether they come (yes)."
)
@click.option("--on", metavar="DAY", help="Which one of a row; the next without it.")
@click.option("--along", type=int, default=0, help="How many come along.")
@click.option("--wishes", help="What they need there: a seat near the door.")
@pass_desk
def rsvp(
    desk: Desk,
    *,
    reference: str,
    name: str,
    coming: Coming,
    on: str | None,
    along: int,
    wishes: str | None,
) -> None:
    """Note whether somebody of this pod comes. It stays in this pod.

    \b
      pod event rsvp 3f9a12bc Rosa --along 2 --wishes "no nuts"
    """
    with desk.pod() as pod:
        item = pod.meetups.find(reference)
        member = pod.people.find(MACHINE, name)
        meeting = pod.meetups.meeting_on(item, on) if on else _next(pod, item)
        said = pod.meetups.rsvp(MACHINE, member.id, meeting, coming, along=along, wishes=wishes)
        desk.out.answer(
            {
                "reference": reference_of(item.rid),
                "day": meeting.day,
                "name": member.name,
                "coming": said.coming,
                "along": said.along,
                "wishes": said.wishes,
            },
            f"Noted: {member.name}, {said.coming}, {item.body.title} on {meeting.day}",
        )


@command("tell")
@click.argument("reference")
@click.option("--people", type=click.IntRange(0), default=1, help="How many come (1); 0: nobody.")
@click.option("--on", metavar="DAY", help="Which one of a row; the next without it.")
@click.option("--by", help="A name to show; without it: someone in this pod.")
@click.option("--message", help="More words, up to 1,000 characters.")
@pass_desk
def tell(
    desk: Desk,
    *,
    reference: str,
    people: int,
    on: str | None,
    by: str | None,
    message: str | None,
) -> None:
    """Tell the pod that invites how many of you come, in a sealed letter.

    Only that pod reads it. Said again, it takes the place of what you told before.

    \b
      pod event tell 3f9a12bc --people 3 --message "One of us uses a wheelchair"
    """
    with desk.pod() as pod:
        item = pod.meetups.find(reference)
        meeting = pod.meetups.meeting_on(item, on) if on else _next(pod, item)
        sent = pod.meetups.tell(meeting, people, from_label=by, message=message)
        desk.out.answer(
            {
                "reference": reference_of(item.rid),
                "day": meeting.day,
                "people": people,
                "state": sent.state.value,
            },
            f"Told: {words.counted(people, 'person', 'people')}, {item.body.title}"
            f" on {meeting.day}",
            f"It is {sent.state.value}.",
        )


def _next(pod: Pod, item: Item[Event]) -> Meeting:
    for meeting in pod.meetups.next_of(item):
        return meeting
    raise UserError("not_found", "That meetup is over.", "See what comes: pod event list")


def _read_calendar(_: Pod, content: bytes, name: str) -> Read:
    return read_meetups(content, name, zone=local_zone_name())


event = kinds.group(
    "event",
    "Meetups: when people meet, once or again and again, and who comes.",
    kinds.add(
        WAY,
        "add",
        """Invite people to a meetup, or to a row of them.

        \b
          pod event add "Potluck" --start 2026-06-06T18:00 --place "The yard" --share near
          pod event add "Repair café" --start 2026-06-06T10:00 --repeats monthly --on 1sa
        """,
    ),
    list_,
    kinds.show(
        WAY, "Show one event in full.\n\nWith its next days, and who of this pod comes.", _more
    ),
    files.imported(
        WAY,
        """Take meetups in from a calendar file (.ics), or from the CSV of export.

        What our rows cannot say is named with its reason; the exit status is then 1. Names of
        people and exact points are left out.
        """,
        _read_calendar,
    ),
    files.exported(
        WAY,
        "Write this pod's meetups as CSV, or as a calendar file (.ics).",
        {"ics": lambda pod, items: write_calendar(items, name=pod.name)},
    ),
    kinds.edit(WAY, "Change an event; what is not named stays as it is."),
    cancel,
    rsvp,
    tell,
    kinds.withdraw(WAY, "Take an event of this pod back, everywhere. See also: cancel."),
)
