"""Acts: sockets, clock and chance around protocol and store."""

from typing import Final

VERSION: Final = "0.1.0"
"""Of this program; pyproject.toml says the same (a test compares)."""
