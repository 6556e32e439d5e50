"""Set reconciliation over stdin and stdout, for runs against other implementations.

    python -m tests.interop.negentropy_stdio

One line in, its answer out, flushed; hex in lower case. The frame limit in bytes comes from
the environment variable FRAMESIZELIMIT (absent: none).

    item,<decimal timestamp>,<64 hex>    nothing
    seal                                 nothing; every item has been given
    initiate                             msg,<hex>; from here on this side is the client
    msg,<hex>                            client: have,<id> and need,<id> lines, each id once in
                                         a session, then msg,<hex> or done; server: msg,<hex>

Anything else ends it with status 1 and a sentence on stderr. Spec: docs/protocol.md §6.5.
"""

import os
import re
import sys
from collections.abc import Iterator

from protocol.errors import ProtocolError
from protocol.index import RecordIndex
from protocol.reconcile import answer, compare, initiate

ITEM = re.compile(r"item,([0-9]{1,20}),([0-9a-f]{64})")
MESSAGE = re.compile(r"msg,((?:[0-9a-f]{2})*)")


class Harness:
    """One side of one reconciliation, driven by lines."""

    def __init__(self, frame_limit: int) -> None:
        self._index = RecordIndex()
        self._view = self._index.view()
        self._frame_limit = frame_limit
        self._is_sealed = False
        self._is_client = False
        self._told: set[str] = set()

    def lines_for(self, line: str) -> Iterator[str]:
        """Yield the lines that answer this one. Raises ValueError or ProtocolError."""
        if not self._is_sealed:
            self._gather(line)
        elif line == "initiate" and not self._is_client:
            self._is_client = True
            yield f"msg,{initiate(self._view).hex()}"
        elif (match := MESSAGE.fullmatch(line)) and self._is_client:
            yield from self._compare(bytes.fromhex(match[1]))
        elif match:
            reply = answer(self._view, bytes.fromhex(match[1]), frame_limit=self._frame_limit)
            yield f"msg,{reply.hex()}"
        else:
            raise ValueError("expected initiate (once) or msg,<hex>")

    def _gather(self, line: str) -> None:
        if line == "seal":
            self._is_sealed = True
        elif match := ITEM.fullmatch(line):
            if not self._index.add(int(match[1]), bytes.fromhex(match[2]), 0):
                raise ValueError("the same item twice")
        else:
            raise ValueError("expected item,<decimal timestamp>,<64 hex> or seal")

    def _compare(self, message: bytes) -> Iterator[str]:
        result = compare(self._view, message, frame_limit=self._frame_limit)
        for word, ids in (("have", result.have), ("need", result.need)):
            for record_id in ids:
                # With frame limits a range may be gone through twice.
                if (line := f"{word},{record_id.hex()}") not in self._told:
                    self._told.add(line)
                    yield line
        yield "done" if result.reply is None else f"msg,{result.reply.hex()}"


def main() -> int:
    try:
        harness = Harness(int(os.environ.get("FRAMESIZELIMIT") or 0))
        for line in sys.stdin:
            for reply in harness.lines_for(line.removesuffix("\n")):
                print(reply)
            sys.stdout.flush()
    except (ValueError, ProtocolError) as err:
        print(f"negentropy_stdio: {err}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
