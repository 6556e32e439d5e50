"""The second chapter of the demonstration: what a street does when the line is dead.

Nothing here is pretended either: discovery and pairing are those of the nodes, the letter crosses a
pod that cannot read it, the bundle is a file, and the thief runs a node on a copy of the disk.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from node.clock import first_now
from node.demo_house import (
    LOOPBACK,
    House,
    StolenHouse,
    elsewhere,
    houses_up,
    port_held,
    wait_until,
)
from node.discovery import look_around
from node.pairing import spoken
from node.pod import Pod
from node.rekey import Theft
from protocol.aid.audience import Audience
from protocol.aid.letter import Reply
from protocol.aid.listing import write_listing
from protocol.identity import PodKey, short_id
from store import notices
from store.aid import BoardItem, BoardQuery
from store.pairing import State

Say = Callable[[str], None]
Check = Callable[[str, bool, str], None]

_LOOK_S: Final = 3
_REPLY: Final = "The candles are for Ana, at the back door at six"
_SCAM: Final = "Everybody bring money to the bridge"


def play_outage(folder: Path, houses: list[House], say: Say, check: Check) -> None:
    """Go on where the first chapter ended. Raises TooSlow."""
    with houses_up(folder, "Hill Farm") as (hill,):
        outage = Outage(folder, houses, hill, say, check)
        outage.look_around()
        outage.pair()
        outage.write_a_letter()
        outage.carry_a_stick()
        outage.lose_a_machine()


class Outage:
    """Its acts, in order. houses: Maple Street, Mill Lane, River Court."""

    def __init__(
        self, folder: Path, houses: list[House], hill: House, say: Say, check: Check
    ) -> None:
        self._folder = folder
        self._maple, self._mill, self._river = houses
        self._hill = hill
        self._all = (*houses, hill)
        self._say = say
        self._check = check

    # --- Discovery ---

    def look_around(self) -> None:
        """Who is there? No internet and no server is asked."""
        self._say("")
        self._say("The line is dead. Hill Farm, which knows nobody yet, looks around on the LAN.")
        found = asyncio.run(look_around(lambda: [LOOPBACK], _LOOK_S))
        tags = {seen.tag for seen in found.seen}
        theirs = {short_id(house.pod.pod_id) for house in self._all}
        if found.trouble or not tags & theirs:
            why = found.trouble or "no packet to all came back on this machine's loopback"
            self._say(f"  It cannot: {why}. An address that people know does as well.")
            self._check("discovery", True, f"Looking around is not possible here: {why}.")
            return
        self._say(f"  It sees {len(tags & theirs)} pods by the beginnings of their ids.")
        self._check("discovery", theirs <= tags, "All pods of this LAN were seen on it.")

    # --- Pairing ---

    def pair(self) -> None:
        """Two stewards compare six words."""
        river, hill = self._river.pod, self._hill.pod
        modes = (
            river.pairing.begin(tag=short_id(hill.pod_id), addresses=[self._hill.address]),
            hill.pairing.begin(tag=short_id(river.pod_id), addresses=[self._river.address]),
        )
        pods = (river, hill)

        def stand(state: State) -> bool:
            looks = [pod.pairing.look() for pod in pods]
            return all(it is not None and it.state is state for it in looks)

        wait_until(lambda: stand(State.COMPARING), [], "the two screens showed no words")
        shown = [it for pod in pods if (it := pod.pairing.look()) is not None]
        words = [spoken(it.words) for it in shown]
        self._say(f"  River Court and Hill Farm read aloud: {' '.join(words[0])}")
        for pod, mode, it in zip(pods, modes, shown, strict=True):
            if words[0] == words[1]:
                pod.pairing.agree(mode, it.attempt)
        wait_until(lambda: stand(State.PAIRED), [], "the two did not become neighbours")
        self._check("pairing", words[0] == words[1], "Both screens showed the same six words.")
        item = self._post(self._river, "Welcome, Hill Farm", Audience.NEAR)
        self._wait(lambda: item.record in self._hill.arrived_s, "Hill Farm heard nothing")
        self._say("  They are neighbours. Nobody else had to be asked.")

    # --- A letter ---

    def write_a_letter(self) -> None:
        """River Court answers Maple Street; Mill Lane carries what it cannot read."""
        item = self._find(self._river, "Candles for the power cut")
        self._wait(lambda: self._river.pod.letters.hindrance(item.author) is None, "no card came")
        began_s = time.monotonic()
        sent = self._river.pod.letters.reply(item, message=_REPLY)
        maple = self._maple.pod.letters
        self._wait(lambda: bool(maple.all()), "the letter did not arrive")
        took_ms = (time.monotonic() - began_s) * 1000
        (came,) = maple.all()
        said = came.body.message if isinstance(came.body, Reply) else None
        self._say("")
        self._say("River Court replies to Maple Street in a sealed letter, over two hops:")
        self._say(f"  it was there after {took_ms:.0f} ms.")
        self._wait(lambda: self._is_settled(sent.kept.message_id), "no word came back")
        self._check("letter", said == _REPLY, "A sealed reply crossed two hops.")
        # That it is found where it belongs shows that the search finds what is there.
        carried = _holds(self._river.folder, _REPLY) and not any(
            _holds(house.folder, _REPLY) for house in (self._mill, self._hill)
        )
        self._check("sealed", carried, "Mill Lane, which carried it, has no word of it.")
        self._say("  Mill Lane carried it, and its disk holds no word of it.")

    def _is_settled(self, message_id: bytes) -> bool:
        letters = self._river.pod.letters.all()
        return any(it.kept.message_id == message_id and it.kept.settled_s for it in letters)

    # --- An island ---

    def carry_a_stick(self) -> None:
        """Hill Farm is cut off; somebody walks."""
        self._hill.stop()
        river, hill = self._river.pod, self._hill.pod
        self._post(self._river, "The well at number 3 has water")
        self._post(self._river, "Key for the well is with Jo", Audience.NEAR)
        self._post(self._hill, "Potatoes, two sacks")
        out, back = self._folder / "to-hill-farm.bundle", self._folder / "to-river-court.bundle"
        wrote = river.bundles.export(out, neighbour=river.neighbours.find("Hill Farm"))
        took = hill.bundles.take_in(out)
        hill.bundles.export(back, neighbour=hill.neighbours.find("River Court"), theirs=out)
        back_took = river.bundles.take_in(back)
        sealed = b"Key for the well" not in out.read_bytes()
        self._say("")
        self._say("Hill Farm has no network any more. Somebody walks there with a USB stick:")
        self._say(
            f"  {took.taken} of {wrote.records + wrote.alone} records were new there; "
            f"{back_took.taken} came back. {wrote.alone} were for Hill Farm alone, sealed."
        )
        ends = (self._river, self._hill)
        same = self._river.network_ids() == self._hill.network_ids() and (
            self._river.near_ids(*ends) == self._hill.near_ids(*ends)
        )
        self._check("stick", same, "Two walks with a stick made two islands equal.")
        self._check("stick sealed", sealed, "What is near stands on the stick sealed.")

    # --- A theft ---

    def lose_a_machine(self) -> None:
        """Hill Farm's machine is stolen; its people make a new key from the words."""
        with (
            port_held() as port,
            closing(StolenHouse(self._folder, self._hill, port)) as thief,
        ):
            now = first_now()
            theft = Theft(now.wall_ms, home_since_ms=0)
            Pod.rekey(self._hill.folder, PodKey.from_seed(self._hill.seed), now, theft)
            self._hill.start()
            self._hill.await_answer()
            item = self._post(self._hill, "Hill Farm again, on another machine")
            self._wait(lambda: item.record in self._river.arrived_s, "the new key was not heard")
            scam = self._post(thief, _SCAM)
            thief.start()
            thief.await_answer()
            self._say("")
            self._say("Hill Farm's machine is stolen, and the thief writes with its key.")
            self._wait(lambda: _is_superseded(thief), "the thief was not refused")
            refused = all(scam.record not in house.arrived_s for house in self._all)
            self._check("theft", refused, "The thief's key was refused, and nothing of it came.")
            self._say("  From 24 words on paper its people made a new key; the thief's is refused.")

    # --- Helpers ---

    def _wait(self, holds: Callable[[], bool], otherwise: str) -> None:
        wait_until(holds, self._all, otherwise)

    def _post(self, house: House, title: str, audience: Audience = Audience.NETWORK) -> BoardItem:
        listing = write_listing({"type": "offer", "title": title, "category": "other"})
        return house.pod.listings.publish(listing, audience=audience)

    def _find(self, house: House, title: str) -> BoardItem:
        items = house.pod.listings.each(BoardQuery(words=title))
        return next(item for item in items if item.listing.title == title)


_SEARCH: Final = (
    "found = any(sys.argv[2].encode() in path.read_bytes()"
    " for path in Path(sys.argv[1]).rglob('*') if path.is_file()); sys.exit(not found)"
)


def _holds(folder: Path, text: str) -> bool:
    """Tell whether text stands anywhere in the files of a pod."""
    return elsewhere(_SEARCH, folder, text)


def _is_superseded(house: House) -> bool:
    found = notices.notices(house.pod.keeper.store.connection)
    return any(notice.code == "superseded" for notice in found)
