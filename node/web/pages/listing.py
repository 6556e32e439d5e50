"""One listing: what it says, who asks, what is promised, and all that can be done with it."""

from typing import Final, NamedTuple

from aiohttp import web

from node.aid.answers import Answer, check_ask
from node.aid.people import Whose
from node.aid.reach import Reach, reach_of
from node.pod import Pod
from node.web.pages.letters import ShownThread, sayings, shown_thread
from node.web.pages.persons import others_of, whose_in
from node.web.pages.shown import Shown, shown
from node.web.pages.speakers import foreign, tongues
from node.web.site import Route, Visit
from node.web.viewer import Viewer
from node.words import labels
from protocol.aid.form import fill, whole_number
from protocol.aid.house.ask import Ask
from protocol.aid.house.member import Member
from protocol.aid.house.rights import Right
from protocol.aid.life import Act, Turn
from protocol.aid.sentences import WrongFields
from protocol.errors import UserError

TURNS: Final = (Turn.PROMISE, Turn.UNPROMISE, Turn.DECLINE, Turn.COME_HOME)
"""What the people of a listing do with an answer."""


class Whole(NamedTuple):
    """A listing as its page shows it.

    is_mine: the visitor looks after it.  may_change: so, or a steward.  room: how many can still
    be promised, None for plenty.  answers: all for whoever may change it, else the visitor's own.
    sealed: numbers of those that came in letters which are not for the visitor's eyes here.
    thread: the visitor's own letters about it.  whose: None if nobody said.
    others: for whom the visitor may answer.
    mine: numbers of the answers that the visitor gave, for themselves or for somebody else.
    """

    it: Shown
    is_ours: bool
    is_mine: bool
    may_change: bool
    whose: Whose | None
    others: list[Member]
    room: int | None
    answers: list[Answer]
    mine: frozenset[int]
    sealed: frozenset[int]
    names: dict[bytes, str]
    langs: dict[bytes, str]
    thread: ShownThread | None
    reach: Reach | None


async def show_listing(visit: Visit) -> web.StreamResponse:
    """One listing in full."""
    return await _page(visit, {}, {})


async def _page(
    visit: Visit, given: dict[str, str], faults: dict[str, str], status: int = 200
) -> web.StreamResponse:
    whole = await visit.do(_looked_at, visit)
    return visit.page(
        "listing.html",
        status=status,
        foreign=await foreign(visit, whole.it.listing.lang),
        **whole._asdict(),
        said=sayings(),
        facts=facts_of(whole, visit),
        journey=journey_of(whole, visit),
        is_new=bool(visit.asked("new")),
        is_sent=bool(visit.asked("sent")),
        given=given,
        faults=faults,
    )


def _looked_at(pod: Pod, visit: Visit) -> Whole:
    """Return a listing whose letters the visitor now sees."""
    whole = _whole(pod, visit)
    if letters := pod.letterbox.about(visit.viewer.looking, whole.it.item):
        pod.letterbox.note_seen(letters)
    return whole


def _whole(pod: Pod, visit: Visit) -> Whole:
    viewer, item = visit.viewer, pod.listings.find(visit.path["rid"])
    is_ours = item.author == pod.pod_id
    whose = pod.people.whose(viewer.looking, item.rid) if is_ours else None
    is_mine = whose is not None and viewer.looking.is_self(whose.member.id)
    may_change = is_ours and pod.people.may_change(viewer.looking, item.rid)
    kept = pod.answers.of(item.rid) if is_ours else []
    mine = pod.behalf.asked(kept, viewer.looking)
    box, is_secret = pod.letterbox, visit.request.secure
    seen = kept if may_change else mine
    answers, sealed = box.opened(viewer.looking, seen, is_secret=is_secret)
    letters = box.about(viewer.looking, item)
    return Whole(
        it=shown(pod, [item])[0],
        is_ours=is_ours,
        is_mine=is_mine,
        may_change=may_change,
        whose=whose,
        others=others_of(pod, viewer),
        room=pod.answers.room(item) if is_ours and item.listing.repeats == "none" else None,
        answers=answers,
        mine=frozenset(it.number for it in mine),
        sealed=sealed,
        names=pod.people.names(),
        langs=tongues(pod, viewer),
        thread=shown_thread(pod, letters) if letters else None,
        reach=reach_of(pod.keeper, item.author, item.audience),
    )


def facts_of(whole: Whole, visit: Visit) -> list[tuple[str, str]]:
    """Return what there is to know of a listing besides its words, in the reader's language."""
    it, words, say, listing = whole.it, visit.words, visit.say, whole.it.listing
    modes, urgencies = labels.MODES, labels.URGENCIES
    found = [
        (words.gettext("From"), _from(whole, visit)),
        (words.gettext("How much"), labels.quantity(words, listing)),
        (words.gettext("When"), labels.when(words, listing)),
        (words.gettext("Where"), listing.place or ""),
        (words.gettext("Good to know"), listing.access or ""),
        (words.gettext("In which way"), words.gettext(modes[listing.mode]) if listing.mode else ""),
        (
            words.gettext("How urgent"),
            words.gettext(urgencies[listing.urgency]) if listing.urgency else "",
        ),
        (words.gettext("Tags"), ", ".join(listing.tags)),
        (words.gettext("Open"), say.until(it.valid_until_s)),
    ]
    return [(label, value) for label, value in found if value]


def journey_of(whole: Whole, visit: Visit) -> list[tuple[str, str]]:
    """Return who sees a listing, and since when: at the foot of its page, for who wonders."""
    it, words, say = whole.it, visit.words, visit.say
    found = [
        (words.gettext("Seen by"), say.audience(it.audience)),
        (words.gettext("Reaches"), say.reach(whole.reach) if whole.reach else ""),
        (words.gettext("Posted"), say.ago(it.item.posted_s)),
    ]
    return [(label, value) for label, value in found if value]


def _from(whole: Whole, visit: Visit) -> str:
    """Return whose a listing is: a pod's, or a member's, with who typed it for them."""
    whose, say = whole.whose, visit.words.gettext
    if whose is None:
        return whole.it.from_pod or whole.it.listing.by or say("someone in this pod")
    name, typist = whose.member.name, whole.names.get(whose.typist or b"")
    if typist:
        return say("%(name)s (typed by %(typist)s)") % {"name": name, "typist": typist}
    return say("%(name)s (typed for them)") % {"name": name} if whose.typed_for else name


# --- Asking ---


async def ask(visit: Visit) -> web.StreamResponse:
    """Ask for what is offered, or offer what is needed."""
    form = visit.form
    given = {name: form.text(name) for name in ("qty", "words", "contact", "day", "whose")}
    qty = whole_number(given["qty"] or "1")
    whose = await visit.do(whose_in, visit)
    typed = {name: text for name, text in given.items() if name != "whose"}
    try:
        said = fill(Ask, {**typed, "qty": qty, "by": whose.name})
        is_letter = await visit.do(_ask, visit.viewer, visit.path["rid"], said, whose)
    except WrongFields as wrong:
        return await _page(visit, given, visit.faults(wrong), 422)
    sent = "?sent=1" if is_letter else "#answers"
    return visit.go(f"/board/{visit.path['rid']}{sent}")


def _ask(pod: Pod, viewer: Viewer, reference: str, said: Ask, whose: Member) -> bool:
    """Ask; tell whether that is a letter to another pod."""
    item = pod.listings.find(reference)
    check_ask(item.listing, said)
    if item.author == pod.pod_id:
        pod.behalf.ask(viewer.looking, item.rid, said, whose.id)
        return False
    qty = said.qty if item.listing.qty else None
    label, message = said.by, said.words
    fields = {"qty": qty, "message": message, "contact": said.contact, "on": said.day}
    pod.letters.reply(item, member=viewer.member_id, from_label=label, **fields)
    return True


async def take_back(visit: Visit) -> web.StreamResponse:
    """Take back what the visitor asked, for themselves or for somebody else."""
    await visit.do(_take_back, visit.viewer, visit.path["rid"], int(visit.path["number"]))
    return visit.go(f"/board/{visit.path['rid']}#answers")


def _take_back(pod: Pod, viewer: Viewer, reference: str, number: int) -> None:
    pod.behalf.take_back(viewer.looking, pod.listings.find(reference).rid, number)


# --- Of whoever looks after it ---


async def turn(visit: Visit) -> web.StreamResponse:
    """Promise, decline, take a promise back, or note that a thing came home."""
    said = visit.path["turn"]
    found = next((it for it in TURNS if it.value.replace(" ", "-") == said), None)
    if found is None:
        raise UserError("not_found", "There is no such page.")
    await visit.do(_turn, visit.viewer, visit.path["rid"], int(visit.path["number"]), found)
    return visit.go_on(f"/board/{visit.path['rid']}#answers")


def _turn(pod: Pod, viewer: Viewer, reference: str, number: int, turned: Turn) -> None:
    rid = pod.listings.find(reference).rid
    pod.people.begin_change(viewer.looking, rid)
    pod.answers.turn(rid, number, turned)


async def act(visit: Visit) -> web.StreamResponse:
    """Pause, resume, finish or open a listing again."""
    said = visit.path["act"]
    if said not in set(Act):
        raise UserError("not_found", "There is no such page.")
    await visit.do(_act, visit.viewer, visit.path["rid"], Act(said))
    return visit.go(f"/board/{visit.path['rid']}")


def _act(pod: Pod, viewer: Viewer, reference: str, done: Act) -> None:
    rid = pod.listings.find(reference).rid
    pod.people.begin_change(viewer.looking, rid)
    pod.listings.do(rid, done)


async def renew(visit: Visit) -> web.StreamResponse:
    """Keep a listing open for longer, in one step."""
    await visit.do(_renew, visit.viewer, visit.path["rid"])
    return visit.go_on(f"/board/{visit.path['rid']}")


def _renew(pod: Pod, viewer: Viewer, reference: str) -> None:
    rid = pod.listings.find(reference).rid
    pod.people.begin_change(viewer.looking, rid)
    pod.listings.renew(rid)


async def withdraw(visit: Visit) -> web.StreamResponse:
    """Take a listing back."""
    await visit.do(_withdraw, visit.viewer, visit.path["rid"])
    return visit.go("/mine")


def _withdraw(pod: Pod, viewer: Viewer, reference: str) -> None:
    rid = pod.listings.find(reference).rid
    pod.people.begin_change(viewer.looking, rid)
    pod.listings.withdraw(rid)


_RID = "{rid:[0-9a-f]{32}}"
_NUMBER = "{number:[0-9]{1,9}}"
ROUTES = (
    Route("GET", f"/board/{_RID}", show_listing, Right.SEE_POD),
    Route("POST", f"/board/{_RID}/ask", ask, Right.POST),
    Route("POST", f"/board/{_RID}/answers/{_NUMBER}/take-back", take_back, Right.POST),
    Route("POST", f"/board/{_RID}/answers/{_NUMBER}/{{turn}}", turn, Right.POST),
    Route("POST", f"/board/{_RID}/renew", renew, Right.POST),
    Route("POST", f"/board/{_RID}/withdraw", withdraw, Right.POST),
    Route("POST", f"/board/{_RID}/{{act}}", act, Right.POST),
)
