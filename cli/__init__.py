"""Asks: the command line of a pod, for its stewards."""

from node import VERSION

__all__ = ["VERSION"]
