"""What each sheet says, what it keeps to itself, and that printing leaves no trace in the pod."""

import os
import re
import sqlite3
from collections.abc import Iterator
from gettext import NullTranslations
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.invitation import Invitation, invitation_text
from node.paper import SHEETS, Job, Options, Style, board, print_sheet
from node.paper.forms import BLANKS, NOT_ON_PAPER
from node.paper.where import Pages
from node.pod import Pod
from node.words import Words, languages, words_in
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE, STRANGER, Role, Viewer
from protocol.aid.listing import Listing
from protocol.clock import ClockState
from protocol.errors import UserError
from protocol.identity import PodKey, WorkingKey, short_id
from tests.aid.listings import listings
from tests.paper import pods

GOLDEN = Path(__file__).parent / "golden"
NAMES = list(SHEETS)


def printed(pod: Pod, name: str, lang: str = "en", **options: object) -> str:
    job = pods.job(pod, name, lang)
    if options:
        job = Job(pod=pod, style=job.style, options=Options(**options))  # type: ignore[arg-type]
    return print_sheet(job, name).html


# --- Golden sheets: what is on paper, word for word ---


def normal(html: str) -> str:
    """Return the body of a sheet without what no reader reads: drawings, blank lines."""
    body = html[html.index("<body") :]
    body = re.sub(r"<svg.*?</svg>", "<svg/>", body, flags=re.S)
    body = re.sub(r"mutualpod [\d.]+", "mutualpod 0.0.0", body)
    body = re.sub(r"(?<=2026, )\d\d:\d\d(?= ·)", "12:00", body)  # the hour is this machine's
    return "\n".join(line for line in body.splitlines() if line.strip()) + "\n"


@pytest.mark.parametrize(
    ("name", "lang"), [*((name, "en") for name in NAMES), ("board", "es"), ("check-in", "es")]
)
def test_sheet_is_as_it_was_agreed(pod: Pod, name: str, lang: str) -> None:
    """GOLDEN=write writes them anew: look at the difference before it is committed."""
    file = GOLDEN / f"{name}.{lang}.html"
    found = normal(printed(pod, name, lang))
    if os.environ.get("GOLDEN") == "write":
        file.write_text(found)
    assert found == file.read_text()


# --- One file that needs nothing else ---


class Loads(HTMLParser):
    """Notes every attribute by which a browser would fetch something, and every script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        self.found += [
            f"{tag} {name}" for name in names & {"src", "href", "srcset", "style", "data"}
        ]
        self.found += [tag] if tag in {"script", "link", "iframe", "object", "form"} else []
        self.found += [f"{tag} {name}" for name in names if name.startswith("on")]


def test_a_planted_load_is_found() -> None:
    html = '<img src="x"><link href="y"><p onclick="z">'
    assert Loads(html).found == ["img src", "link href", "link", "p onclick"]


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_is_one_file_that_loads_nothing(pod: Pod, name: str) -> None:
    html = printed(pod, name)
    assert Loads(html).found == []
    assert not re.search(r"@import|url\(|@font-face", html)
    assert "content=\"default-src 'none'; style-src 'unsafe-inline'\"" in html


@pytest.mark.parametrize("name", NAMES)
def test_a_sheet_says_when_it_was_printed_and_of_what(pod: Pod, name: str) -> None:
    sheet = print_sheet(pods.job(pod, name), name)
    assert "Printed on 30 Nov 2026" in sheet.html
    assert f"Version {sheet.contents}" in sheet.html
    assert "Destroy older copies." in sheet.html


def test_without_a_clock_the_day_is_for_a_pen(tmp_path: Path) -> None:
    with pods.open_pod(tmp_path / "maple", state=ClockState.UNSET) as pod:
        html = printed(pod, "pod-map")
    assert "Printed on ____________ (the pod's clock is not set)" in html
    assert "Nov 2026" not in html


def test_two_prints_have_one_version_until_something_changes(tmp_path: Path) -> None:
    with pods.open_pod(tmp_path / "maple") as pod:
        pods.fill(pod)
        before = print_sheet(pods.job(pod, "board"), "board").contents
        assert print_sheet(pods.job(pod, "board"), "board").contents == before
        pod.listings.withdraw(bytes([1]) * 16)
        assert print_sheet(pods.job(pod, "board"), "board").contents != before


# --- Printing changes nothing ---


def trace(folder: Path) -> dict[str, str]:
    return {it.name: sha256(it.read_bytes()).hexdigest() for it in folder.iterdir()}


def test_printing_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "maple"
    with pods.open_pod(folder) as pod:
        pods.fill(pod)
    with pods.open_pod(folder) as pod:
        other = sqlite3.connect(f"file:{folder / 'pod.db'}?mode=ro", uri=True)
        seen = other.execute("PRAGMA data_version").fetchone()
        files = trace(folder)
        for name in NAMES:
            for lang in languages():
                printed(pod, name, lang)
        assert trace(folder) == files
        assert other.execute("PRAGMA data_version").fetchone() == seen
        other.close()


# --- Nothing that nobody agreed to ---


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["en", "es"])
def test_nothing_private_is_on_paper(pod: Pod, name: str, lang: str) -> None:
    assert pods.PRIVATE not in printed(pod, name, lang)


def test_a_board_for_a_wall_has_only_what_is_for_everybody(pod: Pod) -> None:
    sheet = print_sheet(Job(pod=pod, style=Style(words=words_in("en"))), "board")
    assert "Ladder &lt;3 m&gt;" in sheet.html
    assert "Spare key" not in sheet.html
    assert "Who sits with Ana" not in sheet.html
    assert sheet.left_out.startswith("2 listings are not for everybody")


def test_a_board_for_the_pods_room_says_so(pod: Pod) -> None:
    html = printed(pod, "board", inside=True)
    assert "Hang it where only they pass." in html
    assert "Who sits with Ana" in html


def test_a_person_is_on_paper_by_what_they_agreed_to_alone(pod: Pod) -> None:
    sheet = print_sheet(pods.job(pod, "address-sheet"), "address-sheet")
    assert "555-0101" in sheet.html
    assert "blue door" in sheet.html
    assert sheet.left_out.startswith("1 person agreed to nothing on paper")


def test_who_is_not_on_paper_has_a_line_to_tick_all_the_same(pod: Pod) -> None:
    html = printed(pod, "check-in")
    assert '<th class="who">1. <span dir="auto">Ada</span></th>' in html
    assert '<th class="who">2. <span dir="auto"></span></th>' in html
    assert html.count('<th class="who"></th>') == 4  # spare


@pytest.mark.parametrize("name", NAMES)
def test_a_stranger_prints_blank_forms_and_nothing_else(pod: Pod, name: str) -> None:
    job = Job(pod=pod, style=Style(words=words_in("en")), viewer=STRANGER)
    if name in ("intake-slips", "pod-map"):
        assert print_sheet(job, name).html
    else:
        with pytest.raises(UserError, match="not_allowed"):
            print_sheet(job, name)


def test_the_recovery_sheet_is_for_stewards(pod: Pod) -> None:
    job = Job(pod=pod, style=Style(words=words_in("en")), viewer=Viewer(Role.MEMBER, bytes(16)))
    with pytest.raises(UserError, match="not_allowed"):
        print_sheet(job, "recovery")


# --- Each sheet's own ---


def test_every_listing_has_its_number_and_strips_to_tear_off(pod: Pod) -> None:
    html = printed(pod, "board")
    assert html.count('<article class="listing row">') == 4
    for number in range(1, 5):
        assert html.count(f"<b>No. {number}</b>") == 3


def test_a_neighbour_that_takes_our_name_is_told_apart(tmp_path: Path) -> None:
    key, working = PodKey.from_seed(bytes(32)), WorkingKey.from_seed(bytes(32))
    with pods.open_pod(tmp_path / "maple") as pod:
        pod.neighbours.add(key.certify(1, working.public, 1), "maple street", [], seen=True)
        pods.publish(pod, 1, title="Soup")
        assert board._names(pod) == {
            pod.pod_id: "Maple Street",
            key.pod_id: f"maple street ({short_id(key.pod_id)})",
        }


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    with pods.open_pod(tmp_path_factory.mktemp("empty")) as pod:
        yield pod


@given(listing=listings(), lang=st.sampled_from(["en", "es", "ar", "hmn"]), large=st.booleans())
@settings(max_examples=50)
def test_any_listing_can_be_printed_and_breaks_nothing(
    empty: Pod, listing: Listing, lang: str, large: bool
) -> None:
    listing = listing.model_copy(update={"status": "open", "left": None})
    item = empty.listings.publish(listing, audience=Audience.POD, valid_until_s=0)
    try:
        style = Style(words=Words(lang, NullTranslations()), large=large)
        job = Job(pod=empty, style=style, options=Options(inside=True))
        html = print_sheet(job, "board").html
    finally:
        empty.listings.withdraw(item.rid)
    assert Loads(html).found == []
    assert html.count('<article class="listing row">') == 1
    assert html.count("<h3") == html.count("</h3>") == 1


def test_a_board_that_is_too_long_says_so(pod: Pod) -> None:
    html = printed(pod, "board", inside=True, limit=3)
    assert html.count('<article class="listing row">') == 3
    assert "There is more than fits here." in html


def test_a_directory_for_a_wall_has_only_what_is_for_everybody(pod: Pod) -> None:
    sheet = print_sheet(Job(pod=pod, style=Style(words=words_in("es"))), "resources")
    assert "Library &lt;north&gt;" in sheet.html
    assert "lun, mar 09:00–17:00" in sheet.html
    assert "Ana" not in sheet.html


def test_what_nobody_looked_at_for_long_says_so(pod: Pod) -> None:
    html = printed(pod, "resources", inside=True)
    assert "may have changed: ring before you go (last known 1 Jan 2025)" in html
    assert "known to be so on 1 Nov 2026" in html


def test_a_meetup_for_the_pod_alone_is_on_no_wall(pod: Pod) -> None:
    reference = b"f".hex() * 4
    with pytest.raises(UserError, match="not for everybody"):
        printed(pod, "event", item=reference)
    assert "Wake for Ana" in printed(pod, "event", item=reference, inside=True)


def test_a_poster_says_when_and_on_which_days_again(pod: Pod) -> None:
    html = printed(pod, "event", "es", item=b"e".hex() * 4)
    assert "sábado, 5 de diciembre de 2026<br>18:00 – 21:00" in html
    assert "sáb, 12 dic · sáb, 19 dic · sáb, 26 dic" in html


@pytest.mark.parametrize("name", ["event", "proposal"])
def test_a_sheet_about_one_thing_asks_which(pod: Pod, name: str) -> None:
    with pytest.raises(UserError, match=r"Which .* is it to be\?"):
        print_sheet(Job(pod=pod, style=Style(words=words_in("en"))), name)


def test_where_names_are_hidden_the_lines_are_cut_apart(tmp_path: Path) -> None:
    with pods.open_pod(tmp_path / "maple") as pod:
        pods.fill(pod)
        assert "cut the lines apart" not in printed(pod, "proposal", item="0000")
        pod.agreements.set_rules(MACHINE, {"hide_names": True})
        assert "cut the lines apart" in printed(pod, "proposal", item="0000")


def test_words_of_people_keep_their_language(pod: Pod) -> None:
    assert '<h3 lang="es" dir="auto">Llevarme a la clínica</h3>' in printed(pod, "board")


def test_the_slip_has_every_field_of_the_form() -> None:
    assert BLANKS.keys() | NOT_ON_PAPER.keys() == Listing.model_fields.keys()
    assert BLANKS.keys() & NOT_ON_PAPER.keys() == set()


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_slip_has_a_place_for_each_field(pod: Pod, lang: str) -> None:
    html = printed(pod, "intake-slips", lang)
    assert re.findall(r'data-field="(\w+)"', html) == list(BLANKS)


def test_the_flyer_says_the_address_in_digits_first(pod: Pod) -> None:
    html = print_sheet(Job(pod=pod, style=Style(words=words_in("en"))), "flyer").html
    found = re.findall(r"http://([^<]+)<", html)
    assert found[-1].startswith("pod-")
    assert found[-1].endswith(".local:8080")
    assert all(re.fullmatch(r"\d+\.\d+\.\d+\.\d+:8080", it) for it in found[:-1])


def test_the_flyer_welcomes_in_every_language(pod: Pod) -> None:
    html = printed(pod, "flyer", "es")
    assert '<p lang="en" dir="ltr">Neighbours help each other here.' in html
    assert "English · Español" in html


def test_the_address_is_the_one_at_which_the_pages_are(pod: Pod) -> None:
    style, options = Style(words=words_in("en")), Options(addresses=("192.0.2.7",))
    job = Job(pod=pod, style=style, options=options, pages=Pages(8443, https=True))
    assert "https://192.0.2.7:8443<" in print_sheet(job, "flyer").html


def test_without_a_port_of_their_own_the_pages_have_no_address_on_paper(pod: Pod) -> None:
    job = Job(pod=pod, style=Style(words=words_in("en")), pages=Pages(0))
    with pytest.raises(UserError, match="web_port = 0"):
        print_sheet(job, "flyer")


def test_a_code_is_on_every_card_and_several_on_one_each(tmp_path: Path) -> None:
    with pods.open_pod(tmp_path / "maple") as pod:
        made = [pod.invites.make(MACHINE, uses=8).code for _ in range(2)]
        assert printed(pod, "invitation-cards", codes=(made[0],)).count(made[0]) == 8
        html = printed(pod, "invitation-cards", codes=tuple(made), addresses=(pods.ADDRESS,))
        assert [html.count(code) for code in made] == [1, 1]
        assert [it.uses_left for it in pod.invites.good(MACHINE)] == [8, 8]
        with pytest.raises(UserError, match="not good"):
            printed(pod, "invitation-cards", codes=("AAAA-AAAA",))


def test_an_invitation_for_a_pod_is_on_one_card(pod: Pod) -> None:
    pod_id = PodKey.from_seed(bytes(32)).pod_id
    said = Invitation(pod_id=pod_id, token=bytes(16), addresses=("192.0.2.9:4781",), name="Mill")
    text = invitation_text(said)
    html = printed(pod, "invitation-cards", invitation=text)
    assert text in re.sub(r"(?<=\w) (?=\w)", "", html)
    assert html.count("<section") == 1
    with pytest.raises(UserError, match="invalid_invitation"):
        printed(pod, "invitation-cards", invitation=text[:-1] + "x")


def test_the_recovery_sheet_has_lines_and_no_words(pod: Pod) -> None:
    html = printed(pod, "recovery")
    assert html.count('<span class="number">') == 24
    assert (
        re.findall(r'<span class="number">\d+\.</span><span class="line">([^<]*)</span>', html)
        == [""] * 24
    )


def test_a_sheet_refuses_what_it_does_not_take(pod: Pod) -> None:
    with pytest.raises(UserError, match="nothing to do with wifi"):
        printed(pod, "pod-map", wifi="x")


def test_no_name_breaks_out_of_the_style(tmp_path: Path) -> None:
    name = 'A"}</style><script>alert(1)</script>\\'
    with pods.open_pod(tmp_path / "odd", name=name) as pod:
        html = printed(pod, "pod-map")
    assert Loads(html).found == []
    assert "alert(1)</script>" not in html
