"""Who knows whom in a town of many pods: shapes that neighbourhoods have.

A pod knows the pods next door; now and then somebody has a friend across town. `random` is what
no street looks like, and stands beside the others as it does in papers.
"""

import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from math import hypot
from typing import Final

Edges = set[tuple[int, int]]
"""Pairs of pods by number, the smaller first."""

NEXT_DOOR: Final = 3
"""Pods that each knows next door; with those that know it, it has about four."""
RANDOM_DEGREE: Final = 6


def random_graph(pods: int, chance: random.Random) -> Edges:
    """Return a connected graph with RANDOM_DEGREE neighbours each on average."""
    edges = {tuple_of(chance.randrange(pod), pod) for pod in range(1, pods)}
    while len(edges) < min(pods * RANDOM_DEGREE // 2, pods * (pods - 1) // 2):
        edges.add(tuple_of(*chance.sample(range(pods), 2)))
    return edges


def geometric_graph(pods: int, chance: random.Random, long_percent: int = 0) -> Edges:
    """Return who is neighbours where each knows its NEXT_DOOR nearest.

    long_percent: of the links, those that lead anywhere in town instead of next door.
    """
    at = [(chance.random(), chance.random()) for _ in range(pods)]

    def apart(a: int, b: int) -> float:
        return hypot(at[a][0] - at[b][0], at[a][1] - at[b][1])

    edges: Edges = set()
    for pod in range(pods):
        others = sorted((it for it in range(pods) if it != pod), key=lambda it: apart(pod, it))
        edges |= {tuple_of(pod, other) for other in others[:NEXT_DOOR]}
    for _ in range(len(edges) * long_percent // 100):
        edges.remove(chance.choice(sorted(edges)))
        edges.add(_new_edge(pods, edges, chance))
    while len(parts := list(components(pods, edges))) > 1:
        first, rest = parts[0], set(range(pods)) - parts[0]
        # No part of a town is cut off: the two ends that are nearest know each other.
        edges.add(tuple_of(*min(((a, b) for a in first for b in rest), key=lambda ab: apart(*ab))))
    return edges


GRAPHS: Final[dict[str, Callable[[int, random.Random], Edges]]] = {
    "random": random_graph,
    "geometric": geometric_graph,
    "geometric+5": lambda pods, chance: geometric_graph(pods, chance, long_percent=5),
    "geometric+20": lambda pods, chance: geometric_graph(pods, chance, long_percent=20),
}


def tuple_of(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _new_edge(pods: int, edges: Edges, chance: random.Random) -> tuple[int, int]:
    while (edge := tuple_of(*chance.sample(range(pods), 2))) in edges:
        pass
    return edge


def components(pods: int, edges: Iterable[tuple[int, int]]) -> Iterator[set[int]]:
    """Yield the parts that hang together."""
    met, left = met_by(pods, edges), set(range(pods))
    while left:
        part = set(hops_from(min(left), met))
        yield part
        left -= part


def met_by(pods: int, edges: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Return the neighbours of each."""
    met: list[set[int]] = [set() for _ in range(pods)]
    for a, b in edges:
        met[a].add(b)
        met[b].add(a)
    return met


def hops_from(start: int, met: list[set[int]]) -> dict[int, int]:
    """Return how far each is that can be reached from start."""
    hops, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        for there in met[here] - hops.keys():
            hops[there] = hops[here] + 1
            queue.append(there)
    return hops
