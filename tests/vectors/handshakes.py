"""Vectors of the handshake: one side, what it hears, and what it says to that (§7.1).

Stages are the messages, in order: "opening", "answer", "proof", "verdict".
"""

from collections.abc import Iterator
from typing import Any

import msgpack

from tests.vectors.case import Case, accepted, refused, shown
from tests.vectors.handshake_messages import (
    CERTIFICATE_C,
    CERTIFICATE_S,
    CLIENT_TAG,
    JOIN,
    LATER_C,
    LATER_S,
    NAME,
    NONCE_C,
    NONCE_S,
    OPENING,
    PAIR,
    RUN_C,
    RUN_S,
    SERVER_TAG,
    SIGNATURE_S,
    SYNC,
    WELCOME,
    answer,
    answerer,
    caller,
    client_signature,
    proof,
    told,
)
from tests.vectors.pods import (
    EPOCH,
    OTHER,
    OTHER_SEED,
    OTHER_WORKING_SEED,
    POD,
    POD_SEED,
    WORKING_SEED,
    certificate_body,
    certificate_hash,
    certificate_wire,
    other_certificate,
)

# --- The caller ---


def callers() -> Iterator[Case]:
    def good(name: str, about: str, given: dict[str, Any], **outcome: Any) -> Case:
        sent = [OPENING, proof(purpose={"join": JOIN, "pair": PAIR}.get(given["purpose"][0], SYNC))]
        value = {"sent": shown(sent)} | {key: shown(it) for key, it in outcome.items()}
        return accepted(f"caller_{name}", about, given, value)

    met = {"pod_id": OTHER.hex(), "epoch": EPOCH + 100, "run": RUN_S.hex(), "name": NAME}
    whole = answer()
    yield good("sync", "A neighbour is called, and answers.", caller(whole, WELCOME), peer=met)
    yield good("join", "With an invitation.", caller(whole, WELCOME, purpose=JOIN), peer=met)
    given = caller(whole, WELCOME, purpose=PAIR, expect=None)
    yield good("pair", "To pair, with whoever answers.", given, peer=met)
    lower = other_certificate(epoch=EPOCH + 99)
    given = caller(whole, WELCOME, known=lower)
    yield good("greater_epoch", "It answers under a certificate not known yet.", given, peer=met)
    given = caller(whole, WELCOME, known=CERTIFICATE_S)
    yield good("same_certificate", "It answers under the one known.", given, peer=met)

    def no(name: str, about: str, code: str, to: str, certificate: bytes | None = None) -> Case:
        verdict = msgpack.packb(("refused", code, certificate))
        told_code = {"code": to, "certificate": shown(certificate)}
        return good(name, about, caller(whole, verdict), refused=told_code)

    yield no("refused", "The answerer does not know us.", "not_federated", "not_federated")
    yield no("refused_unknown_code", "A code of a version to come.", "tired", "refused")
    superseded = ("epoch_superseded", "epoch_superseded", LATER_C)
    yield no("refused_superseded", "A greater certificate of ours is known.", *superseded)


def bad_answers() -> Iterator[Case]:
    def bad(name: str, about: str, code: str, message: bytes, known: bytes | None = None) -> Case:
        return refused(f"answer_{name}", about, "answer", code, caller(message, known=known))

    def unproved(name: str, about: str, **changed: Any) -> Case:
        return bad(name, about, "bad_signature", answer(**changed))

    def malformed(name: str, about: str, **changed: Any) -> Case:
        return bad(name, about, "malformed", answer(**changed))

    foreign = {"pod_id": POD, "hash": certificate_hash(CERTIFICATE_C)}
    other_pod = answer(sent={"certificate": CERTIFICATE_C}, seed=WORKING_SEED, **foreign)
    yield bad("other_pod", "Another pod answers, and proves it.", "wrong_pod", other_pod)
    about = "A greater epoch of the answerer is known: a stolen or restored machine."
    yield bad("lower_epoch", about, "epoch_superseded", answer(), LATER_S)
    twins = [other_certificate(issued_s=EPOCH + at) for at in range(102, 120)]
    twin = max(twins, key=certificate_hash)
    assert certificate_hash(twin) > certificate_hash(CERTIFICATE_S)
    about = "Of one epoch, the certificate with the greater hash is known."
    yield bad("lower_hash", about, "epoch_superseded", answer(), twin)
    yield unproved("tls_hash_other", "A machine in the middle has its own.", tls_hash=bytes(32))
    yield unproved("nonce_c_other", "Replayed from another connection.", nonce_c=bytes(32))
    yield unproved("nonce_s_other", "Signed with another nonce.", nonce_s=bytes(32))
    yield unproved("run_other", "Signed in another run.", run=bytes(16))
    about = "Signed for another certificate of the same key."
    yield unproved("certificate_hash_other", about, hash=certificate_hash(LATER_S))
    yield unproved("version_signed_2", "Signed for another version.", version=2)
    yield unproved("under_client_tag", "Signed as callers do.", tag=CLIENT_TAG)
    yield unproved("without_tag", "Signed without a tag.", tag=b"")
    yield unproved("by_pod_key", "The pod key signs certificates alone.", seed=OTHER_SEED)
    yield unproved("by_other_key", "The caller's own key.", seed=WORKING_SEED)
    reflected = {"signature": client_signature()}
    yield unproved("signature_reflected", "The caller's own proof comes back.", sent=reflected)
    yield unproved("signature_zero", "64 zero bytes.", sent={"signature": bytes(64)})
    forged = certificate_wire(certificate_body(pod_id=OTHER), seed=POD_SEED)
    signed = {"seed": WORKING_SEED, "hash": certificate_hash(forged)}
    about = "The certificate is not by the pod key."
    yield unproved("certificate_forged", about, sent={"certificate": forged}, **signed)
    yield malformed("certificate_empty", "No certificate.", sent={"certificate": b""})
    yield malformed("run_15_bytes", "A short run.", run=RUN_S[:15], sent={"run": RUN_S[:15]})
    short = {"nonce_s": NONCE_S[:31], "sent": {"nonce": NONCE_S[:31]}}
    yield malformed("nonce_31_bytes", "A short nonce.", **short)
    cut = {"signature": SIGNATURE_S[:63]}
    yield malformed("signature_63_bytes", "A short signature.", sent=cut)
    yield malformed("field_more", "A fifth field.", rest=(0,))
    verdict = msgpack.packb(("refused", "too_many", None))
    yield bad("refusal", "A verdict where an answer is due.", "malformed", verdict)
    yield bad("trailing_byte", "A byte follows.", "malformed", answer() + b"\0")
    yield bad("truncated", "The last byte is missing.", "malformed", answer()[:-1])
    yield bad("empty", "Nothing.", "malformed", b"")
    long_form = b"\xdc\0\4" + answer()[1:]
    yield bad("long_form", "A count in two bytes.", "not_canonical", long_form)
    padded = answer(rest=(bytes(1025 - len(answer()) - 3),))
    yield bad("1025_bytes", "Longer than a message may be.", "too_large", padded)


def bad_verdicts() -> Iterator[Case]:
    def bad(name: str, about: str, message: Any, code: str = "malformed") -> Case:
        packed = msgpack.packb(message)
        return refused(f"verdict_{name}", about, "verdict", code, caller(answer(), packed))

    yield bad("ok_alone", "Without a name.", ("ok",))
    yield bad("ok_field_more", "Something follows the name.", ("ok", NAME, None))
    yield bad("name_of_61", "One character too many.", ("ok", "n" * 61))
    yield bad("name_two_lines", "A line break.", ("ok", "Oak\nStreet"))
    yield bad("name_bytes", "The name is bytes.", ("ok", NAME.encode()))
    yield bad("other_word", "Neither ok nor refused.", ("yes", NAME))
    yield bad("refused_code_nil", "A refusal says why.", ("refused", None, None))
    yield bad("refused_field_missing", "Nil is not nothing.", ("refused", "too_many"))
    other = ("refused", "not_federated", LATER_C)
    yield bad("refused_certificate_stray", "Only one refusal brings a certificate.", other)
    same = ("refused", "epoch_superseded", CERTIFICATE_C)
    yield bad("superseded_by_same", "The certificate that we proved.", same)
    foreign = ("refused", "epoch_superseded", LATER_S)
    yield bad("superseded_by_other_pod", "The certificate is of another pod.", foreign)
    later = certificate_body(epoch=EPOCH + 50)
    forged = ("refused", "epoch_superseded", certificate_wire(later, seed=WORKING_SEED))
    about = "A thief of the working key cannot make one."
    yield bad("superseded_by_forged", about, forged, "bad_signature")


# --- The answerer ---


def answerers() -> Iterator[Case]:
    def good(name: str, about: str, purpose: Any) -> Case:
        value = {"sent": [answer().hex(), WELCOME.hex()]}
        peer = {"pod_id": POD, "epoch": EPOCH, "run": RUN_C, "purpose": purpose}
        value |= {"peer": {key: shown(it) for key, it in peer.items()}}
        given = answerer(OPENING, proof(purpose=purpose))
        return accepted(f"answerer_{name}", about, given, value)

    yield good("sync", "A neighbour calls.", SYNC)
    yield good("join", "With an invitation, a name and two addresses.", JOIN)
    yield good("pair", "To pair, bound to a nonce.", PAIR)
    bare = (*JOIN[:3], ())
    yield good("join_no_addresses", "The caller does not know where it is.", bare)
    wide = (*JOIN[:2], "\U0001f955" * 60, ("[2001:db8::1]:1",) * 4)
    yield good("join_longest_name", "60 characters of four bytes, four addresses.", wide)


def bad_openings() -> Iterator[Case]:
    def bad(name: str, about: str, code: str, message: bytes) -> Case:
        return refused(f"opening_{name}", about, "opening", code, answerer(message))

    def malformed(name: str, about: str, *fields: Any) -> Case:
        return bad(name, about, "malformed", msgpack.packb(fields))

    later = msgpack.packb((2, NONCE_C))
    yield bad("version_2", "A version to come.", "unknown_version", later)
    shape = msgpack.packb((2, "any", "shape"))
    yield bad("version_2_other_shape", "A version to come, shaped anew.", "unknown_version", shape)
    zero = msgpack.packb((0, NONCE_C))
    yield bad("version_0", "There is no version 0.", "unknown_version", zero)
    yield malformed("version_true", "True is not 1.", True, NONCE_C)
    yield malformed("version_false", "A bool is no version.", False, NONCE_C)
    yield malformed("version_text", "The version is text.", "1", NONCE_C)
    yield malformed("nonce_31_bytes", "A short nonce.", 1, NONCE_C[:31])
    yield malformed("nonce_missing", "No nonce.", 1)
    yield malformed("field_more", "A third field.", 1, NONCE_C, 0)
    yield bad("trailing_byte", "A byte follows.", "malformed", OPENING + b"\0")
    yield bad("empty", "Nothing.", "malformed", b"")
    long_form = OPENING.replace(b"\x92\1", b"\x92\xcc\1")
    yield bad("version_long_form", "1 in two bytes.", "not_canonical", long_form)


def bad_proofs() -> Iterator[Case]:
    def bad(name: str, about: str, code: str, message: bytes) -> Case:
        return refused(f"proof_{name}", about, "proof", code, answerer(OPENING, message))

    def unproved(name: str, about: str, **changed: Any) -> Case:
        return bad(name, about, "bad_signature", proof(**changed))

    swapped = {"purpose": SYNC}
    about = "Signed to join, sent to sync."
    yield unproved("purpose_swapped", about, purpose=JOIN, sent=swapped)
    token = (JOIN[0], b"\x71" * 16, *JOIN[2:])
    about = "The token was changed after signing."
    yield unproved("token_changed", about, purpose=JOIN, sent={"purpose": token})
    about = "Signed for another certificate of the same key."
    yield unproved("certificate_hash_other", about, hash=certificate_hash(LATER_C))
    yield unproved("run_other", "Signed in another run.", run=bytes(16))
    yield unproved("pod_id_other", "Signed as another pod.", pod_id=OTHER)
    elsewhere = told(tls_hash=bytes(32))
    yield unproved("tls_hash_other", "A machine in the middle has its own.", told=elsewhere)
    replayed = told(nonce_s=bytes(32))
    yield unproved("nonce_s_other", "Replayed from another connection.", told=replayed)
    relayed = told(pod_id=POD, hash=certificate_hash(CERTIFICATE_C))
    about = "Made for another answerer, who passes it on."
    yield unproved("answerer_other", about, told=relayed)
    yield unproved("signature_s_other", "Signed over another answer.", signature_s=bytes(64))
    reflected = {"certificate": CERTIFICATE_S, "run": RUN_S, "signature": SIGNATURE_S}
    yield unproved("reflected", "The answerer's own proof comes back.", sent=reflected)
    yield unproved("under_server_tag", "Signed as answerers do.", tag=SERVER_TAG)
    yield unproved("without_tag", "Signed without a tag.", tag=b"")
    yield unproved("by_pod_key", "The pod key signs certificates alone.", seed=POD_SEED)
    yield unproved("signature_zero", "64 zero bytes.", sent={"signature": bytes(64)})
    forged = certificate_wire(certificate_body(), seed=OTHER_SEED)
    signed = {"hash": certificate_hash(forged), "sent": {"certificate": forged}}
    yield unproved("certificate_forged", "The certificate is not by the pod key.", **signed)
    yield from malformed_proofs()
    about = "A greater certificate of the answerer."
    said = msgpack.packb(("superseded", LATER_S))
    yield bad("superseded", about, "epoch_superseded", said)
    same = msgpack.packb(("superseded", CERTIFICATE_S))
    yield bad("superseded_by_same", "The certificate that it proved.", "malformed", same)
    foreign = msgpack.packb(("superseded", LATER_C))
    yield bad("superseded_by_other_pod", "Of another pod.", "malformed", foreign)
    later = certificate_body(pod_id=OTHER, epoch=EPOCH + 200)
    thief = certificate_wire(later, seed=OTHER_WORKING_SEED)
    about = "By the working key: anyone can say that a key was replaced."
    yield bad("superseded_by_forged", about, "bad_signature", msgpack.packb(("superseded", thief)))


def malformed_proofs() -> Iterator[Case]:
    def bad(name: str, about: str, code: str, message: bytes) -> Case:
        return refused(f"proof_{name}", about, "proof", code, answerer(OPENING, message))

    def malformed(name: str, about: str, **changed: Any) -> Case:
        return bad(name, about, "malformed", proof(**changed))

    def purpose(name: str, about: str, *fields: Any) -> Case:
        return malformed(f"purpose_{name}", about, purpose=fields)

    def join(name: str, about: str, place: int, value: Any) -> Case:
        return malformed(f"join_{name}", about, purpose=(*JOIN[:place], value, *JOIN[place + 1 :]))

    yield purpose("unknown", "Rightly signed, and nothing that there is.", "listen")
    yield purpose("empty", "No purpose.")
    yield purpose("sync_field_more", "Sync has no fields.", "sync", 0)
    yield purpose("join_no_addresses", "None is an empty list.", *JOIN[:3])
    yield malformed("purpose_text", "Text, not an array.", purpose="sync")
    yield purpose("pair_31_bytes", "A short commitment.", "pair", bytes(31))
    yield purpose("pair_text", "The commitment is text.", "pair", "c" * 32)
    yield purpose("pair_field_more", "Pairing has one field.", *PAIR, 0)
    yield join("token_15_bytes", "A short token.", 1, bytes(15))
    yield join("name_of_61", "One character too many.", 2, "n" * 61)
    yield join("name_override", "A mark that turns the direction.", 2, "Elm\u202eteertS")
    yield join("five_addresses", "One too many.", 3, (JOIN[3][0],) * 5)
    yield join("address_upper_case", "Host names are lower case.", 3, ("Elm.local:4781",))
    yield join("address_of_81", "One character too many.", 3, ("a." * 37 + "ab:4781",))
    yield malformed("run_17_bytes", "A long run.", run=bytes(17), sent={"run": bytes(17)})
    cut = {"signature": client_signature()[:63]}
    yield malformed("signature_63_bytes", "A short signature.", sent=cut)
    yield malformed("field_more", "A fifth field.", rest=(0,))
    yield bad("trailing_byte", "A byte follows.", "malformed", proof() + b"\0")
    long_form = b"\xdc\0\4" + proof()[1:]
    yield bad("long_form", "A count in two bytes.", "not_canonical", long_form)
    padded = proof(rest=(bytes(1025 - len(proof()) - 3),))
    yield bad("1025_bytes", "Longer than a message may be.", "too_large", padded)


def handshakes() -> Iterator[Case]:
    yield from callers()
    yield from bad_answers()
    yield from bad_verdicts()
    yield from answerers()
    yield from bad_openings()
    yield from bad_proofs()
