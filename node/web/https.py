"""HTTPS for the members' pages, where a pod chose it: a certificate that stays, or its own.

Spec: docs/threat-model.md. No authority certifies an address on a LAN, so each phone warns once;
that is why plain HTTP is the default and says so on each page.
"""

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from node.tls import make_web_certificate, web_tls
from node.whole_file import write_whole
from protocol.errors import ConfigError

NAME: Final = "web.pem"
"""Key and certificate, in the pod's folder, for this node's user alone."""


def tls_in(folder: Path, names: Iterable[str]) -> ssl.SSLContext:
    """Return TLS by web.pem in folder; it is made at the first use.

    Raises ConfigError (bad_config) for a file that is no key with its certificate, and StoreError.
    """
    path = folder / NAME
    if not path.exists():
        write_whole(path, make_web_certificate(names))
    try:
        return web_tls(path)
    except (OSError, ssl.SSLError) as err:
        raise ConfigError(
            "bad_config",
            "{path} does not hold a key and its certificate (PEM, P-256 or RSA).",
            "Put both into it, or delete it: the next start makes one.",
            path=path,
        ) from err
