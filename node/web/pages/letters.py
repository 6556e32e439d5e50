"""Letters to and from other pods: one's own, and for stewards that some wait, and whose.

Spec: docs/pages.md §3. Who reads which letter is decided by `pod.letterbox`, not here.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from aiohttp import web

from node.aid.answers import Answer as Kept
from node.aid.letterbox import Thread, reference
from node.aid.letters import Hindrance, Letter, State
from node.aid.listings import BoardItem
from node.pod import Pod
from node.web.pages.persons import id_or_none
from node.web.pages.shown import pod_names
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from node.words.labels import N_
from protocol.aid.house.rights import MemberId, Right
from protocol.aid.letter import Answer, LetterBody, Reply, Rsvp, Unask, Verdict
from protocol.aid.life import Turn
from protocol.aid.limits import MAX_MESSAGE, MAX_REASON
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError
from protocol.identity import short_id

MOST_THREADS: Final = 40
MOST_SHOWN: Final = 20
"""Letters of one thread, the newest: a page stays small."""
STATES: Final = {
    State.WAITING: N_("waits to leave"),
    State.UNDER_WAY: N_("has left, and is on its way"),
    State.ARRIVED: N_("has arrived"),
    State.GIVEN_UP: N_("nobody heard that it arrived"),
    State.CAME: N_("came"),
}
HINDERED: Final = {
    Hindrance.NO_CARD: N_("It leaves once that pod has told how letters to it are sealed."),
    Hindrance.OUT_OF_REACH: N_("It waits until a neighbouring pod reaches that pod."),
}
VERDICTS: Final[dict[Verdict, str]] = {
    "accepted": N_("yes, promised"),
    "declined": N_("not this time"),
    "waiting": N_("not decided yet"),
    "gone": N_("it is gone, thank you"),
}
TURNS: Final[dict[Turn, Verdict]] = {
    Turn.PROMISE: "accepted",
    Turn.DECLINE: "declined",
    Turn.UNPROMISE: "waiting",
}


class About(NamedTuple):
    """What a letter is about, and where it is; empty if it is not here (any more)."""

    title: str = ""
    path: str = ""


class ShownLetter(NamedTuple):
    """One letter for a page. standing: what a reply that came has become here."""

    letter: Letter
    reference: str
    pod_name: str
    standing: Kept | None = None
    may_say: tuple[Verdict, ...] = ()
    hindrance: Hindrance | None = None
    may_unask: bool = False

    @property
    def body(self) -> LetterBody | None:
        return self.letter.body

    @property
    def is_ours(self) -> bool:
        return self.letter.kept.is_ours

    @property
    def by(self) -> str:
        """How whoever wrote it wants to be called, if they said."""
        return getattr(self.body, "from_label", None) or ""

    @property
    def is_new(self) -> bool:
        return self.letter.is_new

    @property
    def kind(self) -> str:
        """What sort of letter it is, for the template."""
        return type(self.body).NAME if self.body is not None else ""


class ShownThread(NamedTuple):
    """A thread for a page."""

    about: About
    letters: list[ShownLetter]
    has_news: bool

    @property
    def newest(self) -> ShownLetter:
        return self.letters[-1]


# --- One's own ---


async def show_letters(visit: Visit) -> web.StreamResponse:
    """The visitor's letters, by what they are about."""
    threads = await visit.do(_mine, visit.viewer)
    return visit.page("letters.html", threads=threads, said=sayings())


def _mine(pod: Pod, viewer: Viewer) -> list[ShownThread]:
    found = pod.letterbox.threads(viewer.looking)[:MOST_THREADS]
    return [shown_thread(pod, it) for it in found]


async def show_letter(visit: Visit) -> web.StreamResponse:
    """A letter, with all that was written to and fro about the same thing."""
    return await _page(visit, {}, {})


async def _page(
    visit: Visit, given: dict[str, str], faults: dict[str, str], status: int = 200
) -> web.StreamResponse:
    thread = await visit.do(_thread, visit)
    return visit.page(
        "letter.html",
        status=status,
        thread=thread,
        said=sayings(),
        given=given,
        faults=faults,
        most=MAX_MESSAGE,
    )


def _thread(pod: Pod, visit: Visit) -> ShownThread:
    looking, is_secret = visit.viewer.looking, visit.request.secure
    found = pod.letterbox.open(looking, visit.path["ref"], is_secret=is_secret)
    return shown_thread(pod, found)


def shown_thread(pod: Pod, thread: Thread) -> ShownThread:
    """Return a thread with what a page says of it."""
    newest = thread.letters[-MOST_SHOWN:]
    names = pod_names(pod, {it.kept.pod_id for it in newest})
    found = [shown_letter(pod, it, thread, names) for it in newest]
    return ShownThread(about_of(pod, thread.newest), found, thread.has_news)


def shown_letter(
    pod: Pod, letter: Letter, thread: Thread, names: Mapping[bytes, str]
) -> ShownLetter:
    """Return a letter with what can be done about it now. names: of pods."""
    kept, id_ = letter.kept, letter.kept.message_id.hex()
    answer = None if kept.is_ours else pod.exchange.answer_of(letter)
    waits = letter.state is State.WAITING
    return ShownLetter(
        letter=letter,
        reference=reference(letter),
        pod_name=names.get(kept.pod_id, short_id(kept.pod_id)),
        standing=answer,
        may_say=_may_say(pod, letter, answer),
        hindrance=pod.letters.hindrance(kept.pod_id) if waits else None,
        may_unask=kept.is_ours
        and isinstance(letter.body, Reply)
        and not any(isinstance(it.body, Unask) and it.body.re == id_ for it in thread.letters),
    )


def _may_say(pod: Pod, letter: Letter, answer: Kept | None) -> tuple[Verdict, ...]:
    """Return what may be said to a reply that came."""
    if letter.kept.is_ours or not isinstance(letter.body, Reply):
        return ()
    if answer is None:
        return ("declined", "waiting")
    return tuple(it for turn, it in TURNS.items() if pod.answers.can(answer, turn))


def about_of(pod: Pod, letter: Letter) -> About:
    """Return what a letter is about, as far as that is here."""
    rid, is_ours = letter.kept.about, letter.is_about_ours
    if rid is None:
        return About()
    author = pod.pod_id if is_ours else letter.kept.pod_id
    if item := pod.listings.of(author, rid):
        return About(item.listing.title, f"/board/{rid.hex()}")
    if isinstance(letter.body, Rsvp) and (event := pod.meetups.of(author, rid)):
        return About(event.body.title, f"/meetups/{rid.hex()}")
    answers = pod.answers.of(rid) if is_ours else []
    return About(answers[0].title if answers else "")


def sayings() -> dict[str, Mapping[Any, str]]:
    """Return the words of letters, to be translated by the template."""
    return {"states": STATES, "hindered": HINDERED, "verdicts": VERDICTS}


# --- What people do with a letter ---


async def answer(visit: Visit) -> web.StreamResponse:
    """Answer a reply: promise, decline, or say that it is not decided."""
    verdict = next((it for it in VERDICTS if it == visit.form.text("verdict")), None)
    if verdict is None or verdict == "gone":
        raise UserError("invalid", "Choose one of the answers.")
    given = {"message": visit.form.text("message")}
    try:
        await visit.do(_answer, visit, verdict, given["message"] or None)
    except WrongFields as wrong:
        return await _page(visit, given, visit.faults(wrong), 422)
    return _back(visit)


def _answer(pod: Pod, visit: Visit, verdict: Verdict, message: str | None) -> None:
    ref, is_secret = visit.path["ref"], visit.request.secure
    # Checked before anything is decided: a promise is not made by halves.
    Answer.write({"re": "0" * 32, "verdict": verdict, "message": message})
    pod.letterbox.answer(visit.viewer.looking, ref, verdict, message, is_secret=is_secret)


async def act(visit: Visit) -> web.StreamResponse:
    """Take back what was asked, try once more, or delete."""
    await visit.do(_act, visit)
    return visit.go("/letters") if visit.path["act"] == "forget" else _back(visit)


def _act(pod: Pod, visit: Visit) -> None:
    box, looking = pod.letterbox, visit.viewer.looking
    ref, is_secret = visit.path["ref"], visit.request.secure
    match visit.path["act"]:
        case "unask":
            box.unask(looking, ref, None, is_secret=is_secret)
        case "retry":
            box.retry(looking, ref, is_secret=is_secret)
        case "forget":
            box.forget(looking, ref, is_secret=is_secret)
        case _:
            raise UserError("not_found", "There is no such page.")


def _back(visit: Visit) -> web.Response:
    return visit.go(f"/letters/{visit.path['ref']}")


# --- Something is wrong with a listing ---


async def report_form(visit: Visit) -> web.StreamResponse:
    """What is wrong with another pod's listing, to be told to that pod alone."""
    item = await visit.do(lambda pod: pod.listings.find(visit.path["rid"]))
    return _report_page(visit, item, {}, {})


async def report(visit: Visit) -> web.StreamResponse:
    """Tell it to the pod that made it."""
    given = {name: visit.form.text(name) for name in ("reason", "message")}
    item = await visit.do(lambda pod: pod.listings.find(visit.path["rid"]))
    try:
        sent = await visit.do(_report, visit.viewer, item, given)
    except WrongFields as wrong:
        return _report_page(visit, item, given, visit.faults(wrong), 422)
    return visit.go(f"/letters/{reference(sent)}")


def _report(pod: Pod, viewer: Viewer, item: BoardItem, given: dict[str, str]) -> Letter:
    message = given["message"] or None
    return pod.letterbox.report(viewer.looking, item, given["reason"], message)


def _report_page(
    visit: Visit,
    item: BoardItem,
    given: dict[str, str],
    faults: dict[str, str],
    status: int = 200,
) -> web.Response:
    most = {"most_reason": MAX_REASON, "most_words": MAX_MESSAGE}
    return visit.page("report.html", status=status, it=item, given=given, faults=faults, **most)


# --- For stewards ---


class Orphan(NamedTuple):
    """A letter that is nobody's, without what it says."""

    letter: Letter
    reference: str
    about: About
    pod_name: str


class Sorting(NamedTuple):
    """What a steward sees of letters that are not theirs."""

    of_members: list[str]
    of_nobody: list[Orphan]
    members: list[tuple[str, str]]


async def sort_letters(visit: Visit) -> web.StreamResponse:
    """Whose letters wait, and which are nobody's: never what they say."""
    sorting = await visit.do(_sorting, visit.viewer)
    return visit.page("letters_sort.html", **sorting._asdict(), most=MOST_THREADS)


def _sorting(pod: Pod, viewer: Viewer) -> Sorting:
    waiting = pod.letterbox.waiting(viewer.looking)
    found = waiting.of_nobody[:MOST_THREADS]
    names = pod_names(pod, (it.kept.pod_id for it in found))
    orphans = [
        Orphan(
            it,
            reference(it),
            about_of(pod, it),
            names.get(it.kept.pod_id, short_id(it.kept.pod_id)),
        )
        for it in found
    ]
    members = [(it.id.hex(), it.name) for it in pod.people.members(viewer.looking)]
    return Sorting(waiting.of_members, orphans, members)


async def give(visit: Visit) -> web.StreamResponse:
    """Say whose a letter is."""
    member = id_or_none(visit.form.text("member"))
    if member is None:
        raise UserError("invalid", "Choose for whom it is.")
    await visit.do(_give, visit.viewer, visit.path["ref"], member)
    return visit.go("/letters/others")


def _give(pod: Pod, viewer: Viewer, ref: str, member: MemberId) -> None:
    pod.letterbox.give(viewer.looking, ref, member)


_RID = "{rid:[0-9a-f]{32}}"
_REF = "{ref:[0-9]+-[0-9a-f]+}"
ROUTES = (
    Route("GET", "/letters", show_letters, Right.WRITE_LETTERS),
    Route("GET", "/letters/others", sort_letters, Right.SORT_LETTERS),
    Route("GET", f"/letters/{_REF}", show_letter, Right.WRITE_LETTERS),
    Route("GET", f"/board/{_RID}/report", report_form, Right.WRITE_LETTERS),
    Route("POST", f"/board/{_RID}/report", report, Right.WRITE_LETTERS),
    Route("POST", f"/letters/{_REF}/answer", answer, Right.WRITE_LETTERS),
    Route("POST", f"/letters/{_REF}/give", give, Right.SORT_LETTERS),
    Route("POST", f"/letters/{_REF}/{{act}}", act, Right.WRITE_LETTERS),
)
