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
SUSPENSION_REST_S: Final = 14 * DAY_S
"""From when they began to when they can again: a proposal of three days fits in, and some talk."""

MAX_MERGE_OFFERS: Final = 20
"""Pairs of entries of which a steward says that they are one person, and which wait for a yes."""
MERGE_OFFER_S: Final = 30 * DAY_S
"""For so long they wait."""
MERGE_KEPT_S: Final = 30 * DAY_S
"""For so long two entries that were put together can be taken apart again."""

MAX_LABEL: Final = 60
"""Characters of what a device or a tool is called on its owner's list."""

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

MAX_JOIN_REQUESTS: Final = 20
"""Strangers who ask to join and wait for an answer: anybody on the Wi-Fi can write this table."""
MAX_JOIN_WORDS: Final = 300
"""Characters of what a stranger says beside a name and a way to reach them."""
JOIN_REQUESTS_KEPT_S: Final = 30 * DAY_S
"""After that nobody will answer any more, and a stranger's number is nothing to keep."""

# --- Answers to listings ---

MAX_ASK_WORDS: Final = 1000
"""Characters of what somebody says to a listing: as much as the listing itself may say."""
MAX_ANSWERS: Final = 100
"""Answers kept of one listing; more is no longer a matter for a list."""
MAX_ANSWERS_OF_POD: Final = 20
"""Answers of one other pod to one listing: whoever seals letters may be nobody."""
ANSWERS_KEPT_S: Final = 30 * DAY_S
"""How long it is remembered who helped whom, once it is over; then the words go too."""

# --- The steward log ---

MAX_LOG: Final = 2000
"""Entries; the oldest go first. Years of a pod, and still one screenful of a table on disk."""
MAX_LOG_NOTE: Final = 120
"""Characters of what an entry says beside its sentence."""

# --- What people can do, and what would help them ---

MAX_ABILITY_NOTE: Final = 200
"""Characters of what somebody can do, and of what they cannot."""
MAX_CARE_WORDS: Final = 1000
"""Characters of a care note: what a helper needs to know at the door."""
MAX_CARE_NEEDS: Final = 8
"""Categories in which somebody may need help."""
CARE_REVIEW_S: Final = 365 * DAY_S
"""After a year a care note asks its writer whether it still holds."""
MAX_BUDDIES: Final = 3
"""Buddies of one person: who looks after everybody looks after nobody."""
MAX_WAYS: Final = 30
"""Ways in which a pod keeps in touch."""
MAX_WAY_HOW: Final = 200
"""Characters of how a way works: a frequency, a corner, a link."""

# --- Deciding ---

MAX_TITLE: Final = 120
"""Characters of the title of a proposal, an agreement or a roll call."""
MAX_TEXT: Final = 4000
"""Characters of a proposal or an agreement: a page of paper."""
MAX_PROPOSALS: Final = 200
"""Proposals; the longest closed make room for new ones."""
MAX_WORDINGS: Final = 20
"""Wordings of one proposal; a text that changed so often is another proposal."""
MAX_POSITION_WORDS: Final = 500
"""Characters beside a position."""
MAX_AGREEMENTS: Final = 200
"""Agreements, those that ended too."""
REVIEW_S: Final = 365 * DAY_S
"""When an agreement is looked at again if nobody says otherwise."""
MAX_TEST_DAYS: Final = 30
"""Longest test of a proposal."""

# --- Roll calls ---

ROLL_CALL_S: Final = 72 * 3600
"""A roll call ends by itself unless somebody renews it."""
MAX_ROLL_CALLS: Final = 100
"""Roll calls that are kept at one time."""
KEEP_ANSWERS_S: Final = 30 * DAY_S
"""How long after its end the answers of a roll call are kept."""
MAX_CHECK_IN_WORDS: Final = 200
"""Characters beside an answer."""

# --- The phone tree ---

MAX_CALLS: Final = 3
"""Calls and knocks of one person, the call back to the first among them."""
MAX_KNOCKS: Final = 2
"""Doors of one person: so that everybody has a call left to close the loop."""

# --- Who comes to a meetup ---

MAX_RSVPS: Final = 60
"""Meetings for which one person says whether they come."""
MAX_COMING_ALONG: Final = 20
"""People whom somebody brings along."""
MAX_RSVP_WISHES: Final = 120
"""Characters of what somebody needs there: a line of the list at the door."""
