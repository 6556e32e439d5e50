"""`pod crisis`: how pods are doing in a crisis. Who is all right is asked by `pod rollcall`."""

from typing import Any, Final, get_args

import click

from cli import fields as asked
from cli import files, kind_pages, kind_ways, kinds, words
from cli.desk import Command, Desk, command, pass_desk
from cli.kind_ways import Way
from cli.out import Pairs
from node.aid.crisis import Crisis
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.things import item_data
from protocol.aid.audience import Audience
from protocol.aid.crisis_status import CRISIS_RID, CrisisStatus, Level
from protocol.errors import UserError


def door(pod: Pod) -> Crisis:
    return pod.crisis


_SAYS: Final = {
    "what": ("--what", "What is going on, up to 200 characters."),
    "we_can_help": ("--can-help", "With what; up to ten times."),
    "we_need": ("--need", "What is needed; up to ten times."),
    "safe_places": ("--safe-places", "Where it is warm, dry, lit."),
    "heard_from": ("--heard-from", "Of how many of your people."),
    "lang": ("--lang", "Language of the words: en, es, pt-BR."),
}
WAY = Way(group="crisis", body=CrisisStatus, door=door, title="level", options=_SAYS, columns={})


def _say() -> Command:
    @pass_desk
    def run(desk: Desk, /, *, level: str, share: str | None, **options: Any) -> None:
        with desk.pod() as pod:
            status = CrisisStatus.write({"level": level, **kind_ways.given(WAY, options)})
            item = pod.crisis.say(status, Audience(share or Audience.NEAR))
            desk.out.answer(
                item_data(item, Names(pod)),
                f"Said: {item.body.headline()}",
                words.SHARED_MEANS[item.audience],
                "Say it again within 48 hours, or it is no longer shown.",
            )

    text = """Say how this pod is, now, in place of what it said before.

    It is shown for 48 hours: after that nobody knows. Say it again, also if nothing changed.
    Without --share neighbouring pods see it. Names and numbers of people do not belong in it.

    \b
      pod crisis say active --what "Flood, power is out" --need water --can-help transport
      pod crisis say over --share network
    """
    level = click.argument("level", type=click.Choice(get_args(Level)))
    return kinds.made("say", text, run, [level, *kind_ways.options_of(WAY), asked.share_option])


@command("status")
@pass_desk
def status(desk: Desk) -> None:
    """Show how pods are doing, by what each said within two days, and the alerts that are on."""
    with desk.pod() as pod:
        names, now_s = Names(pod), kind_ways.now_s(pod)
        found = pod.crisis.statuses()
        listed: list[Json] = [item_data(item, names) for item in found]
        blocks: list[str | Pairs] = []
        for item in found:
            fields = [
                (kind_pages.label(WAY, field), kind_pages.said_of(field, getattr(item.body, field)))
                for field in ("we_can_help", "we_need", "safe_places", "heard_from")
            ]
            said = f"{names.of(item.author)}: {item.body.headline()}"
            blocks += [said, Pairs([("Said", words.ago(item.posted_s, now_s)), *fields]), ""]
        alerts = pod.notices_board.alerts()
        blocks += [
            f"Alert: {it.body.title} ({names.of(it.author)}, {words.ago(it.posted_s, now_s)})"
            for it in alerts
        ]
        told: dict[str, Json] = {
            "items": listed,
            "alerts": [item_data(item, names) for item in alerts],
        }
        desk.out.answer(told, *(blocks or ["No pod says that it is in a crisis."]))


@command("take-back")
@pass_desk
def take_back(desk: Desk) -> None:
    """Say nothing about a crisis any more. To tell that it is over: pod crisis say over."""
    with desk.pod() as pod:
        try:
            item = pod.crisis.own(CRISIS_RID)
        except UserError as err:
            raise UserError(
                err.code, "This pod says nothing about a crisis.", "See: pod crisis status"
            ) from err
        pod.crisis.take_back()
    kind_pages.taken_back(desk, item)


crisis = kinds.group(
    "crisis",
    "How pods are doing in a crisis, to one another. Who is all right: pod rollcall.",
    _say(),
    status,
    take_back,
    files.imported(WAY, "Take this pod's crisis status in from the CSV that export writes."),
    files.exported(WAY, "Write this pod's crisis status as CSV."),
)
