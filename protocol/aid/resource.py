"""A resource: a place or service where anybody finds something. An entry of the directory.

Spec: docs/kinds.md §4. It says what HSDS says of a service, as far as a neighbour needs it, and
when somebody last looked whether it is true: an old directory sends people to closed doors.
"""

from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from protocol.aid import limits
from protocol.aid.audience import Audience
from protocol.aid.body import Body, clash, no_doubles, up_to
from protocol.aid.categories import Category
from protocol.aid.fields import (
    Cell,
    Email,
    Language,
    Line,
    Paragraph,
    Seconds,
    Web,
    WholeDay,
)

RESOURCE: Final = 3
"""Kind code."""

Cost: TypeAlias = Literal["free", "sliding", "paid", "unknown"]
RunsOn: TypeAlias = Literal["community", "mutual-aid", "government", "business"]
YesNo: TypeAlias = Literal["yes", "no", "unknown"]

Hours = Annotated[
    str,
    StringConstraints(
        pattern=(
            r"^(mo|tu|we|th|fr|sa|su)( (mo|tu|we|th|fr|sa|su)){0,6}"
            r" ([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
        )
    ),
]
"""`mo we fr 09:00-17:00`; one that ends before it begins ends on the day after."""
Point = Annotated[
    str,
    StringConstraints(
        pattern=r"^-?([0-8]?[0-9](\.[0-9]{1,5})?|90),-?((1[0-7]|[0-9]?)[0-9](\.[0-9]{1,5})?|180)$"
    ),
]
"""Latitude and longitude in degrees, `52.37403,4.88969`. Text: a flat body holds no fractions."""
ForeignId = Annotated[str, StringConstraints(max_length=limits.MAX_FOREIGN_ID, pattern=r"^[!-~]+$")]


class Resource(Body):
    """One place or service."""

    CODE = RESOURCE
    NAME = "resource"

    name: Annotated[str, up_to(limits.MAX_NAME), Line]
    categories: Annotated[
        tuple[Category, ...], Field(min_length=1, max_length=limits.MAX_CATEGORIES)
    ]
    last_checked: WholeDay  # when somebody of the pod last knew it to be true
    org: Annotated[str, up_to(limits.MAX_ORG), Line] | None = None
    about: Annotated[str, up_to(limits.MAX_RESOURCE_ABOUT), Paragraph] | None = None
    phones: Annotated[
        tuple[Annotated[str, up_to(limits.MAX_PHONE), Line], ...],
        Field(max_length=limits.MAX_PHONES),
    ] = ()
    url: Web | None = None
    email: Email | None = None
    address: Annotated[str, up_to(limits.MAX_ADDRESS_LINES), Paragraph] | None = None
    public_place: bool = False  # anybody may know where it is
    point: Point | None = None
    cell: Cell | None = None
    hours: Annotated[tuple[Hours, ...], Field(max_length=limits.MAX_HOURS)] = ()
    hours_words: Annotated[str, up_to(limits.MAX_HOURS_WORDS), Paragraph] | None = None
    eligibility: Annotated[str, up_to(limits.MAX_ELIGIBILITY), Paragraph] | None = None
    cost: Cost = "unknown"
    languages: Annotated[tuple[Language, ...], Field(max_length=limits.MAX_LANGUAGES)] = ()
    access: Annotated[str, up_to(limits.MAX_SERVICE_ACCESS), Paragraph] | None = None
    runs_on: RunsOn | None = None
    works_without_power: YesNo = "unknown"
    source: Annotated[str, up_to(limits.MAX_SOURCE), Line] | None = None
    foreign_ids: Annotated[tuple[ForeignId, ...], Field(max_length=limits.MAX_FOREIGN_IDS)] = ()
    lang: Language | None = None
    posted_s: Seconds | None = None

    @model_validator(mode="after")
    def _fields_agree(self) -> Self:
        if not self.public_place:
            if self.point is not None:
                clash("point", "only_of_a_public_place")
            if self.address is not None:
                clash("address", "only_of_a_public_place")
        no_doubles(self, "categories", "phones", "hours", "languages", "foreign_ids")
        return self

    def looked_on(self) -> str:
        return self.last_checked

    def headline(self) -> str:
        return self.name

    def words(self) -> tuple[str, ...]:
        said = (self.org, self.about, self.address, self.eligibility, self.hours_words)
        return (self.name, *filter(None, said))

    def filed_under(self) -> tuple[str, ...]:
        return self.categories

    def for_audience(self, audience: Audience) -> Self:
        """A public place is as public as it is; of any other the cell is cut."""
        return self if self.public_place else super().for_audience(audience)
