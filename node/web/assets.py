"""The few files that pages need beside themselves, in memory and kept by browsers for good.

Each is named with a hash of what it holds: a new version of the pod has new names, so no phone
shows today's page in yesterday's style. Nothing is ever loaded from elsewhere.
"""

from hashlib import sha256
from importlib.resources import files
from typing import Final, NamedTuple

from aiohttp import web

_TYPES: Final = {
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
FOR_GOOD: Final = "public, max-age=31536000, immutable"


class Asset(NamedTuple):
    """One file. path: with its hash, as pages name it."""

    path: str
    content_type: str
    content: bytes


def load_assets() -> dict[str, Asset]:
    """Return the files of the folder static, by name."""
    found = {}
    for file in sorted(files(__package__).joinpath("static").iterdir(), key=lambda it: it.name):
        name, content = file.name, file.read_bytes()
        stem, _, suffix = name.rpartition(".")
        path = f"/static/{stem}.{sha256(content).hexdigest()[:12]}.{suffix}"
        found[name] = Asset(path, _TYPES[suffix], content)
    return found


def answer_with(asset: Asset) -> web.Response:
    """Return an asset as an answer that browsers keep."""
    return web.Response(
        body=asset.content,
        content_type=asset.content_type,
        charset="utf-8",
        headers={"Cache-Control": FOR_GOOD},
    )
