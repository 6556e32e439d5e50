"""A process that searches a board, beside the bare index of the same words."""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Final

from node.bench import corpus
from node.pod import Pod
from node.samples import sample_sheet
from node.spreadsheet import read_sheet
from protocol.aid.listing import Listing
from store.aid import BoardQuery
from store.aid.search import expression

TIMES: Final = 15
"""Each search is made so often, and the median told."""
RARE: Final = "zanahoria"
RARE_EVERY: Final = 20_000
VOCABULARY: Final = 20_000
"""Made-up words beside those of the sample listings: a town has more to say than one sheet."""
SEARCHES: Final = {
    "rare": RARE,
    "many": "the",
    "two": "para la",
    "beginning": "comp",
    "category": "comida",
    "nothing": "nobody-says-this",
}
_BARE: Final = """
SELECT payload FROM aid_listing WHERE number IN
  (SELECT rowid FROM aid_listing_words WHERE aid_listing_words MATCH ? LIMIT 50)
"""


def search(folder: str, records: int) -> None:
    """Fill a board with that many listings, and tell ms of each search and of the bare index."""
    with corpus.make_pod(Path(folder) / "search", "search") as pod:
        now = pod.now()
        corpus.bring_into_reach(pod, now)
        unsigned = corpus.unsigned(records, now, listings=True)
        payloads = _payloads()
        corpus.fill(pod.keeper, [it._replace(payload=next(payloads)) for it in unsigned], now)
        json.dump({name: _both(pod, words) for name, words in SEARCHES.items()}, sys.stdout)


def _both(pod: Pod, words: str) -> dict[str, float]:
    wanted, connection = expression(words), pod.keeper.store.connection
    query = BoardQuery(words=words)
    return {
        "ms": _ms(lambda: pod.listings.board(query)),
        "floor_ms": _ms(lambda: connection.execute(_BARE, (wanted,)).fetchall()),
        "found": len(pod.listings.board(query)),
    }


def _ms(work: Callable[[], object]) -> float:
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        work()
        took.append(1e3 * (time.perf_counter() - began))
    return median(took)


def _payloads() -> Iterator[bytes]:
    """Yield the sample listings over and over, each time with other words in its details."""
    chance = random.Random(3)  # noqa: S311  # nothing secret is made of it
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 9))) for _ in range(VOCABULARY)]
    rows = [row.listing for row in read_sheet(sample_sheet()).rows]
    number = 0
    while True:
        rare = [RARE] if number % RARE_EVERY == 0 else []
        yield _with(rows[number % len(rows)], [*rare, *chance.choices(words, k=5)])
        number += 1


def _with(listing: Listing, words: list[str]) -> bytes:
    details = " ".join([listing.details or "", *words]).strip()
    return listing.model_copy(update={"details": details}).to_payload()
