"""Any bytes: open_certificate returns what the pod key signed, or raises PeerError."""

import msgpack
from hypothesis import given
from hypothesis import strategies as st

from protocol.codec import encode
from protocol.errors import PeerError
from protocol.identity import TAG_CERTIFICATE, PodKey, WorkingKey, open_certificate
from protocol.limits import UINT53_END, VALID_UNTIL_END_S
from tests.fuzz.odd_bytes import msgpack_like, mutated, nearly

SEED = bytes(range(32))
POD_ID = PodKey.from_seed(SEED).pod_id
SIGNER = WorkingKey.from_seed(SEED)  # the pod key, made to sign whatever it is given

fields = st.tuples(
    nearly(st.just(1)),
    nearly(st.just(POD_ID)),
    nearly(st.integers(0, UINT53_END - 1)),
    nearly(st.binary(min_size=32, max_size=32)),
    nearly(st.integers(0, VALID_UNTIL_END_S - 1)),
)
bodies = fields.map(msgpack.packb) | mutated(fields.map(msgpack.packb)) | msgpack_like
signed = bodies.map(lambda body: encode((body, SIGNER.sign(TAG_CERTIFICATE, body))))


@given(signed | mutated(signed) | msgpack_like)
def test_open_certificate_returns_what_was_signed_or_refuses(wire: bytes) -> None:
    try:
        certificate = open_certificate(wire)
    except PeerError:
        return
    assert certificate.wire == wire
    assert certificate.pod_id == POD_ID
    again = PodKey.from_seed(SEED).certify(
        certificate.epoch, certificate.working_key, certificate.issued_s
    )
    assert again == certificate
