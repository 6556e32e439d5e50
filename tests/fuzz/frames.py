"""Frames of every kind, valid in shape, with values that a session knows or not."""

from typing import Final

from hypothesis import strategies as st

from protocol.errors import ERRORS
from protocol.frames import (
    Bye,
    Certificates,
    Frame,
    Gone,
    Hello,
    MailBatch,
    MailOffers,
    MailTokens,
    MailWant,
    Offer,
    Ping,
    Pong,
    Ranges,
    Records,
    Refused,
    RoundDone,
    RoundWanted,
    Sets,
    SetsReply,
    Summary,
    TableFrame,
    Want,
    WantCertificates,
)
from protocol.trust import EMPTY_TABLE, Entry, Table

EMPTY_HASH: Final = EMPTY_TABLE.hash


def frames(
    ids: list[bytes], hashes: list[bytes], wires: list[tuple[bytes, bytes]], shown: list[bytes]
) -> st.SearchStrategy[Frame]:
    """ids: pods.  hashes: of tables.  wires: of records.  shown: of certificates."""
    pods = st.sampled_from(ids) | st.binary(min_size=32, max_size=32)
    a_hash = st.sampled_from([EMPTY_HASH, *hashes]) | st.binary(min_size=32, max_size=32)
    seconds = st.sampled_from([0, 1_790_086_400, 2**40 - 1]) | st.integers(0, 2**40 - 1)
    now_s = st.none() | seconds
    number = st.integers(0, 3) | st.integers(0, 2**53 - 1)
    tag = st.just(bytes(16)) | st.binary(min_size=16, max_size=16)
    entry = st.builds(Entry, pods, number, tag, st.integers(0, 6), st.booleans())
    entries = st.lists(entry, max_size=4).map(tuple)
    summary = st.builds(Summary, number, st.binary(min_size=16, max_size=16))
    short = st.lists(st.binary(min_size=8, max_size=8), max_size=4).map(tuple)
    many_pods = st.lists(pods, max_size=4).map(tuple)
    negentropy = st.binary(min_size=1, max_size=60) | st.binary(max_size=60).map(
        lambda data: b"\x61" + data
    )
    wire = st.tuples(st.binary(max_size=80), st.binary(min_size=64, max_size=64))
    wire |= st.sampled_from(wires)
    certificate = st.sampled_from(shown) | st.binary(min_size=1, max_size=192)
    offer = st.builds(Offer, a_hash, pods, number, seconds, a_hash)
    whole_table = entries.map(lambda some: TableFrame(None, some, (), Table(some).hash))
    return st.one_of(
        st.builds(Hello, st.integers(0, 255), st.booleans(), seconds, now_s, a_hash, a_hash),
        whole_table,
        st.builds(TableFrame, st.none() | a_hash, entries, many_pods, a_hash),
        st.builds(WantCertificates, many_pods),
        st.builds(Certificates, st.lists(certificate, max_size=3).map(tuple)),
        st.builds(Sets, number, seconds, now_s, a_hash, a_hash, st.tuples(*[summary] * 4)),
        st.builds(
            SetsReply, number, st.integers(0, 2), seconds, now_s, st.tuples(*[st.booleans()] * 4)
        ),
        st.builds(Ranges, number, st.integers(0, 3), negentropy),
        st.builds(Want, short),
        st.builds(Records, st.lists(wire, max_size=3).map(tuple)),
        st.builds(Gone, short),
        st.builds(Refused, many_pods),
        st.builds(RoundDone, number),
        st.just(RoundWanted()),
        st.builds(Ping, seconds, now_s),
        st.builds(Pong, seconds, now_s),
        st.builds(MailOffers, st.lists(offer, max_size=3).map(tuple)),
        st.builds(MailWant, many_pods),
        st.builds(MailBatch, st.lists(certificate, max_size=3).map(tuple)),
        st.builds(MailTokens, st.lists(tag, max_size=3).map(tuple)),
        st.builds(Bye, st.sampled_from(sorted(ERRORS)), st.none() | certificate),
    )
