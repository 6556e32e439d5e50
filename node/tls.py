"""The encrypted pipes: below the handshake of two pods, and for members' pages by HTTPS.

Spec: docs/protocol.md §7.1. Between pods TLS gives secrecy and integrity, no identity: the
certificate is made anew at each start, names nobody, and is trusted by nobody.
protocol/handshake.py binds it to the two pods by its hash. See docs/adr/0008-sync-channel.md for
why it is not mutual TLS. For pages the certificate stays, so that a phone accepts it once.
"""

import hashlib
import os
import ssl
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

# A Pi without a clock battery starts in 1970 and a wrong one in 2099; nothing here may depend
# on that. The end is RFC 5280's "no well-defined expiry".
_FROM = datetime(1970, 1, 1, tzinfo=UTC)
_UNTIL = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


class ServerTls(NamedTuple):
    """What a listener needs. certificate_hash: SHA-256 of the whole DER certificate."""

    context: ssl.SSLContext
    certificate_hash: bytes


def make_server_tls() -> ServerTls:
    """Return TLS with a fresh P-256 key (2 ms on a laptop); the key touches no disk."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _signed_by_itself(key).sign(key, SHA256())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # No resumption: a resumed connection would show no certificate to bind the handshake to.
    context.num_tickets = 0
    _load(
        context,
        certificate.public_bytes(Encoding.PEM),
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )
    der = certificate.public_bytes(Encoding.DER)
    return ServerTls(context, hashlib.sha256(der).digest())


def make_web_certificate(names: Iterable[str]) -> bytes:
    """Return a P-256 key and its certificate for names, PEM: browsers take no Ed25519 key."""
    key = ec.generate_private_key(ec.SECP256R1())
    known_as = x509.SubjectAlternativeName([x509.DNSName(name) for name in sorted(names)])
    certificate = _signed_by_itself(key).add_extension(known_as, critical=True).sign(key, SHA256())
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ) + certificate.public_bytes(Encoding.PEM)


def web_tls(certificate: Path) -> ssl.SSLContext:
    """Return the context of members' pages by the key and certificate in one PEM file.

    Old phones speak TLS 1.2. Raises OSError and ssl.SSLError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate)
    return context


def _signed_by_itself(key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    nobody = x509.Name([])
    return (
        x509.CertificateBuilder()
        .subject_name(nobody)
        .issuer_name(nobody)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_FROM)
        .not_valid_after(_UNTIL)
    )


def make_client_tls() -> ssl.SSLContext:
    """Return the context of one that dials: TLS 1.3, and no trust in any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the signed transcript is what we trust
    return context


def peer_certificate_hash(tls: ssl.SSLObject) -> bytes:
    """Return the SHA-256 of the certificate that the other side showed us."""
    return hashlib.sha256(tls.getpeercert(binary_form=True) or b"").digest()


def _load(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Hand both to OpenSSL, which reads files only: by pipes, so nothing is written anywhere.

    memfd and /dev/shm would do too, but only on Linux, and the second one is a file.
    """
    ends = [_filled_pipe(certificate), _filled_pipe(key)]
    try:
        context.load_cert_chain(*[f"/dev/fd/{end}" for end in ends])
    finally:
        for end in ends:
            os.close(end)


def _filled_pipe(content: bytes) -> int:
    """Return the reading end of a pipe that holds content: under 1 KiB, so nothing waits."""
    reading, writing = os.pipe()
    os.write(writing, content)
    os.close(writing)
    return reading
