"""Every bound of the protocol: name, unit, reason. No other module holds one.

Spec: docs/protocol.md §8, which lists the same names and values (a test compares).
A unit stands in each name: `_BYTES`, `_S` (seconds), `_MS`, `_HOPS`; a plain plural counts.
"""

from typing import Final

# --- Numbers on the wire ---

UINT53_END: Final = 1 << 53
"""Epochs and stamps lie below it: exact in every language, JSON and double included."""
VALID_UNTIL_END_S: Final = 1 << 40
"""Ends of listings and dates of certificates lie below it: the year 36812."""
KIND_END: Final = 1 << 16
"""Kind codes lie below it: three bytes; the number space will not run out."""

# --- Values ---

MAX_FRAME_BYTES: Final = 1 << 20
"""A WebSocket message above it is cut off by the transport; one is decoded at a time."""
MAX_ITEMS: Final = 4096
"""Values in one decoded value. An empty array is one byte on the wire and 72 in memory."""
MAX_DEPTH: Final = 8
"""Nesting of one decoded value; no frame of ours goes deeper than five."""

# --- Identity ---

MAX_CERTIFICATE_BYTES: Final = 192
"""The longest certificate of version 1 takes 157; there is no reason to read a longer one."""
PARSED_KEYS: Final = 4096
"""Parsed public keys kept: every author that four neighbours can bring, about 2 MB."""

# --- Records ---

MAX_BODY_BYTES: Final = 8192
"""Longest signed body. 2,000 slots of it bound an author's place on disk to 16 MB."""
REACH_HOPS: Final = 6
"""How far a network record travels. It bounds cost, not privacy."""
SLOTS_PER_AUTHOR: Final = 2000
"""Newest slots kept of an author in one scope (R8)."""
LIFETIME_S: Final = 90 * 86_400
"""A record or tombstone lives this long from its stamp: a dead pod fades by itself."""
RENEW_AFTER_S: Final = 30 * 86_400
"""The author signs what is still alive anew at this age: two chances before it ends."""
OWN_VERSIONS_KEPT: Final = 10
"""Versions kept of each own slot, so that people can take one back (R5)."""

# --- Time ---

CEILING_AHEAD_S: Final = 600
"""Ten minutes: what two synced clocks may differ and still agree what is now (R7)."""
CEILING_TOLERANCE_S: Final = 60
"""What a ceiling reckoned on from an earlier word may be off, before it counts as another."""
FLOOR_STEP_S: Final = 3600
"""The floor is a whole hour: neighbours' floors are equal most of the time (R6)."""
FLOOR_DAYS_PER_DAY: Final = 2
"""How fast the floor may move, in days for each day of running: a jump to 2099 purges little."""
GUESS_AHEAD_S: Final = 400 * 86_400
"""One neighbour may move our guess of the time this far beyond what we signed last (R7)."""
HELD_PER_AUTHOR: Final = 64
"""Records of one author kept aside until their stamp comes due (R7): one clock set wrong."""
HELD_PER_NEIGHBOUR: Final = 1000
"""The same of all that one neighbour brings: 8 MB at most, however many authors it makes up."""

# --- Tables of distances ---

MAX_TABLE_ENTRIES: Final = 1024
"""Authors that one neighbour can bring (R8): 64 KB a table, 16 MB of bodies each at most."""
CERTIFICATES_PER_FRAME: Final = 256
"""Certificates asked for or sent in one frame: under 50 KB."""
CERTIFICATES_PER_AUTHOR: Final = 8
"""Certificates kept of one author, the greatest: shelved records need those of lower epochs."""

# --- Frames and sessions ---

RECORDS_FRAME_BYTES: Final = 262_144
"""Bytes of bodies after which a frame of records is closed. The network is free from 64 KiB on;
but a frame is one act of the receiver's store, and its cost in pages written falls on fewer."""
RECORDS_PER_FRAME: Final = 1024
"""Records in one frame, however small they are."""
IDS_PER_FRAME: Final = 1024
"""Ids in one frame: 34 KB, and about half a megabyte of answers."""
SHORT_ID_BYTES: Final = 8
"""Beginning of an id by which a body is asked for: enough to tell a pair's records apart, and
who makes two of its own alike gets both."""
BODIES_PER_SHORT_ID: Final = 4
"""Records sent for one such beginning, should there be several."""
RANGES_FRAME_BYTES: Final = 262_144
"""Frame limit of one Negentropy message; a tight limit multiplies round trips."""
WANTED_AT_ONCE: Final = 4096
"""Ids asked for and not yet answered: while some are stored, as many are on their way."""
WAITING_RECORDS: Final = 256
"""Records of one session that wait for a certificate not yet known (R3)."""
STRIKES: Final = 3
"""Frames with a record that no honest neighbour sends, before a session is ended."""
FAULT_WAIT_MS: Final = 60_000
"""A neighbour that broke the protocol waits so long; four times as long for each time in a row."""
LONGEST_FAULT_WAIT_MS: Final = 86_400_000
"""A day: what goes wrong without end costs a few frames a day, and mends itself within one."""
GOOD_CONDUCT_MS: Final = 3_600_000
"""After an hour in session without a fault all faults are forgotten."""
NEEDS_PER_ROUND: Final = 131_072
"""Ids that one round asks for; what is beyond comes in the next. A peer can make up any number."""
RANGES_PER_ROUND: Final = 4096
"""Negentropy messages that a side takes in one round: a million differences take some 200."""
PUSH_QUEUE_BYTES: Final = 1 << 20
"""Live changes waiting for a slow peer; beyond it they are dropped and a round is due."""
SEEN_IDS: Final = 4096
"""Ids lately seen from or sent to one peer, so that they are not sent back."""
REFUSED_PER_NEIGHBOUR: Final = 10_000
"""Ids that a neighbour offered and we refuse for good, remembered for their lifetime (R10)."""
COALESCE_MS: Final = 250
"""A live change waits for more at most this long, and only behind an unsent frame."""
HEARTBEAT_MS: Final = 10_000
"""Silence after which we ask for a sign of life."""
SILENCE_MS: Final = 10_000
"""Silence after that question that ends a session."""
ROUND_EVERY_MS: Final = 600_000
"""A caller compares the sets this often, with 20 % jitter, whatever live push did."""
ROUND_SOON_MS: Final = 2_000
"""What changes the line of the pair's sets (tables, certificates) is compared this soon."""
ROUNDS_FOR_WORD: Final = 3
"""Rounds beyond those, a minute apart, until one shows that a neighbour holds what was posted."""
ROUNDS_IN_A_ROW: Final = 30
"""Rounds that a caller may open at once; one more is earned each ROUND_SOON_MS."""
PATIENCE_MS: Final = 30_000
"""A body asked for and not sent within this time is asked of another neighbour (R10)."""
AUTHOR_BURST: Final = 500
"""Live changes of one author taken at once; one more is earned each AUTHOR_EARNS_MS (R8)."""
AUTHOR_EARNS_MS: Final = 1_000
"""A record a second is far above any pod of twenty people, far below what a Pi can verify."""

# --- Bundles ---

BUNDLE_PART_BYTES: Final = 65_536
"""Bytes of bodies after which a part of a bundle is closed: a torn file loses that much."""
MAX_BUNDLE_RECORDS: Final = MAX_TABLE_ENTRIES * SLOTS_PER_AUTHOR
"""Records that a bundle can hold, and ids: all that one neighbour can bring."""
MAX_SEALED_PARTS: Final = 2048
"""Parts of a bundle for one neighbour alone: near records, the shelf and mail of a pair fit."""

# --- Mail ---

MAIL_STEP_BYTES: Final = 512
"""A letter is filled up to a multiple of it: carriers see few sizes."""
MAX_MAIL_PLAIN_BYTES: Final = 12 * MAIL_STEP_BYTES
"""The longest letter with all that proves it: 1,300 characters of four bytes fit."""
MAX_LETTER_BYTES: Final = 5_632
"""What a letter may say; certificate, signature and the rest take 348 more at most."""
MAX_MAIL_BYTES: Final = 6_400
"""The longest mail takes 6,294."""
MAIL_LIFETIME_S: Final = 14 * 86_400
"""Mail expires so long after it was sealed: a relay may be off for a holiday. Then the sender
seals its letter anew."""
MAIL_AHEAD_S: Final = 30 * 86_400
"""Mail that expires later than that from now is not taken: nobody's clock is so wrong by honest
means for long, and what is remembered of it would be remembered as long."""
MAIL_KEPT_RUNNING_S: Final = 14 * 86_400
"""A copy is kept so long at most, in time that its carrier has been running."""
MAIL_COPIES: Final = 3
"""Neighbours to which a node gives one mail: two of them may be off for long."""
MAIL_PER_NEIGHBOUR: Final = 128
"""Mail carried of all that one neighbour brings, under 1 MiB; 26 MB with 32 neighbours. A flood
takes the place of the neighbour that delivers it, and of nobody else."""
RELEASED_PER_NEIGHBOUR: Final = 1_024
"""Tokens remembered of mail that one neighbour brought, the latest."""
LETTERS_WAITING: Final = 128
"""Letters of our own that have not arrived yet."""
LETTER_TRIED_RUNNING_S: Final = 30 * 86_400
"""A letter is sealed anew for so long, in time that this node has been running."""
MAIL_REMEMBERED_RUNNING_S: Final = 60 * 86_400
"""Released tokens, and ids of letters that came, are remembered so long in time that the node has
been running: longer than any copy lives, and no wrong clock forgets them early."""
LETTERS_REMEMBERED: Final = 10_000
"""As many ids of letters at most, the latest."""
MAIL_PER_FRAME: Final = 64
"""Mail offered, asked for or sent in one frame: 410 KB at most."""
MAX_CARRIED_NEIGHBOURS: Final = 16
"""Pods that are no neighbours and whose bundles people let in: each keeps a table."""

# --- Connections ---

MAX_HANDSHAKE_BYTES: Final = 1024
"""Longest message before both sides are known: a join with 60 wide characters takes 900."""
HANDSHAKE_STEP_S: Final = 5
"""A stranger has this long for each message, the HTTP request included; no more is owed."""
TLS_HANDSHAKE_S: Final = 10
"""Two round trips and a signature on a Pi Zero: far less, even over a bad radio link."""
MAX_STRANGERS: Final = 16
"""Connections not yet proved; about 1 MiB each at most. One more, and the oldest goes."""
MAX_STRANGERS_PER_ADDRESS: Final = 4
"""Of those from one address: a single guest on the Wi-Fi cannot take every place."""
MAX_NEIGHBOURS: Final = 32
"""Federated pods of one pod: more than people can know, and each costs a session."""
MAX_CONNECTIONS: Final = MAX_NEIGHBOURS + 8
"""Proved connections: a session each, and room for those about to replace one or to join."""
WRITE_STALL_S: Final = 10
"""A peer that takes no byte of what waits for it in this time is not reading: closed."""
CLOSE_WAIT_S: Final = 1
"""The other side has this long to answer our farewell; a clean stop waits for it at most."""
FRAMES_AHEAD: Final = 4
"""Frames of one session read and verified ahead of the one that is being taken in."""
UNSENT_BYTES: Final = 4 << 20
"""While more waits to be sent to a peer, no further frame of it is acted on."""

# --- What pods tell of themselves ---

MAX_NAME_CHARS: Final = 60
"""A pod's name: it fits a phone's screen and a printed card."""
MAX_ADDRESSES: Final = 4
"""Addresses in an invitation: an IPv4 and an IPv6 address, a name, and one more."""
MAX_ADDRESS_CHARS: Final = 80
"""The longest IPv6 address with port takes 47, names in use are shorter than this."""
MAX_INVITATION_CHARS: Final = 2048
"""The longest invitation takes 1,080; chats add line breaks and spaces."""
PAIRING_S: Final = 600
"""Pairing mode ends by itself after so long: time to walk over and find the other's screen."""
COMPARING_S: Final = 180
"""Six words stand on two screens for so long; people who need longer begin again."""
PAIRING_FAILURES: Final = 3
"""Failed attempts that end pairing mode (R11): guessing words is worth no more tries."""
AGREED_S: Final = 86_400
"""What our people agreed to holds so long while the node runs, if the other's answer was lost."""
