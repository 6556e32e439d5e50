"""Whatever is done at the machine to somebody's thing is in the log that members read."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from node.pod import Pod
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.aid.house.ask import Ask
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from tests.aid.bodies import LEAST
from tests.nodes import make_pod

SOUP = write_listing({"type": "offer", "category": "food", "title": "Soup", "qty": 3})
ACTS = (
    *(("pause",), ("resume",), ("renew",)),
    *(("promise", "1"), ("unpromise", "1"), ("decline", "1")),
    *(("done",), ("reopen",), ("edit", "--title", "Stew"), ("withdraw", "--yes")),
)


def entries(pod: Pod) -> list[tuple[str, bytes | None]]:
    return [(it.what, it.about) for it in pod.steward_log.entries(MACHINE)]


def say(pod: Pod, *words: str) -> None:
    folder = pod.keeper.folder
    result = CliRunner().invoke(main, ["--data", str(folder), *words])
    assert result.exit_code == 0, result.output


def test_each_act_on_a_members_listing_is_noted(tmp_path: Path) -> None:
    with make_pod(tmp_path / "pod") as pod:
        ben = pod.people.add(MACHINE, "Ben")
        item = pod.listings.publish(SOUP, audience=Audience.NETWORK)
        pod.people.note_whose(pod.people.viewer(ben.id), item.rid, ben.id)
        pod.answers.ask(item.rid, Ask(qty=1))
        for number, (act, *rest) in enumerate(ACTS, start=1):
            say(pod, act, item.rid.hex(), *rest)
            noted = [it for it in entries(pod) if it == ("listing_changed", ben.id)]
            assert len(noted) == number, act


@pytest.mark.parametrize("act", [("edit", "--title", "Tea"), ("cancel",), ("withdraw", "--yes")])
def test_an_act_on_a_members_meetup_is_noted(tmp_path: Path, act: tuple[str, ...]) -> None:
    with make_pod(tmp_path / "pod") as pod:
        ben = pod.people.add(MACHINE, "Ben")
        event = Event.write(LEAST["event"] | {"start": "2090-01-01T18:00"})
        item = pod.meetups.publish(event, audience=Audience.POD, valid_until_s=None)
        pod.people.note_whose(pod.people.viewer(ben.id), item.rid, ben.id)
        say(pod, "event", act[0], item.rid.hex(), *act[1:])
        assert entries(pod)[0] == ("listing_changed", ben.id)
