"""Every bound of what never leaves the pod: name, unit, reason. docs/house.md lists the same.

Nothing here comes from another pod, but all of it is typed by people, and much of it by
whoever holds an invite: each table has an end, and each text fits its line on paper.
"""

from typing import Final

DAY_S: Final = 86_400

# --- People ---

MAX_MEMBERS: Final = 200
"""Rows. A pod is 5 to 20 people; ten times that is a mistake of an import, or somebody's fun."""
LARGE_POD: Final = 20
"""Members from which a pod is told, softly and once a screen, that it might become two."""
MAX_NAME: Final = 60
"""Characters of a name; one word is enough."""
MAX_PRONOUNS: Final = 30
"""Characters."""
MAX_LANGUAGES: Final = 10
"""Languages of one person."""
MAX_HOW_BEST: Final = 120
"""Characters of how somebody is best reached: one line of the phone tree."""
MAX_CONTACTS: Final = 8
"""Ways to reach one person."""
MAX_CONTACT: Final = 120
"""Characters of a number, an address, a door."""
SUSPENSION_S: Final = 72 * 3600
"""How long a steward alone can keep somebody out; after it, people talk or it ends."""

# --- Invites ---

CODE_LETTERS: Final = 8
"""Letters of a code, of 23 that nobody confuses: 36 bits, typed from a card in one go."""
MAX_INVITES: Final = 50
"""Codes good at one time."""
MAX_USES: Final = 10
"""People who can join with one code: a stairwell, not a town."""
INVITE_S: Final = 7 * DAY_S
"""Life of a code if nobody says otherwise."""
MAX_INVITE_S: Final = 14 * DAY_S
"""Longest life of a code, in time that the node runs: no clock decides it."""

# --- The steward log ---

MAX_LOG: Final = 2000
"""Entries; the oldest go first. Years of a pod, and still one screenful of a table on disk."""
MAX_LOG_NOTE: Final = 120
"""Characters of what an entry says beside its sentence."""
