"""Mutants of pairing by six words (R11)."""

from typing import Final

from tests.mutants import Mutant

PROTOCOL: Final = "protocol/pairing.py"
MODE: Final = "node/pairing.py"
SOCKETS: Final = "node/introductions.py"
PURE: Final = "tests/protocol/test_pairing.py"
NODES: Final = "tests/node/test_pairing.py"
ATTACKS: Final = "tests/hostile/test_pairing_attacks.py"

MUTANTS: Final = (
    # --- The words, and what binds the caller ---
    Mutant(
        "R11: the commitment is not checked",
        PROTOCOL,
        "if commitment_of(nonce, self._peer) != self._commitment:",
        "if False:",
        (
            f"{PURE}::test_who_may_choose_every_nonce_cannot_make_two_words_agree",
            f"{ATTACKS}::test_a_nonce_chosen_after_the_answer_is_refused",
        ),
    ),
    Mutant(
        "R11: the commitment does not say who calls",
        PROTOCOL,
        "told = TAG_PAIRING_COMMITMENT + nonce + caller.pod_id + caller.wire",
        "told = TAG_PAIRING_COMMITMENT + nonce",
        (
            f"{PURE}::test_a_commitment_of_another_caller_is_worth_nothing",
            f"{ATTACKS}::test_words_of_one_side_cannot_be_brought_to_the_other",
        ),
    ),
    Mutant(
        "R11: the commitment does not hold the nonce",
        PROTOCOL,
        "told = TAG_PAIRING_COMMITMENT + nonce + caller.pod_id + caller.wire",
        "told = TAG_PAIRING_COMMITMENT + caller.pod_id + caller.wire",
        (f"{PURE}::test_another_nonce_than_it_was_bound_to_is_refused",),
    ),
    Mutant(
        "R11: the words do not name the pods",
        PROTOCOL,
        "*(caller.pod_id, answerer.pod_id),\n        *(caller.hash, answerer.hash),",
        "",
        (f"{PURE}::test_all_that_tells_one_attempt_from_another_is_in_the_words",),
    ),
    Mutant(
        "R11: the words do not hold the answerer's nonce",
        PROTOCOL,
        "*(nonce_c, nonce_s, tls_hash),",
        "*(nonce_c, nonce_c, tls_hash),",
        (f"{PURE}::test_a_reveal_is_worth_nothing_in_the_next_attempt",),
    ),
    Mutant(
        "R11: the words do not hold the TLS certificate",
        PROTOCOL,
        "*(nonce_c, nonce_s, tls_hash),",
        "*(nonce_c, nonce_s),",
        (f"{PURE}::test_all_that_tells_one_attempt_from_another_is_in_the_words",),
    ),
    Mutant(
        "R11: every word is the first one",
        PROTOCOL,
        "bits >> place & (1 << WORD_BITS) - 1 for place in places",
        "bits >> 245 & (1 << WORD_BITS) - 1 for _ in places",
        ("tests/test_vectors.py::test_vector[pairing_caller]",),
    ),
    Mutant(
        "R11: the answerer's nonce is always the same",
        SOCKETS,
        "us, peer.certificate, pair.commitment, peer.tls_hash, nonce=os.urandom(NONCE_BYTES)",
        "us, peer.certificate, pair.commitment, peer.tls_hash, nonce=bytes(NONCE_BYTES)",
        (f"{ATTACKS}::test_who_reveals_before_the_answer_is_bound_all_the_same",),
    ),
    Mutant(
        "R11: our yes alone will do",
        PROTOCOL,
        "return self.ours and self.theirs",
        "return self.ours",
        (f"{NODES}::test_two_nodes_pair_when_the_people_of_both_say_so",),
    ),
    Mutant(
        "R11: their yes alone will do",
        PROTOCOL,
        "return self.ours and self.theirs",
        "return self.theirs",
        (f"{NODES}::test_two_nodes_pair_when_the_people_of_both_say_so",),
    ),
    Mutant(
        "anybody may answer who joins by an invitation",
        "protocol/handshake.py",
        "if expect is None and not isinstance(purpose, Pair):",
        "if False:",
        (f"{PURE}::test_only_to_pair_may_anybody_answer",),
    ),
    # --- Pairing mode ---
    Mutant(
        "R11: failed attempts are not counted",
        MODE,
        "failures = it.failures + 1",
        "failures = it.failures",
        (f"{NODES}::test_who_looks_at_the_nonce_and_goes_has_failed_too",),
    ),
    Mutant(
        "R11: attempts may fail for ever",
        MODE,
        "is_over = failures >= PAIRING_FAILURES",
        "is_over = False",
        (f"{NODES}::test_the_third_failed_attempt_ends_pairing_mode",),
    ),
    Mutant(
        "a pod pairs whenever it is called",
        MODE,
        "if pairing is None or pairing.state is not State.OPEN:",
        "if pairing is None:",
        (
            f"{NODES}::test_the_mode_ends_by_itself",
            f"{NODES}::test_the_third_failed_attempt_ends_pairing_mode",
        ),
    ),
    Mutant(
        "a pod pairs with another than its people named",
        MODE,
        'if pairing.tag not in ("", short_id(pod_id)):',
        "if False:",
        (f"{NODES}::test_a_pod_is_meant_by_the_beginning_of_its_id",),
    ),
    Mutant(
        "a superseded pod may pair",
        MODE,
        "if (known := self._greater(caller)) is not None:",
        "if (known := self._greater(caller)) is not None and False:",
        (f"{NODES}::test_a_superseded_pod_is_shown_its_greater_certificate",),
    ),
    Mutant(
        "pairing mode outlives the node",
        "node/node.py",
        "await self.driver.act(lambda _: self._pod.pairing.wake())",
        "pass",
        (f"{NODES}::test_the_mode_ends_with_the_node",),
    ),
    Mutant(
        "pairing mode has no end",
        SOCKETS,
        "if self._attempt is None and monotonic_ms() >= self._ends_ms:",
        "if False:",
        (f"{NODES}::test_the_mode_ends_by_itself",),
    ),
    Mutant(
        "two attempts at a time",
        SOCKETS,
        'if self._attempt is not None:\n            return Refused("not_pairing")',
        "",
        (f"{NODES}::test_one_attempt_at_a_time",),
    ),
    Mutant(
        "a yes counts for whatever attempt is under way",
        MODE,
        "if it.state is not State.COMPARING or it.attempt != attempt:",
        "if it.state is not State.COMPARING:",
        (f"{NODES}::test_an_answer_is_to_one_attempt",),
    ),
    Mutant(
        "who says yes before our people did is a neighbour",
        MODE,
        "if pairing is None or pairing.state is not State.AGREED:\n            return None\n"
        "        return pairing if self._running_ms() < pairing.agreed_until_ms else None",
        "return pairing",
        (f"{NODES}::test_a_yes_without_comparison_is_none",),
    ),
    Mutant(
        "a yes is for whoever comes",
        MODE,
        "if pairing is None or pairing.pod_id != peer.pod_id or self._greater(peer) is not None:",
        "if pairing is None or self._greater(peer) is not None:",
        (f"{NODES}::test_a_yes_that_was_lost_makes_neighbours_when_the_other_comes_as_one",),
    ),
    Mutant(
        "a yes that was lost holds for ever",
        MODE,
        "return pairing if self._running_ms() < pairing.agreed_until_ms else None",
        "return pairing",
        (f"{NODES}::test_a_yes_that_was_lost_holds_for_a_day",),
    ),
    Mutant(
        "a yes that was lost is forgotten",
        MODE,
        'if it.state is State.AGREED and code not in ("words_differ", "stopping"):',
        "if False:",
        (
            f"{NODES}::test_a_yes_that_was_lost_makes_neighbours_when_the_other_comes_as_one",
            "tests/node/test_pairing_cut.py",
        ),
    ),
    Mutant(
        "a yes stands though the other side said no",
        MODE,
        'if it.state is State.AGREED and code not in ("words_differ", "stopping"):',
        "if it.state is State.AGREED:",
        (f"{NODES}::test_a_yes_is_over_when_the_other_said_no_or_people_begin_anew",),
    ),
)
