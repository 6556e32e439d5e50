"""What the pod has agreed on, and the rules by which it decides and takes people in."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from aiohttp import web

from node.pod import Pod
from node.web.pages.persons import ID, id_in, id_or_none
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from protocol.aid.house.limits import DAY_S, MAX_TEST_DAYS, MAX_TEXT, MAX_TITLE, REVIEW_S
from protocol.aid.house.proposal import Agreement, PodRules, Proposal
from protocol.aid.house.rights import Right
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

LONGEST: Final = {"title": MAX_TITLE, "text": MAX_TEXT}
REVIEWS: Final = (30, 90, 180, 365)
"""Days after which people may want to look at an agreement again."""
NUMBERS: Final = {"floor_percent": 100, "aside_percent": 100, "test_days": MAX_TEST_DAYS}
"""The rules that are a whole number, and the greatest that fits."""


class Kept(NamedTuple):
    """One agreement for a page. proposal: the one that it came from, if that is kept."""

    agreement: Agreement
    proposal: Proposal | None


# --- Agreements ---


async def show_agreements(visit: Visit) -> web.StreamResponse:
    """What holds, to be looked at first first; then what held before."""
    found = await visit.do(lambda pod: pod.agreements.all(visit.viewer.looking))
    ended = sorted((it for it in found if it.ended_s), key=lambda it: it.ended_s, reverse=True)
    holding = [it for it in found if not it.ended_s]
    return visit.page("agreements.html", holding=holding, ended=ended)


async def show_agreement(visit: Visit) -> web.StreamResponse:
    """One agreement in full."""
    kept = await visit.do(_kept, visit.viewer, id_in(visit))
    return visit.page(
        "agreement.html", kept=kept, is_written=bool(visit.asked("written")), days=_days(visit)
    )


def _kept(pod: Pod, viewer: Viewer, id_: bytes) -> Kept:
    found = next((it for it in pod.agreements.all(viewer.looking) if it.id == id_), None)
    if found is None:
        raise UserError("not_found", "There is no such agreement.")
    return Kept(found, _proposal(pod, viewer, found.proposal))


def _proposal(pod: Pod, viewer: Viewer, id_: bytes | None) -> Proposal | None:
    return next((it for it in pod.decisions.proposals(viewer.looking) if it.id == id_), None)


async def new_agreement(visit: Visit) -> web.StreamResponse:
    """A form for what was agreed: in its own words, or in those of a proposal."""
    asked = id_or_none(visit.asked("proposal"))
    from_ = await visit.do(_proposal, visit.viewer, asked)
    given = {"title": from_.title, "text": from_.text, "proposal": from_.id.hex()} if from_ else {}
    return _form(visit, "/agreements/new", given, {})


async def write(visit: Visit) -> web.StreamResponse:
    """Write down what was agreed."""
    given = _given(visit)
    from_ = id_or_none(given["proposal"])
    title, text, review_s = given["title"], given["text"] or given["title"], _review_s(given)
    try:
        made = await visit.do(
            lambda pod: pod.agreements.write(
                visit.viewer.looking, title, text, review_in_s=review_s, proposal=from_
            )
        )
    except WrongFields as wrong:
        return _form(visit, "/agreements/new", given, visit.faults(wrong), 422)
    return visit.go(f"/agreements/{made.id.hex()}?written=1")


async def revise_form(visit: Visit) -> web.StreamResponse:
    """An agreement's words as a form."""
    it = (await visit.do(_kept, visit.viewer, id_in(visit))).agreement
    return _form(visit, _path(visit) + "/words", {"title": it.title, "text": it.text}, {})


async def revise(visit: Visit) -> web.StreamResponse:
    """Put other words in place of what holds; the old ones can be read still."""
    given, id_ = _given(visit), id_in(visit)
    title, text, review_s = given["title"], given["text"] or given["title"], _review_s(given)
    try:
        made = await visit.do(
            lambda pod: pod.agreements.revise(
                visit.viewer.looking, id_, title=title, text=text, review_in_s=review_s
            )
        )
    except WrongFields as wrong:
        return _form(visit, _path(visit) + "/words", given, visit.faults(wrong), 422)
    return visit.go(f"/agreements/{made.id.hex()}?written=1")


async def confirm(visit: Visit) -> web.StreamResponse:
    """Say that the pod looked at it, and that it holds on."""
    id_, review_s = id_in(visit), _review_s(_given(visit))
    await visit.do(lambda pod: pod.agreements.confirm(visit.viewer.looking, id_, review_s))
    return visit.go(_path(visit))


async def end(visit: Visit) -> web.StreamResponse:
    """Say that it holds no longer."""
    id_ = id_in(visit)
    await visit.do(lambda pod: pod.agreements.end(visit.viewer.looking, id_))
    return visit.go(_path(visit))


def _given(visit: Visit) -> dict[str, str]:
    return {name: visit.form.text(name) for name in ("title", "text", "review", "proposal")}


def _review_s(given: Mapping[str, str]) -> int:
    """Return in how many seconds it is looked at again; what is no choice is as without one."""
    days = {str(it): it * DAY_S for it in REVIEWS}
    return days.get(given["review"], REVIEW_S)


def _days(visit: Visit) -> list[tuple[str, str]]:
    say = visit.words.ngettext
    return [
        (str(it), say("in %(count)s day", "in %(count)s days", it) % {"count": it})
        for it in REVIEWS
    ]


def _form(
    visit: Visit,
    action: str,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> web.Response:
    return visit.page(
        "agree.html",
        status=status,
        action=action,
        given={"review": str(REVIEW_S // DAY_S)} | dict(given),
        faults=faults,
        most=LONGEST,
        days=_days(visit),
        is_new=action == "/agreements/new",
    )


def _path(visit: Visit) -> str:
    return f"/agreements/{visit.path['id']}"


# --- The rules ---


async def show_rules(visit: Visit) -> web.StreamResponse:
    """How the pod decides and takes people in; as a form for stewards."""
    rules = await visit.do(lambda pod: pod.agreements.rules())
    return _rules_page(visit, rules, _given_of(rules), {})


async def set_rules(visit: Visit) -> web.StreamResponse:
    """Change the rules, as the pod has agreed; the log tells which."""
    form, rules = visit.form, await visit.do(lambda pod: pod.agreements.rules())
    given = {name: form.text(name) for name in type(rules).model_fields}
    said: dict[str, object] = {
        name: _whole(given[name]) if name in NUMBERS else name in form for name in given
    }
    changed = {name: it for name, it in said.items() if it != getattr(rules, name)}
    try:
        await visit.do(_set_rules, visit.viewer, changed)
    except WrongFields as wrong:
        return _rules_page(visit, rules, given, visit.faults(wrong), 422)
    return visit.go("/rules?saved=1")


def _set_rules(pod: Pod, viewer: Viewer, changed: Mapping[str, object]) -> None:
    if changed:
        pod.agreements.set_rules(viewer.looking, changed)


def _whole(text: str) -> object:
    return int(text) if text.isdecimal() and len(text) < 6 else text


def _given_of(rules: PodRules) -> dict[str, str]:
    said = rules.model_dump()
    return {name: str(it) if name in NUMBERS else "yes" * bool(it) for name, it in said.items()}


def _rules_page(
    visit: Visit,
    rules: PodRules,
    given: Mapping[str, str],
    faults: Mapping[str, str],
    status: int = 200,
) -> web.Response:
    return visit.page(
        "rules.html",
        status=status,
        rules=rules,
        given=given,
        faults=faults,
        is_saved=bool(visit.asked("saved")),
    )


ROUTES = (
    Route("GET", "/agreements", show_agreements, Right.SEE_POD),
    Route("GET", "/agreements/new", new_agreement, Right.EDIT_AGREEMENTS),
    Route("POST", "/agreements/new", write, Right.EDIT_AGREEMENTS),
    Route("GET", f"/agreements/{ID}", show_agreement, Right.SEE_POD),
    Route("GET", f"/agreements/{ID}/words", revise_form, Right.EDIT_AGREEMENTS),
    Route("POST", f"/agreements/{ID}/words", revise, Right.EDIT_AGREEMENTS),
    Route("POST", f"/agreements/{ID}/confirm", confirm, Right.EDIT_AGREEMENTS),
    Route("POST", f"/agreements/{ID}/end", end, Right.EDIT_AGREEMENTS),
    Route("GET", "/rules", show_rules, Right.SEE_POD),
    Route("POST", "/rules", set_rules, Right.SET_RULES),
)
