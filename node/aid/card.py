"""The pod card: this pod's own, and those of others. Spec: docs/kinds.md §3."""

from node.aid.items import Items
from protocol.aid.audience import Audience
from protocol.aid.pod_card import CARD_RID, PodCard
from protocol.identity import PodId
from store.aid import Item, items


class Card(Items[PodCard]):
    """Who pods say they are."""

    BODY = PodCard
    WORD = "pod card"
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

    def mail_key_of(self, pod_id: PodId) -> bytes | None:
        """Return the key that letters to a pod are sealed to, 32 bytes; None: it takes none."""
        found = self.of(pod_id)
        return found.body.mail_public_key if found else None
