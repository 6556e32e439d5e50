"""`pod reply` and `pod mail`: letters between this pod and others, sealed."""

from collections.abc import Sequence
from typing import Any, Final

import click

from cli import persons, words
from cli.desk import Desk, Group, command, pass_desk
from cli.out import Block, Pairs, Styled, Table
from node.aid import letterbox
from node.aid.letters import Hindrance, Letter, State
from node.pod import Pod
from node.shapes.board import answer_data
from node.shapes.letters import letter_data
from node.shapes.names import Names
from node.shapes.plain import REFERENCE_DIGITS, Json, reference_of
from protocol.aid.form import fill
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MACHINE, MemberId
from protocol.aid.letter import Answer, LetterBody, Reply, Report, Rsvp, Unask, Verdict
from protocol.identity import PodId, short_id
from store.aid import BoardItem
from store.house.letters import Fate

SEALED: Final = (
    "Only that pod can read it. Pods that carry it see whom it is for, about how long it is, and "
    "when; the first of them can guess that it is from here."
)
HINDERED: Final = {
    Hindrance.NO_CARD: "It leaves once that pod's card is here: its node has to have run since "
    "letters exist.",
    Hindrance.OUT_OF_REACH: "It waits: no neighbour reaches that pod now. It may be farther than "
    "six pods away, or gone.",
}
VERDICTS: Final[dict[str, Verdict]] = {
    "accept": "accepted",
    "decline": "declined",
    "wait": "waiting",
}
ANSWERED: Final = {
    "accepted": "yes",
    "declined": "no, not this time",
    "waiting": "promised for now, or not decided yet; they will come back to you",
    "gone": "it is gone, thank you",
}


@command("reply")
@click.argument("reference")
@click.option("--message", metavar="WORDS", help="What there is to say.")
@click.option("--quantity", "--qty", "qty", type=click.IntRange(1), help="How many.")
@click.option("--contact", metavar="WAY", help="How to reach you, for this answer alone.")
@click.option("--from", "by", metavar="NAME", help="Who asks, as they want to be called.")
@click.option("--for", "whose", metavar="NAME", help="Who of this pod asks: they read the answer.")
@click.option("--on", "day", metavar="DAY", help="Which day, if it repeats: 2026-12-31.")
@pass_desk
def reply(desk: Desk, /, *, reference: str, whose: str | None, **said: Any) -> None:
    """Say to a listing that you could use it, or can help: this pod's own, or another pod's.

    To another pod it goes as a sealed letter, over whatever pods lie between; they cannot read it.
    Asking claims nothing: it is promised when the people of that pod say so, and their answer comes
    as a letter too. See: pod mail

    \b
      pod reply 3f9a12bc --message "Two bags, please" --contact "0151 2345678" --from Rosa
    """
    with desk.pod() as pod:
        item = pod.listings.find(reference)
        member = persons.find(pod, whose).id if whose else None
        if item.author == pod.pod_id:
            _ask_here(desk, pod, item, said, member)
            return
        fields = {"qty": said["qty"], "message": said["message"], "contact": said["contact"]}
        fields |= {"from_label": said["by"], "on": said["day"]}
        letter = pod.letters.reply(item, member=member, **fields)
        names = _Who(pod)
        hindrance = pod.letters.hindrance(item.author)
        desk.out.answer(
            {**_data(letter, names), "hindrance": hindrance.value if hindrance else None},
            f"Sealed for {names.of(item.author)}: {item.listing.title}",
            Pairs([("Letter", _reference(letter)), ("State", _state(letter))]),
            SEALED,
            *([HINDERED[hindrance]] if hindrance else []),
        )


def _ask_here(
    desk: Desk, pod: Pod, item: BoardItem, said: dict[str, Any], member: MemberId | None
) -> None:
    """Keep it here: a listing of this pod needs no letter."""
    asked = fill(
        Ask,
        {
            "qty": said["qty"],
            "words": said["message"],
            "contact": said["contact"],
            "by": said["by"],
            "day": said["day"],
        },
    )
    answer = pod.answers.ask(item.rid, asked, member=member)
    reference = f"{reference_of(item.rid)} {answer.number}"
    desk.out.answer(
        answer_data(answer, Names(pod)),
        f"Asked: {item.listing.title}",
        Pairs([("Answer", reference)]),
        f"It is this pod's own, so nothing is sent. To promise it: pod promise {reference}",
    )


@click.group("mail", cls=Group)
def mail() -> None:
    """Letters between this pod and others, sealed."""


@mail.command("list")
@pass_desk
def list_letters(desk: Desk) -> None:
    """List the letters that came and those that were sent, the newest first."""
    with desk.pod() as pod:
        names, found, now_s = _Who(pod), pod.letters.all(), pod.now().wall_ms // 1000
        desk.out.answer(
            {"letters": [_data(letter, names) for letter in found]},
            _table(found, names, now_s) if found else "No letter has come or gone.",
        )


@mail.command("show")
@click.argument("reference")
@pass_desk
def show(desk: Desk, *, reference: str) -> None:
    """Show a letter in full. Whoever wrote it is not told that it was read."""
    with desk.pod() as pod:
        letter, names = pod.letters.find(reference), _Who(pod)
        pod.letters.note_seen(letter)
        now_s = pod.now().wall_ms // 1000
        desk.out.answer(_data(letter, names), *_page(pod, letter, names, now_s))


@mail.command("answer")
@click.argument("reference")
@click.option("--accept", "said", flag_value="accept", help="Promise it.")
@click.option("--decline", "said", flag_value="decline", help="Say no, kindly.")
@click.option("--wait", "said", flag_value="wait", help="Say that it is not decided yet.")
@click.option("--message", metavar="WORDS", help="What there is to say.")
@pass_desk
def answer(desk: Desk, *, reference: str, said: str | None, message: str | None) -> None:
    """Answer a reply to a listing of this pod, by a sealed letter.

    To accept promises it: what is left of the listing falls, as with `pod promise`.

    \b
      pod mail answer 5c07de11 --accept --message "Come by at five, the blue door"
    """
    if said is None:
        raise click.UsageError("Say --accept, --decline or --wait.")
    with desk.pod() as pod:
        letter = pod.letters.find(reference)
        pod.exchange.answer(letter, VERDICTS[said], message)
        if letter.kept.about is not None:
            pod.people.note_listing_change(MACHINE, letter.kept.about)
        names = _Who(pod)
        desk.out.answer(
            {"letter": _reference(letter), "verdict": VERDICTS[said]},
            f"Sealed for {names.of(letter.kept.pod_id)}: {ANSWERED[VERDICTS[said]]}.",
        )


@mail.command("unask")
@click.argument("reference")
@click.option("--message", metavar="WORDS", help="What there is to say; no reason is asked.")
@pass_desk
def unask(desk: Desk, *, reference: str, message: str | None) -> None:
    """Take a reply back that this pod wrote: it is needed no longer.

    What was promised to you is free for others again, as soon as the letter is there.
    """
    with desk.pod() as pod:
        letter = pod.letters.unask(pod.letters.find(reference), message)
        names = _Who(pod)
        desk.out.answer(
            _data(letter, names), f"Sealed for {names.of(letter.kept.pod_id)}: taken back."
        )


@mail.command("retry")
@click.argument("reference")
@pass_desk
def retry(desk: Desk, *, reference: str) -> None:
    """Send a letter once more of which nobody heard that it arrived. It is never read twice."""
    with desk.pod() as pod:
        letter = pod.letters.retry(pod.letters.find(reference))
        desk.out.answer(_data(letter, _Who(pod)), "It is tried again, for a month of running.")


@mail.command("forget")
@click.argument("reference")
@pass_desk
def forget(desk: Desk, *, reference: str) -> None:
    """Keep a letter no longer. One that is on its way may still arrive."""
    with desk.pod() as pod:
        letter = pod.letters.find(reference)
        pod.letters.forget(letter)
    gone = letter.state is State.UNDER_WAY
    desk.out.answer(
        {"forgotten": letter.kept.message_id.hex()},
        "Forgotten here. It was on its way, and may still arrive." if gone else "Forgotten.",
    )


@mail.command("give")
@click.argument("reference")
@click.argument("name")
@pass_desk
def give(desk: Desk, *, reference: str, name: str) -> None:
    """Say whose a letter is that is nobody's: they read and answer it on their own phone.

    The steward log says that it was done. All that was written about the same thing goes with it.
    """
    with desk.pod() as pod:
        letter, member = pod.letters.find(reference), persons.find(pod, name)
        pod.letterbox.give(MACHINE, letterbox.reference(letter), member.id)
        desk.out.answer(
            {"letter": _reference(letter), "whose": member.name}, f"It is for {member.name}."
        )


@mail.command("report")
@click.argument("reference")
@click.argument("reason", metavar="REASON")
@click.option("--message", metavar="WORDS", help="What else there is to say.")
@pass_desk
def report(desk: Desk, *, reference: str, reason: str, message: str | None) -> None:
    """Tell the pod of a listing that it is wrong or does harm, by a sealed letter.

    Nobody else is told, and nothing is taken down by it. Not to see what a pod writes: pod author
    hide
    """
    with desk.pod() as pod:
        item, names = pod.listings.find(reference), _Who(pod)
        letter = pod.letters.report(item.author, item.rid, reason=reason, message=message)
        desk.out.answer(
            _data(letter, names),
            f"Sealed for {names.of(item.author)}: {item.listing.title}",
            Pairs([("Letter", _reference(letter)), ("State", _state(letter))]),
        )


# --- How letters are shown ---


class _Who(Names):
    """Names of pods, of those too that are known by their card alone."""

    def __init__(self, pod: Pod) -> None:
        super().__init__(pod)
        self._card = pod.card
        self.people = pod.people.names()

    def of(self, pod_id: PodId) -> str:
        """Return a neighbour's name, or what a card says, with the short id that tells it apart."""
        card = None if self.is_neighbour(pod_id) else self._card.of(pod_id)
        return super().of(pod_id) if card is None else f"{card.body.name} ({short_id(pod_id)})"


def unseen_said(count: int) -> list[str]:
    """Return what `pod status` says of letters that nobody has looked at."""
    if not count:
        return []
    waits = "waits" if count == 1 else "wait"
    return [f"! {words.counted(count, 'letter')} {waits} to be read: pod mail list"]


def _reference(letter: Letter) -> str:
    return letter.kept.message_id.hex()[:REFERENCE_DIGITS]


def _state(letter: Letter) -> str:
    if letter.state is not State.CAME:
        return letter.state.value
    came = "new" if letter.kept.fate is Fate.UNSEEN else "read here"
    return f"{came}, late" if letter.is_late else came


def _kind(body: LetterBody | None) -> str:
    match body:
        case Reply():
            return "reply"
        case Unask():
            return "taken back"
        case Answer(verdict=verdict):
            return f"answer: {ANSWERED[verdict]}"
        case Rsvp(people=people):
            return f"{people} coming"
        case Report():
            return "report"
    return "not readable by this version"


def _whose(letter: Letter, names: _Who) -> str:
    member = letter.kept.member
    return "" if member is None else names.people.get(member, "")


def _table(found: Sequence[Letter], names: _Who, now_s: int) -> Table:
    return Table(
        ("Letter", "Way", "Pod", "Whose", "What", "Says", "State", "When"),
        [
            (
                _reference(letter),
                "to" if letter.kept.is_ours else "from",
                names.of(letter.kept.pod_id),
                _whose(letter, names),
                _kind(letter.body),
                letter.body.headline() if letter.body else "",
                Styled(_state(letter), "dim" if letter.kept.fate is Fate.SEEN else "bold"),
                words.ago(letter.kept.settled_s or letter.kept.written_s, now_s),
            )
            for letter in found
        ],
        fold=frozenset(("Pod", "Whose", "What", "Says", "State")),
    )


def _page(pod: Pod, letter: Letter, names: _Who, now_s: int) -> list[Block]:
    kept, body = letter.kept, letter.body
    direction = "To" if kept.is_ours else "From"
    said: list[tuple[str, str]] = [
        ("Letter", kept.message_id.hex()),
        (direction, names.of(kept.pod_id)),
        ("Written", words.minute(kept.written_s, now_s)),
        ("State", _state(letter)),
        ("About", _about(pod, letter)),
        ("Whose", _whose(letter, names)),
    ]
    match body:
        case Reply():
            said += [
                ("Who", body.from_label or ""),
                ("How many", str(body.qty or "")),
                ("Day", body.on or ""),
                ("Contact", body.contact or ""),
            ]
        case Answer():
            said.append(("Answer", ANSWERED[body.verdict]))
        case Rsvp():
            said += [("Coming", str(body.people)), ("Who", body.from_label or "")]
        case Report():
            said.append(("Reason", body.reason))
    said.append(("Message", (body.message or "") if body else ""))
    blocks: list[Block] = [_kind(body).capitalize(), "", Pairs(said)]
    if letter.state is State.WAITING and (why := pod.letters.hindrance(kept.pod_id)):
        blocks.append(HINDERED[why])
    return blocks


def _about(pod: Pod, letter: Letter) -> str:
    """Return the title of what a letter is about, if it is here."""
    body = letter.body
    if body is None:
        return ""
    if isinstance(body, Answer | Unask):
        asked = [it for it in pod.letters.all() if it.kept.message_id.hex() == body.re]
        return _about(pod, asked[0]) if asked and isinstance(asked[0].body, Reply) else ""
    author = letter.kept.pod_id if letter.kept.is_ours else pod.pod_id
    found = pod.listings.of(author, bytes.fromhex(body.re))
    return found.listing.title if found else ""


def _data(letter: Letter, names: _Who) -> dict[str, Json]:
    whose = _whose(letter, names) or None
    return letter_data(letter, _reference(letter), names.of(letter.kept.pod_id), whose)
