"""What people are told when it happens, by the code that the store keeps of it."""

from typing import Final

from protocol.saying import N_

NOTICES: Final = {
    "clone": N_("Two machines are running with the key of one pod."),
    "damaged": N_("The database is damaged in part. Keep a copy of it, and look at: pod doctor"),
    "superseded": N_("This pod was given a new key elsewhere; this machine may not speak for it."),
    "budget": N_("A neighbour brought more than fits; its largest pods are not carried any more."),
    "invitation_used": N_("A second pod came with an invitation that one had used. Was it copied?"),
    "paired_late": N_("A pairing that was cut off came about: your yes and theirs have met."),
    "withdrawn_elsewhere": N_(
        "Something edited here had been withdrawn before; it stays withdrawn."
    ),
}
