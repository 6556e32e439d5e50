"""All that the sync core knows of any domain: a code, a name, a bound and a check.

Spec: docs/protocol.md §11. What a kind says about a payload never decides whether the record
is kept or passed on: two pods with different opinions would hold sets that never become
equal. It decides only whether the record is shown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from protocol.errors import UnfitBody
from protocol.limits import KIND_END, MAX_BODY_BYTES
from protocol.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record. A changed meaning takes a new code.

    code: on the wire, below 2^16.  name: for people and logs.
    max_payload_bytes: longer payloads are unfit, unread.
    check(payload): returns, or raises UnfitBody and nothing else.
    """

    code: int
    name: str
    max_payload_bytes: int
    check: Callable[[bytes], None]

    def __post_init__(self) -> None:
        if not 0 <= self.code < KIND_END or not 0 < self.max_payload_bytes < MAX_BODY_BYTES:
            raise ValueError(f"kind {self.name}: code or bound out of range")


class KindTable:
    """The kinds this node can read. Records of all others are carried and not shown."""

    def __init__(self, kinds: Iterable[Kind] = ()) -> None:
        kinds = tuple(kinds)
        self._by_code = {kind.code: kind for kind in kinds}
        if len(self._by_code) < len(kinds):
            raise ValueError("two kinds with one code")

    def find(self, code: int) -> Kind | None:
        """Return the kind with this code, or None."""
        return self._by_code.get(code)

    def unfit_reason(self, record: Record) -> str | None:
        """Return why this record is kept but not shown, or None.

        None for a payload that its kind takes, for a withdrawal, and for an unknown kind: after
        an upgrade it is looked at again. The reason names the field and quotes nothing.
        """
        kind = self.find(record.kind)
        if kind is None or record.payload is None:
            return None
        if len(record.payload) > kind.max_payload_bytes:
            return f"payload: {len(record.payload)} bytes, limit {kind.max_payload_bytes}"
        try:
            kind.check(record.payload)
        except UnfitBody as unfit:
            return unfit.detail
        return None
