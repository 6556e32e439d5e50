"""`pod agreement`, `pod rules`: what the pod has agreed on, and how it works."""

from pathlib import Path

import click

from cli import words
from cli.desk import Desk, Group, pass_desk
from cli.out import Pairs, Table
from cli.proposals import DIGITS, from_file, text_of
from node.pod import Pod
from node.shapes.plain import Json
from node.shapes.together import agreement_data
from protocol.aid.house.limits import DAY_S, REVIEW_S
from protocol.aid.house.proposal import Agreement, PodRules
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError

_review = click.option("--review-in", type=int, metavar="DAYS", help="Look at it again (365).")


@click.group("agreement", cls=Group)
def agreement() -> None:
    """What the pod has agreed on, each with a day on which to look at it again."""


@agreement.command("list")
@click.option("--all", "all_", is_flag=True, help="Also what holds no longer.")
@pass_desk
def list_agreements(desk: Desk, *, all_: bool) -> None:
    """List what holds; what is to be looked at first comes first."""
    with desk.pod() as pod:
        found = [it for it in pod.agreements.all(MACHINE) if all_ or not it.ended_s]
        now_s = _now_s(pod)
    if not found:
        desk.out.answer([], "No agreement is written down.", 'pod agreement add "Quiet after ten"')
        return
    data: list[Json] = [agreement_data(it) for it in found]
    rows = [(_ref(it), it.title, _looked_at(it, now_s)) for it in found]
    desk.out.answer(data, Table(("Ref", "Agreement", ""), rows, fold=frozenset(("Agreement",))))


@agreement.command("add")
@click.argument("title", required=False)
@click.option("--text", help="What was agreed; without it, the title says all.")
@from_file
@click.option("--proposal", metavar="REF", help="Take it from this proposal, which was agreed.")
@_review
@pass_desk
def add(
    desk: Desk,
    *,
    title: str | None,
    text: str | None,
    file: Path | None,
    proposal: str | None,
    review_in: int | None,
) -> None:
    """Write down what the pod agreed on.

    \b
      pod agreement add "Quiet after ten" --review-in 180
      pod agreement add --proposal 3f9a12bc
    """
    with desk.pod() as pod:
        found = pod.decisions.find(MACHINE, proposal) if proposal else None
        said = title or (found.title if found else None)
        if said is None:
            raise UserError("invalid", "What was agreed?", 'pod agreement add "Quiet after ten"')
        words_ = text_of(text, file) or (found.text if found else said)
        made = pod.agreements.write(
            MACHINE,
            said,
            words_,
            review_in_s=_review_s(review_in),
            proposal=found.id if found else None,
        )
        _told(desk, pod, made, "Written down.")


@agreement.command("show")
@click.argument("reference")
@pass_desk
def show(desk: Desk, *, reference: str) -> None:
    """Show one agreement."""
    with desk.pod() as pod:
        _told(desk, pod, pod.agreements.find(MACHINE, reference))


@agreement.command("confirm")
@click.argument("reference")
@_review
@pass_desk
def confirm(desk: Desk, *, reference: str, review_in: int | None) -> None:
    """Say that the pod looked at it, and that it holds on."""
    with desk.pod() as pod:
        found = pod.agreements.find(MACHINE, reference)
        pod.agreements.confirm(MACHINE, found.id, _review_s(review_in))
        _told(desk, pod, pod.agreements.find(MACHINE, reference), "It holds on.")


@agreement.command("revise")
@click.argument("reference")
@click.option("--title", help="Another title.")
@click.option("--text", help="Another text.")
@from_file
@_review
@pass_desk
def revise(
    desk: Desk,
    *,
    reference: str,
    title: str | None,
    text: str | None,
    file: Path | None,
    review_in: int | None,
) -> None:
    """Put other words in its place, as the pod agreed. The old ones end, and can be read still.

    \b
      pod agreement revise 3f9a12bc --text "Quiet after nine on school days."
    """
    words_ = text_of(text, file)
    if title is None and words_ is None:
        raise UserError("invalid", "Nothing to change was named.", "pod agreement revise --help")
    with desk.pod() as pod:
        found = pod.agreements.find(MACHINE, reference)
        made = pod.agreements.revise(
            MACHINE, found.id, title=title, text=words_, review_in_s=_review_s(review_in)
        )
        _told(desk, pod, made, "It holds in these words now.")


@agreement.command("end")
@click.argument("reference")
@pass_desk
def end(desk: Desk, *, reference: str) -> None:
    """Say that it holds no longer."""
    with desk.pod() as pod:
        found = pod.agreements.find(MACHINE, reference)
        pod.agreements.end(MACHINE, found.id)
        _told(desk, pod, pod.agreements.find(MACHINE, reference), "It holds no longer.")


def _review_s(days: int | None) -> int:
    if days is None:
        return REVIEW_S
    if not 1 <= days <= 3650:
        raise UserError("invalid", "Look at it again in 1 to 3,650 days.", "--review-in 365")
    return days * DAY_S


def _told(desk: Desk, pod: Pod, it: Agreement, *what: str) -> None:
    now_s = _now_s(pod)
    text = [it.text] if it.text != it.title else []
    pairs = Pairs(
        [
            ("Reference", _ref(it)),
            ("Agreed", words.day(it.agreed_s, now_s)),
            ("", _looked_at(it, now_s)),
        ]
    )
    desk.out.answer(agreement_data(it), *what, it.title, *text, pairs)


def _looked_at(it: Agreement, now_s: int) -> str:
    if it.ended_s:
        return f"ended {words.day(it.ended_s, now_s)}"
    if it.review_s <= now_s:
        return "look at it again now"
    return f"look at it again {words.day(it.review_s, now_s)}"


def _ref(it: Agreement) -> str:
    return it.id.hex()[:DIGITS]


# --- The pod's rules ---


@click.group("rules", cls=Group)
def rules() -> None:
    """How this pod decides and takes people in, as it agreed."""


@rules.command("show")
@pass_desk
def show_rules(desk: Desk) -> None:
    """Show the rules."""
    with desk.pod() as pod:
        _rules_told(desk, pod.agreements.rules())


@rules.command("set")
@click.argument("name", type=click.Choice(list(PodRules.model_fields)))
@click.argument("value")
@pass_desk
def set_rule(desk: Desk, *, name: str, value: str) -> None:
    """Change a rule, as the pod agreed. Members read of it in the log.

    \b
      pod rules set floor_percent 75
      pod rules set members_invite yes
    """
    with desk.pod() as pod:
        is_yes_or_no = isinstance(getattr(PodRules(), name), bool)
        said: object = _yes_or_no(value) if is_yes_or_no else _number(value)
        _rules_told(desk, pod.agreements.set_rules(MACHINE, {name: said}))


def _rules_told(desk: Desk, found: PodRules) -> None:
    said = [
        ("floor_percent", f"{found.floor_percent}", "of those here take a position"),
        ("aside_percent", f"{found.aside_percent}", "of those stand aside: talk more"),
        ("test_days", f"{found.test_days}", "days a proposal is tested"),
        ("hide_names", _word(found.hide_names), "names of positions hidden until it is closed"),
        ("members_invite", _word(found.members_invite), "members may invite people"),
    ]
    desk.out.answer(found.model_dump(mode="json"), Table(("Rule", "Is", "Means"), said))


def _word(value: bool) -> str:  # noqa: FBT001  # a value to be shown
    return "yes" if value else "no"


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise UserError("invalid", "This rule is yes or no.", "pod rules show")
    return text.lower() == "yes"


def _number(text: str) -> int:
    if not text.isdecimal():
        raise UserError("invalid", "This rule is a whole number.", "pod rules show")
    return int(text)


def _now_s(pod: Pod) -> int:
    return pod.now().wall_ms // 1000
