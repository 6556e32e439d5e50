"""A pod in one encrypted file, and back: for a new card, a new machine, a shelf elsewhere.

The file is in the age format (C2SP age), sealed to a key that only the 24 words make: the
machine cannot read its own backups, and the stock age tool opens them. Inside is a tar of the
database and the settings. The working key is not in it: who restores has the words, and makes
a new one, so that an old machine that is still running somewhere is refused (R3).
"""

import io
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from node.bech32 import encode
from node.config import CONFIG_FILE
from node.keeper import DATABASE
from node.pod import Pod
from protocol.errors import StoreError, UserError
from protocol.identity import PodId, PodKey, pod_id_text
from store import hold_lock, meta, open_store
from store.backup import sync
from store.owner import give_to_owner

MANIFEST: Final = "mutualpod-backup.json"
FORMAT: Final = 1
MAX_BACKUP_BYTES: Final = 8 << 30
"""What is unpacked at most: far above any pod, far below a card."""
_MEMBERS: Final = {MANIFEST, DATABASE, CONFIG_FILE}


def recipient_of(public_key: bytes) -> str:
    """Return a backup key's public half as age writes it: age1..."""
    return encode("age", public_key)


def identity_of(pod_key: PodKey) -> str:
    """Return the secret half as age writes it: AGE-SECRET-KEY-1..., for `age --decrypt -i`."""
    return encode("age-secret-key-", pod_key.backup_private_key()).upper()


def back_up(pod: Pod, data_dir: Path, to_path: Path) -> int:
    """Write the pod, as it is at one moment, to to_path; return the bytes written.

    The node may go on meanwhile. The file appears under its name when it is whole and on the
    disk; one that was there is replaced then. Raises StoreError.
    """
    import pyrage

    key = meta.get(pod.keeper.store.connection, meta.BACKUP_KEY)
    if key is None:
        raise UserError(
            "not_found",
            "This pod knows no key to seal a backup to.",
            "Make it known with the 24 words: pod rotate",
        )
    recipient = pyrage.x25519.Recipient.from_str(recipient_of(key))
    with _workshop(data_dir) as folder, _explained(to_path):
        plain = folder / "backup.tar"
        _pack(pod, data_dir, folder, plain)
        partial = to_path.with_name(f"{to_path.name}.partial")
        try:
            pyrage.encrypt_file(str(plain), str(partial), [recipient])
            partial.chmod(0o600)
            sync(partial)
            partial.replace(to_path)
            sync(to_path.absolute().parent)
        finally:
            partial.unlink(missing_ok=True)
    with suppress(StoreError), pod.keeper.store.atomic(pod.now().wall_ms) as tx:
        meta.put(tx, meta.BACKUP_MS, tx.now_ms)  # a full disk must not undo a backup elsewhere
    return to_path.stat().st_size


def restore(backup: Path, data_dir: Path, pod_key: PodKey) -> str:
    """Put the pod of a backup into data_dir; return its name. It still needs a working key.

    What was there is moved into a folder beside it, never over-written. Raises UserError
    (not_yours, invalid) and StoreError (locked, damaged, ...); then data_dir is as it was.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with hold_lock(data_dir), _workshop(data_dir) as folder, _explained(backup):
        _unpack(_decrypted(backup, folder, pod_key), folder)
        name = _check(folder, pod_key)
        _move_aside(data_dir)
        for member in (CONFIG_FILE, DATABASE):  # the database last: it makes it a pod
            if (folder / member).exists():
                (folder / member).replace(data_dir / member)
                give_to_owner(data_dir / member)
        sync(data_dir)
    return name


# --- Packing ---


def _pack(pod: Pod, data_dir: Path, folder: Path, plain: Path) -> None:
    pod.keeper.store.backup(folder / DATABASE)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "pod_id": pod_id_text(pod.pod_id), "name": pod.name, "made": made}
    with tarfile.open(plain, "w") as tar:
        data = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
        header = tarfile.TarInfo(MANIFEST)
        header.size, header.mode = len(data), 0o600
        tar.addfile(header, io.BytesIO(data))
        tar.add(folder / DATABASE, arcname=DATABASE, recursive=False)
        if (data_dir / CONFIG_FILE).exists():
            tar.add(data_dir / CONFIG_FILE, arcname=CONFIG_FILE, recursive=False)


@contextmanager
def _workshop(data_dir: Path) -> Iterator[Path]:
    """Yield a folder on the pod's own disk for what is not yet sealed; gone afterwards."""
    with tempfile.TemporaryDirectory(dir=data_dir, prefix=".backup-") as folder:
        yield Path(folder)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise StoreError(
            "read_only",
            "{path} cannot be read or written: {why}.",
            "Is the stick in, and is there room on it?",
            path=path,
            why=err.strerror or err,
        ) from err


# --- Unpacking ---


def _decrypted(backup: Path, folder: Path, pod_key: PodKey) -> Path:
    import pyrage

    plain = folder / "backup.tar"
    identity = pyrage.x25519.Identity.from_str(identity_of(pod_key))
    try:
        pyrage.decrypt_file(str(backup), str(plain), [identity])
    except (pyrage.DecryptError, OSError) as err:
        if isinstance(err, OSError) and err.errno is not None:
            raise  # the disk, not the file: a torn file has no number
        raise UserError(
            "not_yours",
            "{backup} is damaged, or is not a backup of the pod that these words make.",
            "Check the words and try an older backup.",
            backup=backup,
        ) from err
    return plain


def _unpack(plain: Path, folder: Path) -> None:
    """Take out the three files that a backup holds, and nothing by any other name."""
    try:
        with tarfile.open(plain, "r:") as tar:
            room = MAX_BACKUP_BYTES
            for member in tar:
                room -= member.size
                source = tar.extractfile(member) if member.name in _MEMBERS else None
                if source is None or not member.isreg() or room < 0:
                    raise _no_backup(f"holds {member.name[:40]!r}")
                _write(source, folder / member.name)
    except tarfile.TarError as err:
        raise _no_backup(str(err)) from err
    finally:
        plain.unlink(missing_ok=True)


def _write(source: IO[bytes], path: Path) -> None:
    with path.open("xb") as target:
        os.fchmod(target.fileno(), 0o600)
        while chunk := source.read(1 << 20):
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())


def _check(folder: Path, pod_key: PodKey) -> str:
    """Make sure that what came out is the whole database of this pod; return its name."""
    with suppress(FileNotFoundError, ValueError, TypeError, KeyError):
        manifest = json.loads((folder / MANIFEST).read_bytes())
        if manifest["format"] > FORMAT:
            raise UserError(
                "too_new", "The backup was made by a later version.", "Install that version first."
            )
    store = open_store(folder / DATABASE, now_ms=0)
    try:
        pod_id = meta.get(store.connection, meta.POD_ID)
        if pod_id is None or PodId(pod_id) != pod_key.pod_id:
            raise _no_backup("of another pod")
        if faults := store.quick_check():
            raise StoreError(
                "damaged", "The backup is damaged: {why}", "Try an older one.", why=faults[0]
            )
        return meta.get(store.connection, meta.NAME) or ""
    finally:
        store.close()


def _move_aside(data_dir: Path) -> None:
    """Keep what was there: a mistaken restore must not cost a pod."""
    there = [path for path in data_dir.iterdir() if path.name.startswith((DATABASE, "working."))]
    if not there:
        return
    aside = data_dir / f"replaced-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    aside.mkdir(mode=0o700)
    give_to_owner(aside)
    for path in there:
        path.replace(aside / path.name)


def _no_backup(detail: str) -> UserError:
    return UserError(
        "invalid", "The file opens, but what is in it is no backup of a pod.", "", detail
    )
