"""Whose a file is: an installed pod's node runs as a user of its own, its stewards as root.

What `sudo pod rotate` wrote for root alone, the node could not read. SQLite does the same by
itself for the files that it makes beside a database.
"""

import os
from pathlib import Path


def give_to_owner(path: Path) -> None:
    """Let what root made belong to whom its folder belongs. Raises OSError."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)
