"""What people read while two pods pair: why a call or an attempt came to nothing.

Commands say it in English, pages in their reader's language.
"""

from typing import Final

from protocol.saying import N_

MEANS: Final = {
    "not_pairing": N_("A pod answers, but its people have not begun: they have to begin too."),
    "unreachable": N_("No pod answers there yet."),
    "silent": N_("The other side was lost, or did not answer in time."),
    "stopping": N_("The other side stopped."),
    "wrong_pod": N_("Another pod answers there, or this one."),
    "words_differ": N_("The people of the other side found other words, or said no."),
    "commitment_broken": N_(
        "The other side did not keep to the rules of the words: it may be a liar."
    ),
    "epoch_superseded": N_("The other side's key was replaced, or ours: see pod status."),
    "too_many": N_("The other pod has as many neighbours as it can have."),
}
"""By the code of a pairing. A code that is not here needs no words."""
FAILED: Final = N_("An attempt ended; nothing was changed.")
STANDS: Final = N_(
    "You have said yes. If the people of the other pod say so too, the two are neighbours when "
    "their machines next meet, within a day."
)
DIFFERED: Final = N_(
    "If the words did differ, somebody may sit between the two machines: use another network or "
    "cable, or an invitation."
)
KNOWN_ALREADY: Final = N_("It is a neighbour already; you make sure that it is who you think.")
SAME_NAME: Final = N_("Another pod, a neighbour of yours, has this name too: mind the id.")
READ_ALOUD: Final = N_(
    "Read the words to each other, aloud or on the telephone. The other screen must show the same "
    "six, in this order."
)
