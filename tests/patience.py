"""How long a test waits for what must happen: for an event, never for time.

Much longer than anything takes on the busiest machine, as this only ends tests that are lost
anyway. Runs of mutants, most of which are lost, wait less (tests/mutants/running.py).
"""

import os
from typing import Final

PATIENCE_S: Final = float(os.environ.get("TEST_PATIENCE_S", "180"))
