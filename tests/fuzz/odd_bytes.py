"""Bytes that look like something: so that fuzzing gets past the first header."""

from typing import Any, Final

import msgpack
from hypothesis import strategies as st

scalars: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([0, 1, 2, 2**16, 2**40, 2**53 - 1, 2**53]),
    st.floats(),
    st.binary(max_size=70),
    st.sampled_from([bytes(16), bytes(32), bytes(64)]),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=4)),
)
keys: Final = st.text(st.characters(exclude_categories=["Cs"]), max_size=2) | st.integers(0, 3)
anything: Final[st.SearchStrategy[Any]] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=9) | st.dictionaries(keys, inner, max_size=4)
)


@st.composite
def nearly(draw: st.DrawFn, right: st.SearchStrategy[Any]) -> Any:
    """Mostly what belongs in a place, sometimes anything."""
    return draw(scalars if draw(st.integers(0, 15)) == 7 else right)


@st.composite
def mutated(draw: st.DrawFn, whole: st.SearchStrategy[bytes]) -> bytes:
    """Whole bytes with some replaced, put in or cut out."""
    data = bytearray(draw(whole))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=3))
    return bytes(data)


msgpack_like: Final = st.binary(max_size=300) | mutated(anything.map(msgpack.packb))
