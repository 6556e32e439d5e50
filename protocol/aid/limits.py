"""Every bound of the kinds: name, unit, reason. The bounds of the wire are in protocol/limits.py.

Spec: docs/kinds.md §1 and §2, which list the same values (a test compares). Lengths of text
count characters (code points), so that a title has as much room in Amharic as in English;
a test fills every field with four-byte characters and shows that the body still fits.
"""

from typing import Final

MAX_PAYLOAD_BYTES: Final = 8000
"""Longest payload of any kind here: a whole body may have 8,192, its header takes up to 90."""
MAX_FIELDS: Final = 64
"""Names in one body, those that we do not know too; a listing has 24."""
MAX_TITLE: Final = 80
"""One line on a phone, or on a tear-off strip."""
MAX_DETAILS: Final = 1000
"""A long paragraph; who has more to say is better met."""
MAX_TAGS: Final = 5
"""Tags of one listing: enough to be found, too few to be a keyword list."""
MAX_TAG: Final = 30
"""Characters of one tag."""
MAX_QTY: Final = 9999
"""Of anything that a street shares."""
MAX_UNIT: Final = 20
"""`bags`, `litres`, `hours a week`."""
MAX_WHEN: Final = 120
"""Characters of when, in words."""
MAX_REPEATS_WORDS: Final = 80
"""Characters of how it repeats: `every second Saturday`."""
MAX_PLACE: Final = 80
"""Characters of where, in words: a corner or a door colour, never an address."""
MAX_ACCESS: Final = 200
"""Characters on stairs, pets, allergies, a ramp."""
MAX_BY: Final = 60
"""As long as a member's name may be."""
MAX_LANG: Final = 35
"""What RFC 5646 §4.4.1 asks of a buffer for a language tag."""
MAX_POD_NAME: Final = 60
"""Characters of a pod's name, as in an invitation."""
MAX_ZONE_WORDS: Final = 200
"""Characters of where a zone ends: `from the river to the school, both sides`."""
MAX_LANGUAGES: Final = 10
"""Languages that a pod or a service speaks."""
MAX_CARD_ABOUT: Final = 800
"""Characters of what a pod says about itself."""
MAX_WAYS: Final = 5
"""Ways to reach a pod, in the order in which to try them."""
MAX_WAY: Final = 120
"""Characters of one way."""
MAX_CARD_ADDRESSES: Final = 4
"""Addresses of a node, as in an invitation."""
MAX_ADDRESS: Final = 64
"""Characters of one address with its port."""
MAX_NAME: Final = 100
"""Characters of a resource's name: `Food pantry of the church at the river`."""
MAX_ORG: Final = 80
"""Characters of who runs it."""
MAX_RESOURCE_ABOUT: Final = 500
"""Characters of what a resource is. Its texts share one body: what is longer is on its page."""
MAX_CATEGORIES: Final = 5
"""Categories of a resource; with more it is found everywhere, and so nowhere."""
MAX_PHONES: Final = 5
"""Telephone numbers of a resource."""
MAX_PHONE: Final = 30
"""Characters of a number as people write it: `0800 123 456, ask for Ana`."""
MAX_LINK: Final = 200
"""Characters of a link."""
MAX_EMAIL: Final = 100
"""Characters of an address."""
MAX_ADDRESS_LINES: Final = 150
"""Characters of a street address of several lines, of a public place."""
MAX_HOURS_WORDS: Final = 150
"""Characters of opening hours in words."""
MAX_HOURS: Final = 14
"""Spans of opening hours: morning and afternoon on seven days."""
MAX_ELIGIBILITY: Final = 150
"""Characters of who may come."""
MAX_SERVICE_ACCESS: Final = 150
"""Characters on ramps, lifts, dogs, papers to bring."""
MAX_SOURCE: Final = 80
"""Characters of where somebody has it from."""
MAX_FOREIGN_IDS: Final = 3
"""Ids that other directories gave it, carried along untouched."""
MAX_FOREIGN_ID: Final = 60
"""Characters of one of them."""
STALE_DAYS: Final = 180
"""Days after which a resource that nobody has checked is called old."""
MAX_FINDS_SHOWN: Final = 200
"""Words of pods on one place that are shown, the newest."""
MAX_LOOKED_THROUGH: Final = 100
"""Old places, and words that doubt one, that are looked through for what to check: some 5 ms."""
MAX_NOTE: Final = 300
"""Characters of a note on a resource."""
MAX_ABOUT: Final = 1000
"""Characters of what a meetup is about."""
MAX_ZONE: Final = 40
"""Characters of the name of a time zone; the longest has 32."""
MAX_WHERE: Final = 120
"""Characters of where people meet: it may be a public place with its address."""
MAX_CAPACITY: Final = 9999
"""People at a meetup."""
MAX_INTERVAL: Final = 12
"""Weeks or months between two meetings of a row."""
MAX_NOT_ON: Final = 20
"""Days on which a repeated meetup is left out."""
EVENT_AROUND_S: Final = 14 * 3600
"""How far a clock on some wall is from UTC at most: a zone is not looked up to file a meetup."""
MEETUP_AHEAD_S: Final = 62 * 86_400
"""How far a list of meetups looks ahead if nobody says otherwise."""
MAX_MEETUP_WINDOW_S: Final = 366 * 86_400
"""The longest time that a list of meetups is asked for."""
MAX_MEETUPS_READ: Final = 500
"""Events that are looked through for one list, of each pod as many: some 20 ms on two cores."""
MAX_IN_CALENDAR: Final = 200
"""Events of one calendar file: 100 kB, and some 8 ms to make."""
KEPT_IN_CALENDAR_S: Final = 31 * 86_400
"""How long what is over stays in a calendar file: most programs drop what is no longer in it."""
MAX_EVENTS_OF_EACH: Final = 50
"""Events of one other pod in one list, those that begin first."""
MAX_MEETINGS_OF_ONE: Final = 60
"""Meetings of one row in one list: somebody's daily row must not fill it."""
MAX_NOTICE: Final = 1700
"""Characters of a notice: a page in large print."""
ALERT_S: Final = 72 * 3600
"""How long an alert is shown at most: an old alarm makes people deaf to the next one."""
NOTICE_OPEN_S: Final = 30 * 86_400
"""How long a notice is shown if nobody says otherwise."""
MAX_READING_TITLE: Final = 120
"""Characters of a title of a book, film or zine."""
MAX_AUTHORS: Final = 80
"""Characters of who made it."""
MAX_PAPER_COPY: Final = 80
"""Characters of where a paper copy lies."""
MAX_READING_NOTE: Final = 500
"""Characters of why one would read it."""
CRISIS_S: Final = 48 * 3600
"""How long a pod's word on a crisis counts: after it nobody knows."""
MAX_CRISIS_WHAT: Final = 200
"""Characters of what is going on."""
MAX_CRISIS_CATEGORIES: Final = 10
"""Categories that a pod can help with, or needs, first ones first."""
MAX_SAFE_PLACES: Final = 500
"""Characters of where it is warm, dry, lit."""
MAX_OUTCOME: Final = 1000
"""Characters of what a pod has to say with its position."""
NEAR_CELL: Final = 6
"""Geohash characters for direct neighbours: a cell of about 1.2 by 0.6 km."""
NETWORK_CELL: Final = 5
"""Geohash characters for everybody: a cell of about 5 by 5 km."""
NEED_OPEN_S: Final = 14 * 86_400
"""How long a need stays open if nobody says otherwise."""
OFFER_OPEN_S: Final = 60 * 86_400
"""How long an offer stays open if nobody says otherwise."""
MAX_OPEN_S: Final = 400 * 86_400
"""The farthest day that a person may name: beyond it "until I say" is the honest answer."""
STILL_TRUE_AFTER_S: Final = 365 * 86_400
"""After which its people are asked whether a listing without an end is still true."""
WARN_BEFORE_S: Final = 3 * 86_400
"""How long before its end a listing's people are reminded: a weekend."""
UNTIL_I_SAY: Final = 0
"""valid_until_s of a listing without an end; its pod is to ask once a year whether it is true."""
MAX_MESSAGE: Final = 1000
"""Characters of what a letter says besides its fields: as long as the details of a listing."""
MAX_LETTER_CONTACT: Final = 120
"""Characters of how to reach who writes: a number, an address, a door."""
MAX_REASON: Final = 300
"""Characters of why something is reported."""
MAX_PEOPLE: Final = 99
"""People that one letter says are coming."""
LETTERS_FROM_NEIGHBOUR: Final = 250
"""Letters kept of all that one neighbour delivered: 2 MB, whoever wrote them. A flood fills the
share of the neighbour that lets it through."""
LETTERS_SENT: Final = 500
"""Letters of our own kept; the oldest that have arrived, or were given up, go first."""
LETTERS_KEPT_S: Final = 90 * 86_400
"""A letter is forgotten this long after it came, or after it was known to have arrived."""
LATE_AFTER_S: Final = 86_400
"""A letter that took longer than a day says so: what it asks may be over."""
