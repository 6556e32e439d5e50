"""Mutants of what keeps the house to itself, and people from being decided for."""

from typing import Final

from tests.mutants import Mutant

MEMBER: Final = "protocol/aid/house/member.py"
CARE: Final = "protocol/aid/house/care.py"
RIGHTS: Final = "protocol/aid/house/rights.py"
PROPOSAL: Final = "protocol/aid/house/proposal.py"
TREE: Final = "protocol/aid/house/phone_tree.py"
DECISIONS: Final = "node/aid/decisions.py"
PEOPLE: Final = "node/aid/people.py"
INVITES: Final = "node/aid/invites.py"

IN: Final = "tests/aid/house"

MUTANTS: Final = (
    Mutant(
        "house: a contact for nobody is seen by stewards",
        MEMBER,
        'return contact.on_screen == "stewards" and may(',
        'return contact.on_screen != "pod" and may(',
        (f"{IN}/test_never_leaves.py::test_no_command_shows_a_steward_what_is_not_for_stewards",),
    ),
    Mutant(
        "house: what may be seen may be printed",
        MEMBER,
        "if it.on_paper)",
        'if it.on_screen == "pod" or it.on_paper or True)',
        (f"{IN}/test_never_leaves.py::test_no_paper_holds_what_was_not_agreed_to",),
    ),
    Mutant(
        "house: stewards read every care note",
        CARE,
        "return self.stewards and viewer.role is Role.STEWARD",
        "return viewer.role is Role.STEWARD",
        (f"{IN}/test_care.py::test_no_steward_reads_a_care_note_that_does_not_tick_stewards",),
    ),
    Mutant(
        "house: the machine is everybody's self",
        RIGHTS,
        "return member is not None and self.member == member",
        "return self.member in (None, member)",
        (f"{IN}/test_never_leaves.py::test_no_command_shows_a_steward_what_is_not_for_stewards",),
    ),
    Mutant(
        "house: a right that the table lacks is a steward's",
        RIGHTS,
        "RIGHTS.get(right, frozenset())",
        "RIGHTS.get(right, frozenset((Role.STEWARD,)))",
        (f"{IN}/test_rights.py::test_what_the_table_lacks_is_nobodys",),
    ),
    Mutant(
        "house: who is kept out looks on",
        MEMBER,
        "role = Role.GUEST if self.is_suspended(now_s) else self.role",
        "role = self.role",
        (f"{IN}/test_people.py::test_a_suspension_shuts_out_at_once_and_ends_by_itself",),
    ),
    Mutant(
        "house: most agree, so a block does not hold",
        PROPOSAL,
        "(Standing.BLOCKED, lambda it: Stand.BLOCK in it.stands)",
        "(Standing.BLOCKED, lambda it: 2 * it.stands.count(Stand.BLOCK) > len(it.stands))",
        (f"{IN}/test_proposal.py::test_one_block_holds_whatever_all_others_say",),
    ),
    Mutant(
        "house: a steward agrees for the pod",
        DECISIONS,
        "if by_rule or not may_become(was.state, state):",
        "if not may_become(was.state, state):",
        (f"{IN}/test_decisions.py::test_nobody_agrees_or_blocks_by_hand",),
    ),
    Mutant(
        "house: a steward takes back what somebody said",
        DECISIONS,
        "if recorded and had is not None and not had.recorded:",
        "if recorded and had is None:",
        (f"{IN}/test_decisions.py::test_no_steward_takes_back_what_somebody_said_themselves",),
    ),
    Mutant(
        "house: a code makes stewards",
        INVITES,
        "Role(invite.joins_as))",
        'Role(str(fields.get("role", invite.joins_as))))',
        (f"{IN}/test_invites.py::test_no_code_makes_a_steward",),
    ),
    Mutant(
        "house: drafts of who left come to light",
        PEOPLE,
        "            decisions.delete_drafts(tx, id_)\n",
        "",
        (f"{IN}/test_decisions.py::test_a_draft_is_seen_by_its_writer_alone_and_goes_with_them",),
    ),
    Mutant(
        "house: the seat of who left is closed up",
        TREE,
        "seats[seat] = seats.pop()",
        "seats[seat:] = seats[seat + 1 :]",
        (f"{IN}/test_phone_tree.py::test_on_a_street_of_20_who_leaves_changes_at_most_four_lines",),
    ),
    Mutant(
        "house: whoever has room knocks at every door",
        TREE,
        "min(MAX_KNOCKS, MAX_CALLS - len(_below(seat, len(seats))))",
        "MAX_CALLS",
        (f"{IN}/test_phone_tree.py::test_it_stays_so_whoever_comes_and_goes",),
    ),
)
