"""Telling systemd that the node is ready, alive, or stopping.

Source: sd_notify(3). One datagram each; outside systemd there is nobody to tell, and nothing
happens.
"""

import os
import socket
from collections.abc import Mapping
from typing import Final

_USEC: Final = 1_000_000


class Notifier:
    """The service manager that started this process, if any. environment: where it says so."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        # A leading @ means a name in the abstract namespace.
        self._address = f"\0{path[1:]}" if path.startswith("@") else path
        self._interval_usec = _watchdog_usec(environment)

    @property
    def alive_every_s(self) -> float | None:
        """How often `alive` is to be called: half of what is waited for; None: not at all."""
        if not self._address or not self._interval_usec:
            return None
        return self._interval_usec / 2 / _USEC

    def ready(self) -> None:
        """Neighbours can reach the node."""
        self._tell("READY=1")

    def alive(self) -> None:
        """The node still answers; silence makes the manager start it anew."""
        self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        """The node is on its way out, by its own will."""
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
            try:
                there.connect(self._address)
                there.sendall(state.encode("ascii"))
            except OSError:
                return  # a manager that went away must not take the node with it


def _watchdog_usec(environment: Mapping[str, str]) -> int:
    """Return what the manager waits for, 0 if it does not, or means another process."""
    meant_for = environment.get("WATCHDOG_PID", str(os.getpid()))
    text = environment.get("WATCHDOG_USEC", "")
    return int(text) if text.isdecimal() and meant_for == str(os.getpid()) else 0
