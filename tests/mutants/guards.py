"""Mutants of what keeps the members' pages answering, and answering only whom they should."""

from typing import Final

from tests.mutants import Mutant

GUARD: Final = "node/web/guard.py"
SITE: Final = "node/web/site.py"
SERVER: Final = "node/web/server.py"
HOSTS: Final = "node/web/hosts.py"
LIVE: Final = "node/web/live.py"
LISTINGS: Final = "store/aid/listings.py"
HELD: Final = "node/web/held.py"
CALENDAR: Final = "node/formats/calendar.py"
MEETUPS: Final = "node/aid/meetups.py"

ATTACKS: Final = "tests/web/test_attacks.py"
FLOODS: Final = "tests/web/test_floods.py"
COST: Final = "tests/web/test_cost.py::test_no_page_costs_more_with_four_times_as_many_records"

MUTANTS: Final = (
    Mutant(
        "files: a device is replaced by what is written to it",
        "store/backup.py",
        "if path.exists() and not path.is_file():",
        "if path.is_dir():",
        ("tests/node/test_whole_file.py::test_what_is_no_file_stays_what_it_is",),
    ),
    Mutant(
        "pages: forms of other sites are taken",
        GUARD,
        "if origins != [f\"{request.scheme}://{request.headers['Host']}\"]:",
        "if not origins:",
        (f"{ATTACKS}::test_form_from_another_site_changes_nothing",),
    ),
    Mutant(
        "pages: a form of one device is taken from another",
        GUARD,
        "if len(given) != 1 or not hmac.compare_digest(given[0].encode(), expected.encode()):",
        "if len(given) != 1 or not given[0]:",
        (f"{ATTACKS}::test_form_without_the_devices_own_token_changes_nothing",),
    ),
    Mutant(
        "pages: any name with the pod's address in it is the pod's",
        HOSTS,
        'return name.lower().rstrip(".") in names',
        "return any(char.isdigit() for char in name)",
        (f"{ATTACKS}::test_name_that_was_pointed_here_gets_nothing",),
    ),
    Mutant(
        "pages: a head may drip for ever",
        SERVER,
        "call_later(HEAD_S, transport.abort)",
        "call_later(HEAD_S, transport.is_closing)",
        (f"{FLOODS}::test_head_that_drips_is_ended",),
    ),
    Mutant(
        "pages: one address takes all places",
        SERVER,
        "if alike < MAX_PER_ADDRESS and",
        "if alike < MAX_CONNECTIONS and",
        (f"{ATTACKS}::test_more_connections_than_there_is_room_for_are_refused_before_a_byte",),
    ),
    Mutant(
        "pages: one phone takes all streams",
        LIVE,
        "or alike >= MAX_OF_DEVICE:",
        "or alike > MAX_STREAMS:",
        (f"{FLOODS}::test_one_phone_opens_few_streams_and_its_pages_go_on",),
    ),
    Mutant(
        "pages: a stream goes on after the phone was signed out",
        LIVE,
        "break  # signed out or suspended meanwhile: the stream ends with the session",
        "pass",
        (f"{ATTACKS}::test_revoked_device_gets_no_more_of_an_open_stream",),
    ),
    Mutant(
        "pages: strangers are let to what is a guest's own",
        SITE,
        "return is_somebody and viewer.may(right)",
        "return viewer.may(right)",
        ("tests/web/test_rights.py::test_every_route_lets_in_whom_the_table_lets_in",),
    ),
    Mutant(
        "pages: whoever posts may post without end",
        SITE,
        'if not self._changes.allow(request.remote or ""):',
        "if request.remote is None:",
        (f"{ATTACKS}::test_changes_from_one_address_are_bounded_in_time",),
    ),
    Mutant(
        "pages: the board is counted to its end",
        LISTINGS,
        "(*values, most),",
        "(*values, NO_BOUND),",
        (COST,),
    ),
    Mutant(
        "pages: an answer is taken for held though it has changed",
        HELD,
        'answer.body if isinstance(answer.body, bytes) else b""',
        "request.path.encode()",
        ("tests/web/test_held.py::test_whatever_changes_is_sent_from_that_moment",),
    ),
    Mutant(
        "calendar: a line is broken within a character",
        CALENDAR,
        "rest[end] & 0xC0 == 0x80",
        "rest[end] & 0xC0 == 0x81",
        ("tests/formats/test_calendar.py",),
    ),
    Mutant(
        "calendar: what somebody wrote is a line of the file",
        CALENDAR,
        r'"\n": r"\n", ',
        "",
        ("tests/formats/test_calendar.py",),
    ),
    Mutant(
        "calendar: one pod fills the file",
        MEETUPS,
        "chain(*map(self.page, self._fairly(query)))",
        "self.page(query)",
        ("tests/scenarios/test_kinds_travel.py",),
    ),
    Mutant(
        "pages: a file of all holds the others up",
        "node/web/pages/files.py",
        "AT_ONCE: Final = 100",
        "AT_ONCE: Final = 1000",
        (COST,),
    ),
)
