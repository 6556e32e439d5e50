"""Mutants of the handshake, the door and the driver (R3, R10, R12, R16)."""

from typing import Final

from tests.mutants import Mutant

HANDSHAKE: Final = "protocol/handshake.py"
PURE: Final = "tests/protocol/test_handshake.py"
ATTACKS: Final = "tests/hostile/test_channel_attacks.py"

MUTANTS: Final = (
    # --- What is signed ---
    Mutant(
        "the caller signs no TLS certificate",
        HANDSHAKE,
        "told = (VERSION, self._nonce, nonce, *_who(theirs, run_id), tls_hash)",
        "told = (VERSION, self._nonce, nonce, *_who(theirs, run_id), bytes(32))",
        (PURE, f"{ATTACKS}::test_flood_of_half_open_connections_leaves_room_for_a_neighbour"),
    ),
    Mutant(
        "neither side signs the TLS certificate",
        HANDSHAKE,
        "return hashlib.sha512(encode(told)).digest()",
        "return hashlib.sha512(encode(told[:6] + told[7:])).digest()",
        (
            f"{PURE}::test_another_tls_certificate_than_the_answerer_has",
            f"{ATTACKS}::test_man_in_the_middle_hears_a_nonce_and_nothing_else",
        ),
    ),
    Mutant(
        "run ids and whole certificates are not signed",
        HANDSHAKE,
        "return certificate.pod_id, certificate.hash, run_id",
        "return (certificate.pod_id,)",
        (f"{PURE}::test_altered_answer", f"{PURE}::test_altered_proof"),
    ),
    Mutant(
        "run ids are not signed",
        HANDSHAKE,
        "return certificate.pod_id, certificate.hash, run_id",
        "return certificate.pod_id, certificate.hash",
        (f"{PURE}::test_altered_answer", f"{ATTACKS}::test_altered_proof_is_refused"),
    ),
    Mutant(
        "the answerer takes the purpose on trust",
        HANDSHAKE,
        "told = (*self._told, *_who(theirs, run_id), encode(purpose))",
        'told = (*self._told, *_who(theirs, run_id), encode(("sync",)))',
        (f"{PURE}::test_altered_proof", f"{ATTACKS}::test_altered_proof_is_refused"),
    ),
    Mutant(
        "one tag serves both sides",
        "protocol/identity.py",
        'TAG_CHANNEL_CLIENT: Final = b"mutualpod/1 channel client\\0"',
        'TAG_CHANNEL_CLIENT: Final = b"mutualpod/1 channel server\\0"',
        (f"{PURE}::test_proof_is_what_the_specification_says",),
    ),
    # --- What is checked ---
    Mutant(
        "any pod will do",
        HANDSHAKE,
        "if self._expect not in (theirs.pod_id, None):",
        "if False:",
        (f"{ATTACKS}::test_wrong_server_hears_a_nonce_and_nothing_else",),
    ),
    Mutant(
        "the answerer's signature is not checked",
        HANDSHAKE,
        "if not verify(theirs.working_key, signature, TAG_CHANNEL_SERVER + _digest(told)):",
        "if False:",
        (f"{ATTACKS}::test_thief_with_the_expected_pods_certificate_but_not_its_key",),
    ),
    Mutant(
        "the caller's signature is not checked",
        HANDSHAKE,
        "if not verify(theirs.working_key, signature, TAG_CHANNEL_CLIENT + _digest(told)):",
        "if False:",
        (
            f"{ATTACKS}::test_thief_with_anothers_certificate_but_not_its_key",
            f"{ATTACKS}::test_relay_by_a_hostile_pod_that_the_caller_trusts",
            f"{ATTACKS}::test_reflected_signature_of_the_answerer",
        ),
    ),
    Mutant(
        "a lower epoch of the answerer is welcome",
        HANDSHAKE,
        "if self._known is not None and theirs.rank < self._known.rank:",
        "if False:",
        (
            f"{ATTACKS}::test_thief_with_a_superseded_key_learns_only_that_it_is_superseded",
            "tests/node/test_channel.py",
        ),
    ),
    Mutant(
        "any certificate supersedes ours",
        HANDSHAKE,
        "if certificate.pod_id != ours.pod_id or certificate.rank <= ours.rank:",
        "if False:",
        (f"{ATTACKS}::test_nobody_can_make_a_pod_believe_that_it_is_superseded",),
    ),
    Mutant(
        "another pod's certificate supersedes ours",
        HANDSHAKE,
        "if certificate.pod_id != ours.pod_id or certificate.rank <= ours.rank:",
        "if certificate.rank <= ours.rank:",
        (f"{PURE}::test_nobody_is_superseded_by_what_is_not_greater",),
    ),
    Mutant(
        "the answerer's nonce is always the same",
        "node/listener.py",
        "nonce=os.urandom(NONCE_BYTES)",
        "nonce=bytes(NONCE_BYTES)",
        (f"{ATTACKS}::test_recorded_proof_is_worth_nothing_the_second_time",),
    ),
    # --- The door ---
    Mutant(
        "strangers are not counted",
        "node/listener.py",
        "elif len(strangers) >= self._bounds.strangers:",
        "elif False:",
        (f"{ATTACKS}::test_flood_of_half_open_connections_leaves_room_for_a_neighbour",),
    ),
    Mutant(
        "one address may take every place",
        "node/listener.py",
        "if len(alike) >= self._bounds.strangers_per_address:",
        "if False:",
        (f"{ATTACKS}::test_one_address_has_four_places_and_the_oldest_of_them_goes",),
    ),
    Mutant(
        "the newest stranger goes",
        "node/listener.py",
        "strangers[0].drop()",
        "strangers[-1].drop()",
        (f"{ATTACKS}::test_flood_of_half_open_connections_leaves_room_for_a_neighbour",),
    ),
    Mutant(
        "a request may take for ever",
        "node/listener.py",
        "self.clock = asyncio.get_running_loop().call_later(self._step_s, self.drop)",
        "self.clock = asyncio.get_running_loop().call_later(86_400, self.drop)",
        (f"{ATTACKS}::test_a_byte_at_a_time_is_not_a_sign_of_life",),
    ),
    Mutant(
        "a TLS handshake may take for ever",
        "node/listener.py",
        "ssl_handshake_timeout=self._bounds.tls_s,",
        "ssl_handshake_timeout=86_400,",
        (f"{ATTACKS}::test_connection_that_goes_silent_is_ended",),
    ),
    Mutant(
        "a message of the handshake may take for ever",
        "node/channel.py",
        "async with asyncio.timeout(bounds.step_s):",
        "async with asyncio.timeout(86_400):",
        (f"{ATTACKS}::test_silent_stranger_is_let_go",),
    ),
    Mutant(
        "as many as like may stay",
        "node/listener.py",
        "if len(self._connections) - len(self.strangers) >= self._bounds.connections:",
        "if False:",
        ("tests/node/test_channel.py::test_one_more_than_may_be_connected_is_told_so",),
    ),
    Mutant(
        "TLS 1.2 will do",
        "node/tls.py",
        "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
        "    context.minimum_version = ssl.TLSVersion.TLSv1_3",
        "context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)\n"
        "    context.minimum_version = ssl.TLSVersion.TLSv1_2",
        (f"{ATTACKS}::test_tls_1_2_is_refused",),
    ),
    Mutant(
        "compression is agreed to",
        "node/listener.py",
        "compress=False, max_msg_size",
        "compress=True, max_msg_size",
        (f"{ATTACKS}::test_compression_is_not_agreed_to",),
    ),
    Mutant(
        "redirects are followed",
        "node/channel.py",
        "if response.status != 101 or transport is None:",
        "if transport is None:",
        (f"{ATTACKS}::test_redirect_is_not_followed",),
    ),
    Mutant(
        "a peer that never reads is waited for",
        "node/channel.py",
        "if unsent and gone == self._gone_bytes:",
        "if False:",
        (
            f"{ATTACKS}::test_peer_that_never_reads_is_ended",
            "tests/node/test_sync.py::test_peer_that_never_reads_is_ended",
        ),
    ),
    # --- The driver ---
    Mutant(
        "a peer that asks for more than it reads is served on",
        "node/sync.py",
        "await outbox.room.wait()",
        "await asyncio.sleep(0)",
        ("tests/node/test_sync.py::test_peer_that_asks_for_more_than_it_reads_is_not_served_on",),
    ),
    Mutant(
        "what a cancelled call leaves to send is lost",
        "node/sync.py",
        "self._loop.call_soon_threadsafe(self._deliver, outputs, due_ms)",
        "None",
        ("tests/node/test_sync.py::test_act_whose_awaiter_is_cancelled_is_sent_all_the_same",),
    ),
    Mutant(
        "a stop does not wait for sessions",
        "node/sync.py",
        "await asyncio.gather(*[over.wait() for over in self._sessions])",
        "await asyncio.sleep(0)",
        ("tests/node/test_sync.py::test_stop_waits_for_a_session_that_is_just_beginning",),
    ),
    # --- Invitations ---
    Mutant(
        "a wrong letter or another text for the same bytes will do",
        "node/invitation.py",
        'if invitation_text(invitation) != f"{_LABEL}:{_VERSION}:{letters}":',
        "if False:",
        (
            "tests/node/test_invitation.py::test_second_text_for_the_same_bytes_is_refused",
            "tests/node/test_invitation.py::test_one_wrong_letter_is_found",
        ),
    ),
    Mutant(
        "a superseded caller may join",
        "node/federation.py",
        "if known is not None and known.rank > peer.certificate.rank:",
        "if False:",
        ("tests/node/test_federation.py::test_superseded_caller_is_shown_its_greater_certificate",),
    ),
)
