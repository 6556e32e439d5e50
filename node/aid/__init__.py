"""Mutual aid at the door: one class for each area, each an attribute of node.pod.Pod.

Each is given the keeper and nothing of the others, or what it needs of them by name.
"""
