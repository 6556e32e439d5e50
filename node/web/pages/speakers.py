"""Who of the pod can help to read what is written in a language that a visitor may not read."""

from typing import Final, NamedTuple

from node.pod import Pod
from node.web.site import Visit
from node.web.viewer import Viewer
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Right

MOST: Final = 5
"""People who are named beside one text: somebody to ask, not a list of who speaks what."""


class Foreign(NamedTuple):
    """A language that is not the visitor's, and some who say of themselves that they speak it."""

    lang: str
    speakers: list[Member]


def tongues(pod: Pod, viewer: Viewer) -> dict[MemberId, str]:
    """Return the language of whoever says that they speak just one: what they write is in it.

    What the house keeps of people notes no language, and of who speaks several nobody can tell in
    which they wrote; then a page says none, and a reader's machine goes by the page's.
    """
    if not viewer.may(Right.SEE_POD):
        return {}
    known = pod.people.members(viewer.looking)
    return {it.id: it.languages[0] for it in known if len(it.languages) == 1}


async def foreign(visit: Visit, lang: str | None) -> Foreign | None:
    """Return what to say of words in lang; None for the visitor's own languages, and for none."""
    me = visit.viewer.member
    if lang is None or _same(lang, (visit.words.tag, *(me.languages if me else ()))):
        return None
    return Foreign(lang, await visit.do(_speakers, visit.viewer, lang))


def _speakers(pod: Pod, viewer: Viewer, lang: str) -> list[Member]:
    """Return members who are here just now and let all members know that they speak it."""
    if not viewer.may(Right.SEE_POD):
        return []
    here = [it for it in pod.people.members(viewer.looking) if it.presence == "here"]
    return [it for it in here if _same(lang, it.languages)][:MOST]


def _same(lang: str, others: tuple[str, ...]) -> bool:
    """Tell whether a language is among others, whatever region each names: es and es-MX."""
    return lang.partition("-")[0].lower() in {it.partition("-")[0].lower() for it in others}
