"""Ports that a test names before anything listens there."""

from node.sockets import hold_port


def free_port() -> int:
    """Return a port that nobody else is given as long as these tests run."""
    held = hold_port("127.0.0.1")
    port: int = held.getsockname()[1]
    held.detach()  # stays open, and nobody is warned of it
    return port
