"""Who may read what a pod writes. Spec: docs/kinds.md §1.4."""

from enum import StrEnum

from protocol.record import Scope


class Audience(StrEnum):
    """Who may read a body, by its pod's choice; a wider one is never chosen for it."""

    POD = "pod"  # this pod alone: it has no record, so it cannot be sent
    NEAR = "near"
    NETWORK = "network"

    @property
    def scope(self) -> Scope | None:
        """The scope of its records, None if it has none."""
        return None if self is Audience.POD else Scope[self.name]

    @classmethod
    def of(cls, scope: int) -> "Audience":
        """Return the audience of a record's scope; 0 for what has no record."""
        return cls[Scope(scope).name] if scope else cls.POD
