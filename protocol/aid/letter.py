"""What letters between pods say: a reply to a listing, an answer to it, an RSVP, a report, ...

Spec: docs/kinds.md §12. A letter is sealed to one pod (docs/protocol.md §15): these fields are
read by the people of that pod and by nobody on the way. Their bodies are flat, as those of kinds.
"""

from typing import Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import Field, StringConstraints

from protocol.aid import limits
from protocol.aid.body import Body, read_fields, up_to
from protocol.aid.fields import Day, Line, Paragraph
from protocol.errors import UnfitBody
from protocol.record import RID_BYTES

Rid = Annotated[str, StringConstraints(pattern=rf"^[0-9a-f]{{{2 * RID_BYTES}}}$")]
"""A rid of the recipient's, or the id of a letter, in hexadecimal: a flat body holds no bytes."""
Verdict: TypeAlias = Literal["accepted", "declined", "waiting", "gone"]

_Message: TypeAlias = Annotated[str, up_to(limits.MAX_MESSAGE), Paragraph]
_Label: TypeAlias = Annotated[str, up_to(limits.MAX_BY), Line]


class LetterBody(Body):
    """What one letter says. re: what it is about, of the recipient's own."""

    type: str
    re: Rid
    message: _Message | None = None

    def headline(self) -> str:
        return (self.message or "").partition("\n")[0]


class Reply(LetterBody):
    """Somebody would like what is offered, or has what is needed. re: rid of the listing.

    contact: how to reach them, chosen for this letter.  from_label: as they want to be called.
    on: the day, where a listing repeats.
    """

    NAME = "reply"
    FIRST: ClassVar = {"type": "reply"}

    type: Literal["reply"]
    qty: Annotated[int, Field(ge=1, le=limits.MAX_QTY)] | None = None
    contact: Annotated[str, up_to(limits.MAX_LETTER_CONTACT), Line] | None = None
    from_label: _Label | None = None
    on: Annotated[Day, StringConstraints(max_length=10)] | None = None


class Unask(LetterBody):
    """It is needed no longer, or the help cannot come. re: id of the reply that it takes back."""

    NAME = "unask"
    FIRST: ClassVar = {"type": "unask"}

    type: Literal["unask"]


class Answer(LetterBody):
    """What the pod of a listing says to a reply. re: id of the letter that it answers.

    gone: it was done, or taken back, before the reply came or since.
    """

    NAME = "answer"
    FIRST: ClassVar = {"type": "answer"}

    type: Literal["answer"]
    verdict: Verdict


class Rsvp(LetterBody):
    """How many are coming; 0 takes it back. re: rid of the event.

    on: the day of the meeting, where an event repeats.
    """

    NAME = "rsvp"
    FIRST: ClassVar = {"type": "rsvp"}

    type: Literal["rsvp"]
    people: Annotated[int, Field(ge=0, le=limits.MAX_PEOPLE)]
    from_label: _Label | None = None
    on: Annotated[Day, StringConstraints(max_length=10)] | None = None


class Report(LetterBody):
    """Something that a pod published is wrong or does harm. re: its rid."""

    NAME = "report"
    FIRST: ClassVar = {"type": "report"}

    type: Literal["report"]
    reason: Annotated[str, up_to(limits.MAX_REASON), Paragraph]


LETTERS: Final[dict[str, type[LetterBody]]] = {
    kind.NAME: kind for kind in (Reply, Unask, Answer, Rsvp, Report)
}


def read_letter(content: bytes) -> LetterBody:
    """Return what a letter says, from whomever. Raises UnfitBody, also for a type not known."""
    kind = LETTERS.get(str(read_fields(content).get("type")))
    if kind is None:
        raise UnfitBody("type", "unknown")
    return kind.read(content)
