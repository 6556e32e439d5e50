"""Where phones reach the members' pages, as paper says it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from node.addresses import own_hosts
from node.config import DEFAULT_WEB_PORT
from protocol.identity import PodId, short_id
from protocol.introduction import read_address


class Pages(NamedTuple):
    """How the pages of this pod are served: settings web_port and web_https."""

    port: int = DEFAULT_WEB_PORT
    https: bool = False

    def address(self, host: str) -> str:
        """Return what a phone is to open. Raises UserError (invalid) for what is no host."""
        bare = host.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
        return f"http{'s' * self.https}://{read_address(bare, default_port=self.port)}"


AS_SET: Final = Pages()
"""As the settings are if nobody changed them."""


def page_addresses(pod_id: PodId, said: Sequence[str], pages: Pages) -> list[str]:
    """Return addresses to type, the one in digits first: many phones cannot open .local names.

    said: as people gave them, with or without port; else what this machine finds out.
    Raises UserError (invalid) for one that cannot be.
    """
    by_number = [host for host in own_hosts() if ":" not in host][:1]
    return [pages.address(it) for it in said or [*by_number, f"pod-{short_id(pod_id)}.local"]]
