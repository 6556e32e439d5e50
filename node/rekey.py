"""A new working key for a pod, certified from its 24 words: after a theft, a loss, a restore.

Spec: docs/protocol.md §2.4 (R3). The greatest certificate wins everywhere, so whoever holds the
old key is refused from the next connection on, and no neighbour has to pair again.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from node.keeper import DATABASE
from node.keyfile import read_key, stage_key
from protocol.clock import Now
from protocol.errors import UserError
from protocol.identity import Certificate, PodKey, WorkingKey
from store import Projection, Store, meta, open_store, peers, records
from store.records import Doubts


class Theft(NamedTuple):
    """Since when somebody else may have signed as this pod, Unix ms (R4).

    since_ms: what is here and was signed or adopted since then waits for people.
    home_since_ms: what comes home later waits too, if it is stamped since then. 0 where this
    disk has all that we ever signed: whatever comes is somebody else's then.
    """

    since_ms: int
    home_since_ms: int


def rekey(
    folder: Path,
    pod_key: PodKey,
    now: Now,
    *,
    random_bytes: Callable[[int], bytes],
    projections: Sequence[Projection] = (),
    theft: Theft | None = None,
) -> Certificate:
    """Give the pod in folder a fresh working key and a greater epoch, node running or not.

    Its records go to the shelf, from where its node signs them again bit by bit. Needs no old
    key. projections: as a Keeper of this folder has them.  theft: what then waits for people.
    Raises UserError (not_yours) if the words are another pod's, and StoreError.
    """
    store = open_store(folder / DATABASE, now_ms=now.wall_ms)
    try:
        store.projections.extend(projections)
        _check_owner(store, pod_key)
        seed = random_bytes(32)
        certificate = _certify(store, pod_key, WorkingKey.from_seed(seed).public, now)
        # Before the act: a process that reads the new epoch finds the new key (R14).
        stage_key(folder, seed)
        with store.atomic(now.wall_ms) as tx:
            peers.put_certificate(tx, certificate)
            records.raise_epoch(tx, certificate.pod_id, certificate)
            meta.put(tx, meta.EPOCH, certificate.epoch)
            if theft is not None:
                doubts = Doubts(certificate.epoch, theft.home_since_ms)
                records.begin_doubt(tx, certificate.pod_id, doubts, since_ms=theft.since_ms)
        read_key(folder, certificate.working_key)
        return certificate
    finally:
        store.close()


def _check_owner(store: Store, pod_key: PodKey) -> None:
    if meta.get(store.connection, meta.POD_ID) != pod_key.pod_id:
        raise UserError(
            "not_yours",
            "These are the words of another pod.",
            "Look at the name on the sheet; the words of this pod begin another one.",
        )


def _certify(store: Store, pod_key: PodKey, working_key: bytes, now: Now) -> Certificate:
    """Epoch: above every one known, and the time, so that it is above unknown ones too."""
    known = peers.certificate_of(store.connection, pod_key.pod_id)
    issued_s = now.wall_ms // 1000
    epoch = max(issued_s, known.epoch + 1 if known else 0)
    return pod_key.certify(epoch, working_key, issued_s)
