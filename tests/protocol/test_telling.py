"""Tables are told as changes, certificates once and only where they are the greater (§7.3)."""

from protocol.frames import Certificates, Frame, Hello, TableFrame, WantCertificates
from protocol.telling import Telling
from protocol.trust import EMPTY_TABLE, Table
from tests.pair import Side
from tests.street.guest import EPOCH, Keys

PEER, FAR = Keys("peer"), Keys("far")
NEWER = Keys("far", EPOCH + 1)


class Told:
    """Our side of a channel to PEER, and what we say there."""

    def __init__(self) -> None:
        self.us = Side("us")
        self.us.know(PEER)
        self.said: list[Frame] = []
        self.telling = Telling(self.us.directory, PEER.pod_id, self.said.append)

    def greet(self, *, held: bytes, own: bytes = EMPTY_TABLE.hash) -> list[Frame]:
        self.telling.take_hello(Hello(1, True, 0, None, own, held))
        return self.said

    def hear(self, *keys: Keys) -> list[Frame]:
        table = Table([key.entry(1) for key in keys])
        self.telling.take_table(TableFrame(None, tuple(table.entries.values()), (), table.hash))
        return self.said


def test_table_that_the_peer_holds_is_not_told_again() -> None:
    told = Told()
    assert told.greet(held=told.us.directory.own_table.hash) == []
    assert told.us.directory.told_to[PEER.pod_id] == told.us.directory.own_table


def test_peer_that_holds_an_unknown_table_is_told_all() -> None:
    told = Told()
    (frame,) = told.greet(held=b"?" * 32)
    assert isinstance(frame, TableFrame)
    assert frame.base is None
    assert set(frame.changed) == set(told.us.directory.own_table.entries.values())


def test_later_news_is_a_change_of_what_was_told() -> None:
    told = Told()
    before = told.us.directory.own_table.hash
    told.greet(held=before)
    told.us.know_near(FAR)
    assert told.telling.tell_news()
    (frame,) = told.said
    assert isinstance(frame, TableFrame)
    assert (frame.base, [e.pod_id for e in frame.changed]) == (before, [FAR.pod_id])
    assert not told.telling.tell_news()
    assert told.said == [frame]


def test_table_that_the_hello_named_is_awaited() -> None:
    told = Told()
    table = Table([PEER.entry(0)])
    told.greet(held=told.us.directory.own_table.hash, own=table.hash)
    assert not told.telling.is_current
    told.telling.take_table(TableFrame(None, (PEER.entry(0),), (), table.hash))
    assert told.telling.is_current


def test_certificate_greater_than_ours_is_asked_for() -> None:
    told = Told()
    told.us.directory.learn(FAR.certificate)
    assert told.hear(NEWER) == [WantCertificates((FAR.pod_id,))]


def test_certificate_less_than_ours_is_answered_with_ours_and_once() -> None:
    told = Told()
    told.us.directory.learn(NEWER.certificate)
    told.hear(FAR)
    assert told.hear(FAR) == [Certificates((NEWER.certificate.wire,))]


def test_equal_certificate_costs_nothing() -> None:
    told = Told()
    told.us.directory.learn(FAR.certificate)
    assert told.hear(FAR) == []
    told.telling.give_before([FAR.certificate, PEER.certificate, told.us.certificate])
    assert told.said == []


def test_certificate_goes_once_before_records_that_the_peer_cannot_check() -> None:
    told = Told()
    for _ in range(2):
        told.telling.give_before([FAR.certificate])
    assert told.said == [Certificates((FAR.certificate.wire,))]


def test_question_for_unknown_certificates_is_answered_as_far_as_they_are_known() -> None:
    told = Told()
    told.telling.give_certificates([FAR.pod_id, PEER.pod_id])
    assert told.said == [Certificates((PEER.certificate.wire,))]
