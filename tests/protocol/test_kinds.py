"""What a kind may say: whether a record is shown, never whether it is kept."""

import pytest

from protocol.codec import encode
from protocol.errors import UnfitBody
from protocol.identity import PodKey, WorkingKey
from protocol.kinds import Kind, KindTable
from protocol.limits import KIND_END, MAX_BODY_BYTES
from protocol.record import Record, Scope, seal
from tests.toy import MAX_NOTE_BYTES, TOY_NOTE, TOY_NOTE_CODE, check_note, note

KINDS = KindTable([TOY_NOTE])


def record(payload: bytes | None, kind: int = TOY_NOTE_CODE) -> Record:
    return seal(
        WorkingKey.from_seed(bytes(32)),
        author=PodKey.from_seed(bytes(32)).pod_id,
        epoch=1,
        kind=kind,
        rid=bytes(16),
        stamp_ms=1,
        scope=Scope.NEAR,
        valid_until_s=0,
        payload=payload,
    )


def test_a_kind_is_found_by_its_code() -> None:
    assert KINDS.find(TOY_NOTE_CODE) is TOY_NOTE
    assert KINDS.find(TOY_NOTE_CODE + 1) is None
    assert KindTable().find(TOY_NOTE_CODE) is None


def test_a_payload_that_its_kind_takes_is_fit() -> None:
    assert KINDS.unfit_reason(record(note("bread on Friday"))) is None


def test_the_reason_names_the_field_and_quotes_nothing() -> None:
    reason = KINDS.unfit_reason(record(note("secret\nsecond line")))
    assert reason == "text: one line, not empty"


def test_a_longer_payload_than_its_kind_allows_is_unfit_unread() -> None:
    def never(_payload: bytes) -> None:
        raise AssertionError("read")

    kinds = KindTable([Kind(code=1, name="short", max_payload_bytes=10, check=never)])
    assert kinds.unfit_reason(record(bytes(11), kind=1)) == "payload: 11 bytes, limit 10"
    with pytest.raises(AssertionError):
        kinds.unfit_reason(record(bytes(10), kind=1))


@pytest.mark.parametrize("payload", [b"\xc1", b""])
def test_an_unknown_kind_and_a_withdrawal_are_never_unfit(payload: bytes) -> None:
    assert KINDS.unfit_reason(record(payload, kind=7)) is None
    assert KINDS.unfit_reason(record(payload)) is not None
    assert KINDS.unfit_reason(record(None)) is None


@pytest.mark.parametrize(
    ("code", "max_payload_bytes"), [(KIND_END, 1), (-1, 1), (0, 0), (0, MAX_BODY_BYTES)]
)
def test_a_kind_that_no_record_could_have_is_not_made(code: int, max_payload_bytes: int) -> None:
    with pytest.raises(ValueError, match="kind odd"):
        Kind(code=code, name="odd", max_payload_bytes=max_payload_bytes, check=check_note)


def test_two_kinds_cannot_share_a_code() -> None:
    twin = Kind(code=TOY_NOTE_CODE, name="twin", max_payload_bytes=9, check=check_note)
    with pytest.raises(ValueError, match="one code"):
        KindTable([TOY_NOTE, twin])


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        encode(5),
        encode({"text": 5}),
        encode({"text": " "}),
        encode({"text": "a", "more": 1}),
        note("a" * MAX_NOTE_BYTES),
    ],
)
def test_the_toy_note_is_as_strict_as_a_real_kind(payload: bytes) -> None:
    with pytest.raises(UnfitBody):
        check_note(payload)
