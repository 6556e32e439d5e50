"""People as pages name them: by the 32 digits of an id, which stand in no record."""

from typing import Final

from node.web.site import Visit
from protocol.aid.house.rights import MEMBER_ID_BYTES, MemberId

ID: Final = "{id:[0-9a-f]{32}}"
"""The part of a path that names a person, or a proposal."""


def id_in(visit: Visit) -> MemberId:
    """Return the member that the path names."""
    return bytes.fromhex(visit.path["id"])


def id_or_none(text: str) -> MemberId | None:
    """Return the member that a field of a form names; None for what is no id."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        return None
    return found if len(found) == MEMBER_ID_BYTES else None
