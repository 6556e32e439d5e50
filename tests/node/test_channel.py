"""A channel between two pods over real TLS on the loopback interface."""

import asyncio
import os
import socket
import ssl

import pytest

from node.channel import Bounds, Channel, LinkError, dial
from node.tls import make_client_tls, make_server_tls
from protocol.errors import ConfigError, PeerError
from protocol.handshake import Join, Refused, Superseded, Sync
from protocol.identity import Certificate
from protocol.introduction import Address
from protocol.limits import MAX_FRAME_BYTES
from tests.channels import EPOCH, SHORT_TLS, Door, identity, open_door
from tests.ports import free_port

ANN, BEN = identity("ann"), identity("ben")


async def dial_ben(
    door: Door, *, known: Certificate | None = None, bounds: Bounds | None = None
) -> Channel:
    return await dial(
        door.address,
        ANN,
        Sync(),
        expect=BEN.certificate.pod_id,
        known=known,
        bounds=bounds or Bounds(),
    )


async def test_two_pods_prove_themselves_and_exchange_frames() -> None:
    async with open_door(BEN) as door:
        channel = await dial_ben(door)
        assert channel.peer.certificate == BEN.certificate
        assert channel.peer.run_id == BEN.run_id
        assert channel.peer.name == "Maple Street"
        [caller] = door.callers
        assert caller.certificate == ANN.certificate
        assert caller.run_id == ANN.run_id
        for frame in (b"", b"hello", os.urandom(MAX_FRAME_BYTES)):
            await channel.send(frame)
            assert await channel.receive() == frame
        assert channel.sent_bytes == channel.received_bytes == MAX_FRAME_BYTES + 5
        await channel.close("stopping")


async def test_connection_is_tls_1_3_with_nagle_off_and_no_session_to_resume() -> None:
    async with open_door(BEN) as door:
        channel = await dial_ben(door)
        server_side = await door.channels.get()
        for end in (channel, server_side):
            tls: ssl.SSLObject = end._transport.get_extra_info("ssl_object")
            assert tls.version() == "TLSv1.3"
            tcp = end._transport.get_extra_info("socket")
            assert tcp.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        client_tls: ssl.SSLObject = channel._transport.get_extra_info("ssl_object")
        assert client_tls.session is None or not client_tls.session.has_ticket
        await channel.close("stopping")


async def test_join_brings_token_name_and_addresses() -> None:
    async with open_door(BEN) as door:
        join = Join(os.urandom(16), "Elm Street", ("192.168.1.4:4781", "[2001:db8::1]:4781"))
        channel = await dial(door.address, ANN, join, expect=door.pod_id)
        [caller] = door.callers
        assert caller.purpose == join
        assert caller.name == "Elm Street"
        await channel.close("stopping")


async def test_reason_of_a_farewell_arrives() -> None:
    async with open_door(BEN) as door:
        channel = await dial_ben(door)
        server_side = await door.channels.get()
        await channel.close("out_of_turn")
        assert await door.ended.get() is None
        assert server_side.farewell == "out_of_turn"


async def test_both_may_close_at_once() -> None:
    async with open_door(BEN) as door:
        channel = await dial_ben(door)
        server_side = await door.channels.get()
        await asyncio.gather(channel.close("stopping"), server_side.close("stopping"))
        assert await channel.receive() is None
        with pytest.raises(ConnectionError):
            await channel.send(b"too late")


async def test_frames_sent_before_a_farewell_arrive() -> None:
    async with open_door(BEN) as door:
        door.echo = False
        channel = await dial_ben(door)
        server_side = await door.channels.get()
        for number in range(50):
            await channel.send(bytes([number]) * 10_000)
        await channel.close("stopping")
        assert await door.ended.get() is None
        assert server_side.received_bytes == 500_000


async def test_listener_takes_any_number_of_callers_one_after_another() -> None:
    async with open_door(BEN) as door:
        for _ in range(20):
            channel = await dial_ben(door)
            await channel.close("stopping")
            await door.ended.get()
        assert len(door.callers) == 20
        assert door.listener.strangers == []


async def test_one_more_than_may_be_connected_is_told_so() -> None:
    async with open_door(BEN, bounds=Bounds(connections=2)) as door:
        channels = [await dial_ben(door) for _ in range(2)]
        with pytest.raises(LinkError) as caught:
            await dial_ben(door)
        assert caught.value.code == "too_many"
        await channels[0].close("stopping")
        await door.ended.get()
        channels.append(await dial_ben(door))
        for channel in channels[1:]:
            await channel.close("stopping")


async def test_refusal_is_a_sentence_with_a_next_step() -> None:
    async with open_door(BEN, refusal=Refused("invitation_used")) as door:
        with pytest.raises(LinkError) as caught:
            await dial_ben(door)
    assert caught.value.code == "invitation_used"
    assert caught.value.sentence.endswith(".")
    assert caught.value.next_step


async def test_superseded_caller_is_shown_the_greater_certificate() -> None:
    newer = identity("ann", epoch=EPOCH + 1).certificate
    async with open_door(BEN, refusal=Refused("epoch_superseded", newer.wire)) as door:
        with pytest.raises(LinkError) as caught:
            await dial_ben(door)
    assert caught.value.code == "epoch_superseded"
    assert caught.value.certificate == newer.wire


async def test_superseded_answerer_is_shown_the_greater_certificate() -> None:
    async with open_door(BEN) as door:
        newer = identity("ben", epoch=EPOCH + 1).certificate
        with pytest.raises(Superseded) as caught:
            await dial_ben(door, known=newer)
        assert caught.value.code == "epoch_superseded"
        assert await door.superseded_by.get() == newer
        assert door.callers == []


async def test_another_pod_than_expected() -> None:
    async with open_door(BEN) as door:
        with pytest.raises(PeerError) as caught:
            await dial(door.address, ANN, Sync(), expect=identity("eve").certificate.pod_id)
        assert caught.value.code == "wrong_pod"
        assert door.callers == []


async def test_nothing_listens_at_the_address() -> None:
    port = free_port()
    with pytest.raises(LinkError) as caught:
        await dial(Address("127.0.0.1", port), ANN, Sync(), expect=BEN.certificate.pod_id)
    assert caught.value.code == "unreachable"
    assert f"127.0.0.1:{port}" in caught.value.sentence


async def test_name_that_nobody_has() -> None:
    with pytest.raises(LinkError) as caught:
        await dial(Address("pod.invalid", 1), ANN, Sync(), expect=BEN.certificate.pod_id)
    assert caught.value.code == "unreachable"


async def test_machine_that_answers_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = Address("127.0.0.1", silent.getsockname()[1])
        with pytest.raises(LinkError) as caught:
            await dial(address, ANN, Sync(), expect=BEN.certificate.pod_id, bounds=SHORT_TLS)
    assert caught.value.code == "silent"


async def test_channel_ends_when_the_cable_does() -> None:
    async with open_door(BEN) as door:
        channel = await dial_ben(door)
        server_side = await door.channels.get()
        channel.abort()
        assert await channel.receive() is None
        assert await door.ended.get() is None
        with pytest.raises(ConnectionError):
            await server_side.send(b"anybody?")
        await channel.close("stopping")


async def test_stop_ends_every_connection_and_frees_the_port() -> None:
    async with open_door(BEN) as door:
        channel = await dial_ben(door)
        await door.listener.stop()
        assert await channel.receive() is None
        await channel.close("stopping")
        with socket.create_server(("127.0.0.1", door.address.port)):
            pass


async def test_all_interfaces_are_ipv4_and_ipv6_on_one_port() -> None:
    async with open_door(BEN) as door:
        other = Door(BEN, None, Bounds())
        port = await other.listener.start([], 0)
        hosts = ["127.0.0.1", "::1"] if socket.has_dualstack_ipv6() else ["127.0.0.1"]
        for host in hosts:
            channel = await dial(Address(host, port), ANN, Sync(), expect=other.pod_id)
            await channel.close("stopping")
        await other.listener.stop()
        with pytest.raises(ConfigError, match=str(door.address.port)) as caught:
            await other.listener.start(["127.0.0.1"], door.address.port)
        assert "pod up --port" in caught.value.next_step


async def test_peer_that_reads_slowly_is_waited_for() -> None:
    bounds = Bounds(stall_s=1)
    async with open_door(BEN, bounds=bounds) as door:
        channel = await dial_ben(door, bounds=bounds)
        door.echo = False
        server_side = await door.channels.get()
        frames, size = 40, 1 << 19
        sending = asyncio.create_task(send_all(server_side, frames, size))
        for _ in range(frames):
            # Longer than stall_s in all, and something goes out in every stretch of it.
            assert await channel.receive()
            await idle(0.03)
        await sending
        assert channel.received_bytes == frames * size
        await channel.close("stopping")


async def send_all(channel: Channel, frames: int, size: int) -> None:
    for _ in range(frames):
        await channel.send(bytes(size))


async def idle(seconds: float) -> None:
    """Let this much time pass, as a slow machine does: the time itself is what is tested."""
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


def test_key_of_the_tls_certificate_leaves_no_file_open() -> None:
    before = sorted(os.listdir("/dev/fd"))
    one, other = make_server_tls(), make_server_tls()
    assert sorted(os.listdir("/dev/fd")) == before
    assert one.certificate_hash != other.certificate_hash


def test_tls_contexts_ask_for_1_3_and_trust_nobody() -> None:
    client, server = make_client_tls(), make_server_tls().context
    assert client.minimum_version == server.minimum_version == ssl.TLSVersion.TLSv1_3
    assert client.verify_mode == server.verify_mode == ssl.CERT_NONE
    assert server.num_tickets == 0
