"""People as pages name them: by the 32 digits of an id, which stand in no record."""

from typing import Final

from node.pod import Pod
from node.web.site import Visit
from node.web.viewer import Viewer
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MEMBER_ID_BYTES, MemberId
from protocol.errors import UserError

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


def whose_in(pod: Pod, visit: Visit) -> Member:
    """Return for whom a form is filled in: whom `whose` names, the visitor without it.

    Raises UserError (not_found) for nobody of this pod.
    """
    said = visit.form.text("whose")
    whose = id_or_none(said) if said else visit.viewer.member_id
    if whose is None:
        raise UserError("not_found", "That person is not in this pod.")
    return pod.people.member(visit.viewer.looking, whose)


def others_of(pod: Pod, viewer: Viewer) -> list[Member]:
    """Return all people but the visitor, by name: for whom they may fill in a form."""
    everybody = pod.people.members(viewer.looking)
    return [it for it in everybody if not viewer.looking.is_self(it.id)]
