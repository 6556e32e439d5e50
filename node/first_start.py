"""A pod is made: by people at a terminal who wrote its words down, or alone, with a sheet.

docs/protocol.md §2.1. Either way the words exist outside this process before the pod does: a
power cut in between costs a sheet without a pod, never a pod without words.
"""

from datetime import UTC, datetime
from pathlib import Path

from node import recovery
from node.clock import first_now
from node.keeper import DATABASE
from node.pod import Pod
from node.pod_name import default_name
from protocol.errors import StoreError
from protocol.identity import PodKey


def has_pod(data_dir: Path) -> bool:
    """Tell whether something lies where a pod keeps its database, whole or not."""
    return (data_dir / DATABASE).exists()


def create_known(data_dir: Path, *, name: str, seed: bytes) -> Pod:
    """Make the pod of a seed whose words people have."""
    _make_folder(data_dir)
    working_seed = recovery.new_seed()
    return Pod.create(data_dir, name=name, seed=seed, working_seed=working_seed, now=first_now())


def create_with_sheet(data_dir: Path, *, name: str | None, elsewhere: Path | None) -> Pod:
    """Make a pod with nobody there: its words go to a sheet first. Errors as write_sheet.

    A sheet without a pod is what a start that was cut off left, or all that is left of a pod:
    its words are used again, never written over.
    """
    _make_folder(data_dir)
    left_over = recovery.waiting_sheet(data_dir)
    if left_over:
        seed = recovery.seed_from(recovery.read_sheet(left_over))
        return create_known(data_dir, name=name or _name_of(seed), seed=seed)
    seed = recovery.new_seed()
    named = name or _name_of(seed)
    today = datetime.fromtimestamp(first_now().wall_ms / 1000, tz=UTC).date()
    recovery.write_sheet(data_dir, elsewhere, name=named, seed=seed, today=today)
    return create_known(data_dir, name=named, seed=seed)


def _name_of(seed: bytes) -> str:
    return default_name(PodKey.from_seed(seed).pod_id)


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as err:
        raise StoreError(
            "read_only",
            "The folder {data_dir} cannot be made: {why}.",
            "Name another one with --data.",
            data_dir=data_dir,
            why=err.strerror,
        ) from err
