"""Who asks for a page: a stranger, or a member on one of their devices."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from node.aid.devices import Device, Use
from node.aid.roll_calls import Asking
from node.aid.touch import Touch
from node.pod import Pod
from protocol.aid.house.member import Member
from protocol.aid.house.rights import STRANGER, MemberId, Right, may
from protocol.aid.house.rights import Viewer as Looking
from protocol.errors import LocalError


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody with a phone, at one moment. device, member: None for a stranger.

    pod_name: whose pages these are.  now_s: Unix time, as far as the pod's clock knows.
    touch: whether other pods are there, for who may see the pod.
    asked: the roll call that is on, if one is: every page shows it.
    as_of: which state of the pod a page for them shows at the earliest; see as_of.
    """

    looking: Looking
    pod_name: str = ""
    now_s: int = 0
    touch: Touch | None = None
    device: Device | None = None
    member: Member | None = None
    asked: Asking | None = None
    as_of: str = ""

    @property
    def member_id(self) -> MemberId:
        """Who they are. For routes that strangers cannot reach."""
        if self.member is None:
            raise LocalError("not_allowed", "a stranger has no id")
        return self.member.id

    def may(self, right: Right) -> bool:
        """Tell whether the table of rights lets them."""
        return may(self.looking, right)


NOBODY: Final = Viewer(STRANGER)


class Shown(NamedTuple):
    """What a request shows to say whose it is. use: as what the token came."""

    token: str
    use: Use = Use.PHONE


def as_of(pod: Pod) -> str:
    """Return a name of the pod's state, which is another one after any change and any start."""
    return "-".join([pod.keeper.run_id[:4].hex(), *map(str, pod.version())])


def viewer_of(pod: Pod, by: Shown) -> Viewer:
    """Return whose device holds a token; a stranger's if none does, or the member has left."""
    state = as_of(pod)  # before anything is read: what changes from here on, the page may lack
    now_s = pod.now().wall_ms // 1000
    stranger = Viewer(STRANGER, pod.name, now_s)
    device = pod.devices.of_token(by.token, by.use)
    if device is None:
        return stranger
    looking = pod.people.viewer(device.member)
    if looking == STRANGER:
        return stranger
    member = pod.people.member(looking, device.member)
    asked = pod.roll_calls.asks(looking)
    touch = pod.touch.now() if may(looking, Right.SEE_POD) else None
    return Viewer(looking, pod.name, now_s, touch, device, member, asked, state)
