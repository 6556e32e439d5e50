"""Where phones reach the members' pages, as paper says it."""

from collections.abc import Sequence
from typing import Final

from node.addresses import own_hosts
from protocol.identity import PodId, short_id
from protocol.introduction import read_address

PAGES_PORT: Final = 8080


def page_addresses(pod_id: PodId, said: Sequence[str]) -> list[str]:
    """Return addresses to type, the one in digits first: many phones cannot open .local names.

    said: as people gave them, with or without http:// and port; else what this machine finds out.
    Raises UserError (invalid_address) for one that cannot be.
    """
    if said:
        return [_link(str(read_address(_bare(it), default_port=PAGES_PORT))) for it in said]
    by_number = [_link(f"{host}:{PAGES_PORT}") for host in own_hosts() if ":" not in host][:1]
    return [*by_number, _link(f"pod-{short_id(pod_id)}.local:{PAGES_PORT}")]


def _bare(said: str) -> str:
    return said.strip().removeprefix("http://").rstrip("/")


def _link(address: str) -> str:
    return f"http://{address}"
