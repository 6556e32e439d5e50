"""People of a pod by their names, for tests."""

from dataclasses import dataclass

from node.pod import Pod
from protocol.aid.house.member import Member
from protocol.aid.house.rights import MemberId, Viewer


@dataclass(frozen=True, slots=True)
class Street:
    """A pod and the ids of its people."""

    pod: Pod
    ids: dict[str, MemberId]

    def as_(self, name: str) -> Viewer:
        """Return somebody as the one before the screen."""
        return self.pod.people.viewer(self.ids[name])

    def see(self, who: str, whom: str) -> Member:
        """Return what one person sees of another."""
        return self.pod.people.member(self.as_(who), self.ids[whom])
