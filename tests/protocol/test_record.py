"""Records: sealed as read, refused when odd, and ranked alike everywhere."""

from dataclasses import dataclass, replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.errors import LocalError, PeerError
from protocol.identity import TAG_RECORD, PodId, PodKey, WorkingKey
from protocol.limits import KIND_END, MAX_BODY_BYTES, UINT53_END, VALID_UNTIL_END_S
from protocol.record import Record, Scope, has_valid_signature, read_record, seal
from tests.toy import TOY_NOTE_CODE, note

AUTHOR = PodKey.from_seed(bytes(32)).pod_id
KEY = WorkingKey.from_seed(bytes(range(32)))
RID = bytes(range(16))


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What seal is given; one field is changed in each test."""

    author: bytes = AUTHOR
    epoch: int = 1_790_000_000
    kind: int = TOY_NOTE_CODE
    rid: bytes = RID
    stamp_ms: int = 1_790_000_123_456
    scope: int = Scope.NETWORK
    valid_until_s: int = 0
    payload: bytes | None = note("hello")

    def seal(self) -> Record:
        return seal(
            KEY,
            author=PodId(self.author),
            epoch=self.epoch,
            kind=self.kind,
            rid=self.rid,
            stamp_ms=self.stamp_ms,
            scope=self.scope,
            valid_until_s=self.valid_until_s,
            payload=self.payload,
        )


drafts = st.builds(
    Draft,
    author=st.binary(min_size=32, max_size=32),
    epoch=st.integers(0, UINT53_END - 1),
    kind=st.integers(0, KIND_END - 1),
    rid=st.binary(min_size=16, max_size=16),
    stamp_ms=st.integers(0, UINT53_END - 1),
    scope=st.sampled_from(Scope),
    valid_until_s=st.integers(0, VALID_UNTIL_END_S - 1),
    payload=st.none() | st.binary(max_size=400),
)


@given(drafts)
def test_a_record_is_read_as_it_was_sealed(draft: Draft) -> None:
    sealed = draft.seal()
    read = read_record(*sealed.wire)
    assert read == sealed
    assert [type(field) for field in read] == [type(field) for field in sealed]
    assert (read.author, read.epoch, read.kind, read.rid) == (
        draft.author,
        draft.epoch,
        draft.kind,
        draft.rid,
    )
    assert (read.stamp_ms, read.scope) == (draft.stamp_ms, draft.scope)
    assert (read.valid_until_s, read.payload) == (draft.valid_until_s, draft.payload)
    assert read.id == sha256(TAG_RECORD + read.body).digest()
    assert has_valid_signature(read, KEY.public)


@given(drafts)
def test_the_body_is_the_canonical_array_of_the_header(draft: Draft) -> None:
    record = draft.seal()
    row = (1, draft.author, draft.epoch, draft.kind, draft.rid, draft.stamp_ms)
    row += (int(draft.scope), draft.valid_until_s, draft.payload)
    assert record.body == encode(row)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("author", AUTHOR[:31]),
        ("author", AUTHOR + b"\0"),
        ("epoch", UINT53_END),
        ("epoch", -1),
        ("epoch", True),
        ("kind", KIND_END),
        ("kind", -1),
        ("rid", RID[:15]),
        ("rid", RID + b"\0"),
        ("stamp_ms", UINT53_END),
        ("stamp_ms", -1),
        ("stamp_ms", 1.0),
        ("scope", 0),
        ("scope", 3),
        ("valid_until_s", VALID_UNTIL_END_S),
        ("valid_until_s", -1),
        ("valid_until_s", None),
        ("payload", "text"),
        ("payload", bytearray(b"bytes")),
    ],
)
def test_a_header_out_of_bounds_is_neither_sealed_nor_read(field: str, value: object) -> None:
    draft = replace(Draft(), **{field: value})  # type: ignore[arg-type]
    with pytest.raises(LocalError) as bug:
        draft.seal()
    assert (bug.value.code, bug.value.detail) == ("malformed", field)
    if isinstance(value, (float, bytearray)):
        return  # has no canonical form to be read from
    row = (1, draft.author, draft.epoch, draft.kind, draft.rid, draft.stamp_ms, draft.scope)
    body = encode((*row, draft.valid_until_s, draft.payload))
    with pytest.raises(PeerError) as refusal:
        read_record(body, bytes(64))
    assert refusal.value.code == "malformed"


def test_a_body_is_sealed_and_read_up_to_its_bound_and_no_further() -> None:
    around = len(replace(Draft(), payload=bytes(300)).seal().body) - 300
    longest = replace(Draft(), payload=bytes(MAX_BODY_BYTES - around))
    assert len(longest.seal().body) == MAX_BODY_BYTES
    assert read_record(*longest.seal().wire) == longest.seal()
    with pytest.raises(LocalError) as bug:
        replace(longest, payload=bytes(MAX_BODY_BYTES - around + 1)).seal()
    assert bug.value.code == "too_large"
    with pytest.raises(PeerError) as refusal:
        read_record(longest.seal().body + b"\0", bytes(64))
    assert refusal.value.code == "too_large"


@given(st.data())
def test_one_changed_bit_is_refused_or_makes_an_unsigned_record(data: st.DataObject) -> None:
    record = Draft().seal()
    body = bytearray(record.body)
    at = data.draw(st.integers(0, 8 * len(body) - 1))
    body[at // 8] ^= 1 << at % 8
    try:
        changed = read_record(bytes(body), record.signature)
    except PeerError:
        return
    assert changed.id != record.id
    assert not has_valid_signature(changed, KEY.public)


def test_the_id_does_not_depend_on_the_signature() -> None:
    record = Draft().seal()
    assert read_record(record.body, bytes(64)).id == record.id
    assert not has_valid_signature(read_record(record.body, bytes(64)), KEY.public)


def test_another_key_than_the_certified_one_did_not_sign() -> None:
    assert not has_valid_signature(Draft().seal(), WorkingKey.from_seed(bytes(32)).public)


def test_a_later_version_is_told_from_rubbish() -> None:
    later = encode((2, ("any", "shape")))
    for body, code in [(later, "unknown_version"), (b"\x81\x02\x02", "malformed")]:
        with pytest.raises(PeerError) as refusal:
            read_record(body, bytes(64))
        assert refusal.value.code == code


def test_a_slot_is_author_scope_kind_and_rid() -> None:
    record = Draft().seal()
    assert record.slot == (AUTHOR, 2, TOY_NOTE_CODE, RID)
    same = [replace(Draft(), stamp_ms=5), replace(Draft(), epoch=5), replace(Draft(), payload=None)]
    assert {draft.seal().slot for draft in same} == {record.slot}
    other = [replace(Draft(), author=RID * 2), replace(Draft(), scope=Scope.NEAR)]
    other += [replace(Draft(), kind=5), replace(Draft(), rid=bytes(16))]
    assert len({draft.seal().slot for draft in other} | {record.slot}) == 5


versions = st.builds(
    Draft, epoch=st.integers(0, 2), stamp_ms=st.integers(0, 2), payload=st.binary(max_size=1)
)


@given(versions, versions)
def test_the_epoch_decides_and_then_the_stamp_and_then_the_id(one: Draft, other: Draft) -> None:
    first, second = one.seal(), other.seal()
    if first.epoch != second.epoch:
        assert (first.rank > second.rank) == (first.epoch > second.epoch)
    elif first.stamp_ms != second.stamp_ms:
        assert (first.rank > second.rank) == (first.stamp_ms > second.stamp_ms)
    else:
        assert (first.rank > second.rank) == (first.id > second.id)


def test_no_stamp_of_an_old_key_beats_the_new_one() -> None:
    old = replace(Draft(), epoch=1, stamp_ms=UINT53_END - 1).seal()
    new = replace(Draft(), epoch=2, stamp_ms=0).seal()
    assert new.rank > old.rank


def test_two_versions_of_one_moment_are_ranked_by_their_id() -> None:
    one, other = replace(Draft(), payload=b"a").seal(), replace(Draft(), payload=b"b").seal()
    assert (one.rank > other.rank) == (one.id > other.id)
    assert one.rank != other.rank


def test_only_a_record_without_payload_is_a_withdrawal() -> None:
    assert replace(Draft(), payload=None).seal().is_tombstone
    assert not replace(Draft(), payload=b"").seal().is_tombstone
