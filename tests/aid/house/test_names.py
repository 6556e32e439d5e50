"""Nobody, and no pod, goes by a name that looks like another's: a page shows a name alone."""

from pathlib import Path

import pytest

from node.pod import Pod
from node.shapes.names import Names
from node.web.pages.shown import pod_names
from protocol.aid.fields import looks
from protocol.aid.pod_card import PodCard
from protocol.errors import UserError
from protocol.identity import short_id
from tests.aid.house.street import Street
from tests.nodes import make_pod

LIKE_ROSA = (
    *("rosa", "Rósa", "Ro\u200bsa", "Rosa\u2060", "Rosa\u200e", "Ro\u00adsa", "Rosa\u3164"),
    *("Rоsa", "Rosа", "Rοsa", "Ｒosa", "Ro\u034fsa", "Ro\ufe0fsa"),
)
"""Other case, accents, unseen signs, and letters of Cyrillic, Greek and full width."""


def test_nobody_joins_or_is_renamed_to_look_like_somebody_else(street: Street) -> None:
    people = street.pod.people
    for name in LIKE_ROSA:
        assert looks(name) == looks("Rosa"), name
        for attempt in (
            lambda name=name: people.edit(street.as_("Ben"), street.ids["Ben"], {"name": name}),
            lambda name=name: street.pod.invites.join(
                street.pod.invites.make(street.as_("Rosa")).code, name
            ),
        ):
            with pytest.raises(UserError):
                attempt()
    assert street.see("Rosa", "Ben").name == "Ben"


def test_names_of_any_script_stand_beside_each_other(street: Street) -> None:
    people = street.pod.people
    for name in ("Рома", "Ρόζα", "রোজা", "روزا", "Роса", "Rosa from No. 4", "R", "🌻", "Rosa 🌻"):
        ben = people.edit(street.as_("Ben"), street.ids["Ben"], {"name": name})
        assert ben.name == name
    people.edit(street.as_("Rosa"), street.ids["Rosa"], {"name": "Rósa"})


def test_vowels_that_are_marks_tell_two_names_apart() -> None:
    assert looks("सुमन") != looks("समन")
    assert looks("กิม") != looks("กุม")


def test_far_pod_that_looks_like_a_neighbour_or_like_us_has_its_id_beside_its_name(
    pod: Pod, tmp_path: Path
) -> None:
    near, posing, ours = "Oak Lane", "Oаk  Lane\u200b", pod.name
    found = {}
    for folder, name in (("oak", near), ("fake", posing), ("double", ours), ("birch", "Birch")):
        with make_pod(tmp_path / folder) as other:
            card = {"name": name, "zone_kind": "street", "zone_name": "Street"}
            other.card.put(PodCard.write(card))
            other.bundles.export(tmp_path / f"{folder}.pod")
            found[other.pod_id] = name
            if folder == "oak":
                pod.neighbours.add(other.keeper.certificate, name, [], seen=True)
        pod.bundles.take_in(tmp_path / f"{folder}.pod", carry=True)
    oak, fake, double, birch = found
    names = pod_names(pod, found)
    assert names[oak] == near
    assert names[birch] == "Birch"
    assert short_id(fake) in names[fake]
    assert short_id(double) in names[double]


def test_neighbours_that_look_alike_have_their_ids_beside_their_names(
    pod: Pod, tmp_path: Path
) -> None:
    for folder, name in (("oak", "Oak"), ("fake", "Оak")):
        with make_pod(tmp_path / folder) as other:
            pod.neighbours.add(other.keeper.certificate, name, [], seen=True)
    for it in pod.neighbours.all():
        assert short_id(it.pod_id) in pod_names(pod, [])[it.pod_id]
        assert short_id(it.pod_id) in Names(pod).of(it.pod_id)
