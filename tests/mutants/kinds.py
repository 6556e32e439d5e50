"""Mutants of what holds the kinds that travel: docs/kinds.md §1 to §10."""

from typing import Final

from tests.mutants import Mutant

BODY: Final = "protocol/aid/body.py"
ROWS: Final = "protocol/aid/recurrence.py"
RESOURCE: Final = "protocol/aid/resource.py"
SHOWN: Final = "store/aid/items.py"
PARTS: Final = "store/aid/__init__.py"
DOOR: Final = "node/aid/items.py"
WRITING: Final = "node/aid/writing.py"
MEETUPS: Final = "node/aid/meetups.py"
DIRECTORY: Final = "node/aid/directory.py"

IN_KINDS: Final = "tests/aid/test_kinds.py"
IN_ROWS: Final = "tests/aid/test_recurrence.py"
VERSIONS: Final = "node/aid/versions.py"
IN_VERSIONS: Final = "tests/aid/test_versions.py"
IN_DOORS: Final = "tests/aid/test_doors.py"
ON_THE_WAY: Final = "tests/scenarios/test_kinds_travel.py"

MUTANTS: Final = (
    Mutant(
        "versions: what waits for people's word after a theft is offered",
        VERSIONS,
        "record.payload is None or version.doubt is not Doubt.NONE",
        "record.payload is None",
        (f"{IN_VERSIONS}::test_what_waits_for_word_after_a_theft_is_not_offered",),
    ),
    Mutant(
        "versions: what was drawn back is shared anew",
        VERSIONS,
        "door.edit(thing.rid, body, valid_until_s=ends_s)",
        "door.edit(thing.rid, body, audience=was.audience, valid_until_s=ends_s)",
        (f"{IN_VERSIONS}::test_what_was_drawn_back_to_the_pod_is_not_shared_anew",),
    ),
    Mutant(
        "versions: anybody of the pod sees what somebody else's said before",
        "node/web/pages/versions.py",
        "if not pod.people.may_change(visit.viewer.looking, rid):",
        "if not rid:",
        ("tests/web/test_street.py::test_earlier_version_is_seen_and_taken_back_by_whose_it_is",),
    ),
    Mutant(
        "keeper: what pages and commands sign is of no run of the node",
        "node/signer.py",
        'return int.from_bytes(self._run_id[:7], "big") if beside is None else beside',
        'return int.from_bytes(self._run_id[:7], "big")',
        (f"{IN_VERSIONS}::test_word_that_a_neighbour_brought_home_is_marked_and_taken_back",),
    ),
    Mutant(
        "pages: any page takes a file",
        "node/web/guard.py",
        "(_FORM, _FORM_WITH_FILE) if file_bytes else (_FORM,)",
        "(_FORM, _FORM_WITH_FILE)",
        ("tests/web/test_files.py::test_file_has_a_bound_and_no_other_page_takes_one",),
    ),
    Mutant(
        "pages: a file of any member is read",
        "node/web/site.py",
        "route.file_bytes if _may_come(viewer, route.may) else 0",
        "route.file_bytes",
        ("tests/web/test_files.py::test_file_has_a_bound_and_no_other_page_takes_one",),
    ),
    Mutant(
        "pages: a file that somebody else looks at is taken in",
        "node/web/pages/imports.py",
        "return -1 if device is None else device.number",
        "return -1 if device is None else 0",
        ("tests/web/test_files.py::test_file_waits_for_the_device_that_sent_it_and_once",),
    ),
    Mutant(
        "pages: anybody of the pod changes what somebody else wrote",
        "node/aid/people.py",
        "if not self.may_change(viewer, rid):",
        "if not rid:",
        ("tests/web/test_pages.py::test_listing_is_changed_renewed_and_taken_back_by_whose_it_is",),
    ),
    Mutant(
        "kinds: an alert is shown as long as its author says",
        BODY,
        "return min(valid_until_s or last, last)",
        "return valid_until_s or last",
        (f"{IN_KINDS}::test_what_is_urgent_is_over_soon_whatever_its_author_says",),
    ),
    Mutant(
        "kinds: a time of posting may lie after the signing",
        BODY,
        "return signed_s if said is None else min(said, signed_s)",
        "return signed_s if said is None else said",
        ("tests/aid/test_board.py", f"{IN_DOORS}::test_time_of_posting_to_come_keeps_nothing_up"),
    ),
    Mutant(
        "kinds: the network gets the cell of a neighbour",
        BODY,
        'return self.model_copy(update={"cell": cell[: limits.NETWORK_CELL]})',
        "return self",
        (f"{IN_KINDS}::test_place_that_is_not_public_is_a_coarse_cell_to_the_network",),
    ),
    Mutant(
        "kinds: a point of any place travels",
        RESOURCE,
        "            if self.point is not None:",
        "            if self.point is not None and self.address is not None:",
        (f"{IN_KINDS}::test_fields_that_do_not_go_together_are_unfit",),
    ),
    Mutant(
        "kinds: a pod has as many words on one matter as it likes",
        SHOWN,
        "if body.only_rid() not in (None, rid):",
        "if body.only_rid() is None and rid is None:",
        (f"{IN_DOORS}::test_confirmation_under_another_rid_is_not_shown",),
    ),
    Mutant(
        "kinds: hidden pods are shown",
        SHOWN,
        '("author NOT IN (SELECT pod_id FROM author WHERE hidden)", ()),',
        "",
        (f"{ON_THE_WAY}::test_hidden_pod_is_not_shown_and_still_carried",),
    ),
    Mutant(
        "kinds: a withdrawal leaves what it withdrew on the lists",
        PARTS,
        "remove(connection, [*gone, *withdrawn])",
        "remove(connection, gone)",
        (f"{ON_THE_WAY}::test_kind_travels_over_a_neighbour_changes_in_one_field_and_is_gone",),
    ),
    Mutant(
        "kinds: a change of audience leaves the old one where it was",
        DOOR,
        "if wanted is not item.audience:",
        "if wanted is None:",
        (f"{ON_THE_WAY}::test_wider_audience_takes_the_place_of_the_narrow_one_everywhere",),
    ),
    Mutant(
        "kinds: what is for neighbours is signed for all",
        WRITING,
        "        draft = Draft(body.CODE, rid, audience.scope, payload, valid_until_s)",
        "        draft = Draft(body.CODE, rid, type(audience.scope)(2), payload, valid_until_s)",
        (f"{ON_THE_WAY}::test_near_ones_stop_at_the_neighbour_and_those_of_the_pod_at_its_door",),
    ),
    Mutant(
        "kinds: a row of meetups forgets its interval",
        ROWS,
        "week = monday + timedelta(weeks=number * rule.every)",
        "week = monday + timedelta(weeks=number)",
        (f"{IN_ROWS}::test_row_is_the_one_that_rfc_5545_means",),
    ),
    Mutant(
        "kinds: a row of meetups is looked through from its beginning",
        ROWS,
        "    gone = (since - monday).days // (7 * rule.every)",
        "    gone = 0",
        (f"{IN_ROWS}::test_row_that_began_long_ago_is_looked_up_at_once",),
    ),
    Mutant(
        "kinds: one pod's flood of events hides those of others",
        SHOWN,
        "if query.of_each is not None:",
        "if query.of_each is None is not None:",
        (f"{ON_THE_WAY}::test_flood_of_events_of_one_pod_leaves_room_for_all_others",),
    ),
    Mutant(
        "kinds: one daily row fills every list",
        MEETUPS,
        "most = 1 if once else limits.MAX_MEETINGS_OF_ONE",
        "most = 1 if once else 10_000",
        (f"{IN_DOORS}::test_daily_row_of_one_pod_does_not_fill_the_list",),
    ),
    Mutant(
        "kinds: who came is kept for ever",
        MEETUPS,
        "rsvps.forget_before(tx, day.isoformat())",
        "day.isoformat()",
        (f"{IN_DOORS}::test_who_comes_stays_in_the_pod_and_is_forgotten_a_month_after",),
    ),
    Mutant(
        "kinds: a day to come makes a resource fresh",
        "protocol/aid/body.py",
        "return min(date.fromisoformat(said), signed)",
        "return date.fromisoformat(said)",
        (f"{IN_DOORS}::test_day_to_come_makes_nothing_fresh",),
    ),
    Mutant(
        "kinds: what others found not to be so is not checked",
        DIRECTORY,
        "(*old, *doubted)",
        "old",
        (f"{IN_DOORS}::test_what_is_to_check_is_found_whoever_doubts_it_and_the_oldest_first",),
    ),
)
