"""After a theft: nothing that may be the thief's is signed again before people said so (R4)."""

import pytest

from node.doubts import DoubtDesk
from node.rekey import Theft
from tests.neighbourhood import House, Neighbourhood
from tests.street.house import rid_of, text_of

NOTHING: set[str] = set()


def waiting(house: House) -> set[str | None]:
    return {text_of(it.record) for it in DoubtDesk(house.keeper).waiting()}


def say(house: House, *, ours: set[str] = NOTHING, thiefs: set[str | None] = frozenset()) -> None:  # type: ignore[assignment]
    """Have people of house decide, in a process of their own."""
    with house.as_command() as keeper:
        desk = DoubtDesk(keeper)
        desk.keep([it for it in desk.waiting() if text_of(it.record) in ours])
        desk.drop([it for it in desk.waiting() if text_of(it.record) in thiefs])


@pytest.fixture
def stolen(street: Neighbourhood) -> tuple[House, House, House, int]:
    """A street on which a thief signed with a stolen key, and since when that may have been."""
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("soup")
    a.write("a cot", rid=rid_of("cot"))
    a.write("a chair", rid=rid_of("chair"))
    street.settle()
    since_ms = a.now().wall_ms + 1
    street.run_s(5)
    thief = street.double(a, "thief")
    a.write("ours, late")
    street.settle()
    street.part(a)
    street.split(a, b)
    street.link(thief, b).is_up = True
    thief.start()
    street.settle()
    thief.write("poison", rid=rid_of("cot"))
    thief.withdraw(rid_of("chair"))
    thief.write("send money")
    street.settle()
    assert b.notes() == {"soup", "poison", "send money", "ours, late"}
    thief.stop()
    street.houses.remove(thief)
    return a, b, thief, since_ms


def test_after_a_theft_only_what_is_older_is_signed_again(
    street: Neighbourhood, stolen: tuple[House, House, House, int]
) -> None:
    a, b, _, since_ms = stolen
    a.rotate(Theft(since_ms, home_since_ms=0))
    street.heal(a, b)
    street.settle(600)
    assert a.notes() == b.notes() == {"soup"}
    assert waiting(a) == {"ours, late", "poison", "send money", None}
    say(a, ours={"ours, late"}, thiefs={"poison", "send money", None})
    street.settle(600)
    assert waiting(a) == NOTHING
    assert a.notes() == b.notes() == {"soup", "ours, late", "a cot", "a chair"}
    street.assert_agreement()
    a.restart()
    street.settle(600)
    assert a.notes() == b.notes() == {"soup", "ours, late", "a cot", "a chair"}


def test_a_thief_who_dates_back_gains_nothing_where_the_disk_is_whole(
    street: Neighbourhood,
) -> None:
    a, b = street.build("ab")
    street.federate(a, b)
    a.write("soup")
    street.settle(60)
    thief = street.double(a, "thief")
    street.split(a, b)
    street.link(thief, b).is_up = True
    thief.skew_ms = -30 * 86_400_000
    thief.start()
    street.settle()
    thief.write("a month old, it says")
    street.settle()
    thief.stop()
    street.houses.remove(thief)
    assert "a month old, it says" in b.notes()
    a.rotate(Theft(a.now().wall_ms, home_since_ms=0))
    street.heal(a, b)
    street.settle(600)
    assert a.notes() == b.notes() == {"soup"}
    assert waiting(a) == {"a month old, it says"}


def test_a_pod_made_anew_from_its_words_asks_about_what_comes_home_of_that_time(
    street: Neighbourhood, stolen: tuple[House, House, House, int]
) -> None:
    a, b, _, since_ms = stolen
    a.stop()
    a.begin_anew([b])
    with a.as_command() as keeper:
        DoubtDesk(keeper).begin(since_ms)
    street.heal(a, b)
    street.settle(600)
    assert a.notes() == b.notes() == {"soup"}
    assert waiting(a) == {"ours, late", "poison", "send money", None}
    say(a, ours={"ours, late"}, thiefs={"poison", "send money", None})
    street.settle(600)
    # What stood before the thief's versions was on the stolen machine alone.
    assert a.notes() == b.notes() == {"soup", "ours, late"}


def test_what_waits_is_taken_back_by_no_other_shelf(
    street: Neighbourhood, stolen: tuple[House, House, House, int]
) -> None:
    """Signed again from one shelf, a slot is not replaced by what another shelf has of a thief."""
    a, b, _, since_ms = stolen
    (c,) = street.build("c")
    street.split(a, b)
    street.federate(a, c)
    street.settle()
    a.rotate(Theft(since_ms, home_since_ms=0))
    street.settle(600)
    say(a, thiefs={"ours, late"})
    assert c.notes() == {"soup", "a cot", "a chair"}
    street.heal(a, b)
    street.settle(600)
    assert b.notes() == {"soup", "a cot", "a chair"}
    assert waiting(a) == {"poison", "send money", None}
    street.assert_agreement()


def test_what_people_wrote_since_needs_no_word(
    street: Neighbourhood, stolen: tuple[House, House, House, int]
) -> None:
    a, b, _, since_ms = stolen
    a.rotate(Theft(since_ms, home_since_ms=0))
    a.write("a better cot", rid=rid_of("cot"))
    street.heal(a, b)
    street.settle(600)
    assert "a better cot" in b.notes()
    assert waiting(a) == {"ours, late", "send money", None}


def test_without_a_day_everything_comes_back_as_it_was(
    street: Neighbourhood, stolen: tuple[House, House, House, int]
) -> None:
    a, b, _, _ = stolen
    a.rotate()
    street.heal(a, b)
    street.settle(600)
    assert waiting(a) == NOTHING
    assert b.notes() == {"soup", "poison", "send money", "ours, late"}
