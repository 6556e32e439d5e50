"""How many come from other pods: sealed letters between two real nodes. docs/kinds.md §12."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.federation import accept, invite
from protocol.aid.audience import Audience
from protocol.aid.event import Event
from protocol.errors import UserError
from store.aid import ItemQuery
from tests.aid.bodies import LEAST
from tests.nodes import make_pod, serving, until


async def test_host_reads_the_newest_word_of_each_who_wrote(tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(days=3)).strftime("%Y-%m-%dT18:00")
    said = {"start": soon, "tz": "UTC", "repeats": "weekly"}
    with ExitStack() as closing:
        a, b = (closing.enter_context(make_pod(tmp_path / name)) for name in "ab")
        async with serving(tmp_path / "a") as at_a, serving(tmp_path / "b") as at_b:
            await accept(b, invite(a, [at_a], 3600), our_addresses=[at_b])
            item = a.meetups.publish(Event.write(LEAST["event"] | said), audience=Audience.NETWORK)
            await until(lambda: bool(b.meetups.page(ItemQuery())))
            await until(lambda: b.card.mail_key_of(a.pod_id) is not None)
            seen = b.meetups.next_of(b.meetups.find(item.rid.hex()), 2)
            told = [(2, "Ben"), (3, None), (1, None), (0, "Ben")]
            for number, (people, name) in enumerate(told, start=1):
                b.meetups.tell(seen[0], people, from_label=name)
                await until(lambda number=number: a.letters.unseen() == number)  # type: ignore[misc]
            first, second = a.meetups.next_of(item, 2)
            ((letter, body),) = a.meetups.told(first)
            assert (letter.kept.pod_id, body.people) == (b.pod_id, 1)
            assert a.meetups.told(second) == []
            with pytest.raises(UserError, match="invites to it itself"):
                a.meetups.tell(first, 1)
