"""The pod card as an organisation of Murmurations (organizations_schema v1.0.0).

A file that a pod may host somewhere if its people want to be found; nothing publishes it by
itself. Place is the coarse cell of the card, never a point of anybody's door.
"""

import json
from typing import Final

from protocol.aid.pod_card import PodCard

SCHEMA: Final = "organizations_schema-v1.0.0"
_ALPHABET: Final = "0123456789bcdefghjkmnpqrstuvwxyz"


def write_organisation(card: PodCard, *, url: str | None = None) -> bytes:
    """Return the profile. url: where the pod is found on the web, if it is."""
    said: dict[str, object] = {
        "linked_schemas": [SCHEMA],
        "name": card.name,
        "description": "\n\n".join(filter(None, (card.about, card.zone_words))) or None,
        "locality": card.zone_name,
        "mission": "Mutual aid among neighbours: solidarity, not charity and not trade.",
        "tags": ["mutual aid", "mutual aid pod", card.zone_kind],
        "primary_url": url,
    }
    if card.cell:
        latitude, longitude = middle_of(card.cell)
        said["geolocation"] = {"lat": latitude, "lon": longitude}
    kept = {key: value for key, value in said.items() if value}
    return json.dumps(kept, ensure_ascii=False, indent=2).encode() + b"\n"


def middle_of(cell: str) -> tuple[float, float]:
    """Return latitude and longitude of the middle of a geohash cell, two decimals: a kilometre."""
    bits = "".join(f"{_ALPHABET.index(sign):05b}" for sign in cell)
    edges = ([-180.0, 180.0], [-90.0, 90.0])
    for place, bit in enumerate(bits):
        low_high = edges[place % 2]
        low_high[bit == "0"] = sum(low_high) / 2
    longitude, latitude = (round(sum(it) / 2, 2) for it in edges)
    return latitude, longitude
