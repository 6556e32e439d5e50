"""What was met lately is known, and the oldest of it forgotten first."""

from protocol.recent import RecentIds


def ids(text: str) -> list[bytes]:
    return [bytes([ord(letter)]) * 32 for letter in text]


def known(recent: RecentIds, text: str) -> str:
    return "".join(letter for letter in text if ids(letter)[0] in recent)


def test_the_oldest_are_forgotten_beyond_the_bound() -> None:
    recent = RecentIds(3, ids("ab"))
    recent.update(ids("cd"))
    assert known(recent, "abcd") == "bcd"
    assert len(recent) == 3


def test_what_is_met_again_counts_as_new() -> None:
    recent = RecentIds(3, ids("abc"))
    recent.update(ids("a"))
    recent.update(ids("d"))
    assert known(recent, "abcd") == "acd"


def test_of_more_than_fit_at_once_the_last_stay() -> None:
    recent = RecentIds(3, ids("a"))
    recent.update(ids("bcdef"))
    assert known(recent, "abcdef") == "def"
    recent.update(iter(ids("g")))
    assert known(recent, "defg") == "efg"
