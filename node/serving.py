"""What a node tells whoever started it, once neighbours and members can reach it."""

from typing import NamedTuple

from protocol.errors import ConfigError
from protocol.identity import PodId


class ServingPages(NamedTuple):
    """Where members' pages are. port: TCP, the one really in use.

    setup_code: of the set-up page, as long as the pod has no people.
    """

    port: int
    is_https: bool
    setup_code: str | None


class Serving(NamedTuple):
    """What a node says when neighbours can reach it. port: TCP, the one really in use.

    pages: None where they are switched off, or why they cannot be served: neighbours are
    served all the same.
    """

    pod_id: PodId
    name: str
    port: int
    pages: ServingPages | ConfigError | None = None
