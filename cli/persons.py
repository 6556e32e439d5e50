"""People, as commands name, show and print them. Whoever types is a steward at the machine."""

from collections.abc import Iterable

from cli import words
from cli.out import Pairs
from node.pod import Pod
from protocol.aid.house.member import Contact, Member
from protocol.aid.house.rights import MACHINE, MemberId, Role

ON_SCREEN = {"nobody": "nobody", "stewards": "stewards", "pod": "the pod"}


def find(pod: Pod, name: str) -> Member:
    """Return the person of that name. Raises UserError (not_found)."""
    return pod.people.find(MACHINE, name)


def find_all(pod: Pod, names: Iterable[str]) -> list[MemberId]:
    """Return the ids of people by their names. Raises UserError (not_found)."""
    return [find(pod, name).id for name in names]


def about(member: Member, now_s: int) -> str:
    """Return what a list says of a person beside their name."""
    said = [] if member.role is Role.MEMBER else [member.role.value]
    if member.presence != "here":
        said.append(member.presence)
    if member.is_suspended(now_s):
        said.append(f"kept out until {words.minute(member.suspended_until_s, now_s)}")
    return ", ".join(said)


def contact(it: Contact) -> str:
    """Return a way to reach somebody, with who sees it and whether it is printed."""
    paper = "printed" if it.on_paper else "not printed"
    return f"{it.value} (seen by {ON_SCREEN[it.on_screen]}, {paper})"


def page(member: Member, now_s: int) -> Pairs:
    """Return all that is shown of a person."""
    return Pairs(
        [
            ("Pronouns", member.pronouns or ""),
            ("Languages", ", ".join(member.languages)),
            ("Role", member.role.value),
            ("Now", member.presence),
            ("Best reached", member.how_best or ""),
            *((it.type.capitalize(), contact(it)) for it in member.contacts),
            ("Kept out", _kept_out(member, now_s)),
        ]
    )


def _kept_out(member: Member, now_s: int) -> str:
    if not member.is_suspended(now_s):
        return ""
    return f"until {words.minute(member.suspended_until_s, now_s)}"
