"""How two pods become neighbours by an invitation: made here, accepted there, granted here.

Spec: docs/protocol.md §10.2 (R16). The token leaves this process only inside a channel whose
server proved the invited pod id, and federates only with the first pod that brings it.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, NamedTuple

from node.channel import BOUNDS, Bounds, Channel, LinkError, dial
from node.invitation import Invitation, read_invitation
from node.keeper import Keeper
from node.pod import Pod
from protocol.errors import PeerError, UserError
from protocol.handshake import Identity, Join, Peer, Refused, Superseded
from protocol.identity import Certificate, short_id
from protocol.introduction import read_address
from store.invitations import Outcome
from store.peers import Neighbour

log = logging.getLogger(__name__)

# A try of one address that ended so says nothing about the others.
_ELSEWHERE: Final = frozenset({"unreachable", "silent", "stopping"})
_REFUSALS: Final = {
    Outcome.UNKNOWN: "invitation_unknown",
    Outcome.USED_BY_OTHER: "invitation_used",
    Outcome.EXPIRED: "invitation_expired",
}


def identity_of(keeper: Keeper) -> Identity:
    """Return who we are on a channel: our key, and the certificate that names it.

    A key that was superseded elsewhere still proves what it is: so we are told by everyone we
    meet, and our people learn why.
    """
    key, certificate = keeper.working_key, keeper.certificate
    if certificate.working_key != key.public:
        known = keeper.roster.certificates.of(keeper.pod_id)
        certificate = next((it for it in known if it.working_key == key.public), certificate)
    return Identity(certificate, key, keeper.run_id)


def invite(pod: Pod, addresses: Sequence[str], valid_s: int) -> str:
    """Return an invitation's text; see Neighbours.invite."""
    return pod.neighbours.invite(addresses, valid_s)


@dataclass(frozen=True, slots=True)
class Joining:
    """An invitation that is about to be used, with what that takes of the pod.

    us: who we are.  known: the certificate of the inviting pod that we know, if any.
    addresses: where to try, in this order.
    """

    invitation: Invitation
    us: Identity
    known: Certificate | None
    purpose: Join
    addresses: tuple[str, ...]


class Joined(NamedTuple):
    """The inviting pod, proved and reached. addresses: where it is, the right one first."""

    certificate: Certificate
    name: str
    addresses: tuple[str, ...]


async def accept(
    pod: Pod,
    text: str,
    *,
    our_addresses: Sequence[str],
    also: Sequence[str] = (),
    bounds: Bounds = BOUNDS,
) -> Neighbour:
    """Become the neighbour of the pod that made this invitation; return it.

    our_addresses: what it is told about where we are.  also: addresses that people know, tried
    before those in the text. Raises UserError, with a next step for each thing that can be
    wrong, and StoreError. Trying again does no harm: the token is good for us until it expires.
    """
    joining = prepare(pod, text, our_addresses=our_addresses, also=also)
    async with joined(joining, bounds) as found:
        return take_in(pod, found)


def prepare(
    pod: Pod, text: str, *, our_addresses: Sequence[str], also: Sequence[str] = ()
) -> Joining:
    """Read an invitation, and see that it can be used here. As accept, before the network."""
    invitation = read_invitation(text)
    _check(pod, invitation)
    return Joining(
        invitation,
        identity_of(pod.keeper),
        pod.keeper.directory.certificates.get(invitation.pod_id),
        Join(invitation.token, pod.name, tuple(our_addresses)),
        tuple(dict.fromkeys([*also, *invitation.addresses])),
    )


@asynccontextmanager
async def joined(joining: Joining, bounds: Bounds = BOUNDS) -> AsyncIterator[Joined]:
    """Bring the token; the other pod has made us its neighbour when the block begins.

    It hears that we are done when the block ends. For the event loop: nothing here is stored.
    """
    channel, reached = await _join(joining, bounds)
    try:
        known = [reached, *[it for it in joining.addresses if it != reached]]
        yield Joined(channel.peer.certificate, channel.peer.name, tuple(known))
    finally:
        await channel.close("stopping")


def take_in(pod: Pod, found: Joined) -> Neighbour:
    """Make the inviting pod our neighbour; return it."""
    pod.neighbours.add(found.certificate, found.name, found.addresses, seen=True)
    return next(it for it in pod.neighbours.all() if it.pod_id == found.certificate.pod_id)


def grant(pod: Pod, peer: Peer, join: Join) -> Refused | None:
    """Federate with a caller that brought a token, or return why not.

    peer: proved on the channel that brought it.
    """
    known = pod.keeper.directory.certificates.get(peer.certificate.pod_id)
    if known is not None and known.rank > peer.certificate.rank:
        return Refused("epoch_superseded", known.wire)
    try:
        outcome = pod.neighbours.use_invitation(
            join.token, peer.certificate, join.name, join.addresses
        )
    except UserError as err:
        return Refused("too_many" if err.code == "over_quota" else "refused")
    log.info("join peer=%s outcome=%s", short_id(peer.certificate.pod_id), outcome)
    return Refused(_REFUSALS[outcome]) if outcome in _REFUSALS else None


def _check(pod: Pod, invitation: Invitation) -> None:
    if invitation.pod_id == pod.pod_id:
        raise UserError(
            "invalid",
            "That invitation is from this very pod.",
            "Give it to the people of another pod; they accept it there.",
        )
    for neighbour in pod.neighbours.all():
        if neighbour.pod_id == invitation.pod_id:
            raise UserError(
                "conflict",
                "{name} is a neighbour of this pod already.",
                "See: pod neighbor list. To begin anew, remove it on both sides first.",
                name=neighbour.name,
            )


async def _join(joining: Joining, bounds: Bounds) -> tuple[Channel, str]:
    """Try the addresses in turn; return the channel and the address that it came about at."""
    invitation = joining.invitation
    failures: list[UserError] = []
    for text in joining.addresses:
        address = read_address(text)
        try:
            channel = await dial(
                address,
                joining.us,
                joining.purpose,
                expect=invitation.pod_id,
                known=joining.known,
                bounds=bounds,
            )
            return channel, text
        except LinkError as err:
            if err.code not in _ELSEWHERE:
                raise
            failures.append(err)
        except PeerError as err:
            failures.append(_what_answers(text, err))
    if not failures:
        raise UserError(
            "unreachable",
            "The invitation does not say where the other pod is.",
            "Ask its people for an address, and give it with --address HOST:PORT.",
        )
    raise UserError(
        "unreachable",
        "{name} was not reached. {failures}",
        "Is that pod on, is `pod up` running there, and are both on one network? If it has "
        "another address now, give it with --address HOST:PORT.",
        name=invitation.name,
        failures=tuple(failures),
    )


def _what_answers(address: str, error: PeerError) -> UserError:
    if error.code == "wrong_pod":
        return UserError(error.code, "At {address} another pod answers.", address=address)
    if isinstance(error, Superseded):
        return UserError(
            error.code,
            "At {address} that pod answers with a key that its people have replaced.",
            address=address,
        )
    return UserError(
        error.code,
        "What answers at {address} does not speak as a pod does ({said}).",
        address=address,
        said=error.code,
    )
