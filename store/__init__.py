"""What a pod remembers: one SQLite file, synchronous, for one thread.

Start at database.py (opening, acts), then records/ (what comes in and goes out), changes.py
(the indexes in memory), peers.py (neighbours and their tables), meta.py (single values) and
upkeep.py (checks and space). schema.sql says what is kept and why. Spec: docs/architecture.md,
Storage.
"""

from store.database import Projection, Store, Tx, open_store
from store.lock import hold_lock

__all__ = ["Projection", "Store", "Tx", "hold_lock", "open_store"]
