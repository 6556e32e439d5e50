"""People as a table: out as stewards may see them, in without making anybody a steward."""

import pytest

from node.formats.people import read_people, write_people
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.rights import Role

FULL = Member(
    id=b"a" * 16,
    name="=Ana",
    pronouns="she",
    languages=("en", "es"),
    how_best="Knock",
    role=Role.STEWARD,
    presence="resting",
    contacts=(
        Contact(type="phone", value="+31 20 555; ext. 7", on_screen="pod", on_paper=True),
        Contact(type="door", value="No. 4; paper", on_screen="nobody"),
    ),
)


def test_people_are_read_again_without_loss_but_for_their_role() -> None:
    plain = Member(id=b"b" * 16, name="Bo")
    found, left_out = read_people(write_people([FULL, plain]))
    assert left_out == []
    ana, bo = found
    for name in ("name", "pronouns", "languages", "how_best", "presence"):
        assert ana.fields[name] == getattr(FULL, name)
    assert ana.contacts == FULL.contacts
    assert "role" not in ana.fields
    assert (bo.name, bo.contacts) == ("Bo", ())


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("name,presence\nAna,asleep\n", "presence"),
        ("name,languages\nAna,english!\n", "language"),
        ("pronouns\nshe\n", "name"),
        ('name,contacts\nAna,"pigeon; 5"\n', "none of those"),
    ],
)
def test_row_that_cannot_be_used_is_left_out_and_said(row: str, why: str) -> None:
    found, left_out = read_people(row.encode())
    assert found == []
    [(_, said)] = left_out
    assert why in said.lower()


def test_column_that_has_no_place_is_said() -> None:
    found, left_out = read_people(b"name,shoe size\nAna,43\n")
    assert [it.name for it in found] == ["Ana"]
    assert left_out == [("the column shoe size", "has no place here; it is filled in one row")]
