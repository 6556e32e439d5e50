"""`pod notice`, `pod reading` and `pod outcome`: words that pods say to one another."""

from typing import get_args

import click

from cli import fields as asked
from cli import files, kind_pages, kinds
from cli.desk import Desk, command, pass_desk
from cli.kind_ways import Way
from cli.out import Block, Table
from node.aid.words import NoticesBoard, Outcomes, Readings
from node.pod import Pod
from node.shapes.names import Names
from protocol.aid.audience import Audience
from protocol.aid.notice import Notice
from protocol.aid.outcome import Outcome, Position
from protocol.aid.reading import Reading
from store.aid import Item


def notices(pod: Pod) -> NoticesBoard:
    return pod.notices_board


def readings(pod: Pod) -> Readings:
    return pod.readings


def outcomes(pod: Pod) -> Outcomes:
    return pod.outcomes


_LANG = ("--lang", "Language of the words: en, es, pt-BR.")
NOTICE = Way(
    group="notice",
    body=Notice,
    door=notices,
    title="title",
    options={
        "text": ("--text", "What there is to say, up to 1,700 characters."),
        "topic": ("--topic", "What it is; `idea` without it."),
        "cell": ("--cell", "Where, as a geohash of at most six characters."),
        "lang": _LANG,
    },
    columns={"topic": "Topic", "title": "Title"},
    narrow=("--topic", "Only one topic: idea, request, alert, thanks-to-all."),
    ends=True,
)
READING = Way(
    group="reading",
    body=Reading,
    door=readings,
    title="title",
    options={
        "medium": ("--medium", "What it is; `text` without it."),
        "made_by": ("--made-by", "Who wrote or made it."),
        "category": ("--category", "What it is about."),
        "link": ("--link", "Where it is: a web page, mailto: or tel:."),
        "paper_copy": ("--paper-copy", "Where a paper copy lies."),
        "note": ("--note", "Why one would read it, up to 500 characters."),
        "talk_on": ("--talk-on", "When people talk about it: 2026-03-31[T18:00]."),
        "lang": ("--lang", "Language of the text itself: en, es, pt-BR."),
    },
    columns={"medium": "What", "title": "Title", "made_by": "By"},
    narrow=("--category", "Only one category."),
)
OUTCOME = Way(
    group="outcome",
    body=Outcome,
    door=outcomes,
    title="title",
    options={
        "position": ("--position", "Where this pod stands."),
        "text": ("--text", "Reservations, or why; up to 1,000 characters."),
        "decided_on": ("--decided-on", "The day of deciding: 2026-03-31."),
        "lang": _LANG,
    },
    columns={"position": "Position", "title": "Question"},
    narrow=("--position", "Only one position."),
    share=Audience.NETWORK,
)


def _nothing_more(_pod: Pod, _item: Item[Reading] | Item[Outcome]) -> list[Block]:
    return []


def _where_pods_stand(pod: Pod, item: Item[Notice]) -> list[Block]:
    """Show what pods came to on the question of a notice; side by side, not counted."""
    found = pod.outcomes.on(item)
    if not found:
        return []
    names = Names(pod)
    rows = [(names.of(it.author), it.body.position, it.body.text or "") for it in found]
    return ["", Table(("Pod", "Position", "Words"), rows, fold=frozenset(("Words",)))]


@command("add")
@click.argument("reference")
@click.option(
    "--position",
    type=click.Choice(get_args(Position)),
    required=True,
    help="Where this pod stands.",
)
@click.option("--text", help="Reservations, or why; up to 1,000 characters.")
@click.option("--decided-on", metavar="DAY", help="The day of deciding: 2026-03-31.")
@click.option("--lang", help=_LANG[1])
@asked.share_option
@pass_desk
def add_outcome(
    desk: Desk,
    *,
    reference: str,
    position: Position,
    text: str | None,
    decided_on: str | None,
    lang: str | None,
    share: str | None,
) -> None:
    """Say where this pod stands on the question of a notice, in place of what it said before.

    Without --share those see it who see the notice. How your people stand stays in the pod.

    \b
      pod outcome add 3f9a12bc --position agree
    """
    with desk.pod() as pod:
        question = pod.notices_board.find(reference)
        said = {"position": position, "text": text, "decided_on": decided_on, "lang": lang}
        item = pod.outcomes.say(question, said, Audience(share) if share else None)
        kind_pages.tell(OUTCOME, desk, pod, item, "Said")


notice = kinds.group(
    "notice",
    "A few words to other pods: ideas, requests, alerts, thanks to all.",
    kinds.add(
        NOTICE,
        "add",
        """Say a few words, for this pod or for others.

        An alert is shown for 72 hours at most, any other for 30 days unless you say otherwise.

        \b
          pod notice add "No water on Elm" --topic alert --text "Till noon." --share network
        """,
    ),
    files.imported(NOTICE, "Take notices in from the CSV that export writes."),
    files.exported(NOTICE, "Write this pod's notices as CSV."),
    kinds.listed(NOTICE, "Show what pods say, the newest first."),
    kinds.show(NOTICE, "Show one notice in full, and where pods stand on it.", _where_pods_stand),
    kinds.edit(NOTICE, "Change a notice; what is not named stays as it is."),
    kinds.renew(NOTICE, "Keep a notice up for longer.\n\nAn alert for three days from now."),
    kinds.withdraw(NOTICE, "Take a notice of this pod back, everywhere."),
)
reading = kinds.group(
    "reading",
    "What pods recommend to read, see and hear.",
    kinds.add(
        READING,
        "add",
        """Recommend something to read, see or hear.

        \b
          pod reading add "Mutual Aid" --made-by "Dean Spade" --paper-copy "Rosa has it"
        """,
    ),
    files.imported(READING, "Take recommendations in from the CSV that export writes."),
    files.exported(READING, "Write this pod's recommendations as CSV."),
    kinds.listed(READING, "Show what pods recommend, the newest first."),
    kinds.show(READING, "Show one reading in full.", _nothing_more),
    kinds.edit(READING, "Change a reading; what is not named stays as it is."),
    kinds.withdraw(READING, "Take a reading of this pod back, everywhere."),
)
outcome = kinds.group(
    "outcome",
    "Where pods stand on a question that was put to several of them in a notice.",
    add_outcome,
    files.imported(OUTCOME, "Take outcomes in from the CSV that export writes."),
    files.exported(OUTCOME, "Write where this pod stands as CSV."),
    kinds.listed(OUTCOME, "Show where pods stand.\n\nThe newest word first; they are not counted."),
    kinds.show(OUTCOME, "Show one outcome in full.", _nothing_more),
    kinds.edit(OUTCOME, "Change what this pod said; what is not named stays as it is."),
    kinds.withdraw(OUTCOME, "Take back what this pod said, everywhere."),
)
