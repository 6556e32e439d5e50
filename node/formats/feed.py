"""What this pod says to everybody, as an Atom feed (RFC 4287), for readers and bridges.

Only what is for all pods anyway: whoever reads the feed learns nothing that did not travel.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from protocol.identity import PodId
from store.aid import uuid_of

_ATOM: Final = "http://www.w3.org/2005/Atom"


class Entry(NamedTuple):
    """One thing that the pod said to all. at_s: Unix time of its last change."""

    author: PodId
    rid: bytes
    title: str
    text: str
    category: str
    at_s: int


def write_feed(entries: Iterable[Entry], *, pod_id: PodId, name: str, now_s: int) -> bytes:
    """Return the feed, the newest first."""
    found = sorted(entries, key=lambda it: it.at_s, reverse=True)
    feed = ET.Element("feed", xmlns=_ATOM)
    _add(feed, "id", uuid_of(pod_id, b"").urn)
    _add(feed, "title", name)
    _add(feed, "updated", _time(found[0].at_s if found else now_s))
    _add(_add(feed, "author", ""), "name", name)
    for entry in found:
        element = _add(feed, "entry", "")
        _add(element, "id", uuid_of(entry.author, entry.rid).urn)
        _add(element, "title", entry.title)
        _add(element, "updated", _time(entry.at_s))
        ET.SubElement(element, "category", term=entry.category)
        _add(element, "content", entry.text)
    ET.indent(feed)
    return bytes(ET.tostring(feed, "utf-8", xml_declaration=True))


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text or None
    return element


def _time(at_s: int) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
