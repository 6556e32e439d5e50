"""How pages say times, states and audiences: a neighbour's words, in the reader's language.

Spec: docs/pages.md. No word here is stored; records hold ids and seconds. Messages are literal
arguments of gettext, so that catalogues find them.
"""

from datetime import datetime
from typing import Final

from node.words import Words, labels
from protocol.aid.audience import Audience
from protocol.aid.limits import UNTIL_I_SAY
from protocol.aid.listing import State

DAY_S: Final = 86_400
HOUR_S: Final = 3600
MINUTE_S: Final = 60


class Says:
    """Says things in one language, at one moment. now_s: Unix time."""

    def __init__(self, words: Words, now_s: int) -> None:
        self._words = words
        self._now_s = now_s

    def day(self, at_s: int) -> str:
        """Return a day: Sat, 12 Dec; with the year where it is another one."""
        when = _local(at_s)
        same = when.year == _local(self._now_s).year
        return self._words.month_day(when.date()) if same else self._words.short_day(when.date())

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

    def category(self, category: str) -> str:
        """Return what people call a category."""
        return labels.category(self._words, category)

    def audience(self, audience: Audience) -> str:
        """Return who can see a thing."""
        say = self._words.gettext
        return {
            Audience.POD: say("only this pod"),
            Audience.NEAR: say("this pod and its neighbouring pods"),
            Audience.NETWORK: say("all pods it reaches"),
        }[audience]

    def audience_means(self, audience: Audience) -> str:
        """Return what choosing an audience brings about."""
        say = self._words.gettext
        return {
            Audience.POD: say("It never leaves this machine."),
            Audience.NEAR: say("The pods we are federated with see it and do not pass it on."),
            Audience.NETWORK: say("It travels from pod to pod; whoever gets it can read it."),
        }[audience]

    def state(self, state: State) -> str:
        """Return what a reader sees of a listing."""
        say = self._words.gettext
        return {
            State.OPEN: say("open"),
            State.PAUSED: say("paused"),
            State.DONE: say("done"),
            State.EXPIRED: say("ended"),
            State.SPOKEN_FOR: say("spoken for"),
        }[state]

    def wish(self, type_: str) -> str:
        """Return how somebody begins to say it."""
        say = self._words.gettext
        return say("I could use…") if type_ == "need" else say("I can offer…")

    def type(self, type_: str) -> str:
        """Return which of the two a listing is."""
        return self._words.gettext(labels.TYPES[type_])


def _local(at_s: int) -> datetime:
    return datetime.fromtimestamp(at_s).astimezone()
