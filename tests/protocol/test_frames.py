"""What we send fits where it goes: every frame within its bounds can be said (§7.2)."""

import pytest

from protocol.errors import LocalError
from protocol.frame_bytes import decode_frame, encode_frame
from protocol.frames import Gone, Records, TableFrame
from protocol.identity import PodId
from protocol.limits import (
    IDS_PER_FRAME,
    MAX_BODY_BYTES,
    MAX_FRAME_BYTES,
    MAX_TABLE_ENTRIES,
    REACH_HOPS,
    RECORDS_FRAME_BYTES,
    SHORT_ID_BYTES,
    UINT53_END,
)
from protocol.trust import Entry


def test_greatest_table_frame_can_be_said() -> None:
    ids = [PodId(number.to_bytes(32, "big")) for number in range(MAX_TABLE_ENTRIES)]
    entries = tuple(Entry(i, UINT53_END - 1, bytes(16), REACH_HOPS, True) for i in ids)
    frame = TableFrame(bytes(32), entries, tuple(ids), bytes(32))
    assert decode_frame(encode_frame(frame)) == frame


def test_greatest_list_of_short_ids_can_be_said() -> None:
    frame = Gone((bytes(SHORT_ID_BYTES),) * IDS_PER_FRAME)
    assert decode_frame(encode_frame(frame)) == frame


def test_frame_of_records_closed_by_the_longest_body_can_be_said() -> None:
    count = RECORDS_FRAME_BYTES // MAX_BODY_BYTES + 1
    frame = Records(((bytes(MAX_BODY_BYTES), bytes(64)),) * count)
    assert decode_frame(encode_frame(frame)) == frame


def test_frame_that_is_too_long_is_our_own_fault() -> None:
    count = MAX_FRAME_BYTES // MAX_BODY_BYTES + 1
    with pytest.raises(LocalError) as refused:
        encode_frame(Records(((bytes(MAX_BODY_BYTES), bytes(64)),) * count))
    assert refused.value.code == "too_large"
