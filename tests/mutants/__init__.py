"""Guards taken away one at a time: each must make a named test fail.

A mutant changes one place of one file. Lists of them stand in the modules of this package; a
rule whose guard can go unnoticed is not held by its tests.
"""

from typing import NamedTuple


class Mutant(NamedTuple):
    """One planted fault.

    path: from the root of the project.  old: occurs there exactly once, and is replaced by new.
    tests: pytest ids, of which at least one must fail.
    """

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
