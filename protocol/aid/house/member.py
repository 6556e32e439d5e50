"""A person of the pod, and how to reach them: what they wrote, and who may see which of it.

Pages: docs/house.md §1. A name is all that is needed. Shown on a screen and printed on paper
are two consents: paper is left in hallways. No field counts, dates or judges what anybody did.
"""

from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from protocol.aid.fields import Language, Line, Seconds
from protocol.aid.house import limits
from protocol.aid.house.rights import MEMBER_ID_BYTES, MemberId, Right, Role, Viewer, may

ContactType: TypeAlias = Literal["phone", "email", "chat", "radio", "door", "other"]
"""`door`: where to knock. A street and number stand nowhere else."""
OnScreen: TypeAlias = Literal["nobody", "stewards", "pod"]
Presence: TypeAlias = Literal["here", "resting", "away"]
"""Resting asks for nothing and needs no reason. Who has left has no row."""
Name = Annotated[str, StringConstraints(min_length=1, max_length=limits.MAX_NAME), Line]
Id = Annotated[bytes, Field(min_length=MEMBER_ID_BYTES, max_length=MEMBER_ID_BYTES)]


def up_to(limit: int) -> StringConstraints:
    """Return the bounds of a text that has something in it."""
    return StringConstraints(min_length=1, max_length=limit)


class Contact(BaseModel):
    """One way to reach a person. Unless they say otherwise: for stewards, and not on paper."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    type: ContactType
    value: Annotated[str, up_to(limits.MAX_CONTACT), Line]
    on_screen: OnScreen = "stewards"
    on_paper: bool = False


class Member(BaseModel):
    """A person of the pod, by what they chose to say."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    id: Id
    name: Name
    pronouns: Annotated[str, up_to(limits.MAX_PRONOUNS), Line] | None = None
    languages: Annotated[tuple[Language, ...], Field(max_length=limits.MAX_LANGUAGES)] = ()
    how_best: Annotated[str, up_to(limits.MAX_HOW_BEST), Line] | None = None
    role: Role = Role.MEMBER
    presence: Presence = "here"
    contacts: Annotated[tuple[Contact, ...], Field(max_length=limits.MAX_CONTACTS)] = ()
    joined_s: Seconds = 0
    suspended_until_s: Seconds = 0  # 0: not suspended

    def is_suspended(self, now_s: int) -> bool:
        """Tell whether stewards keep this person out for now."""
        return self.suspended_until_s > now_s

    def viewer(self, now_s: int) -> Viewer:
        """Return the person as somebody who looks at a screen."""
        role = Role.GUEST if self.is_suspended(now_s) else self.role
        return Viewer(role, self.id)

    def seen_by(self, viewer: Viewer) -> "Member":
        """Return what viewer may see of this person on a screen."""
        shown = tuple(it for it in self.contacts if _may_see(it, self.id, viewer))
        return self.model_copy(update={"contacts": shown})

    def printed(self) -> "Member":
        """Return what of this person may stand on paper."""
        shown = tuple(it for it in self.contacts if it.on_paper)
        return self.model_copy(update={"contacts": shown})


PROFILE: Final = ("name", "pronouns", "languages", "how_best", "presence")
"""What people change about themselves; the other fields have doors of their own."""


def _may_see(contact: Contact, member: MemberId, viewer: Viewer) -> bool:
    if viewer.is_self(member):
        return True
    if contact.on_screen == "pod":
        return may(viewer, Right.SEE_POD)
    return contact.on_screen == "stewards" and may(viewer, Right.SEE_STEWARD_CONTACTS)
