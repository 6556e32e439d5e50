"""An item of any kind as commands show it: a row, a page, a JSON object, what was done with it."""

from collections.abc import Sequence
from typing import Any

from cli import words
from cli.desk import Desk
from cli.kind_ways import CATEGORY_FIELDS, MINUTE_FIELDS, UNSEEN, Way, now_s
from cli.out import Block, Pairs, Table
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from node.shapes.things import item_data
from protocol.aid.audience import Audience
from protocol.aid.categories import CATEGORIES
from store.aid import Item


def taken_back(desk: Desk, item: Item[Any]) -> None:
    """Say that something was withdrawn, and what that cannot undo."""
    desk.out.answer(
        {"reference": reference_of(item.rid), "rid": item.rid.hex(), "withdrawn": True},
        f"Taken back: {item.body.headline()}",
        *[words.NOT_EVERYWHERE] * (item.audience is not Audience.POD),
    )


def tell(way: Way, desk: Desk, pod: Pod, item: Item[Any], what: str) -> None:
    """Say what was done, who sees it, and how to share what nobody else sees."""
    ref = reference_of(item.rid)
    share = f"To share it: pod {way.group} edit {ref} --share near"
    desk.out.answer(
        item_data(item, Names(pod)),
        f"{what}: {item.body.headline()}",
        Pairs(
            [
                ("Reference", ref),
                ("Shown", _until(item, now_s(pod))),
                ("Seen by", words.SHARED[item.audience]),
            ]
        ),
        words.SHARED_MEANS[item.audience],
        *[share] * (item.audience is Audience.POD),
    )


def show_list(way: Way, desk: Desk, pod: Pod, found: Sequence[Item[Any]], limit: int) -> None:
    """Print items, at most limit; tell if there are more."""
    names, shown = Names(pod), found[:limit]
    answer: Json = {"items": [item_data(it, names) for it in shown], "more": len(found) > limit}
    empty = [f"There is no {way.word} here.", f"To add one: pod {way.group} --help"]
    desk.out.answer(answer, *([_table(way, pod, shown, names)] if shown else empty))
    if len(found) > limit:
        desk.out.note(f"There are more than {limit}.", f"Ask for more: --limit {limit * 10}")


def page(way: Way, pod: Pod, item: Item[Any]) -> list[Block]:
    """Return everything that an item says."""
    at_s = now_s(pod)
    given = item.body.model_dump(exclude_defaults=True, exclude=UNSEEN | {way.title})
    said = [(label(way, field), said_of(field, value)) for field, value in given.items()]
    return [
        item.body.headline(),
        "",
        Pairs(
            [
                ("Reference", item.rid.hex()),
                ("From", Names(pod).of(item.author)),
                ("Posted", f"{words.day(item.posted_s, at_s)}, {words.ago(item.posted_s, at_s)}"),
                ("Shown", _until(item, at_s)),
                ("Seen by", words.SHARED[item.audience]),
                *said,
            ]
        ),
    ]


def label(way: Way, field: str) -> str:
    """Return a field's name as people read it: that of its option."""
    name = way.options[field][0].removeprefix("--") if field in way.options else field
    return name.replace("-", " ").replace("_", " ").capitalize()


def said_of(field: str, value: object) -> str:
    """Return what a field says, for people; empty if nothing."""
    if isinstance(value, tuple):
        return ", ".join(said_of(field, it) for it in value)
    if field in CATEGORY_FIELDS and isinstance(value, str):
        return CATEGORIES[value]
    if isinstance(value, bool):
        return "yes" if value else ""
    said = "" if value in (None, "unknown", "none") else str(value)
    return said.replace("T", " ") if field in MINUTE_FIELDS else said


def _table(way: Way, pod: Pod, found: Sequence[Item[Any]], names: Names) -> Table:
    at_s = now_s(pod)
    return Table(
        ("Ref", *way.columns.values(), "From", "Posted", "Seen by"),
        [
            (
                reference_of(item.rid),
                *[said_of(field, getattr(item.body, field)) for field in way.columns],
                names.of(item.author),
                words.ago(item.posted_s, at_s),
                words.SHARED_SHORT[item.audience],
            )
            for item in found
        ],
        fold=frozenset((*way.columns.values(), "From")),
    )


def _until(item: Item[Any], at_s: int) -> str:
    """Return until when it is shown, where its author or its kind names an end."""
    ends = item.valid_until_s or item.body.longest_s()
    return words.until(item.closes_s, at_s) if ends else ""
