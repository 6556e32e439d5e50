"""Every bound of the protocol: name, unit, reason. No other module holds one.

Spec: docs/protocol.md §8, which lists the same names and values (a test compares).
A unit stands in each name: `_BYTES`, `_S` (seconds), `_MS`, `_HOPS`; a plain plural counts.
"""

from typing import Final

# --- Numbers on the wire ---

UINT53_END: Final = 1 << 53
"""Epochs and stamps lie below it: exact in every language, JSON and double included."""
VALID_UNTIL_END_S: Final = 1 << 40
"""Ends of listings and dates of certificates lie below it: year 36812, six bytes at most."""
KIND_END: Final = 1 << 16
"""Kind codes lie below it: three bytes; the number space will not run out."""

# --- Values ---

MAX_FRAME_BYTES: Final = 1 << 20
"""A WebSocket message above it is cut off by the transport; one is decoded at a time."""
MAX_ITEMS: Final = 4096
"""Values in one decoded value. An empty array is one byte on the wire and 72 in memory."""
MAX_DEPTH: Final = 8
"""Nesting of one decoded value; no frame of ours goes deeper than five."""

# --- Identity ---

MAX_CERTIFICATE_BYTES: Final = 192
"""The longest certificate of version 1 takes 157; the rest is room for no more than a few bytes."""
PARSED_KEYS: Final = 4096
"""Parsed public keys kept: every author that four neighbours can bring, about 1 MB."""

# --- Records ---

MAX_BODY_BYTES: Final = 8192
"""Longest signed body. 2,000 slots of it bound an author's place on disk to 16 MB."""
REACH_HOPS: Final = 6
"""H of DESIGN: how far a network record travels. It bounds cost, not privacy."""
SLOTS_PER_AUTHOR: Final = 2000
"""Newest slots kept of an author in one scope (R8)."""
LIFETIME_S: Final = 90 * 86_400
"""A record or tombstone lives this long from its stamp: a dead pod fades by itself."""
RENEW_AFTER_S: Final = 30 * 86_400
"""The author signs what is still alive anew at this age: two chances before it ends."""
OWN_VERSIONS_KEPT: Final = 10
"""Versions kept of each own slot, so that people can take one back (R5)."""

# --- Time ---

CEILING_AHEAD_S: Final = 600
"""Ten minutes: what two synced clocks may differ and still agree what is now (R7)."""
FLOOR_STEP_S: Final = 3600
"""The floor is a whole hour: neighbours' floors are equal most of the time (R6)."""
FLOOR_DAYS_PER_DAY: Final = 2
"""How fast the floor may move, in days for each day of running: a jump to 2099 purges little."""
GUESS_AHEAD_S: Final = 400 * 86_400
"""One neighbour may move our guess of the time this far beyond what we signed last (R7)."""
