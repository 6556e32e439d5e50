"""Neighbours of different years: some speak only records of version 1, others a later one too."""

from protocol.frames import Hello, Records
from tests.neighbourhood import Neighbourhood
from tests.street.wires import LATER_BEGINNING, LATER_VERSION


def test_pods_that_speak_only_version_1_hold_together_among_those_that_speak_more(
    street: Neighbourhood,
) -> None:
    """What they cannot read is not kept, not passed on, and nobody's fault."""
    street.wires.has_later_programs = True
    houses = street.build("abcdef")
    assert {house.is_up_to_date for house in houses} == {True, False}
    street.line(houses)
    for house in houses:
        house.write(f"from {house.name}")
    street.settle()

    met = [(to, frame) for _, _, to, frame in street.wires.frames]
    spoken = {frame.version for _, frame in met if isinstance(frame, Hello)}
    assert spoken == {1, LATER_VERSION}
    later = [
        to
        for to, frame in met
        if isinstance(frame, Records)
        for body, _ in frame.wires
        if body.startswith(LATER_BEGINNING)
    ]
    assert any(not house.is_up_to_date for house in later)
    for house in houses:
        assert house.notes() == {f"from {it.name}" for it in houses}
        assert not any(record.body.startswith(LATER_BEGINNING) for record in house.records())
    street.assert_all_is_well()
