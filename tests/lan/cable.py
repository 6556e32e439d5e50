"""A bad cable in userland, for kernels without netem: frames go late, or not at all.

cable.py carry A B DELAY_MS LOSS_PERCENT    between two interfaces, until it is killed
cable.py whole                              have eth0 send whole frames with real checksums
"""

import ctypes
import fcntl
import heapq
import random
import select
import socket
import struct
import sys
import time

_ALL_PROTOCOLS = 3  # <linux/if_ether.h> ETH_P_ALL
_SOL_PACKET, _IGNORE_OUTGOING = 263, 23  # <linux/if_packet.h>
_SIOCETHTOOL = 0x8946  # <linux/sockios.h>
_OFFLOADS = (0x1F, 0x24, 0x2C, 0x17)  # <linux/ethtool.h>: set TSO, GSO, GRO, TX checksums


def carry(a: str, b: str, delay_s: float, loss: float) -> None:
    """Carry frames between interfaces a and b, in order, each delay_s late, some never."""
    chance = random.Random(f"{a} {b}")
    ends = [_open(a), _open(b)]
    due: list[tuple[float, int, socket.socket, bytes]] = []
    number = 0
    print("ready", flush=True)
    while True:
        wait_s = max(0.0, due[0][0] - time.monotonic()) if due else None
        for end in select.select(ends, [], [], wait_s)[0]:
            frame = end.recv(65_535)
            if chance.random() >= loss:
                number += 1
                other = ends[1 - ends.index(end)]
                heapq.heappush(due, (time.monotonic() + delay_s, number, other, frame))
        while due and due[0][0] <= time.monotonic():
            _, _, other, frame = heapq.heappop(due)
            other.send(frame)


def record(interface: str, path: str) -> None:
    """Append every frame that passes an interface, either way, to a file."""
    end = _open(interface, is_both_ways=True)
    print("ready", flush=True)
    with open(path, "ab", buffering=0) as file:
        while True:
            file.write(end.recv(65_535))


def _open(interface: str, *, is_both_ways: bool = False) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
    end.setsockopt(_SOL_PACKET, _IGNORE_OUTGOING, not is_both_ways)
    end.bind((interface, 0))
    return end


def send_whole_frames(interface: str) -> None:
    """Do what `ethtool -K` does: a cable cannot finish what a network card would have."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for offload in _OFFLOADS:
            value = ctypes.create_string_buffer(struct.pack("II", offload, 0))
            request = struct.pack("16sQ8x", interface.encode(), ctypes.addressof(value))
            fcntl.ioctl(any_socket, _SIOCETHTOOL, request)


if __name__ == "__main__":
    if sys.argv[1] == "carry":
        carry(sys.argv[2], sys.argv[3], int(sys.argv[4]) / 1000, int(sys.argv[5]) / 100)
    elif sys.argv[1] == "record":
        record(sys.argv[2], sys.argv[3])
    else:
        send_whole_frames("eth0")
