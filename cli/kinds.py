"""Commands for a kind of what travels: add, list, show, edit, renew and withdraw, for any of them.

A module for each area says which fields its kind has, in which words, and adds what is its own.
"""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import click

from cli import fields as asked
from cli.desk import Command, Desk, Group, pass_desk
from cli.kind_pages import page, show_list, taken_back, tell
from cli.kind_ways import Way, clearable, ends_of, filed_under, given, narrow_of, now_s, options_of
from cli.out import Block
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.things import item_data
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError
from store.aid import Item, ItemQuery


def add(way: Way, name: str, text: str) -> Command:
    """Return `pod GROUP ADD [TITLE]`."""

    @pass_desk
    def run(desk: Desk, /, *, share: str | None, **options: Any) -> None:
        end = _pop_end(options)
        with desk.pod() as pod:
            said = {**way.defaults(pod), **given(way, options)}
            body = way.body.write(said)
            item = way.door(pod).publish(
                body,
                audience=Audience(share or way.share),
                valid_until_s=asked.end_s(*end, now_s(pod)),
            )
            tell(way, desk, pod, item, "Saved")

    argument = click.argument(way.title, metavar=f"[{_metavar(way.title)}]", required=False)
    return made(name, text, run, [argument, *options_of(way), *ends_of(way), asked.share_option])


def listed(way: Way, text: str, name: str = "list") -> Command:
    """Return `pod GROUP list`."""

    @pass_desk
    def run(
        desk: Desk,
        /,
        *,
        search: str,
        mine: bool,
        from_: str | None,
        all_: bool,
        limit: int,
        narrow: str | None = None,
    ) -> None:
        with desk.pod() as pod:
            names = Names(pod)
            query = ItemQuery(
                author=pod.pod_id if mine else names.find(pod, from_) if from_ else None,
                filed_under=filed_under(way, narrow),
                open_at_s=None if all_ else now_s(pod),
                words=search,
            )
            show_list(way, desk, pod, list(islice(way.door(pod).each(query), limit + 1)), limit)

    options = [
        *narrow_of(way),
        click.option("--search", metavar="WORDS", default="", help="What holds all these words."),
        click.option("--mine", is_flag=True, help="Only this pod's."),
        click.option("--from", "from_", metavar="POD", help="Only one pod's: a name or an id."),
        click.option("--all", "all_", is_flag=True, help="Also what is over."),
        click.option("--limit", type=click.IntRange(1), default=50, help="So many at most (50)."),
    ]
    return made(name, text, run, options)


def show(way: Way, text: str, more: Callable[[Pod, Item[Any]], list[Block]]) -> Command:
    """Return `pod GROUP show REFERENCE`. more: what stands below the fields."""

    @pass_desk
    def run(desk: Desk, /, *, reference: str) -> None:
        with desk.pod() as pod:
            item = way.door(pod).find(reference)
            blocks = [*page(way, pod, item), *more(pod, item)]
            desk.out.answer(item_data(item, Names(pod)), *blocks)

    return made("show", text, run, [click.argument("reference")])


def edit(way: Way, text: str) -> Command:
    """Return `pod GROUP edit REFERENCE`."""

    @pass_desk
    def run(
        desk: Desk, /, *, reference: str, share: str | None, clear: Sequence[str], **options: Any
    ) -> None:
        end = _pop_end(options)
        changes = given(way, options)
        with desk.pod() as pod:
            door = way.door(pod)
            item, end_s = door.find(reference), asked.end_s(*end, now_s(pod))
            if not (changes or clear or share) and end_s is None:
                raise UserError(
                    "invalid", "Nothing to change was named.", f"pod {way.group} edit --help"
                )
            kept = {k: v for k, v in item.body.model_dump().items() if k not in clear}
            body = way.body.write({**kept, **changes})
            audience = Audience(share) if share else None
            edited = door.edit(item.rid, body, audience=audience, valid_until_s=end_s)
            pod.people.note_listing_change(MACHINE, item.rid)
            tell(way, desk, pod, edited, "Changed")

    more = [*ends_of(way), asked.share_option]
    return edit_command(way, text, run, more, [click.argument("reference")])


def edit_command(
    way: Way,
    text: str,
    run: Callable[..., None],
    more: Sequence[Callable[[Any], Any]] = (),
    arguments: Sequence[Callable[[Any], Any]] = (),
) -> Command:
    """Return `pod GROUP edit` with an option for each field, and --clear."""
    flag = f"--{way.title.replace('_', '-')}"
    clear = click.option(
        "--clear",
        multiple=True,
        type=click.Choice(clearable(way)),
        help="Empty this field; may be given more than once.",
    )
    title = click.option(flag, way.title, help="In other words.")
    return made("edit", text, run, [*arguments, title, *options_of(way), clear, *more])


def renew(way: Way, text: str) -> Command:
    """Return `pod GROUP renew REFERENCE`."""

    @pass_desk
    def run(desk: Desk, /, *, reference: str, **options: Any) -> None:
        end = _pop_end(options)
        with desk.pod() as pod:
            door = way.door(pod)
            item = door.renew(door.find(reference).rid, asked.end_s(*end, now_s(pod)))
            pod.people.note_listing_change(MACHINE, item.rid)
            tell(way, desk, pod, item, "Renewed")

    return made("renew", text, run, [click.argument("reference"), *ends_of(way)])


def withdraw(way: Way, text: str, name: str = "withdraw") -> Command:
    """Return `pod GROUP withdraw REFERENCE`."""

    @pass_desk
    def run(desk: Desk, /, *, reference: str, yes: bool) -> None:
        with desk.pod() as pod:
            door = way.door(pod)
            item = door.find(reference)
            if not yes:
                desk.out.insist(f"Take back “{item.body.headline()}”?")
            door.withdraw(item.rid)
            pod.people.note_listing_change(MACHINE, item.rid)
        taken_back(desk, item)

    options = [click.argument("reference"), click.option("--yes", is_flag=True, help="Do not ask.")]
    return made(name, text, run, options)


def group(name: str, text: str, *commands: click.Command) -> Group:
    """Return `pod NAME` with these commands."""
    made = Group(name, help=text)
    for command in commands:
        made.add_command(command)
    return made


def made(
    name: str, text: str, run: Callable[..., None], options: Sequence[Callable[[Any], Any]]
) -> Command:
    """Return a command with this help that does run."""
    for option in reversed(options):
        run = option(run)
    return click.command(name, cls=Command, help=text)(run)


def _pop_end(options: dict[str, Any]) -> tuple[str | None, int | None, bool]:
    names = ("until", "days", "no_end")
    until, days, no_end = (options.pop(name, None) for name in names)
    return until, days, bool(no_end)


def _metavar(field: str) -> str:
    return field.upper()
