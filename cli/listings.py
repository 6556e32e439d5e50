"""`pod offer`, `need`, `board`, `show`, `edit`, `renew` and `withdraw`."""

from itertools import islice
from typing import Any, Final, get_args

import click

from cli import fields as asked
from cli import items, persons, words
from cli.desk import Desk, command, pass_desk
from cli.out import Pairs
from node.aid.reach import reach_of
from node.pod import Pod
from node.shapes.board import listing_data, listing_detail_data
from node.shapes.names import Names
from node.shapes.plain import Json, reference_of
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import Listing, Status, Type, write_listing
from protocol.errors import UserError
from store.aid import BoardItem, BoardQuery

_whose: Final = click.option(
    "--for", "whose", metavar="NAME", help="Whose it is: of somebody without a phone, say."
)


@command("offer")
@click.argument("title", required=False)
@asked.field_options
@asked.end_options
@asked.share_option
@_whose
@pass_desk
def offer(desk: Desk, /, **options: Any) -> None:
    """Offer something: things, a hand, a room, company.

    TITLE says what it is in a few words. Without --share only this pod sees it. At a terminal,
    what is missing is asked.

    \b
      pod offer "Spare tomatoes" --category food --qty 5 --unit kg --share near
    """
    _publish(desk, "offer", **options)


@command("need")
@click.argument("title", required=False)
@asked.field_options
@asked.end_options
@asked.share_option
@_whose
@pass_desk
def need(desk: Desk, /, **options: Any) -> None:
    """Say what somebody could use. Nobody has to give anything for it.

    TITLE says what it is in a few words. Without --share only this pod sees it. At a terminal,
    what is missing is asked.

    \b
      pod need "A ride to the clinic" --category transport --when "Tuesday morning" --days 5
    """
    _publish(desk, "need", **options)


def _publish(
    desk: Desk,
    type_: str,
    *,
    title: str | None,
    share: str | None,
    until: str | None,
    days: int | None,
    no_end: bool,
    whose: str | None,
    **options: Any,
) -> None:
    given = asked.given({"title": title, **options})
    with desk.pod() as pod:
        person = persons.find(pod, whose).id if whose else None
        end_s = asked.end_s(until, days, no_end, _now_s(pod))
        if not {"title", "category"} <= given.keys():
            share = _ask_missing(desk, type_, given, share)
        listing = write_listing({"type": type_, **given})
        audience = Audience(share or Audience.POD)
        item = pod.listings.publish(listing, audience=audience, valid_until_s=end_s)
        if person is not None:
            pod.people.note_whose(MACHINE, item.rid, person)
        _tell(desk, pod, item, "Offered" if type_ == "offer" else "Asked for")


def _ask_missing(desk: Desk, type_: str, given: dict[str, Any], share: str | None) -> str:
    """Complete given by asking; return who may see it. Raises UserError if nobody can answer."""
    if not desk.out.can_ask():
        raise UserError(
            "invalid",
            "A title and a category are needed.",
            f'Say both: pod {type_} "Spare tomatoes" --category food',
        )
    if "title" not in given:
        given["title"] = asked.ask_title(desk.out, type_)
    if "category" not in given:
        given["category"] = asked.ask_category(desk.out)
    return share or asked.ask_audience(desk.out)


@command("board")
@click.option("--type", "type_", type=click.Choice(get_args(Type)), help="Offers or needs only.")
@click.option("--category", metavar="ID", help="One category only.")
@click.option("--search", metavar="WORDS", default="", help="Only what holds all these words.")
@click.option("--mine", is_flag=True, help="Only this pod's.")
@click.option("--from", "from_", metavar="POD", help="Only one pod's: a neighbour's name or an id.")
@click.option("--all", "all_", is_flag=True, help="Also what is done, paused, promised or ended.")
@click.option("--limit", type=click.IntRange(1), default=50, help="So many at most (50).")
@pass_desk
def board(
    desk: Desk,
    *,
    type_: str | None,
    category: str | None,
    search: str,
    mine: bool,
    from_: str | None,
    all_: bool,
    limit: int,
) -> None:
    """Show what is offered and needed, here and at the pods that this one reaches.

    Newest first; nothing is ranked and nobody is counted.
    """
    with desk.pod() as pod:
        names = Names(pod)
        author = names.find(pod, from_) if from_ else None
        query = BoardQuery(
            type=type_,
            category=asked.category_id(category) if category else None,
            author=pod.pod_id if mine else author,
            open_only=not all_,
            words=search,
        )
        found = list(islice(pod.listings.each(query), limit + 1))
        shown, now_s = found[:limit], _now_s(pod)
        listed: list[Json] = [listing_data(item, names, now_s) for item in shown]
        answer: Json = {"items": listed, "more": len(found) > limit}
        if shown:
            desk.out.answer(answer, items.table(shown, names, now_s))
        else:
            desk.out.answer(answer, *_empty(pod, query))
    if len(found) > limit:
        desk.out.note(f"There are more than {limit}.", f"pod board --limit {limit * 10}")


def _empty(pod: Pod, query: BoardQuery) -> list[str]:
    """Return what an empty board says: why it may be empty, and what to do."""
    if pod.listings.board(BoardQuery(open_only=False, limit=1)):
        said = "Nothing is open now." if query == BoardQuery() else "Nothing here is like that."
        return [said, "See everything: pod board --all"]
    if query != BoardQuery():
        return ["There is nothing on the board yet."]
    lines = [
        "There is nothing on the board yet. Begin with something small:",
        '  pod offer "Spare tomatoes" --category food',
        '  pod need "A ride to the clinic" --category transport',
        "or take what you have in a spreadsheet: pod import FILE.csv",
    ]
    if not pod.neighbours.all():
        lines.append("To see what other pods share, federate with one: pod neighbor invite")
    return lines


@command("show")
@click.argument("reference")
@pass_desk
def show(desk: Desk, reference: str) -> None:
    """Show one listing in full. REFERENCE is what the board shows first, or the start of it."""
    with desk.pod() as pod:
        item, names, now_s = pod.listings.find(reference), Names(pod), _now_s(pod)
        reach = reach_of(pod.keeper, item.author, item.audience)
        whose = pod.people.whose(MACHINE, item.rid)
        name = whose.member.name if whose else None
        desk.out.answer(
            {
                **listing_detail_data(item, names, now_s, reach),
                "whose": whose.member.name if whose else None,
            },
            *items.page(item, names, now_s, reach),
            *[f"It is {name}'s; no other pod learns that."] * bool(name),
        )


@command("edit")
@click.argument("reference")
@click.option("--title", help="What it is, in a few words.")
@click.option("--status", type=click.Choice(get_args(Status)), help="Open, paused or done.")
@asked.field_options
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(sorted(Listing.model_fields.keys() - {"type", "title", "category"})),
    help="Empty this field; may be given more than once.",
)
@asked.end_options
@asked.share_option
@pass_desk
def edit(
    desk: Desk,
    /,
    *,
    reference: str,
    share: str | None,
    until: str | None,
    days: int | None,
    no_end: bool,
    clear: tuple[str, ...],
    **options: Any,
) -> None:
    """Change a listing of this pod; what is not named stays as it is.

    \b
      pod edit 3f9a12bc --status paused
      pod edit 3f9a12bc --share network --days 30
    """
    changes = asked.given(options)
    with desk.pod() as pod:
        item = pod.listings.find(reference)
        end_s = asked.end_s(until, days, no_end, _now_s(pod))
        if not (changes or clear or share) and end_s is None:
            raise UserError("invalid", "Nothing to change was named.", "pod edit --help")
        kept = {k: v for k, v in item.listing.model_dump().items() if k not in clear}
        listing = write_listing({**kept, **changes})
        audience = Audience(share) if share else None
        edited = pod.listings.edit(item.rid, listing, audience=audience, valid_until_s=end_s)
        pod.people.note_listing_change(MACHINE, item.rid)
        _tell(desk, pod, edited, "Changed")


@command("renew")
@click.argument("reference")
@asked.end_options
@pass_desk
def renew(desk: Desk, *, reference: str, until: str | None, days: int | None, no_end: bool) -> None:
    """Keep a listing open for longer: as long again as is usual, or as you say."""
    with desk.pod() as pod:
        item = pod.listings.find(reference)
        end_s = asked.end_s(until, days, no_end, _now_s(pod))
        renewed = pod.listings.renew(item.rid, end_s)
        pod.people.note_listing_change(MACHINE, item.rid)
        _tell(desk, pod, renewed, "Renewed")


@command("withdraw")
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def withdraw(desk: Desk, *, reference: str, yes: bool) -> None:
    """Take a listing of this pod back, at all pods that have it."""
    with desk.pod() as pod:
        item = pod.listings.find(reference)
        if not yes:
            desk.out.insist(f"Withdraw “{item.listing.title}”?")
        pod.listings.withdraw(item.rid)
        pod.people.note_listing_change(MACHINE, item.rid)
    left_the_pod = item.audience is not Audience.POD
    desk.out.answer(
        {"reference": reference_of(item.rid), "rid": item.rid.hex(), "withdrawn": True},
        f"Withdrawn: {item.listing.title}",
        *[words.NOT_EVERYWHERE] * left_the_pod,
    )


def _tell(desk: Desk, pod: Pod, item: BoardItem, what: str) -> None:
    """Say what was done, who sees it, and how to share what nobody else sees."""
    now_s, ref = _now_s(pod), reference_of(item.rid)
    reach = reach_of(pod.keeper, item.author, item.audience)
    desk.out.answer(
        listing_detail_data(item, Names(pod), now_s, reach),
        f"{what}: {item.listing.title}",
        Pairs(
            [
                ("Reference", ref),
                ("Open", words.until(item.valid_until_s, now_s)),
                ("Seen by", words.seen_by(item.audience, reach)),
            ]
        ),
        words.SHARED_MEANS[item.audience],
        *[f"To share it: pod edit {ref} --share near"] * (item.audience is Audience.POD),
    )


def _now_s(pod: Pod) -> int:
    return pod.now().wall_ms // 1000
