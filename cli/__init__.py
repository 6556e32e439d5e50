"""Asks: the command line of a pod, for its stewards."""
