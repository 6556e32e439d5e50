"""Two pods become neighbours by an invitation; or a sentence says why not."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.federation import accept, grant, identity_of, invite
from node.invitation import Invitation, invitation_text, read_invitation
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.listing import Listing
from protocol.errors import UserError
from protocol.handshake import Join, Peer, Refused, Sync
from protocol.identity import Certificate
from store.aid import BoardQuery
from tests.channels import EPOCH, identity, open_door
from tests.nodes import make_pod, serving, until
from tests.ports import free_port

HOUR_S = 3600
OURS = "127.0.0.1:4781"
LADDER = Listing(
    type="offer", title="Ladder", category="items", status="open", reply_via=("at-meetup",)
)
SOUP = LADDER.model_copy(update={"title": "Soup"})


@pytest.fixture
def a(tmp_path: Path) -> Iterator[Pod]:
    """The inviting pod, as its people's commands open it."""
    with make_pod(tmp_path / "a", name="Maple Street") as pod:
        yield pod


@pytest.fixture
def b(tmp_path: Path) -> Iterator[Pod]:
    """The pod that accepts."""
    with make_pod(tmp_path / "b", name="Elm Street") as pod:
        yield pod


def nowhere() -> str:
    """Return an address at which nothing listens."""
    return f"127.0.0.1:{free_port()}"


async def refused(b: Pod, text: str, *also: str) -> UserError:
    with pytest.raises(UserError) as caught:
        await accept(b, text, our_addresses=[OURS], also=also)
    assert caught.value.sentence.endswith((".", ")"))
    assert caught.value.next_step
    assert b.neighbours.all() == []
    return caught.value


async def test_invitation_makes_neighbours_of_both(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as address:
        text = invite(a, [address], HOUR_S)
        theirs = await accept(b, text, our_addresses=[OURS])
    assert theirs.pod_id == a.pod_id
    assert theirs.name == "Maple Street"
    assert theirs.addresses == (address,)
    assert theirs.near_allowed
    [ours] = a.neighbours.all()
    assert ours.pod_id == b.pod_id
    assert ours.name == "Elm Street"
    assert ours.addresses == (OURS,)
    assert not ours.near_allowed  # until our steward has seen the name (R16)


async def test_token_leaves_no_trace_on_disk(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as address:
        text = invite(a, [address], HOUR_S)
        await accept(b, text, our_addresses=[OURS])
    token = read_invitation(text).token
    names = [f"{pod}/{file}" for pod in "ab" for file in os.listdir(tmp_path / pod)]
    assert "a/pod.db" in names
    for name in names:
        assert token not in (tmp_path / name).read_bytes()


async def test_addresses_are_tried_in_turn_and_the_one_that_answers_comes_first(
    tmp_path: Path, a: Pod, b: Pod
) -> None:
    async with serving(tmp_path / "a") as address:
        text = invite(a, [nowhere(), address], HOUR_S)
        neighbour = await accept(b, text, our_addresses=[])
    assert neighbour.addresses[0] == address
    assert len(neighbour.addresses) == 2


async def test_address_that_people_know_is_tried_first(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as address:
        text = invite(a, [], HOUR_S)
        neighbour = await accept(b, text, our_addresses=[], also=[address])
    assert neighbour.addresses == (address,)


async def test_same_pod_may_use_its_invitation_again_until_it_is_saved(
    tmp_path: Path, a: Pod, b: Pod
) -> None:
    """The answer was lost on the way: one side knows the other already."""
    async with serving(tmp_path / "a") as address:
        text = invite(a, [address], HOUR_S)
        await accept(b, text, our_addresses=[OURS])
        b.neighbours.remove(a.pod_id)
        assert (await accept(b, text, our_addresses=[OURS])).pod_id == a.pod_id
    assert len(a.neighbours.all()) == 1


async def test_nobody_answers_there(a: Pod, b: Pod) -> None:
    address = nowhere()
    error = await refused(b, invite(a, [address], HOUR_S))
    assert error.code == "unreachable"
    assert address in error.sentence
    assert "Maple Street" in error.sentence


async def test_another_pod_answers_there_and_sees_no_token(a: Pod, b: Pod) -> None:
    async with open_door(identity("eve")) as door:
        error = await refused(b, invite(a, [str(door.address)], HOUR_S))
        assert door.callers == []
    assert "another pod" in error.sentence


async def test_something_else_answers_there(a: Pod, b: Pod) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    error = await refused(b, invite(a, [address], HOUR_S))
    assert error.code == "unreachable"
    server.close()
    await server.wait_closed()


async def test_invitation_without_an_address(a: Pod, b: Pod) -> None:
    error = await refused(b, invite(a, [], HOUR_S))
    assert "--address" in error.next_step


async def test_used_invitation(tmp_path: Path, a: Pod, b: Pod) -> None:
    with make_pod(tmp_path / "c") as c:
        async with serving(tmp_path / "a") as address:
            text = invite(a, [address], HOUR_S)
            await accept(c, text, our_addresses=[])
            assert (await refused(b, text)).code == "invitation_used"
    assert [neighbour.pod_id for neighbour in a.neighbours.all()] == [c.pod_id]


async def test_expired_invitation(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as address:
        assert (await refused(b, invite(a, [address], 0))).code == "invitation_expired"
    assert a.neighbours.all() == []


async def test_invitation_that_was_never_made(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as address:
        forged = invitation_text(
            Invitation(pod_id=a.pod_id, token=b"guess" * 3 + b".", addresses=(address,), name="A")
        )
        assert (await refused(b, forged)).code == "invitation_unknown"
    assert a.neighbours.all() == []


async def test_altered_invitation(a: Pod, b: Pod) -> None:
    text = invite(a, [nowhere()], HOUR_S)
    assert (await refused(b, text[:-1])).code == "invalid_invitation"


async def test_invitation_of_our_own(a: Pod) -> None:
    with pytest.raises(UserError, match="this very pod"):
        await accept(a, invite(a, [nowhere()], HOUR_S), our_addresses=[])
    assert a.neighbours.all() == []


async def test_invitation_of_a_neighbour(tmp_path: Path, a: Pod, b: Pod) -> None:
    async with serving(tmp_path / "a") as address:
        await accept(b, invite(a, [address], HOUR_S), our_addresses=[])
        with pytest.raises(UserError, match="neighbour of this pod already") as caught:
            await accept(b, invite(a, [address], HOUR_S), our_addresses=[])
    assert caught.value.code == "conflict"
    assert len(b.neighbours.all()) == 1


async def test_neighbours_exchange_listings_from_then_on(tmp_path: Path, a: Pod, b: Pod) -> None:
    """The whole journey: invited, accepted, dialled; what one pod's command writes, both have."""
    async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b") as at_b:
        b.listings.publish(LADDER, audience=Audience.NETWORK)
        await accept(b, invite(a, [at_a], HOUR_S), our_addresses=[at_b])
        await until(
            lambda: [item.listing.title for item in a.listings.board(BoardQuery())] == ["Ladder"]
        )
        a.neighbours.note_seen()
        a.listings.publish(SOUP, audience=Audience.NEAR)
        await until(lambda: len(b.listings.board(BoardQuery())) == 2)


# --- Granting ---


def caller(certificate: Certificate) -> Peer:
    return Peer(certificate, bytes(16), "Elm", Sync(), we_called=False, tls_hash=bytes(32))


def join(a: Pod) -> Join:
    token = read_invitation(invite(a, [], HOUR_S)).token
    return Join(token, "Elm", ())


def test_superseded_caller_is_shown_its_greater_certificate(a: Pod) -> None:
    old, new = (identity("eve", epoch=epoch).certificate for epoch in (EPOCH, EPOCH + 1))
    assert grant(a, caller(new), join(a)) is None
    assert grant(a, caller(old), join(a)) == Refused("epoch_superseded", new.wire)


def test_clone_of_ourselves_is_refused(a: Pod) -> None:
    assert grant(a, caller(a.keeper.certificate), join(a)) == Refused("refused")


def test_one_neighbour_more_than_a_pod_may_have(a: Pod) -> None:
    for number in range(32):
        assert grant(a, caller(identity(f"pod {number}").certificate), join(a)) is None
    assert grant(a, caller(identity("one more").certificate), join(a)) == Refused("too_many")
    assert len(a.neighbours.all()) == 32


def test_identity_is_our_key_and_the_certificate_that_names_it(a: Pod) -> None:
    us = identity_of(a.keeper)
    assert us.certificate.pod_id == a.pod_id
    assert us.certificate.working_key == us.key.public
    assert us.run_id == a.keeper.run_id


def test_superseded_key_still_shows_its_own_certificate(tmp_path: Path) -> None:
    with make_pod(tmp_path / "ann") as pod:
        ours = pod.keeper.certificate
        assert ours.pod_id == identity("ann").certificate.pod_id
        newer = identity("ann", epoch=ours.epoch + 1).certificate
        pod.keeper.learn([newer], pod.now())
        assert pod.keeper.certificate == newer
        assert identity_of(pod.keeper).certificate == ours
