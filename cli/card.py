"""`pod card`: who a pod is, for other pods."""

from pathlib import Path
from typing import Any

import click

from cli import kind_pages, kind_ways, kinds, words
from cli.desk import Command, Desk, command, pass_desk
from cli.kind_ways import Way
from cli.out import Table
from node.aid.card import Card
from node.aid.public import public_entries
from node.formats.feed import write_feed
from node.formats.murmurations import write_organisation
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.things import item_data
from node.whole_file import write_whole
from protocol.aid.pod_card import PodCard
from protocol.errors import UserError
from store.aid import ItemQuery


def door(pod: Pod) -> Card:
    return pod.card


WAY = Way(
    group="card",
    body=PodCard,
    door=door,
    title="name",
    options={
        "zone_name": ("--zone", "What the pod's zone is called."),
        "zone_kind": ("--zone-kind", "What sort of zone it is."),
        "zone_words": ("--zone-words", "Where the zone ends, in plain words."),
        "accepting": ("--accepting", "Whether new members are welcome; `ask` without it."),
        "cell": ("--cell", "Where, as a geohash of at most five characters."),
        "languages": ("--language", "A language that people speak: en, es; up to ten times."),
        "members_band": ("--members", "About how many people; never an exact number."),
        "about": ("--about", "More words, up to 800 characters."),
        "how_to_reach": ("--reach", "How to reach you, `door: number 12`; up to five times."),
        "addresses": ("--address", "Where the node may answer, host:port; up to four times."),
        "lang": ("--lang", "Language of the words: en, es, pt-BR."),
    },
    columns={},
)


@command("show")
@click.argument("pod_name", metavar="[POD]", required=False)
@pass_desk
def show(desk: Desk, *, pod_name: str | None) -> None:
    """Show this pod's card, or that of another: a neighbour's name or a pod id."""
    with desk.pod() as pod:
        names = Names(pod)
        whose = names.find(pod, pod_name) if pod_name else pod.pod_id
        item = pod.card.of(whose)
        if item is None:
            raise UserError(
                "not_found",
                f"There is no card of {names.of(whose)} here.",
                "Write one: pod card edit --help" if whose == pod.pod_id else "pod card list",
            )
        desk.out.answer(item_data(item, names), *kind_pages.page(WAY, pod, item))


@command("list")
@pass_desk
def list_(desk: Desk) -> None:
    """Show the cards of all pods that this one reaches."""
    with desk.pod() as pod:
        names = Names(pod)
        found = pod.card.page(ItemQuery(limit=1000))
        rows = [
            (it.body.name, it.body.zone_name, it.body.accepting, names.of(it.author))
            for it in found
        ]
        folded = frozenset(("Name", "Zone", "From"))
        table = Table(("Name", "Zone", "New members", "From"), rows, fold=folded)
        listed: list[Json] = [item_data(it, names) for it in found]
        desk.out.answer(
            {"items": listed}, *([table] if found else ["No pod has shown a card yet."])
        )


def _edit() -> Command:
    @pass_desk
    def run(desk: Desk, /, *, clear: tuple[str, ...], **options: Any) -> None:
        changes = kind_ways.given(WAY, options)
        with desk.pod() as pod:
            card = pod.card.get()
            if card is None:
                kept: dict[str, Any] = {"name": pod.name}
            else:
                kept = {k: v for k, v in card.model_dump().items() if k not in clear}
            item = pod.card.put(PodCard.write({**kept, **changes}))
            desk.out.answer(
                item_data(item, Names(pod)),
                f"This pod's card: {item.body.name}",
                words.SHARED_MEANS[item.audience],
            )

    return kinds.edit_command(
        WAY,
        """Write this pod's card, or change it; what is not named stays as it is.

        Every pod that this one reaches sees it. No person belongs in it.

        \b
          pod card edit --zone "Maple Street 1-40" --zone-kind street --reach "door: number 12"
        """,
        run,
    )


@command("export")
@click.option(
    "--format",
    "form",
    type=click.Choice(["murmurations", "atom"]),
    default="murmurations",
    help="A profile of the pod, or a feed of what it said to all.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all; without it, to stdout.",
)
@click.option("--url", help="Where the pod is found on the web, if it is.")
@pass_desk
def export(desk: Desk, *, form: str, out: Path | None, url: str | None) -> None:
    """Write the card as a Murmurations profile, or what the pod said to all as an Atom feed.

    Both are files for people to put somewhere; nothing is published by itself.
    """
    with desk.pod() as pod:
        if form == "atom":
            said = write_feed(
                public_entries(pod),
                pod_id=pod.pod_id,
                name=pod.name,
                now_s=pod.now().wall_ms // 1000,
            )
        else:
            card = pod.card.get()
            if card is None:
                raise UserError("not_found", "This pod has no card yet.", "Make one: pod card edit")
            said = write_organisation(card, url=url)
    if out is None:
        desk.out.raw(said)
        return
    write_whole(out, said)
    desk.out.answer({"file": str(out)}, f"Written to {out}.")


card = kinds.group("card", "Who a pod is, for other pods.", show, list_, _edit(), export)
