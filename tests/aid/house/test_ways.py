"""Ways in which a pod keeps in touch."""

import pytest

from protocol.aid.house.limits import MAX_WAYS
from protocol.aid.house.rights import MACHINE, STRANGER
from protocol.errors import UserError
from tests.aid.house.street import Street


def names(street: Street) -> list[str]:
    return [it.name for it in street.pod.ways.ways(MACHINE)]


def test_ways_stand_in_the_order_in_which_to_try_them(street: Street) -> None:
    ben = street.as_("Ben")
    for name in ("Chat group", "Radio", "Knock"):
        street.pod.ways.put(ben, {"name": name})
    street.pod.ways.put(ben, {"name": "Knock", "without_power": True}, place=1)
    assert names(street) == ["Knock", "Chat group", "Radio"]
    street.pod.ways.put(ben, {"name": "chat group", "sort": "digital"})
    assert names(street) == ["Knock", "chat group", "Radio"]
    street.pod.ways.remove(ben, "RADIO")
    assert names(street) == ["Knock", "chat group"]
    with pytest.raises(UserError, match="not_found"):
        street.pod.ways.remove(ben, "Radio")


def test_a_stranger_sees_only_what_is_marked_public(street: Street) -> None:
    street.pod.ways.put(MACHINE, {"name": "Chat group", "how": "secret link"})
    street.pod.ways.put(MACHINE, {"name": "Noticeboard", "public": True})
    assert [it.name for it in street.pod.ways.public(STRANGER)] == ["Noticeboard"]
    with pytest.raises(UserError, match="not_allowed"):
        street.pod.ways.ways(STRANGER)


def test_ways_have_an_end(street: Street) -> None:
    for number in range(MAX_WAYS):
        street.pod.ways.put(MACHINE, {"name": f"Way {number}"})
    with pytest.raises(UserError, match="over_quota"):
        street.pod.ways.put(MACHINE, {"name": "One more"})
    street.pod.ways.put(MACHINE, {"name": "Way 1", "how": "changed"})
