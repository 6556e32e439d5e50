"""Mutants of what holds rule R15 of docs/protocol.md: sealed mail."""

from typing import Final

from tests.mutants import Mutant

ROOM: Final = "node/mail.py"
MAIL: Final = "protocol/mail.py"
MAILING: Final = "protocol/mailing.py"
STORE: Final = "store/mail.py"
CARD: Final = "node/aid/card.py"

ATTACKS: Final = "tests/hostile/test_mail_attacks.py"
STREET: Final = "tests/scenarios/test_mail.py"
UNIT: Final = "tests/protocol/test_mail.py"
LETTERS: Final = "tests/aid/test_letters.py"
VECTORS: Final = "tests/test_vectors.py"

MUTANTS: Final = (
    Mutant(
        "R15: mail goes to whoever is there",
        ROOM,
        "return told_distance(table, peer, it.recipient) < directory.way(it.recipient)",
        "return True",
        (f"{ATTACKS}::test_mail_is_offered_to_nobody_that_is_not_nearer_or_does_not_carry",),
    ),
    Mutant(
        "R15: mail goes back to who brought it",
        ROOM,
        "or not entry.carried or peer == it.brought_by:",
        "or not entry.carried:",
        (f"{ATTACKS}::test_mail_is_not_offered_back_to_who_brought_it",),
    ),
    Mutant(
        "R15: mail goes to who does not carry its recipient",
        ROOM,
        "if entry is None or not entry.carried or peer",
        "if entry is None or peer",
        (f"{ATTACKS}::test_mail_is_offered_to_nobody_that_is_not_nearer_or_does_not_carry",),
    ),
    Mutant(
        "R15: copies are not counted",
        ROOM,
        "if peer in takers or len(takers.union(promised(it.id))) < MAIL_COPIES:",
        "if True:",
        (f"{STREET}::test_copies_go_to_three_that_are_nearer_and_all_are_deleted_by_the_token",),
    ),
    Mutant(
        "R15: a neighbour brings as much as it likes",
        ROOM,
        "elif self._room(neighbour) > 0 and self._is_welcome(sealed, now):",
        "elif self._is_welcome(sealed, now):",
        (f"{ATTACKS}::test_flood_takes_the_share_of_its_neighbour_alone",),
    ),
    Mutant(
        "R15: the token goes before the letter is saved",
        ROOM,
        "if not self._doors.deliver(tx, content):\n                return",
        "self._doors.deliver(tx, content)",
        (f"{STREET}::test_recipient_without_room_is_tried_again",),
    ),
    Mutant(
        "R15: a letter is read as often as it was sealed",
        ROOM,
        "if not mail.was_seen(tx.connection, sender, letter.message_id):",
        "if True:",
        (f"{ATTACKS}::test_letter_sealed_anew_is_read_once",),
    ),
    Mutant(
        "R15: released mail is taken again",
        ROOM,
        "if token is not None:\n                    taken.to_answer",
        "if False:\n                    taken.to_answer",
        (f"{STREET}::test_released_mail_injected_again_is_answered_with_the_token",),
    ),
    Mutant(
        "R15: what could not be opened comes again",
        ROOM,
        "self._put(tx, sealed, neighbour, is_refused=True)",
        "pass",
        (f"{ATTACKS}::test_forged_letter_leaves_no_letter_and_gets_no_token",),
    ),
    Mutant(
        "R15: a replaced key still writes",
        ROOM,
        "if known is not None and known.rank > sender.rank:",
        "if False:",
        (f"{ATTACKS}::test_letter_under_a_replaced_key_is_refused_and_gets_no_token",),
    ),
    Mutant(
        "R15: a blocked pod still writes",
        ROOM,
        "and sender.pod_id not in directory.not_carried",
        "and True",
        (f"{STREET}::test_letter_of_a_blocked_pod_is_not_taken_in",),
    ),
    Mutant(
        "R15: a letter refused for a block is refused after it",
        "node/neighbours.py",
        "mail.forget_refused(tx)",
        "pass",
        (f"{STREET}::test_letters_stopped_by_a_block_come_once_it_is_lifted",),
    ),
    Mutant(
        "R15: mail to an earlier epoch of ours is taken",
        ROOM,
        "return it.epoch == keeper.certificate.epoch and keeper.may_sign and has_room",
        "return keeper.may_sign and has_room",
        (f"{ATTACKS}::test_mail_to_another_epoch_of_ours_is_not_taken",),
    ),
    Mutant(
        "R15: mail to a lower epoch is taken from a neighbour",
        ROOM,
        "and it.epoch >= self._epochs.get(it.recipient, 0)",
        "and True",
        (f"{ATTACKS}::test_mail_to_a_lower_epoch_is_neither_taken_nor_passed_on",),
    ),
    Mutant(
        "R15: mail to a lower epoch is passed on",
        ROOM,
        "if it.epoch < self._epochs.get(it.recipient, 0):\n            return False",
        "if False:\n            return False",
        (f"{ATTACKS}::test_mail_to_a_lower_epoch_is_neither_taken_nor_passed_on",),
    ),
    Mutant(
        "R15: mail to a lower epoch is kept",
        ROOM,
        "mail.delete_lower(tx, recipient, self._epochs.get(recipient, 0))",
        "pass",
        (f"{ATTACKS}::test_mail_to_a_lower_epoch_is_neither_taken_nor_passed_on",),
    ),
    Mutant(
        "R15: mail is carried whatever its end",
        ROOM,
        "if now_s is not None and not now_s < it.expires_s <= now_s + MAIL_AHEAD_S:",
        "if False:",
        (f"{ATTACKS}::test_mail_that_has_ended_or_ends_too_late_is_not_taken",),
    ),
    Mutant(
        "R15: mail is carried for who is out of reach",
        ROOM,
        "and directory.way(it.recipient) < REACH_HOPS",
        "and True",
        (f"{ATTACKS}::test_mail_for_who_is_out_of_reach_is_not_carried",),
    ),
    Mutant(
        "R15: a letter is sealed once and for all",
        ROOM,
        "if (letter.own_epoch, letter.epoch, letter.sealed_to) == today and not is_ahead:",
        "if letter.own_epoch is not None:",
        (
            f"{STREET}::test_recipient_that_rotates_gets_its_letters_sealed_anew",
            f"{STREET}::test_sender_that_rotates_seals_anew_and_is_read_once",
        ),
    ),
    Mutant(
        "R15: a letter is not sealed anew to another key",
        ROOM,
        "today = (certificate.epoch, epoch, key)",
        "today = (certificate.epoch, epoch, letter.sealed_to)",
        (f"{STREET}::test_card_signed_again_with_the_old_key_only_delays_a_letter",),
    ),
    Mutant(
        "R15: a letter is tried for ever",
        ROOM,
        "if letter.until_running_ms <= running_ms:",
        "if False:",
        (f"{STREET}::test_expired_mail_is_sealed_anew_for_a_month_of_running",),
    ),
    Mutant(
        "R15: a flood goes before everybody else",
        STORE,
        '" ORDER BY brought_by IS NOT NULL, turn, number"',
        '" ORDER BY number"',
        (f"{ATTACKS}::test_own_mail_goes_first_and_the_rest_in_fair_turns",),
    ),
    Mutant(
        "R15: a letter may be sealed on to another pod",
        MAIL,
        "if recipient != us or recipient_key != key.public:",
        "if False:",
        (f"{UNIT}::test_letter_to_a_key_of_ours_that_is_not_ours_now_is_refused",),
    ),
    Mutant(
        "R15: nobody checks who signed a letter",
        MAIL,
        "if not verify(sender.working_key, signature, TAG_LETTER + body):",
        "if False:",
        (f"{UNIT}::test_letter_sealed_on_to_a_third_pod_is_refused",),
    ),
    Mutant(
        "R15: the outside is not bound to what is sealed",
        MAIL,
        "return TAG_MAIL + encode(outside)",
        "return TAG_MAIL",
        (f"{VECTORS}::test_vector",),
    ),
    Mutant(
        "R15: letters are as long as they are",
        MAIL,
        "return filled + bytes(-len(filled) % MAIL_STEP_BYTES)",
        "return filled",
        (f"{UNIT}::test_carriers_see_a_step_and_no_sender",),
    ),
    Mutant(
        "R15: what was not offered can be asked for",
        MAILING,
        "if not (self.under_way or frozenset()).issuperset(ids):",
        "if False:",
        (f"{ATTACKS}::test_want_of_what_was_not_offered_ends_the_session",),
    ),
    Mutant(
        "R15: tokens go to everybody",
        MAILING,
        "[token for hashed, token in tokens if hashed in self._talked_of]",
        "[token for _, token in tokens]",
        (f"{STREET}::test_never_offered_back_nor_to_who_is_not_nearer",),
    ),
    Mutant(
        "R15: after a rotation the card keeps the old key",
        CARD,
        "if card is None or card.mail_public_key == self.keeper.mail_key.public:",
        "if card is None or card.mail_public_key:",
        (f"{LETTERS}::test_after_a_new_key_the_card_shows_it_and_keeps_its_words",),
    ),
)
