"""Mutants of what a steward decides on pages about other pods and the machine."""

from typing import Final

from tests.mutants import Mutant

FEDERATION: Final = "node/aid/federation.py"
SETTINGS: Final = "node/aid/settings.py"
PODS: Final = "tests/web/test_pods.py"
NEARBY: Final = "tests/web/test_nearby.py"

MUTANTS: Final = (
    Mutant(
        "a yes counts for whatever words stand there",
        "node/pairing.py",
        "if it.state is not State.COMPARING or it.attempt != attempt:\n"
        "                return None\n            return replace(it, state=State.AGREED",
        "if it.state is not State.COMPARING:\n"
        "                return None\n            return replace(it, state=State.AGREED",
        (f"{NEARBY}::test_a_yes_to_words_that_stand_no_more_is_none",),
    ),
    Mutant(
        "a member hides a pod for all",
        FEDERATION,
        "        require(viewer, Right.RUN_MACHINE)\n        self._authors.hide(",
        "        self._authors.hide(",
        (f"{PODS}::test_members_read_of_a_pod_and_decide_nothing",),
    ),
    Mutant(
        "who welcomes one neighbour welcomes all",
        FEDERATION,
        "self._neighbours.note_seen(pod_id)",
        "self._neighbours.note_seen()",
        (f"{PODS}::test_who_welcomes_one_pod_welcomes_no_other",),
    ),
    Mutant(
        "a pod is made up by an address",
        "node/web/pages/pods.py",
        "if author is None and neighbour is None:",
        "if False:",
        (f"{PODS}::test_pods_that_are_not_known_here_are_not_made_up",),
    ),
    Mutant(
        "a page switches the pages off",
        SETTINGS,
        "if name not in ON_PAGES:",
        "if False:",
        ("tests/web/test_settings.py::test_door_takes_no_setting_that_is_on_no_page",),
    ),
    Mutant(
        "an invitation is used by looking at it",
        "node/web/pages/invitations.py",
        'if "yes" not in visit.form:',
        "if False:",
        (f"{PODS}::test_pod_invites_another_by_pages_and_sees_who_came",),
    ),
)
