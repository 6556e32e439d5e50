"""A pod as a busy one is after years: a street of people with phones, and a town around it.

The street is the sample one; the town is a hundred pods whose listings, places, meetups, notices
and things to read say what that street's say, and who look after one another's places.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Final, NamedTuple

from node.bench import corpus
from node.bench.corpus import Author, Unsigned
from node.pod import Pod
from node.samples.street import move_in
from protocol.aid.audience import Audience
from protocol.aid.body import Body
from protocol.aid.confirmation import Confirmation
from protocol.aid.house.rights import MACHINE, Role
from protocol.aid.listing import Listing
from protocol.aid.pod_card import PodCard
from protocol.aid.reference import refer
from protocol.aid.resource import Resource
from protocol.record import RID_BYTES
from store.aid import BoardQuery, ItemQuery

PHONES: Final = 20
OWN_EVERY: Final = 50
"""One listing of the pod's own for so many records of the town."""
LISTINGS_OF_TEN: Final = 6
"""Of ten records so many are listings; the others are of all other kinds in turn."""


class Phone(NamedTuple):
    """Somebody's phone, signed in. token: of its cookie."""

    name: str
    role: Role
    token: str


def settle(pod: Pod) -> list[Phone]:
    """Fill an empty pod with the street, and hear of the town's pods; return people's phones."""
    move_in(pod)
    corpus.bring_into_reach(pod, pod.now())
    for number in range(pod.people.count(), PHONES):
        pod.people.add(MACHINE, f"Neighbour {number}")
    cards = map(_card, range(corpus.AUTHORS))
    _take_in(pod, zip(corpus.authors(), cards, strict=True))
    return [
        Phone(it.name, it.role, pod.devices.sign_in(it.id, "phone").token)
        for it in pod.people.members(MACHINE)[:PHONES]
    ]


def grow(pod: Pod, count: int) -> None:
    """Let the town have count records more, and one of the street its share of listings."""
    _take_in(pod, islice(said_in_town(pod), count))
    busy = pod.people.members(MACHINE)[-1]
    looking = pod.people.viewer(busy.id)
    for listing in islice(cycle(_listings_of(pod)), count // OWN_EVERY):
        item = pod.listings.publish(listing, audience=Audience.NETWORK)
        pod.people.note_whose(looking, item.rid, busy.id)


def said_in_town(pod: Pod) -> Iterator[tuple[Author, Body]]:
    """Yield what pods of the town say, each in its turn, without end."""
    listings, others = cycle(_listings_of(pod)), cycle(_others_of(pod))
    for number, author in enumerate(cycle(corpus.authors())):
        yield author, next(listings if number % 10 < LISTINGS_OF_TEN else others)


def unsigned(pod: Pod, said: Sequence[tuple[Author, Body]]) -> list[Unsigned]:
    """Return records of what is said, the oldest first, evenly spread over a month until now.

    What a pod says of a place is about one that was told some records before.
    """
    now_ms, random_bytes = pod.now().wall_ms, pod.keeper.random_bytes
    step_ms = corpus.SPAN_MS // len(said)
    places: deque[str] = deque(maxlen=corpus.AUTHORS // 2)
    records = []
    for number, (author, body) in enumerate(said):
        if isinstance(body, Confirmation) and places:
            body = body.model_copy(update={"target": places[0]})
        rid = body.only_rid() or random_bytes(RID_BYTES)
        if isinstance(body, Resource):
            places.append(refer(author.certificate.pod_id, rid))
        stamp_ms = now_ms - (len(said) - 1 - number) * step_ms
        records.append(Unsigned(author, body.CODE, rid, stamp_ms, body.to_payload()))
    return records


def _take_in(pod: Pod, said: Iterable[tuple[Author, Body]]) -> None:
    corpus.fill(pod.keeper, unsigned(pod, list(said)), pod.now())


def _card(number: int) -> PodCard:
    street = {"zone_name": f"Street {number}", "zone_kind": "street", "accepting": "ask"}
    return PodCard.write({"name": f"Pod {number} of the town", **street})


def _listings_of(pod: Pod) -> list[Listing]:
    """Return what the street has on the board, to be said again by others."""
    own = BoardQuery(author=pod.pod_id, open_only=False, limit=PHONES)
    return [it.listing.model_copy(update={"posted_s": None}) for it in pod.listings.board(own)]


def _others_of(pod: Pod) -> list[Body]:
    """Return what the street says besides, of each kind as often; and what it says of places."""
    own = ItemQuery(author=pod.pod_id, limit=2)
    doors = (pod.directory, pod.meetups, pod.notices_board, pod.readings)
    kinds = [[it.body for it in door.page(own)] for door in doors]
    place = refer(pod.pod_id, bytes(RID_BYTES))
    today = datetime.fromtimestamp(pod.now().wall_ms / 1000, UTC).date().isoformat()
    looked = [Confirmation.write({"says": "still-true", "date": today, "target": place})] * 2
    return [body for several in zip(*kinds, looked, strict=False) for body in several]
