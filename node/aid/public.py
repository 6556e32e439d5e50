"""What this pod says to everybody, of all kinds, for feeds: only what travels to all anyway."""

from collections.abc import Iterator

from node.formats.feed import Entry
from node.pod import Pod
from protocol.aid.audience import Audience
from store.aid import BoardQuery, ItemQuery

NEWEST = 50
"""Of each kind: a reader asks again within weeks."""


def public_entries(pod: Pod) -> Iterator[Entry]:
    """Yield what a feed of this pod holds, in no order."""
    ours = BoardQuery(author=pod.pod_id, audience=Audience.NETWORK, limit=NEWEST)
    for listed in pod.listings.board(ours):
        said = listed.listing
        at_s, text = listed.stamp_ms // 1000, said.details or ""
        yield Entry(pod.pod_id, listed.rid, said.title, text, said.category, at_s)
    query = ItemQuery(author=pod.pod_id, audience=Audience.NETWORK, limit=NEWEST)
    for door in (pod.directory, pod.meetups, pod.notices_board):
        for item in door.page(query):
            body = item.body
            text = "\n".join(body.words()[1:])
            filed = next(iter(body.filed_under()), body.NAME)
            yield Entry(pod.pod_id, item.rid, body.headline(), text, filed, item.stamp_ms // 1000)
