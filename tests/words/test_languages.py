"""The nearest language there is, its dates, and templates that speak it."""

from datetime import UTC, date, datetime
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from node.words import SHIPPED, Words, labels, languages, templates, words_in
from protocol.aid.listing import write_listing

DAY = date(2026, 12, 5)


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("es", "Comida"),
        ("ES-mx", "Comida"),
        ("es_419", "Comida"),
        ("en", "Food"),
        ("en-US", "Food"),
        ("hmn", "Food"),
        ("", "Food"),
        ("../../etc/passwd", "Food"),
        ("a" * 5000, "Food"),
    ],
)
def test_the_nearest_language_is_spoken(asked: str, got: str) -> None:
    assert labels.category(words_in(asked), "food") == got


def test_english_comes_first() -> None:
    assert languages()[:2] == ["en", "es"]


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ("en", ("Saturday, 5 December 2026", "5 Dec 2026", "5 Dec 2026, 18:05")),
        ("en-US", ("Saturday, December 5, 2026", "Dec 5, 2026", "Dec 5, 2026, 6:05\xa0PM")),
        ("es-MX", ("sábado, 5 de diciembre de 2026", "5 dic 2026", "5 dic 2026, 6:05\xa0p.m.")),
        ("es", ("sábado, 5 de diciembre de 2026", "5 dic 2026", "5 dic 2026, 18:05")),
    ],
)
def test_days_are_said_as_they_are_there(tag: str, said: tuple[str, str, str]) -> None:
    words = words_in(tag)
    day, short, moment = said
    assert words.day(DAY) == day
    assert words.short_day(DAY) == short
    assert words.moment(datetime(2026, 12, 5, 18, 5, tzinfo=UTC)) == moment


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ((5, 20, 30), "Sat 5 Dec, 18:05 – 20:30"),
        ((6, 2, 0), "Sat 5 Dec, 18:05 – Sun 6 Dec, 02:00"),
    ],
)
def test_what_goes_on_past_midnight_ends_on_another_day(
    ends: tuple[int, int, int], said: str
) -> None:
    day, hour, minute = ends
    begins = datetime(2026, 12, 5, 18, 5, tzinfo=UTC)
    assert words_in("en").span(begins, datetime(2026, 12, day, hour, minute, tzinfo=UTC)) == said


def test_the_clock_is_of_its_place_and_not_of_the_middle_of_the_world() -> None:
    begins = datetime(2026, 12, 5, 23, 5, tzinfo=ZoneInfo("America/New_York"))
    assert words_in("en-US").time(begins) == "11:05\xa0PM"
    assert words_in("en").span(begins, begins) == "Sat 5 Dec, 23:05 – 23:05"


def test_a_region_says_its_days_in_the_pods_language() -> None:
    words = SHIPPED.words_in("en", "en-us")
    assert (words.tag, words.gettext("Food")) == ("en", "Food")
    assert words.short_day(DAY) == "Dec 5, 2026"


def test_a_language_without_data_says_days_in_digits() -> None:
    words = Words("hmn", NullTranslations())  # Hmong: groups print in it, Babel knows no dates
    assert words.day(DAY) == words.short_day(DAY) == "2026-12-05"
    assert words.month_day(DAY) == "12-05"
    assert (words.direction, words.own_name) == ("ltr", "hmn")


def test_a_language_written_from_the_right_says_so() -> None:
    assert Words("ar", NullTranslations()).direction == "rtl"
    assert Words("ar", NullTranslations()).own_name == "العربية"


# --- Templates ---


def rendered(tag: str, **said: object) -> str:
    page = templates("tests.words").get_template("greeting.html")
    return page.render(words=words_in(tag), **said)


def test_one_template_speaks_each_readers_language_and_escapes_every_value() -> None:
    assert rendered("es", name="<b>lunes</b>", days=2).splitlines() == [
        '<p lang="es" dir="ltr">hasta el &lt;b&gt;lunes&lt;/b&gt;</p>',
        'desde el &lt;b&gt;lunes&lt;/b&gt; <span lang="en" dir="ltr">2 days</span>',
    ]
    assert rendered("en", name="Monday", days=1).splitlines() == [
        '<p lang="en" dir="ltr">until Monday</p>',
        "from Monday 1 day",
    ]


def test_a_value_that_was_forgotten_is_an_error_and_no_gap() -> None:
    with pytest.raises(UndefinedError):
        rendered("en", days=1)


# --- A listing in words ---


@pytest.mark.parametrize(
    ("fields", "en", "es"),
    [
        (
            {"when": "evenings", "repeats": "weekly"},
            "evenings; every week",
            "evenings; cada semana",
        ),
        ({"date_from": "2026-12-05"}, "from 5 Dec 2026", "desde el 5 dic 2026"),
        ({"date_to": "2026-12-05T18:00"}, "until 5 Dec 2026, 18:00", "hasta el 5 dic 2026, 18:00"),
        (
            {"date_from": "2026-12-05", "date_to": "2026-12-07"},
            "5 Dec 2026 to 7 Dec 2026",
            "del 5 dic 2026 al 7 dic 2026",
        ),
        ({"date_from": "2026-12-05", "date_to": "2026-12-05"}, "5 Dec 2026", "5 dic 2026"),
        ({}, "", ""),
    ],
)
def test_when_is_said_once(fields: dict[str, str], en: str, es: str) -> None:
    found = write_listing({"type": "offer", "title": "Soup", "category": "food", **fields})
    assert labels.when(words_in("en"), found) == en
    assert labels.when(words_in("es"), found) == es


@pytest.mark.parametrize(
    ("fields", "en", "es"),
    [
        ({"qty": 5, "unit": "kg"}, "5 kg", "5 kg"),
        ({"qty": 5, "left": 5}, "5", "5"),
        ({"qty": 5, "unit": "kg", "left": 2}, "5 kg, 2 left", "5 kg, quedan 2"),
        ({"plenty": True}, "plenty", "de sobra"),
        ({}, "", ""),
    ],
)
def test_how_much_is_said(fields: dict[str, object], en: str, es: str) -> None:
    found = write_listing({"type": "offer", "title": "Soup", "category": "food", **fields})
    assert labels.quantity(words_in("en"), found) == en
    assert labels.quantity(words_in("es"), found) == es
