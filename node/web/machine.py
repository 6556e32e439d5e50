"""What pages know beside the pod itself: the machine that they are served from."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from node.config import Config
from node.discovery import Around


class Machine(NamedTuple):
    """The node beside the pages, in the same process.

    data_dir: the pod's folder.  config: the settings in effect; the file may say others by now.
    around: who is seen on the LAN, and where this node is reached; for the event loop.
    """

    data_dir: Path
    config: Config
    around: Callable[[], Around]
