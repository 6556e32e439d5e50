"""Mutants of what keeps the house to itself, and people from being decided for."""

from typing import Final

from tests.mutants import Mutant

MEMBER: Final = "protocol/aid/house/member.py"
CARE: Final = "protocol/aid/house/care.py"
RIGHTS: Final = "protocol/aid/house/rights.py"
PROPOSAL: Final = "protocol/aid/house/proposal.py"
TREE: Final = "protocol/aid/house/phone_tree.py"
DECISIONS: Final = "node/aid/decisions.py"
AGREEMENTS: Final = "node/aid/agreements.py"
PEOPLE: Final = "node/aid/people.py"
INVITES: Final = "node/aid/invites.py"
BEHALF: Final = "node/aid/behalf.py"

IN: Final = "tests/aid/house"
TAKEN_BACK: Final = (
    f"{IN}/test_behalf.py::test_an_answer_is_taken_back_by_whose_it_is_and_by_whoever_typed_it"
)

LETTERBOX: Final = "node/aid/letterbox.py"
LETTERS: Final = "store/house/letters.py"
BOX: Final = "tests/aid/test_letterbox.py"
CLOSED: Final = "test_answers_from_letters_are_closed_to_others_and_how_they_stand_is_not"

KEEPING_OUT: Final = f"{IN}/test_keeping_out.py"
MERGING: Final = "node/aid/merging.py"
MERGED: Final = f"{IN}/test_merging.py"

ROLL_CALLS: Final = "node/aid/roll_calls.py"
CALLED: Final = f"{IN}/test_roll_calls.py"

NAMES: Final = f"{IN}/test_names.py"

MUTANTS: Final = (
    Mutant(
        "house: a neighbour goes by the name of another, with a sign that nobody sees",
        "protocol/aid/fields.py",
        "if not _is_unseen(it)",
        "",
        (f"{NAMES}::test_nobody_joins_or_is_renamed_to_look_like_somebody_else",),
    ),
    Mutant(
        "pages: a far pod goes by the name of a neighbour",
        "node/web/pages/shown.py",
        "known[looks(name)] > (id_ in near) else name",
        "False else name",
        (
            f"{NAMES}::test_far_pod_that_looks_like_a_neighbour_or_like_us_has_its_id_beside_its_name",
        ),
    ),
    Mutant(
        "house: somebody's own word that they need help is taken back by another",
        ROLL_CALLS,
        "            if how is not How.SELF:\n",
        "            if False:\n",
        (f"{CALLED}::test_nobody_takes_back_for_another_that_they_need_help",),
    ),
    Mutant(
        "house: a member says in a roll call that another saw somebody",
        ROLL_CALLS,
        "            require(viewer, Right.EDIT_OTHERS)\n",
        "            pass\n",
        (f"{CALLED}::test_only_a_steward_writes_down_that_another_saw_somebody_and_in_the_open",),
    ),
    Mutant(
        "house: what was deleted stays in the log of the file for months",
        "store/database.py",
        'PRAGMA wal_checkpoint(TRUNCATE)").fetchone()',
        'PRAGMA wal_checkpoint(PASSIVE)").fetchone()',
        (f"{IN}/test_deleted.py",),
    ),
    Mutant(
        "house: what was deleted stays in free pages of the file",
        "store/database.py",
        '"secure_delete = ON"',
        '"secure_delete = OFF"',
        (f"{IN}/test_deleted.py",),
    ),
    Mutant(
        "house: a steward keeps somebody out for good, three days at a time",
        PEOPLE,
        "ends_s = SUSPENSION_S + (now_s if begun_s is None else begun_s)",
        "ends_s = SUSPENSION_S + now_s",
        (f"{KEEPING_OUT}::test_nobody_is_kept_out_for_longer_by_being_let_in_and_kept_out_again",),
    ),
    Mutant(
        "house: a steward removes somebody by saying that they have left",
        PEOPLE,
        "        self._check_may_let_go(viewer, id_)\n",
        "",
        (f"{KEEPING_OUT}::test_steward_cannot_say_of_somebody_with_a_phone_that_they_have_left",),
    ),
    Mutant(
        "merging: somebody else says yes",
        MERGING,
        "        if not (viewer.is_self(goes) or viewer.is_self(stays)):\n            raise",
        "        if viewer.member is None:\n            raise",
        (f"{MERGED}::test_nobody_but_the_two_says_yes_or_no_and_only_stewards_say_it",),
    ),
    Mutant(
        "merging: a steward says it of themselves",
        MERGING,
        "if any(viewer.is_self(it.id) for it in two):",
        "if all(viewer.is_self(it.id) for it in two):",
        (f"{MERGED}::test_steward_alone_takes_nobody_over",),
    ),
    Mutant(
        "merging: at the machine a steward takes somebody over",
        MERGING,
        "if viewer.member is None and any(",
        "if viewer.member is None and all(",
        (f"{MERGED}::test_steward_alone_takes_nobody_over",),
    ),
    Mutant(
        "merging: the phone of the entry that goes is not asked",
        MERGING,
        "if not has_said and devices.of_member(tx.connection, id_):",
        "if not has_said and id_ != offer.goes and devices.of_member(tx.connection, id_):",
        (f"{MERGED}::test_devices_of_both_mean_a_yes_of_both",),
    ),
    Mutant(
        "merging: stewards are told what of somebody moved",
        MERGING,
        "if is_own else ()",
        "if viewer else ()",
        ("tests/web/test_merging.py::test_steward_looks_says_so_and_she_says_yes_on_her_phone",),
    ),
    Mutant(
        "merging: the wider of two consents holds",
        "protocol/aid/house/merging.py",
        "shown = min(one",
        "shown = max(one",
        (f"{MERGED}::test_same_contact_keeps_the_narrower_consent",),
    ),
    Mutant(
        "merging: the older of two care notes holds",
        "store/house/merges.py",
        "ORDER BY written_s DESC",
        "ORDER BY written_s ASC",
        (f"{MERGED}::test_of_two_care_notes_the_newer_stays_with_its_own_readers",),
    ),
    Mutant(
        "merging: who is kept out comes in as somebody else",
        "protocol/aid/house/merging.py",
        "max(stays.suspended_until_s, goes.suspended_until_s)",
        "stays.suspended_until_s",
        (f"{MERGED}::test_who_is_kept_out_stays_out",),
    ),
    Mutant(
        "merging: a role comes back that the pod did not give",
        MERGING,
        "if goes.role is Role.STEWARD:  #",
        "if goes.role is Role.GUEST:  #",
        (f"{MERGED}::test_role_of_the_entry_that_goes_ends_and_does_not_come_back",),
    ),
    Mutant(
        "letters: a steward reads what is somebody's",
        LETTERBOX,
        "return is_own and may(viewer, Right.WRITE_LETTERS)",
        "return is_own or may(viewer, Right.SORT_LETTERS)",
        (f"{BOX}::test_letter_is_read_by_its_member_and_by_no_steward",),
    ),
    Mutant(
        "letters: what is nobody's is read over plain HTTP",
        LETTERBOX,
        "return is_secret and may(viewer, Right.SORT_LETTERS)",
        "return may(viewer, Right.SORT_LETTERS)",
        ("tests/web/test_letters.py::test_steward_hands_on_what_is_nobodys_without_reading_it",),
    ),
    Mutant(
        "letters: who is kept out still reads theirs",
        LETTERBOX,
        "return is_own and may(viewer, Right.WRITE_LETTERS)",
        "return is_own",
        (f"{BOX}::test_who_is_kept_out_reads_nothing",),
    ),
    Mutant(
        "letters: a steward takes a letter away from whose it is",
        LETTERBOX,
        "if letter is None or letter.kept.member is not None:",
        "if letter is None:",
        (f"{BOX}::test_somebodys_letter_is_given_to_nobody_else",),
    ),
    Mutant(
        "letters: the board shows stewards what came in one",
        LETTERBOX,
        "if it.pod is not None and not self._may_open(",
        "if it.pod is None and not self._may_open(",
        (f"{BOX}::test_answers_from_letters_are_closed_to_others_and_how_they_stand_is_not",),
    ),
    Mutant(
        "letters: who typed one listing reads of every one",
        LETTERBOX,
        "found != (whose, True):",
        "found is None:",
        (f"{BOX}::test_typist_reads_what_is_about_the_listing_they_typed_and_no_more",),
    ),
    Mutant(
        "letters: any pod answers what another was asked",
        LETTERS,
        '"WHERE message_id = ? AND pod_id = ? AND is_ours = ?",\n        (message_id, pod_id,',
        '"WHERE message_id = ? AND pod_id <> ? AND is_ours = ?",\n        (message_id, b"",',
        (f"{BOX}::test_answer_by_another_pod_than_was_asked_is_nobodys",),
    ),
    Mutant(
        "letters: what somebody who left wrote stays",
        LETTERBOX,
        "people.on_leaving.append(self._let_go)",
        "pass",
        (f"{BOX}::test_who_leaves_takes_their_letters_along_and_what_they_asked_is_taken_back",),
    ),
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
    Mutant(
        "house: whoever reads a listing that was typed for somebody looks after it",
        PEOPLE,
        "own = viewer.is_self(typed.typist(self._store.connection, rid))",
        "own = True",
        (f"{IN}/test_behalf.py::test_whoever_typed_it_looks_after_it_and_no_other_member",),
    ),
    Mutant(
        "house: any member takes back what somebody asked",
        BEHALF,
        "if not self.asked([self._answers.answer(rid, number)], viewer):",
        "if not viewer.member:",
        (TAKEN_BACK,),
    ),
    Mutant(
        "house: an import that is taken back takes people along of whom something came",
        "node/aid/people_imports.py",
        "return not is_changed and not self._is_mentioned(member.id)",
        "return not is_changed",
        (f"{IN}/test_people_imports.py::test_who_has_become_somebody_here_stays",),
    ),
    Mutant(
        "house: an import that is taken back takes people along whose profile was changed",
        "node/aid/people_imports.py",
        "return not is_changed and not self._is_mentioned(member.id)",
        "return not self._is_mentioned(member.id)",
        (f"{IN}/test_people_imports.py::test_who_has_become_somebody_here_stays",),
    ),
    Mutant(
        "house: a member sees and ends the invites of others",
        INVITES,
        "return [it for it in found if may(viewer, Right.INVITE) or viewer.is_self(it.made_by)]",
        "return found",
        (
            "tests/web/test_people.py::test_members_invite_where_the_pod_lets_them_and_see_their_own",
        ),
    ),
    Mutant(
        "house: any member changes what is kept about somebody else",
        PEOPLE,
        """        require_own(viewer, id_, Right.EDIT_SELF, Right.EDIT_OTHERS)
        said = {""",
        """        require(viewer, Right.POST)
        said = {""",
        (f"{IN}/test_people.py::test_a_member_changes_nobody_else",),
    ),
    Mutant(
        "house: what was agreed is changed unseen",
        AGREEMENTS,
        'was.model_copy(update={"ended_s": self._now_s})',
        "now",
        (f"{IN}/test_decisions.py::test_other_words_end_the_old_ones_which_can_be_read_still",),
    ),
    Mutant(
        "house: what nobody agreed to is written down as agreed",
        AGREEMENTS,
        "if found is not State.AGREED:",
        "if found is None:",
        (f"{IN}/test_decisions.py::test_only_what_was_agreed_is_written_down_as_that",),
    ),
    Mutant(
        "house: strangers are asked in a roll call",
        "node/aid/roll_calls.py",
        "if viewer.member is None or not may(viewer, Right.CHECK_IN):",
        "if viewer.member is None:",
        ("tests/web/test_roll_call.py::test_roll_call_is_on_every_page_of_who_was_not_heard_from",),
    ),
)
