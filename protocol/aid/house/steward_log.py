"""What stewards did to the things of others, as every member can read it.

Pages: docs/house.md §5. An entry names an act and a person, never what was written.
"""

from typing import Final, NamedTuple

from protocol.aid.house.rights import MemberId
from protocol.aid.sentences import FIELD_WORDS
from protocol.saying import ENGLISH, Speaker, Word, say

SENTENCES: Final[dict[str, str]] = {
    "member_added": "{by} took in {about}.",
    "member_edited": "{by} changed the profile of {about}.",
    "contacts_edited": "{by} changed the contacts of {about}.",
    "role_set": "{by} made {about} a {note}.",
    "member_suspended": "{by} kept {about} out for three days.",
    "suspension_lifted": "{by} let {about} in again.",
    "member_left": "{by} noted that somebody has left.",
    "member_removed": "{by} removed somebody, as the pod had agreed.",
    "said_twice": "{by} said that {about} is in this pod twice.",
    "merged": "{by} had the two entries of {about} put together.",
    "merge_undone": "{by} took the two entries of {about} apart again.",
    "invite_made": "{by} made an invite for {note}.",
    "invite_taken_back": "{by} took back an invite.",
    "posted_for": "{by} posted something for {about}.",
    "listing_changed": "{by} changed, answered or took down something of {about}.",
    "letter_given": "{by} said that a letter is for {about}.",
    "letter_taken": "{by} took on a letter that was nobody's.",
    "ability_edited": "{by} changed what {about} can do.",
    "care_written": "{by} wrote down a care note for {about}.",
    "care_deleted": "{by} deleted the care note of {about}.",
    "buddies_paired": "{by} paired {about} with a buddy.",
    "buddies_parted": "{by} parted {about} from a buddy.",
    "position_recorded": "{by} recorded a position of {about}, taken at a meeting.",
    "check_in_typed": "{by} wrote down who saw or heard {about} in a roll call.",
    "rules_set": "{by} changed the pod's rules: {note}.",
    "pod_taken": "{by} took in people who came from another pod.",
    "words_compared": "{by} said that the six words are those of {note}.",
    "pod_invited": "{by} made an invitation for another pod.",
    "pod_joined": "{by} took the invitation of {note}: it is a neighbouring pod now.",
    "pod_welcomed": "{by} let {note} have what is for neighbouring pods.",
    "pod_called": "{by} chose what {note} is called here.",
    "federation_ended": "{by} ended being neighbours with {note}.",
    "pod_hidden": "{by} took what {note} writes off the board.",
    "pod_shown": "{by} put what {note} writes on the board again.",
    "pod_blocked": "{by} had nothing of {note} carried here any more.",
    "pod_carried": "{by} had what {note} shares carried here again.",
    "tool_added": "{by} made a token for a program that acts for {about}.",
    "calendar_added": "{by} made a calendar address for {about}.",
    "device_code_made": "{by} made a code that signs in a device of {about}.",
    "pod_renamed": "{by} called the pod {note}.",
    "card_written": "{by} wrote the pod's card.",
    "setting_changed": "{by} changed a setting of the machine: {note}.",
    "pod_split": "{by} wrote a file to split the pod in two.",
}
NOTES: Final[dict[str, str]] = {
    "a member": "a member",
    "a guest": "a guest",
    "mdns": "whether it is seen on this network",
    "web_https": "whether its pages come by HTTPS",
    "web_names": "the names of its pages",
    "addresses": "where other pods reach it",
}
"""What a note says that is a word of ours, by what is kept of it."""
_OURS: Final = frozenset(("invite_made", "setting_changed"))
PRIVATE: Final = frozenset(("care_written", "care_deleted"))
"""Read by the person whom they are about and nobody else: who has a care note is nobody's list."""
A_STEWARD: Final = "A steward"
WHO_LEFT: Final = "somebody who has left"
THEY_LEFT: Final = "Somebody who has left"


class Entry(NamedTuple):
    """One entry. by, about: None for whoever was at the machine, nobody, and who has left."""

    number: int
    at_ms: int
    what: str  # a key of SENTENCES
    by: MemberId | None
    about: MemberId | None
    note: str


def sentence(entry: Entry, names: dict[MemberId, str], speaker: Speaker = ENGLISH) -> str:
    """Return an entry in words. names: of all who are in the pod."""
    by = Word(A_STEWARD) if entry.by is None else names.get(entry.by, Word(THEY_LEFT))
    about = Word(WHO_LEFT) if entry.about is None else names.get(entry.about, Word(WHO_LEFT))
    note: object = Word(entry.note) if entry.what == "role_set" else entry.note
    if entry.what in _OURS and entry.note in NOTES:
        note = Word(NOTES[entry.note])
    if entry.what == "rules_set":  # kept as names of fields
        fields = entry.note.split(", ")
        note = ", ".join(speaker.gettext(FIELD_WORDS.get(it, it)) for it in fields)
    return say(SENTENCES[entry.what], {"by": by, "about": about, "note": note}, speaker)
