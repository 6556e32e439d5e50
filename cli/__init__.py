"""Asks: the command line of a pod, for its stewards."""

from typing import Final

VERSION: Final = "0.1.0"
"""Of this program; pyproject.toml says the same (a test compares)."""
