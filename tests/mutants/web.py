"""Mutants of what guards the members' pages, and of what they draw."""

from typing import Final

from tests.mutants import Mutant

GUARD: Final = "node/web/guard.py"
SITE: Final = "node/web/site.py"
DRAWING: Final = "node/web/drawing.py"
REACH: Final = "node/aid/reach.py"

ATTACKS: Final = "tests/web/test_attacks.py"
BODIES: Final = "tests/web/test_bodies.py"
CHECKS: Final = "tests/web/test_checks_of_phones.py"
ENDING: Final = "tests/web/test_ending.py"
DRAWN: Final = "tests/web/test_drawing.py"
DESK: Final = "tests/web/test_desk.py"
OLD: Final = "tests/web/test_old_phones.py"
LINKS: Final = "tests/web/test_every_link.py"

FILES: Final = "tests/web/test_files.py"
IMPORT_FILES: Final = "node/aid/import_files.py"

POSTING: Final = "tests/web/test_posting.py"
SERVER: Final = "node/web/server.py"
MANY: Final = (
    "tests/web/test_floods.py::test_whoever_takes_all_places_from_many_addresses_keeps_nobody_out"
)

COOKIES: Final = "tests/web/test_cookies.py"

MUTANTS: Final = (
    Mutant(
        "pages: a cookie that others read along by HTTP is good for ever by HTTPS",
        SITE,
        "        if shown.was_open:\n",
        "        if False:\n",
        (f"{COOKIES}::test_cookie_that_was_sent_in_the_open_is_good_once_by_https",),
    ),
    Mutant(
        "pages: a cookie planted by HTTP comes before the one of HTTPS",
        "node/web/cookies.py",
        "    if request.secure and SECRET_COOKIE in cookies:\n",
        "    if SECRET_COOKIE in cookies and COOKIE not in cookies:\n",
        (f"{COOKIES}::test_cookie_by_https_is_one_that_plain_http_cannot_plant",),
    ),
    Mutant(
        "pages: whoever says nothing on all connections keeps everybody out",
        SERVER,
        "(it for it in self._connections if it.is_silent), None)",
        "(it for it in () if it.is_silent), None)",
        ("tests/web/test_floods.py::test_who_has_spoken_keeps_a_place_before_who_is_silent",),
    ),
    Mutant(
        "pages: whoever holds all connections from many addresses keeps everybody out",
        SERVER,
        "            if held > alike:\n",
        "            if False:\n",
        (f"{MANY}[False-False]",),
    ),
    Mutant(
        "squares: of a point more is kept than the square",
        "node/web/pages/settings.py",
        "None, size=NETWORK_CELL)",
        "None, size=12)",
        (f"{POSTING}::test_square_is_tapped_or_typed_and_of_a_point_no_more_is_kept",),
    ),
    Mutant(
        "squares: numbers go north",
        "protocol/aid/squares.py",
        'return f"{COLUMNS[east]}{len(ROWS) - up}"',
        'return f"{COLUMNS[east]}{up + 1}"',
        ("tests/aid/test_squares.py::test_each_square_is_a_cell_of_its_own_and_back",),
    ),
    Mutant(
        "files: any member takes one in",
        IMPORT_FILES,
        "require(viewer, Right.RUN_MACHINE)\n        if file.sort is Sort.LISTINGS:\n"
        "            return self._sheets",
        "if file.sort is Sort.LISTINGS:\n            return self._sheets",
        (f"{FILES}::test_only_stewards_take_files_in",),
    ),
    Mutant(
        "files: a zip on a page may unpack to as much as at the machine",
        IMPORT_FILES,
        "most = MAX_UNPACKED_BYTES",
        "most = 32 << 20",
        (f"{FILES}::test_zip_that_unpacks_to_too_much_is_refused",),
    ),
    Mutant(
        "pages: any name that is led to the pod gets its pages",
        GUARD,
        "if len(hosts) != 1 or not is_ours(hosts[0], names):",
        "if len(hosts) != 1:",
        (f"{ATTACKS}::test_name_that_was_pointed_here_gets_nothing",),
    ),
    Mutant(
        "pages: a stranger has forms recoded before they are read",
        GUARD,
        "if request.content_type not in types or not is_utf8 or",
        "if request.content_type not in types or",
        (f"{BODIES}::test_strangers_body_that_needs_unpacking_first_is_refused",),
    ),
    Mutant(
        "pages: a body that says that it is packed is unpacked",
        GUARD,
        ' or "Content-Encoding" in request.headers:',
        ":",
        (f"{BODIES}::test_programs_body_that_needs_unpacking_first_is_refused",),
    ),
    Mutant(
        "pages: a fault fills the log",
        SITE,
        "if self._faults.allow(type(err).__name__):",
        "if True:",
        (f"{BODIES}::test_fault_that_comes_again_and_again_does_not_fill_the_log",),
    ),
    Mutant(
        "pages: a number of thousands of digits is a fault of ours",
        "protocol/aid/form.py",
        "if said.isdecimal() and len(said) <= _MAX_DIGITS else said",
        "if said.isdecimal() else said",
        (f"{BODIES}::test_number_that_is_none_is_a_sentence_beside_its_field",),
    ),
    Mutant(
        "pages: who was signed out while a form dripped in is let in still",
        SITE,
        "if request.method not in SAFE:  # a body drips",
        "if False:  # a body drips",
        (f"{ENDING}::test_what_was_half_sent_when_rights_ended_changes_nothing",),
    ),
    Mutant(
        "api: who was signed out while a body dripped in is let in still",
        "node/web/api/serve.py",
        "visit.by_now(pod, operation.may) if is_late else visit.viewer",
        "visit.viewer",
        (f"{ENDING}::test_what_was_half_sent_when_rights_ended_changes_nothing",),
    ),
    Mutant(
        "pages: a phone that looks for the internet is shown a page to sign in",
        SITE,
        'text=text, status=421, content_type="text/html")',
        'text=text, status=200, content_type="text/html")',
        (f"{CHECKS}::test_check_is_told_shortly_that_this_is_not_the_internet",),
    ),
    Mutant(
        "pages: guests are shown the bar of pages that are refused to them",
        "node/web/templates/base.html",
        '{% if viewer.may("see what the pod keeps for its members") %}\n<nav',
        "{% if viewer.member %}\n<nav",
        (f"{LINKS}::test_no_link_leads_anybody_to_what_is_refused",),
    ),
    Mutant(
        "pages: what changed while a page was on its way is told to nobody",
        "node/web/live.py",
        'if visit.asked("since") not in ("", await visit.do(as_of)):',
        'if visit.asked("since") == "always":',
        (
            "tests/web/test_live.py::test_what_changed_while_the_page_was_on_its_way_is_told_at_once",
        ),
    ),
    Mutant(
        "pages: the state of an earlier run is taken for the one of now",
        "node/web/viewer.py",
        "[pod.keeper.run_id[:4].hex(), *map(str, pod.version())]",
        '["00000000", *map(str, pod.version())]',
        ("tests/web/test_live.py::test_state_of_another_run_is_never_the_one_of_now",),
    ),
    Mutant(
        "pages: whoever sends what is no HTTP learns what answers, and gets its bytes back",
        "node/web/server.py",
        "response = web.Response(status=status, headers=HEADERS)",
        "response = web.Response(status=status, text=message)",
        (f"{ATTACKS}::test_garbage_is_answered_with_nothing_of_ours",),
    ),
    Mutant(
        "pictures: more pods on a ring than can be told apart",
        DRAWING,
        "RING_PLACES: Final = (12, 20, 28)",
        "RING_PLACES: Final = (18, 20, 28)",
        (f"{DRAWN}::test_pods_are_drawn_apart_and_the_rest_is_counted",),
    ),
    Mutant(
        "desk: a tap leads away from what else waits",
        SITE,
        'return self.go("/desk" if self.form.text("from") == "desk" else path)',
        "return self.go(path)",
        (f"{DESK}::test_one_tap_on_the_desk_settles_it_and_leads_back_there",),
    ),
    Mutant(
        "pages: a button of a row does not say of what it is",
        "node/web/templates/fields.html",
        '<span class="unseen">: {{ of if of is escaped else of | bdi }}</span>',
        "",
        (f"{DESK}::test_one_tap_on_the_desk_settles_it_and_leads_back_there",),
    ),
    Mutant(
        "style: space that phones of 2016 do not have",
        "node/web/static/style.css",
        ".acts > * { margin: .3rem; }",
        ".acts { gap: .6rem; }",
        (f"{OLD}::test_style_has_only_what_old_phones_know_or_do_not_miss",),
    ),
    Mutant(
        "pages: a guest who is in is asked for a code",
        "node/web/templates/public.html",
        '{% if viewer.member %}<section class="card" aria-labelledby="guest">',
        '{% if not viewer.member %}<section class="card" aria-labelledby="guest">',
        ("tests/web/test_pages.py::test_guest_who_is_in_is_greeted_and_not_asked_for_a_code",),
    ),
    Mutant(
        "pictures: the name of a pod stands in the drawing",
        "node/web/templates/neighbourhood.html",
        'dy=".35em">{{ it.number }}</text>',
        'dy=".35em">{{ names.get(it.around.pod_id) }}</text>',
        (f"{DRAWN}::test_no_name_of_a_pod_stands_in_the_picture",),
    ),
    Mutant(
        "pictures: a pod counts that its neighbour does not carry",
        REACH,
        "if entry.carried and distance <= REACH_HOPS:",
        "if distance <= REACH_HOPS:",
        (f"{DRAWN}::test_what_tables_tell_is_known_by_the_nearest_way",),
    ),
)
