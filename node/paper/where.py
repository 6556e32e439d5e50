"""Where phones reach the members' pages, as paper says it."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from node.addresses import own_hosts
from node.config import DEFAULT_WEB_PORT
from protocol.errors import UserError
from protocol.identity import PodId, short_id
from protocol.introduction import read_address


class Pages(NamedTuple):
    """How the pages of this pod are served: settings web_port and web_https."""

    port: int = DEFAULT_WEB_PORT
    https: bool = False

    def address(self, host: str) -> str:
        """Return what a phone is to open. Raises UserError (invalid) for what is no host."""
        found = read_address(self._bare(host), default_port=self.port)
        if not found.port:
            raise UserError(
                "invalid",
                "The pages take any free port (web_port = 0), so no sheet can name it.",
                "Say it with --address HOST:PORT, or give them one: pod config set web_port 8080",
            )
        return f"http{'s' * self.https}://{found}"

    @staticmethod
    def _bare(host: str) -> str:
        return host.strip().removeprefix("https://").removeprefix("http://").rstrip("/")


AS_SET: Final = Pages()
"""As the settings are if nobody changed them."""


def page_addresses(pod_id: PodId, said: Sequence[str], pages: Pages) -> list[str]:
    """Return addresses to type, the one in digits first: many phones cannot open .local names.

    said: as people gave them, with or without port; else what this machine finds out.
    Raises UserError (invalid) for one that cannot be.
    """
    by_number = [host for host in own_hosts() if ":" not in host][:1]
    return [pages.address(it) for it in said or [*by_number, f"pod-{short_id(pod_id)}.local"]]
