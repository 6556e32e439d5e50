"""How pages say times, states and audiences: a neighbour's words, in the reader's language.

Spec: docs/pages.md. No word here is stored; records hold ids and seconds. What is one of a few
stands in tables, node/web/phrases.py and node/words/labels.py.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from node.aid.for_you import Waits, What
from node.aid.reach import Reach
from node.aid.waiting import Why
from node.standing import SILENT_S
from node.web import phrases
from node.words import Words, labels, language_name
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.proposal import Stand, Standing
from protocol.aid.house.proposal import State as Proposed
from protocol.aid.house.roll_call import Answer, How
from protocol.aid.life import Standing as AnswerStanding
from protocol.aid.limits import UNTIL_I_SAY
from protocol.aid.listing import State
from protocol.aid.matching import Common
from protocol.saying import Saying

DAY_S: Final = 86_400
HOUR_S: Final = 3600
MINUTE_S: Final = 60
SOON_S: Final = 7 * DAY_S


class Says:
    """Says things in one language, at one moment. now_s: Unix time."""

    def __init__(self, words: Words, now_s: int) -> None:
        self._words = words
        self._now_s = now_s

    def day(self, at_s: int) -> str:
        """Return a day: Sat, 12 Dec; with the year where it is another one."""
        return self.calendar_day(_local(at_s).date())

    def calendar_day(self, day: date) -> str:
        """Return a day of the calendar, as day does."""
        same = day.year == _local(self._now_s).year
        return self._words.month_day(day) if same else self._words.short_day(day)

    def moment(self, at_s: int) -> str:
        """Return a day and a time of day."""
        return f"{self.day(at_s)}, {self._words.time(_local(at_s))}"

    def ago(self, at_s: int) -> str:
        """Return how long ago something was, in its largest whole unit."""
        gone_s = max(0, self._now_s - at_s)
        say = self._words.ngettext
        if gone_s < MINUTE_S:
            return self._words.gettext("just now")
        if gone_s < HOUR_S:
            count = gone_s // MINUTE_S
            return say("%(count)s minute ago", "%(count)s minutes ago", count) % {"count": count}
        if gone_s < DAY_S:
            count = gone_s // HOUR_S
            return say("%(count)s hour ago", "%(count)s hours ago", count) % {"count": count}
        count = gone_s // DAY_S
        return say("%(count)s day ago", "%(count)s days ago", count) % {"count": count}

    def until(self, end_s: int) -> str:
        """Return until when a listing is open."""
        if end_s == UNTIL_I_SAY:
            return self._words.gettext("with no end date")
        if end_s <= self._now_s:
            return self._words.gettext("ended %(day)s") % {"day": self.day(end_s - 1)}
        return self._words.gettext("until %(day)s") % {"day": self.day(end_s - 1)}

    def is_soon(self, end_s: int) -> bool:
        """Tell whether something ends within a week or is over: lists say no more of ends."""
        return UNTIL_I_SAY < end_s <= self._now_s + SOON_S

    def category(self, category: str) -> str:
        """Return what people call a category."""
        return labels.category(self._words, category)

    def audience(self, audience: Audience) -> str:
        """Return who can see a thing."""
        return self._words.gettext(phrases.AUDIENCES[audience])

    def audience_means(self, audience: Audience) -> str:
        """Return what choosing an audience brings about."""
        return self._words.gettext(phrases.AUDIENCES_MEAN[audience])

    def reach(self, reach: Reach) -> str:
        """Return how many pods get a thing."""
        say, count = self._words.ngettext, reach.pods
        if reach.is_least:
            return say("at least %(count)s pod", "at least %(count)s pods", count) % {
                "count": count
            }
        return say("about %(count)s pod", "about %(count)s pods", count) % {"count": count}

    def answer_standing(self, standing: AnswerStanding) -> str:
        """Return how an answer to a listing stands."""
        return self._words.gettext(phrases.ANSWER_STANDINGS[standing])

    def state(self, state: State) -> str:
        """Return what a reader sees of a listing."""
        return self._words.gettext(phrases.STATES[state])

    def presence(self, presence: str) -> str:
        """Return how somebody is just now."""
        return self._words.gettext(phrases.PRESENCES[presence])

    def contact(self, type_: str) -> str:
        """Return what people call a way to reach somebody."""
        return self._words.gettext(phrases.CONTACTS[type_])

    def shown_to(self, on_screen: str) -> str:
        """Return who sees a way to reach somebody."""
        return self._words.gettext(phrases.SHOWN_TO[on_screen])

    def contacts(self) -> list[tuple[str, str]]:
        """Return all ways to reach somebody."""
        return self._all(phrases.CONTACTS)

    def proposal_state(self, state: Proposed) -> str:
        """Return how far a proposal is."""
        return self._words.gettext(phrases.PROPOSAL_STATES[state])

    def move(self, state: Proposed) -> str:
        """Return what moving a proposal there is called."""
        return self._words.gettext(phrases.MOVES[state])

    def standing(self, standing: Standing) -> str:
        """Return how a proposal stands."""
        return self._words.gettext(phrases.STANDINGS[standing])

    def stand(self, stand: Stand) -> str:
        """Return what a position is called."""
        return self._words.gettext(phrases.STANDS[stand.value])

    def stands(self) -> list[tuple[str, str]]:
        """Return all positions."""
        return self._all(phrases.STANDS)

    def answer(self, answer: Answer) -> str:
        """Return what somebody says in a roll call."""
        return self._words.gettext(phrases.ANSWERS[answer])

    def answer_of(self, answer: Answer) -> str:
        """Return what is known of somebody else in a roll call."""
        return self._words.gettext(phrases.ANSWERS_OF[answer])

    def how(self, how: How) -> str:
        """Return how an answer came."""
        return self._words.gettext(phrases.HOW[how])

    def checked(self, day: date) -> str:
        """Return on which day a thing was last known to be true."""
        return self._words.gettext("checked %(day)s") % {"day": self.calendar_day(day)}

    def word(self, table: str, id_: str) -> str:
        """Return what people call one of a fixed list. table: of node.words.labels."""
        return self._words.gettext(labels.TABLES[table][id_])

    def kept(self, text: str) -> str:
        """Return a sentence that was kept for its reader; what is none of ours stands as it is."""
        return text.sentence_in(self._words) if isinstance(text, Saying) else text

    def moved(self, tables: Iterable[str]) -> list[str]:
        """Return what came with another entry of somebody, as far as it has a name."""
        return [self._words.gettext(labels.MOVED[it]) for it in tables if it in labels.MOVED]

    def choices(self, table: str, *but: str) -> list[tuple[str, str]]:
        """Return a fixed list to choose from, but for some of it."""
        ids = [id_ for id_ in labels.TABLES[table] if id_ not in but]
        return [(id_, self.word(table, id_)) for id_ in ids]

    def on(self, said: str) -> str:
        """Return a day that somebody wrote down, or a day and time."""
        return labels.day(self._words, said)

    def hours(self, said: str) -> str:
        """Return a line of opening hours."""
        return labels.hours(self._words, said)

    def language(self, tag: str) -> str:
        """Return what readers call a language."""
        return language_name(tag, self._words.tag)

    def why_it_fits(self, common: Iterable[Common]) -> str:
        """Return why a need and an offer may fit."""
        return labels.why_it_fits(self._words, common)

    def again(self, event: Event) -> str:
        """Return how a meetup comes again."""
        return labels.again(self._words, event)

    def finding(self, says: str) -> str:
        """Return what somebody found of a place."""
        return self._words.gettext(phrases.FINDINGS[says])

    def cost(self, cost: str) -> str:
        """Return what a service costs."""
        return self._words.gettext(phrases.COSTS[cost])

    def costs(self) -> list[tuple[str, str]]:
        """Return all that may be said of what a service costs."""
        return self._all(phrases.COSTS)

    def gathering(self, gathering: str) -> str:
        """Return what kind of meetup it is."""
        return self._words.gettext(phrases.GATHERINGS[gathering])

    def gatherings(self) -> list[tuple[str, str]]:
        """Return all kinds of meetups."""
        return self._all(phrases.GATHERINGS)

    def coming(self, coming: str) -> str:
        """Return whether somebody comes."""
        return self._words.gettext(phrases.COMINGS[coming])

    def coming_self(self, coming: str) -> str:
        """Return how somebody says whether they come."""
        return self._words.gettext(phrases.COMINGS_OF_ONESELF[coming])

    def topic(self, topic: str) -> str:
        """Return what kind of notice it is."""
        return self._words.gettext(phrases.TOPICS[topic])

    def topics(self) -> list[tuple[str, str]]:
        """Return all kinds of notices."""
        return self._all(phrases.TOPICS)

    def medium(self, medium: str) -> str:
        """Return in which form something is."""
        return self._words.gettext(phrases.MEDIA[medium])

    def media(self) -> list[tuple[str, str]]:
        """Return all forms of things to read, see and hear."""
        return self._all(phrases.MEDIA)

    def why(self, why: Why) -> str:
        """Return why something waits for somebody."""
        return self._words.gettext(phrases.WHY_IT_WAITS.get(why, phrases.WAITS))

    def is_long_ago(self, at_s: int) -> bool:
        """Tell whether a neighbour that was heard then should be asked about."""
        return self._now_s - at_s >= SILENT_S

    def step_for(self, why: Why) -> str:
        """Return what somebody does about it."""
        return self._words.gettext(phrases.STEPS[why])

    def accepting(self, accepting: str) -> str:
        """Return whether a pod takes new members."""
        return self._words.gettext(phrases.ACCEPTINGS[accepting])

    def acceptings(self) -> list[tuple[str, str]]:
        """Return all that a pod may say of new members."""
        return self._all(phrases.ACCEPTINGS)

    def zones(self) -> list[tuple[str, str]]:
        """Return all sorts of places that a pod may be."""
        return self._all(phrases.ZONES)

    def not_carried(self, why: str | None) -> str:
        """Return why a pod's things are not carried here."""
        say = self._words.gettext
        if why == "block":
            return say("Not carried here: people of this pod decided so.")
        return say("Not carried here: its neighbour brought more than fits on the disk.")

    def waits(self, it: Waits) -> tuple[str, str]:
        """Return where something is that waits for the reader, and why it waits."""
        say, id_ = self._words.gettext, it.id.hex()
        return {
            What.ASKED: (f"/board/{id_}#answers", say("somebody waits for your answer")),
            What.PROMISED: (f"/board/{id_}#answers", say("they said yes")),
            What.TO_DECIDE: (f"/proposals/{id_}", say("it is being tested: where do you stand?")),
            What.TO_REVIEW: (f"/agreements/{id_}", say("does this agreement still hold?")),
            What.TWICE: ("/me/same", say("Is that you as well?")),
            What.CARE: ("/care", say("Does your care note still hold?")),
        }[it.what]

    def wish(self, type_: str) -> str:
        """Return how somebody begins to say it."""
        say = self._words.gettext
        return say("I could use…") if type_ == "need" else say("I can offer…")

    def type(self, type_: str) -> str:
        """Return which of the two a listing is."""
        return self._words.gettext(labels.TYPES[type_])

    def _all(self, said: Mapping[str, str]) -> list[tuple[str, str]]:
        return [(id_, self._words.gettext(words)) for id_, words in said.items()]


def _local(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s).astimezone()
