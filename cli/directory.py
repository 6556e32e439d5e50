"""`pod resource`: places and services, and whether what is said of them is still true."""

import json
from datetime import date
from typing import Any, get_args

import click

from cli import files, kind_ways, kinds, words
from cli.desk import Desk, command, pass_desk
from cli.kind_ways import Way
from cli.out import Block, Table
from node.aid.directory import Directory, Entry
from node.formats.hsds import all_services, write_page
from node.formats.readers import Read, read_places
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import reference_of
from node.shapes.things import item_data
from protocol.aid.confirmation import Says
from protocol.aid.resource import Resource
from protocol.errors import UserError
from store.aid import Item


def door(pod: Pod) -> Directory:
    return pod.directory


def _today(pod: Pod) -> date:
    return words.local(kind_ways.now_s(pod)).date()


WAY = Way(
    group="resource",
    body=Resource,
    door=door,
    title="name",
    options={
        "categories": ("--category", "What it is about; up to five times."),
        "last_checked": ("--checked", "The day when it was last known to be true: 2026-03-31."),
        "org": ("--org", "Who runs it."),
        "about": ("--about", "More words, up to 500 characters."),
        "phones": ("--phone", "A telephone number; up to five times."),
        "url": ("--url", "Its page, with https at the front."),
        "email": ("--email", "Its e-mail address."),
        "public_place": ("--public-place", "Anybody may know where it is."),
        "address": ("--address", "Its address; of a public place only."),
        "point": ("--point", "Latitude and longitude, 52.37403,4.88969; of a public place only."),
        "cell": ("--cell", "Where, as a geohash of at most six characters."),
        "hours": ("--open", "When it is open, `mo tu we 09:00-17:00`; up to 14 times."),
        "hours_words": ("--hours", "When it is open, in words."),
        "eligibility": ("--for-whom", "Who may come."),
        "cost": ("--cost", "What it costs."),
        "languages": ("--language", "A language spoken there: en, es; up to ten times."),
        "access": ("--access", "Ramps, lifts, papers to bring."),
        "runs_on": ("--run-by", "What sort of people keep it up."),
        "works_without_power": ("--without-power", "Whether it works without power."),
        "source": ("--source", "Where you have it from."),
        "foreign_ids": ("--foreign-id", "An id that another directory gave it."),
        "lang": ("--lang", "Language of the words: en, es, pt-BR."),
    },
    columns={"name": "Name", "categories": "Category", "phones": "Phone"},
    narrow=("--category", "Only one category."),
    defaults=lambda pod: {"last_checked": _today(pod).isoformat()},
)


def _more(pod: Pod, item: Item[Resource]) -> list[Block]:
    entry = pod.directory.entry(item)
    lines: list[Block] = ["", _truth(entry)]
    if entry.found:
        names = Names(pod)
        rows = [
            (it.body.says, it.body.date, names.of(it.author), it.body.note or "")
            for it in entry.found
        ]
        lines += ["", Table(("Found", "On", "By", "Note"), rows, fold=frozenset(("Note",)))]
    return lines


def _truth(entry: Entry) -> str:
    last = f"Last known to be true on {entry.last_true}"
    if entry.is_doubted:
        return f"{last}; somebody found otherwise since."
    return f"{last}; that is long ago." if entry.is_old else f"{last}."


@command("confirm")
@click.argument("reference")
@click.option(
    "--says", type=click.Choice(get_args(Says)), default="still-true", help="What you found."
)
@click.option("--on", metavar="DAY", help="The day of looking; today without it.")
@click.option("--note", help="More words, up to 300 characters.")
@click.option("--duplicate-of", metavar="REFERENCE", help="Which one it is once more.")
@pass_desk
def confirm(
    desk: Desk,
    *,
    reference: str,
    says: Says,
    on: str | None,
    note: str | None,
    duplicate_of: str | None,
) -> None:
    """Say what you found when you looked at a resource, of this pod or another.

    Whoever sees the resource sees what your pod found; what it said before is replaced. One of
    this pod's own that is still true is marked as checked.

    \b
      pod resource confirm 3f9a12bc
      pod resource confirm 3f9a12bc --says closed --note "Moved away in May"
    """
    with desk.pod() as pod:
        item, day = pod.directory.find(reference), _day(on, _today(pod))
        other = pod.directory.find(duplicate_of) if duplicate_of else None
        said = pod.directory.confirm(item, says, on=day, note=note, duplicate_of=other)
        if says == "still-true" and item.author == pod.pod_id:
            item = pod.directory.checked(item.rid, day)
        desk.out.answer(
            item_data(said, Names(pod)),
            f"Noted: {item.body.name}, {says} on {day}",
            words.SHARED_MEANS[said.audience],
        )


@command("check")
@pass_desk
def check(desk: Desk) -> None:
    """Show which resources of this pod to look at again.

    Old and doubted ones, the oldest first.
    """
    with desk.pod() as pod:
        found = pod.directory.to_check()
        names = Names(pod)
        rows = [
            (reference_of(it.item.rid), it.item.body.name, str(it.last_true), _why(it))
            for it in found
        ]
        table = Table(("Ref", "Name", "Last true", "Why"), rows, fold=frozenset(("Name",)))
        listed: list[Any] = [
            item_data(it.item, names)
            | {"last_true": it.last_true.isoformat(), "old": it.is_old, "doubted": it.is_doubted}
            for it in found
        ]
        desk.out.answer(
            {"items": listed}, table if rows else "All of this pod's resources are fresh."
        )


def _why(entry: Entry) -> str:
    return "somebody found otherwise" if entry.is_doubted else "long ago"


def _day(text: str | None, today: date) -> date:
    if text is None:
        return today
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(
            "invalid", "That is not a day.", f"Write it like {today.isoformat()}."
        ) from None


def _write_hsds(pod: Pod, items: list[Item[Resource]]) -> bytes:
    entries = map(pod.directory.entry, items)
    services = all_services(entries, pod_name=pod.name)
    page = write_page(services, items=len(services), size=max(1, len(services)))
    return json.dumps(page, ensure_ascii=False, indent=2).encode() + b"\n"


def _read_directory(pod: Pod, content: bytes, name: str) -> Read:
    return read_places(content, name, today=_today(pod).isoformat())


resource = kinds.group(
    "resource",
    "Places and services: the pod's directory, and whether it is still true.",
    kinds.add(
        WAY,
        "add",
        """Put a place or a service into the directory.

        A name and a category are enough; the rest can come later.

        \b
          pod resource add "Food pantry" --category food --phone "555 0100" --share network
          pod resource add "Library" --category learn-teach --public-place --address "Main St 1"
        """,
    ),
    kinds.listed(WAY, "Show the directory: this pod's and what others share."),
    kinds.show(WAY, "Show one resource in full.\n\nWith what pods found when they looked.", _more),
    kinds.edit(WAY, "Change a resource; what is not named stays as it is."),
    confirm,
    check,
    files.imported(
        WAY,
        """Take places and services in from a file: HSDS 3 (JSON, CSV), HSDS 1.1 (zip), a table.

        What is not kept is named, field by field; the exit status is then 1. Importing the same
        file twice changes nothing, and `pod imports undo` takes it back.

        \b
          pod resource import --dry-run directory.zip
          pod resource import --share network services.json
        """,
        _read_directory,
    ),
    files.exported(
        WAY,
        "Write this pod's directory as CSV, or as services of HSDS 3.0 (JSON).",
        {"hsds": _write_hsds},
    ),
    kinds.withdraw(WAY, "Take a resource of this pod out of the directory, everywhere.", "remove"),
)
