"""The pod card: this pod's own, and those of others. Spec: docs/kinds.md §3."""

import logging
from contextlib import suppress

from node.aid.items import Items
from protocol.aid.audience import Audience
from protocol.aid.pod_card import CARD_RID, PodCard
from protocol.errors import UserError
from protocol.identity import PodId, short_id
from protocol.record import Scope
from protocol.saying import N_
from store import meta, records
from store.aid import Item, items

log = logging.getLogger(__name__)


class Card(Items[PodCard]):
    """Who pods say they are."""

    BODY = PodCard
    WORD = N_("pod card")
    LIST = "pod card list"

    def get(self) -> PodCard | None:
        """Return this pod's own card, None if it has none yet."""
        found = self.of(self.keeper.pod_id)
        return found.body if found else None

    def put(self, card: PodCard) -> Item[PodCard]:
        """Make this pod's own card say that, for everybody that it reaches."""
        return self.publish(card, audience=Audience.NETWORK)

    def of(self, pod_id: PodId) -> Item[PodCard] | None:
        """Return the card of a pod, None if it has none here."""
        digits, connection = CARD_RID.hex(), self.keeper.store.connection
        found = items.find(connection, PodCard, digits, author=pod_id)
        return next((it for it in found if it.audience is Audience.NETWORK), None)

    def show_key(self) -> bool:
        """Have our card show the mail key of today; tell whether it was signed for that.

        A pod whose people have not written a card gets one with its name: without a card nobody
        can write to it. One that they took back stays away.
        """
        try:
            card = self.get() or self._first()
            if card is None or card.mail_public_key == self.keeper.mail_key.public:
                return False
            self.put(card.model_copy(update={"mail_key": self.keeper.mail_key.public.hex()}))
        except UserError as err:  # no room, or another machine has the newer key
            log.info("card_not_signed code=%s", err.code)
            return False
        return True

    def rename(self, was: str, name: str) -> None:
        """Have our card say the pod's new name where it said the old one, if it can."""
        card = self.get()
        if card is None or card.name != was:
            return
        zone = name if card.zone_name == was else card.zone_name
        with suppress(UserError):
            self.put(PodCard.write({**card.model_dump(), "name": name, "zone_name": zone}))

    def _first(self) -> PodCard | None:
        """Return the least that a card can say; None if people have withdrawn theirs."""
        connection, us = self.keeper.store.connection, self.keeper.pod_id
        slot = (us, int(Scope.NETWORK), PodCard.CODE, CARD_RID)
        if records.slot_version(connection, slot) is not None:
            return None
        name = meta.get(connection, meta.NAME) or short_id(us)
        fields = {"name": name, "zone_name": name, "zone_kind": "neighbourhood"}
        return PodCard.write(fields)

    def mail_key_of(self, pod_id: PodId) -> bytes | None:
        """Return the key that letters to a pod are sealed to, 32 bytes; None: it takes none."""
        found = self.of(pod_id)
        return found.body.mail_public_key if found else None
