"""Names of pods: another pod chooses its own, and cannot pass for this one or for a third."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.first_start import create_known
from node.pod import Pod
from node.shapes.names import THIS_POD, Names
from protocol.errors import UserError
from protocol.identity import PodId, PodKey, WorkingKey, pod_id_text, short_id


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    with create_known(tmp_path, name="Maple", seed=bytes(32)) as pod:
        yield pod


def befriend(pod: Pod, name: str, number: int) -> PodId:
    key = PodKey.from_seed(bytes([number] * 32))
    working = WorkingKey.from_seed(bytes([100 + number] * 32)).public
    pod.neighbours.add(key.certify(1, working, 1), name, (), seen=True)
    return key.pod_id


def test_each_pod_is_called_what_people_know_it_by(pod: Pod) -> None:
    elm = befriend(pod, "Elm", 1)
    stranger = PodKey.from_seed(bytes([9] * 32)).pod_id
    names = Names(pod)
    assert names.of(pod.pod_id) == THIS_POD
    assert names.of(elm) == "Elm"
    assert names.of(stranger) == f"pod {short_id(stranger)}"


@pytest.mark.parametrize("claimed", ["this pod", "This Pod", ""])
def test_a_neighbour_cannot_be_called_this_pod_or_nothing(pod: Pod, claimed: str) -> None:
    elm = befriend(pod, claimed, 1)
    assert Names(pod).of(elm) == f"{claimed} ({short_id(elm)})".strip()


def test_two_of_one_name_are_told_apart(pod: Pod) -> None:
    first, second = befriend(pod, "Elm", 1), befriend(pod, "ELM", 2)
    names = Names(pod)
    assert names.of(first) == f"Elm ({short_id(first)})"
    assert names.of(second) == f"ELM ({short_id(second)})"
    with pytest.raises(UserError) as caught:
        names.find(pod, "elm")
    assert caught.value.code == "ambiguous"


def test_pods_are_found_by_name_id_or_its_beginning(pod: Pod) -> None:
    elm = befriend(pod, "Elm", 1)
    stranger = PodKey.from_seed(bytes([9] * 32)).pod_id
    names = Names(pod)
    assert names.find(pod, "elm") == elm
    assert names.find(pod, short_id(elm)) == elm
    assert names.find(pod, pod_id_text(elm).upper()) == elm
    assert names.find(pod, "This pod") == pod.pod_id
    assert names.find(pod, pod_id_text(stranger)) == stranger
    with pytest.raises(UserError) as caught:
        names.find(pod, "oak")
    assert caught.value.code == "not_found"
