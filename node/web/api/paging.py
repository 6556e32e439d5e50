"""Lists in pages: each answer says where the next one begins, until there is none."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, create_model

from node.aid.listings import Position
from node.shapes.plain import Json
from node.shapes.shape import Shape
from node.web.api.operation import Given

MOST: Final = 100
USUAL: Final = 30


class Paged(Given):
    """limit: so many at most.  after: `next` of the answer before."""

    limit: Annotated[int, Field(ge=1, le=MOST, strict=False)] = USUAL
    after: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}-[0-9]{1,16}$")] | None = None

    @property
    def position(self) -> Position | None:
        """Where the page begins."""
        if self.after is None:
            return None
        posted_s, _, number = self.after.partition("-")
        return Position(int(posted_s), int(number))


def page_of(shape: type[Shape]) -> type[Shape]:
    """Return the shape of a page. next: what to give as `after` for the next one, or null."""
    return create_model(
        f"{shape.__name__}Page",
        __base__=Shape,
        items=(tuple[shape, ...], ...),  # type: ignore[valid-type]
        next=(str | None, ...),
    )


def paged(found: Sequence[Any], told: Sequence[Json], limit: int) -> dict[str, Json]:
    """Return a page of limit things. found: one more of them, if there is one; told: as JSON."""
    more = len(found) > limit
    following = "{}-{}".format(*found[limit - 1].position) if more else None
    return {"items": told[:limit], "next": following}
