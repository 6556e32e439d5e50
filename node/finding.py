"""What was found, and what to do next: sentences for commands and pages alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protocol.saying import ENGLISH, Speaker, Template, say


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ok: None if it cannot be told, or is a matter of taste.

    said, on_page: templates (protocol/saying.py) with their values; on_page: the next step of
    somebody with a phone, where next_step is a command.
    """

    name: str
    ok: bool | None
    said: Template
    next_step: str = ""
    on_page: Template = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What was found, in English."""
        return self.sentence_in(ENGLISH)

    def sentence_in(self, speaker: Speaker) -> str:
        return say(self.said, self.values, speaker)

    def step_in(self, speaker: Speaker) -> str:
        """Return what to do next, without a command line if it can be; empty for nothing."""
        return say(self.on_page or self.next_step, self.values, speaker)
