"""Letters between pods, as programs of whose they are are told of them."""

from pydantic import JsonValue

from node.aid.letters import Letter
from node.shapes.plain import Json
from node.shapes.shape import Shape
from protocol.identity import pod_id_text
from store.house.letters import Fate


class LetterShape(Shape):
    """A sealed letter. ours: it was written here.  says: what it says, by its sort.

    arrived means saved by the other pod's machine, not read. late: after the listing's end.
    """

    letter: str
    message_id: str
    ours: bool
    pod: str
    pod_id: str
    whose: str | None
    state: str
    seen: bool
    late: bool
    written_s: int
    settled_s: int | None
    says: dict[str, JsonValue]


def letter_data(letter: Letter, named: str, pod: str, whose: str | None) -> dict[str, Json]:
    """Return a letter. named: what names it here.  pod: what the other pod is called."""
    kept = letter.kept
    said = LetterShape(
        letter=named,
        message_id=kept.message_id.hex(),
        ours=kept.is_ours,
        pod=pod,
        pod_id=pod_id_text(kept.pod_id),
        whose=whose,
        state=letter.state.name.lower(),
        seen=kept.fate is Fate.SEEN,
        late=letter.is_late,
        written_s=kept.written_s,
        settled_s=kept.settled_s or None,
        says=letter.body.model_dump(mode="json") if letter.body else {},
    )
    return said.to_json()
