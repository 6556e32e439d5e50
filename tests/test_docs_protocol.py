"""docs/protocol.md is what the code does: each table is compared, and each example is run.

Nobody should implement from a mistake in the specification, and no change of a code, a bound,
a frame or a turn should pass without it.
"""

import re
from collections.abc import Callable
from typing import Any, get_args

import pytest

from node.invitation import invitation_text, read_invitation
from node.pairing import spoken
from protocol import codec, errors, frame_bytes, frames, handshake, identity, limits, pairing, turns
from protocol.identity import PodKey, WorkingKey, open_certificate
from protocol.record import has_valid_signature, read_record
from protocol.trust import Entry, Table
from protocol.turns import Role
from tests.pages import PROTOCOL, fenced, named_rows, rows, section, section_numbers, without_code
from tests.test_vectors import FILES as VECTORS
from tests.test_vectors import RUN as VECTOR_STRUCTURES
from tests.test_vectors import frame_name
from tests.toy import TOY_NOTE_CODE

# --- Tables ---


def test_every_code_has_its_meaning_in_section_9() -> None:
    told = {code: cells[0] for code, cells in named_rows(section("9")).items()}
    assert told == errors.ERRORS


def test_every_refusal_of_a_record_is_among_the_codes_of_section_9() -> None:
    assert {refusal.value for refusal in errors.Refusal} <= named_rows(section("9")).keys()


def test_every_exit_status_is_told() -> None:
    told = {int(status) for status in re.findall(r"[ ;](\d) \w", section("9").split("Exit")[1])}
    assert told == {errors.EXIT_OK, errors.EXIT_NO, *errors.EXIT_CODE.values()}


def test_every_limit_stands_in_section_8_with_its_value() -> None:
    told = {
        name: int(cells[0].replace(",", "")) for name, cells in named_rows(section("8")).items()
    }
    assert told == {name: value for name, value in vars(limits).items() if name.isupper()}


def test_every_tag_stands_in_section_2() -> None:
    told = set(re.findall(r"^\| `(mutualpod/1 [a-z ]+\\0)` \|", section("2.1"), re.M))
    tags = {value for name, value in vars(identity).items() if name.startswith("TAG_")}
    assert told == {tag.decode("ascii").replace("\0", "\\0") for tag in tags}


def test_the_refused_points_of_section_2_3_are_those_refused() -> None:
    p = 2**255 - 19
    found = re.search(r"y8 = `([0-9a-f]{64})`", section("2.3"))
    assert found is not None
    y8 = int(found[1], 16)
    told = {
        (y | sign << 255).to_bytes(32, "little")
        for y in (0, 1, p - 1, y8, p - y8, *range(p, p + 19))
        for sign in (0, 1)
    }
    assert len(told) == 48
    assert told == identity._REFUSED_POINTS


FRAME_ROWS = [cells for cells in rows(section("7.2")) if cells[0].isdigit()]


def test_every_frame_stands_in_section_7_2_with_its_code_and_fields() -> None:
    told = {
        name.strip("`"): (int(code), tuple(re.findall(r"`(\w+): ", fields)))
        for code, name, fields, _ in FRAME_ROWS
    }
    assert told == {
        frame_name(f): (frame_bytes._CODES[f], f._fields) for f in get_args(frames.Frame)
    }


def test_who_may_send_a_frame_is_as_the_turns_say() -> None:
    words = {"both": set(Role), "caller": {Role.CALLER}, "answerer": {Role.ANSWERER}}
    allowed: dict[str, set[Role]] = {}
    for role, frame in {
        *turns.ANY_TIME,
        *(turn for moves in turns.TURNS.values() for turn in moves),
    }:
        allowed.setdefault(frame_name(frame), set()).add(role)
    assert {name.strip("`"): words[sender] for _, name, _, sender in FRAME_ROWS} == allowed


def test_turns_are_those_of_section_7_3() -> None:
    states = {state.value for state in turns.State}
    told = {
        state: [dict(re.findall(r"(\w+) -> (\w+)", cell)) for cell in cells]
        for state, *cells in rows(section("7.3"))
        if state in states
    }
    assert told == {
        state.value: [
            {frame_name(frame): to.value for (who, frame), to in moves.items() if who is role}
            for role in (Role.CALLER, Role.ANSWERER)
        ]
        for state, moves in turns.TURNS.items()
    }


def test_frames_at_any_time_are_those_of_section_7_3() -> None:
    told = {who: set(cell.split(", ")) for who, cell, *_ in rows(section("7.3")) if "by" in who}
    both = {frame_name(f) for role, f in turns.ANY_TIME if (role.other, f) in turns.ANY_TIME}
    answerer = {frame_name(f) for role, f in turns.ANY_TIME if role is Role.ANSWERER}
    assert told == {"by both": both, "by the answerer": answerer - both}


def test_every_vector_is_of_a_structure_that_section_13_describes() -> None:
    members = {"what", "about", "expect", "code", "input", "value"}
    told = named_rows(section("13")).keys() - members
    assert told == VECTOR_STRUCTURES.keys()
    strays = [p.name for p in VECTORS if not p.name.startswith(tuple(f"{it}_" for it in told))]
    assert strays == []


def test_every_section_that_the_specification_cites_exists() -> None:
    own = re.sub(r"RFC \d+ §[\d.]*\d", "", without_code(PROTOCOL))
    assert set(re.findall(r"§([\d.]*\d)", own)) - section_numbers(PROTOCOL) == set()


# --- Examples ---


def pod_id_example(_name: str, text: str) -> None:
    key = PodKey.from_seed(bytes(range(32)))
    assert identity.parse_pod_id(text) == key.pod_id
    assert identity.pod_id_text(key.pod_id) == text
    assert key.pod_id.hex() in section("2.1")
    assert key.backup_public_key().hex() in section("2.1")


def certificate_example(_name: str, text: str) -> None:
    assert open_certificate(bytes.fromhex(text)).hash.hex() in section("2.4")


def record_example(_name: str, text: str) -> None:
    ((_, _, signature),) = [it for it in fenced(section("4.1")) if it[0] == "signature"]
    record = read_record(bytes.fromhex(text), bytes.fromhex(signature))
    assert has_valid_signature(record, WorkingKey.from_seed(bytes(range(32, 64))).public)
    assert record.id.hex() in section("4.2")
    assert record.kind == TOY_NOTE_CODE


def table_example(_name: str, text: str) -> None:
    entries: Any = codec.decode(bytes.fromhex(text), max_bytes=1000)
    assert Table(Entry(*row) for row in entries).hash.hex() in section("6.1")
    assert Table().hash.hex() in section("6.1")


def frame_example(name: str, text: str) -> None:
    frame = frame_bytes.decode_frame(bytes.fromhex(text))
    assert frame_name(type(frame)) == name
    assert frame_bytes.encode_frame(frame).hex() == text.replace("\n", "")


def handshake_example(name: str, text: str) -> None:
    caller, answerer, tls_hash = handshake_sides()
    answer = answerer.answer(caller.open())
    made = {"2": answer, "3": caller.prove(answer, tls_hash)}
    assert made[name].hex() == text.replace("\n", "")


def identities() -> tuple[handshake.Identity, handshake.Identity]:
    """Return the caller and the answerer of the example in section 7.1."""

    def made(first: int, epoch: int, run_id: bytes) -> handshake.Identity:
        pod = PodKey.from_seed(bytes(range(first, first + 32)))
        key = WorkingKey.from_seed(bytes(range(first + 32, first + 64)))
        return handshake.Identity(pod.certify(epoch, key.public, epoch + 1), key, run_id)

    return made(0, 1_790_000_000, b"\xc0" * 16), made(64, 1_790_000_100, b"\x50" * 16)


def handshake_sides() -> tuple[handshake.Calling, handshake.Answering, bytes]:
    """Return both sides of the example in section 7.1, and what they saw of TLS."""
    us, them = identities()
    tls_hash = b"\xee" * 32
    calling = handshake.Calling(
        us, handshake.Sync(), expect=them.certificate.pod_id, known=None, nonce=b"\xc1" * 32
    )
    return calling, handshake.Answering(them, tls_hash, nonce=b"\x51" * 32), tls_hash


def invitation_example(_name: str, text: str) -> None:
    invitation = read_invitation(text)
    assert invitation_text(invitation) == text.replace("\n", "")
    assert all(f"`{address}`" in section("10.1") for address in invitation.addresses)


def pairing_example(_name: str, text: str) -> None:
    caller, answerer = (it.certificate for it in identities())
    tls_hash, nonce_c, nonce_s = b"\xee" * 32, b"\xd1" * 32, b"\x61" * 32
    words = pairing.words_of(caller, answerer, nonce_c, nonce_s, tls_hash)
    assert " ".join(spoken(words)) == text.strip()
    assert pairing.commitment_of(nonce_c, caller).hex()[:16] in section("10.4")


EXAMPLES: dict[str, Callable[[str, str], None]] = {
    "pod-id": pod_id_example,
    "certificate": certificate_example,
    "record": record_example,
    "table": table_example,
    "frame": frame_example,
    "handshake": handshake_example,
    "invitation": invitation_example,
    "pairing": pairing_example,
}
SHOWN = [example for example in fenced(PROTOCOL) if example[0] != "signature"]  # with its record


@pytest.mark.parametrize(("what", "name", "text"), SHOWN, ids=[f"{it[0]}-{it[1]}" for it in SHOWN])
def test_example_is_what_it_says(what: str, name: str, text: str) -> None:
    EXAMPLES[what](name, text)


def test_every_structure_has_an_example() -> None:
    assert {what for what, _, _ in SHOWN} == EXAMPLES.keys()


def answer_to(data: bytes) -> str:
    try:
        codec.decode(data, max_bytes=100)
    except errors.PeerError as err:
        return err.code
    return "taken"


def test_values_of_section_3_are_answered_as_it_says() -> None:
    for cell, answer, *_ in rows(section("3")):
        if re.fullmatch(r"`([0-9a-f]{2}){2,}`", cell):
            code = re.match(r"`(\w+)`", answer)
            assert answer_to(bytes.fromhex(cell.strip("`"))) == (code[1] if code else "taken"), cell
