"""What to do next after an error, for somebody with a phone and no command line."""

from typing import Final

from node.words.languages import Words
from protocol.errors import ExplainedError
from protocol.saying import N_

_STEPS: Final = {
    "not_found": N_("Perhaps it was taken back, or has ended. Go back and look once more."),
    "ambiguous": N_("Go back and choose it from the list."),
    "conflict": N_("Go back and look how it stands now."),
    "over_quota": N_("End or take back what is not needed any more, and try again."),
    "invalid": N_("Go back, change it, and try again."),
    "too_large": N_("Split it into parts, and try again."),
    "not_allowed": N_("Ask a steward of this pod."),
    "not_yours": N_("Speak with the people of that pod."),
    "unreachable": N_("Is the other pod on, and on this network? Try again in a minute."),
}
"""By the error's code, for an error that has no step of its own without a command."""
_OTHERWISE: Final = N_("Tell a steward of this pod.")


def next_step(words: Words, error: ExplainedError) -> str:
    """Return what a person with a phone does next, in their language; there is always something."""
    return error.step_in(words) or words.gettext(_STEPS.get(error.code, _OTHERWISE))
