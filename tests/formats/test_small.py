"""vCards, feeds and profiles: escaped, folded, and with nothing that nobody agreed to."""

import json
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from node.formats.contacts import escaped, folded, write_contacts
from node.formats.feed import Entry, write_feed
from node.formats.murmurations import middle_of, write_organisation
from protocol.aid.house.member import Contact, Member
from protocol.aid.pod_card import PodCard
from store.aid import uuid_of

ATOM = "{http://www.w3.org/2005/Atom}"
SHY = Contact(type="phone", value="555 0199", on_paper=False)
OPEN = Contact(type="phone", value="555 0100", on_paper=True)
DOOR = Contact(type="door", value="No. 4; the blue one, knock", on_paper=True)


def member(name: str, *contacts: Contact) -> Member:
    return Member(id=name.encode().ljust(16)[:16], name=name, contacts=contacts).printed()


def test_only_contacts_that_may_be_on_paper_are_in_the_file() -> None:
    people = [member("Ana", SHY, OPEN, DOOR), member("Bo", SHY), member("Cy")]
    said = write_contacts(people, pod_name="Elm", now_s=0).decode()
    assert said.count("BEGIN:VCARD") == 1
    assert "TEL;TYPE=voice:555 0100" in said
    assert "NOTE:door: No. 4\\; the blue one\\, knock" in said
    assert "0199" not in said
    assert "Bo" not in said


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=300))
def test_line_is_folded_into_75_bytes_and_is_the_same_unfolded(text: str) -> None:
    line = f"NOTE:{escaped(text)}"
    pieces = folded(line).split("\r\n")
    assert all(len(it.encode()) <= 75 for it in pieces)
    assert "".join([pieces[0], *(it[1:] for it in pieces[1:])]) == line
    assert "\n" not in line


def test_feed_is_read_by_an_xml_reader_with_hostile_words_as_text() -> None:
    entry = Entry(b"\x01" * 32, b"r" * 16, "<script>&", 'a "b" ]]>', "food", 1_800_000_000)
    older = entry._replace(rid=b"s" * 16, at_s=1_700_000_000)
    feed = ET.fromstring(write_feed([older, entry], pod_id=b"\x01" * 32, name="Elm", now_s=0))
    first, second = feed.findall(f"{ATOM}entry")
    assert first.findtext(f"{ATOM}title") == "<script>&"
    assert first.findtext(f"{ATOM}content") == 'a "b" ]]>'
    assert feed.findtext(f"{ATOM}updated") == first.findtext(f"{ATOM}updated")
    assert first.findtext(f"{ATOM}id") == uuid_of(b"\x01" * 32, b"r" * 16).urn
    assert second.findtext(f"{ATOM}id") != first.findtext(f"{ATOM}id")


def test_profile_of_a_pod_has_what_the_schema_needs_and_a_coarse_place() -> None:
    card = PodCard.write(
        {"name": "Elm", "zone_name": "Elm Street", "zone_kind": "street", "cell": "ezs42"}
    )
    said = json.loads(write_organisation(card))
    assert said["linked_schemas"] == ["organizations_schema-v1.0.0"]
    assert said["name"] == "Elm"
    assert said["geolocation"] == {"lat": 42.6, "lon": -5.6}
    assert "primary_url" not in said


def test_middle_of_a_cell_is_that_of_the_published_example() -> None:
    # The example of Wikipedia's article on geohash: ezs42 is 42.605, -5.603.
    assert middle_of("ezs42") == (42.6, -5.6)
