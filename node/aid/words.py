"""`pod.notices_board`, `pod.readings` and `pod.outcomes`: words that pods say to one another.

Spec: docs/kinds.md §7, §8, §10.
"""

from collections.abc import Mapping

from node.aid.items import Items
from protocol.aid.audience import Audience
from protocol.aid.notice import Notice
from protocol.aid.outcome import Outcome
from protocol.aid.reading import Reading
from protocol.aid.reference import refer
from protocol.saying import N_
from store.aid import Item, ItemQuery


class NoticesBoard(Items[Notice]):
    """Ideas, requests, alerts and thanks."""

    BODY = Notice
    WORD = N_("notice")
    LIST = "pod notice list"

    def alerts(self, limit: int = 50) -> list[Item[Notice]]:
        """Return the alerts that are still on, the newest first."""
        return self.page(ItemQuery(filed_under="alert", open_at_s=self.now_s, limit=limit))


class Readings(Items[Reading]):
    """What pods recommend."""

    BODY = Reading
    WORD = N_("reading")
    LIST = "pod reading list"


class Outcomes(Items[Outcome]):
    """Where pods stand on questions that were put to several."""

    BODY = Outcome
    WORD = N_("outcome")
    LIST = "pod outcome list"

    def on(self, question: Item[Notice]) -> list[Item[Outcome]]:
        """Return where pods stand on a question, the newest word first; they are not counted."""
        about = refer(question.author, question.rid)
        return self.page(ItemQuery(subject=about, limit=1000))

    def ours_on(self, question: Item[Notice]) -> Item[Outcome] | None:
        """Return where this pod stands on a question, None if it has not said."""
        about = refer(question.author, question.rid)
        found = self.page(ItemQuery(subject=about, author=self.keeper.pod_id, limit=1))
        return found[0] if found else None

    def say(
        self,
        question: Item[Notice],
        fields: Mapping[str, object],
        audience: Audience | None = None,
    ) -> Item[Outcome]:
        """Say where this pod stands, in place of what it said before.

        fields: position, text, decided_on, lang.  audience: None for those who see the question.
        Raises WrongFields, and UserError as publish.
        """
        about = refer(question.author, question.rid)
        said = Outcome.write({**fields, "proposal": about, "title": question.body.title})
        return self.publish(said, audience=audience or question.audience)
