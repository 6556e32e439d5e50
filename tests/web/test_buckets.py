"""Rates by address: bounded in what they let through, and in what they remember."""

from node.web.buckets import ADDRESSES_WATCHED, Buckets


def test_a_burst_passes_and_one_more_does_not() -> None:
    buckets = Buckets(3, 3600)
    assert [buckets.allow("a") for _ in range(4)] == [True, True, True, False]
    assert buckets.allow("b")


def test_table_of_addresses_is_bounded() -> None:
    buckets = Buckets(1, 3600)
    for number in range(ADDRESSES_WATCHED + 50):
        buckets.allow(str(number))
    assert len(buckets._buckets) == ADDRESSES_WATCHED
