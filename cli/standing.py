"""How commands say how things stand with a neighbour: limits, choices, faults, what goes."""

from typing import Final

from cli import words
from node.shapes.names import Names
from node.standing import Leaving, Share, Standing
from store.peers import Author

_WHY: Final = {
    "block": "people here blocked it",
    "budget": "its neighbour brought more than fits on the disk",
}
"""Why an author is not carried. Told to our own people alone."""
_NAMED: Final = 5
"""Pods that are named where some of a branch are not carried; the rest is counted."""


def rows(stands: Standing, names: Names, now_s: float) -> list[tuple[str, str]]:
    """Return the rows of a neighbour's page; what is as usual has none."""
    return [
        ("Brings", _brought(stands)),
        ("Hidden", "yes: nothing of it is on this board" if stands.is_hidden else ""),
        ("Not carried", _not_carried(stands, names, now_s)),
        ("Carries not", _carries_not(stands)),
        ("Waiting", _waiting(stands)),
        ("Old key", f"{words.counted(stands.shelf, 'thing')} kept for it" if stands.shelf else ""),
        ("Refused", _refused(stands)),
        ("Faults", _faults(stands, now_s)),
    ]


def _brought(stands: Standing) -> str:
    size = stands.brings_bytes / 1e6
    return f"{_of(stands.authors, 'pod')}; what came through it takes {size:.1f} MB"


def _of(share: Share, one: str) -> str:
    return f"{words.counted(share.used, one)} of {share.limit:,} at most"


def _not_carried(stands: Standing, names: Names, now_s: float) -> str:
    said = [_why(stands.not_carried, "this pod itself", now_s)] if stands.not_carried else []
    branch = stands.branch_not_carried
    said += [_why(it, names.of(it.pod_id), now_s) for it in branch[:_NAMED]]
    if len(branch) > _NAMED:
        said.append(f"{len(branch) - _NAMED:,} more behind it: pod author list")
    return "; ".join(said)


def _why(author: Author, name: str, now_s: float) -> str:
    why = _WHY.get(author.not_carried_why or "", "")
    since = author.not_carried_since_ms
    day = f" since {words.day(since / 1000, now_s)}" if since else ""
    return f"{name}{day}{f', {why}' if why else ''}"


def _carries_not(stands: Standing) -> str:
    if stands.does_not_carry_us:
        return "this pod: what is shared here does not reach it"
    if stands.does_not_carry:
        return f"{words.counted(stands.does_not_carry, 'pod')} that it knows"
    return ""


def _waiting(stands: Standing) -> str:
    if not stands.held.used:
        return ""
    return f"{_of(stands.held, 'thing')}, dated ahead of this pod's clock"


def _refused(stands: Standing) -> str:
    return f"{_of(stands.refused, 'thing')}, out of date here" if stands.refused.used else ""


def _faults(stands: Standing, now_s: float) -> str:
    fault = stands.fault
    if fault is None:
        return ""
    until = f"; not met before {words.minute(fault.until_ms / 1000, now_s)}"
    waits = fault.until_ms / 1000 > now_s
    times = words.counted(fault.faults, "time")
    return f"broke the protocol {times} in a row ({fault.code}){until if waits else ''}"


def next_steps(stands: Standing, name: str) -> list[str]:
    """Return what people can do where something is not as usual."""
    said: list[str] = []
    if stands.fault is not None:
        said.append(
            "Speak with its people: a failing card, or a program that is not as it should be. "
            f'When it is mended: pod neighbor forgive "{name}"'
        )
    if stands.is_hidden:
        said.append(f'To show it again: pod author unhide "{name}"')
    if stands.not_carried is not None:
        said.append(f'To carry it again: pod author unblock "{name}"')
    return said


def what_goes(name: str, leaving: Leaving, *, purge: bool) -> list[str]:
    """Return what the end of a federation deletes, here and there."""
    near = words.counted(leaving.near, "thing")
    behind, pods = words.counted(leaving.behind, "thing"), len(leaving.behind_pods)
    fate = "is deleted here at once" if purge else "fades here within 90 days (--purge: at once)"
    return [
        (
            f"What {name} shared with its neighbouring pods alone is deleted here ({near}), and it "
            "deletes what this pod shared so as soon as it hears of the end."
        ),
        f"What came through it alone {fate} ({behind}, of {words.counted(pods, 'pod')}).",
        (
            "What people have read or printed stays with them. Tell its people: this pod stays in "
            "their list until they remove it too."
        ),
    ]
