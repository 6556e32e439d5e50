"""Mutants of what keeps programs to what their member may, and other sites out of the API."""

from typing import Final

from tests.mutants import Mutant

SITE: Final = "node/web/site.py"
GUARD: Final = "node/web/guard.py"
DEVICES: Final = "node/aid/devices.py"
LIVE: Final = "node/web/live.py"
SERVE: Final = "node/web/api/serve.py"
ANSWERS: Final = "node/web/api/answers.py"
BOARD: Final = "node/web/api/board.py"

TOKENS: Final = "tests/web/api/test_tokens.py"
HOSTILE: Final = "tests/web/api/test_hostile.py"
LIFE: Final = "tests/web/api/test_life.py::test_every_operation_answers_as_it_is_declared"
CALENDAR: Final = "tests/web/test_calendar.py"
CONDITIONS: Final = "tests/web/api/test_conditions.py"
SAME: Final = "tests/web/api/test_same.py::test_by_a_program_people_may_what_they_may_on_pages"
NO_CROSSING: Final = (
    f"{TOKENS}::test_cookie_counts_for_nothing_on_the_api_and_a_token_for_nothing_on_pages"
)

MUTANTS: Final = (
    Mutant(
        "api: a phone's cookie passes as a token, and a token as a cookie",
        DEVICES,
        "if device is None or device.use is not use:",
        "if device is None:",
        (NO_CROSSING,),
    ),
    Mutant(
        "api: a cookie opens the API",
        SITE,
        "if door is Door.TOOL or (door is Door.EITHER and said):",
        "if said:",
        (NO_CROSSING,),
    ),
    Mutant(
        "api: a token opens pages",
        SITE,
        "if door is Door.TOOL or (door is Door.EITHER and said):",
        "if door is Door.TOOL or said:",
        (NO_CROSSING,),
    ),
    Mutant(
        "api: any scheme shows a token",
        SITE,
        'token.strip() if scheme.lower() == "bearer" else ""',
        "token.strip()",
        (f"{TOKENS}::test_what_is_no_token_is_refused",),
    ),
    Mutant(
        "api: a page of another site may ask with a token",
        GUARD,
        'if "Origin" in request.headers:',
        'if "Origins" in request.headers:',
        (f"{HOSTILE}::test_page_of_another_site_is_refused_even_with_a_token",),
    ),
    Mutant(
        "api: a stream goes on after its token has ended",
        LIVE,
        "if not (await visit.do(viewer_of, visit.by)).may(Right.SEE_POD):",
        "if False:",
        (f"{TOKENS}::test_open_stream_ends_with_its_token",),
    ),
    Mutant(
        "api: a name twice in a body is the last one",
        GUARD,
        "if len(found) < len(pairs):",
        "if len(found) < 0:",
        (f"{HOSTILE}::test_body_that_cannot_be_used_changes_nothing",),
    ),
    Mutant(
        "api: a body is as deep as it likes",
        GUARD,
        "if depth > MAX_DEPTH:",
        "if depth > 1 << 20:",
        (f"{HOSTILE}::test_a_body_is_as_deep_as_is_said_and_no_deeper",),
    ),
    Mutant(
        "api: a huge number is read",
        GUARD,
        'if len(digits.removeprefix("-")) > _MAX_DIGITS:',
        "if False:",
        (f"{HOSTILE}::test_a_number_is_as_long_as_is_said_and_no_longer",),
    ),
    Mutant(
        "api: a body of any type is read",
        GUARD,
        '    check_plain(request, ("application/json",), "media")\n',
        "",
        (f"{HOSTILE}::test_body_of_another_type_is_refused",),
    ),
    Mutant(
        "api: a name that is not known is passed over",
        SERVE,
        "if unknown := [name for name in given if name not in known]:",
        "if unknown := []:",
        (
            f"{HOSTILE}::test_body_that_cannot_be_used_changes_nothing",
            f"{HOSTILE}::test_parameter_that_cannot_be_used_is_named",
        ),
    ),
    Mutant(
        "api: anybody's listing can be changed",
        BOARD,
        "    call.pod.people.begin_change(call.viewer.looking, item.rid)\n",
        "",
        (f"{HOSTILE}::test_listing_is_changed_by_whose_it_is_and_by_stewards",),
    ),
    Mutant(
        "api: members do not see their own invites, as they do on the page",
        "node/web/api/joining.py",
        """        listed("Invites", InviteShape),
        may=Right.INVITE_IF_ALLOWED,""",
        """        listed("Invites", InviteShape),
        may=Right.INVITE,""",
        (SAME, LIFE),
    ),
    Mutant(
        "api: every member sees every invite",
        "node/aid/invites.py",
        "[it for it in found if may(viewer, Right.INVITE) or viewer.is_self(it.made_by)]",
        "found",
        (LIFE,),
    ),
    Mutant(
        "api: a code outlives signing out everywhere",
        "store/house/devices.py",
        "    if number is None:\n",
        "    if False:\n",
        (LIFE,),
    ),
    Mutant(
        "api: a member makes a code that signs in another",
        DEVICES,
        "        require_own(viewer, member, Right.EDIT_SELF, Right.ADD_MEMBER)\n",
        "",
        (f"{TOKENS}::test_code_for_another_is_of_stewards_alone",),
    ),
    Mutant(
        "api: a pod that nobody knows is chosen about",
        "node/web/pages/pods.py",
        "    if author is None and neighbour is None:\n",
        "    if False:\n",
        (LIFE,),
    ),
    Mutant(
        "api: a file of any length is taken in",
        "node/web/api/imports.py",
        "if len(content) > MAX_FILE_BYTES:",
        "if False:",
        (LIFE,),
    ),
    Mutant(
        "api: a yes is said to words of another pairing",
        "node/web/api/nearby.py",
        "if pairing is None or pairing.mode != mode:",
        "if pairing is None:",
        ("tests/web/api/test_nearby.py::test_words_that_differ_change_nothing",),
    ),
    Mutant(
        "api: a change is made whatever was read before",
        SERVE,
        "if not is_named(tag_of(json_bytes(now)), said):",
        "if False:",
        (f"{CONDITIONS}::test_change_that_was_decided_on_what_is_no_more_is_refused",),
    ),
    Mutant(
        "api: a weak tag matches as a strong one",
        "node/web/held.py",
        "(it.value == tag and not it.is_weak)",
        "it.value == tag",
        (f"{CONDITIONS}::test_change_that_was_decided_on_what_is_no_more_is_refused",),
    ),
    Mutant(
        "api: If-Match is passed over where nothing is read",
        SERVE,
        "if is_matched and (reading is None or is_long(operation)):",
        "if False:",
        (f"{CONDITIONS}::test_condition_on_what_nobody_reads_is_never_passed_over",),
    ),
    Mutant(
        "api: caches between may keep what a member sees",
        "node/web/held.py",
        '"Cache-Control": "private, no-cache"',
        '"Cache-Control": "no-cache"',
        (f"{CONDITIONS}::test_what_a_program_has_is_not_sent_again_until_it_changes",),
    ),
    Mutant(
        "api: what a phone is sent may stay on it",
        "node/web/held.py",
        "if by.use is not Use.PHONE:",
        "if True:",
        (f"{CONDITIONS}::test_what_a_phone_is_sent_is_kept_nowhere",),
    ),
    Mutant(
        "calendar: what is no phone pushes phones out",
        "store/house/devices.py",
        """        " WHERE member = ? AND number NOT IN (SELECT device FROM house_tool"
        " UNION ALL SELECT device FROM house_calendar)"
""",
        """        " WHERE member = ? AND number NOT IN (SELECT device FROM house_tool)"
""",
        (f"{CALENDAR}::test_addresses_are_bounded_and_push_no_phone_out",),
    ),
    Mutant(
        "api: of several settings some are set, though one cannot be",
        "node/aid/settings.py",
        "            check_setting(setting, text)\n",
        "            pass\n",
        (LIFE,),
    ),
    Mutant(
        "api: asked is what nobody could promise on a page",
        "node/aid/answers.py",
        "    if is_by_day(listing) and ask.day is None:\n",
        "    if False:\n",
        (LIFE,),
    ),
    Mutant(
        "calendar: any token opens the calendar",
        SITE,
        'return Shown(request.match_info["token"], Use.CALENDAR)',
        'return Shown(request.match_info["token"])',
        (f"{CALENDAR}::test_address_opens_the_calendar_and_nothing_else",),
    ),
    Mutant(
        "calendar: anybody makes an address for anybody",
        DEVICES,
        "        require_own(viewer, member, Right.SEE_POD, Right.EDIT_OTHERS)\n"
        '        tool = fill(Tool, {"label": label})\n'
        "        token, device = self._fresh(member, tool.label, Use.CALENDAR)\n",
        '        tool = fill(Tool, {"label": label})\n'
        "        token, device = self._fresh(member, tool.label, Use.CALENDAR)\n",
        (f"{CALENDAR}::test_addresses_are_bounded_and_push_no_phone_out",),
    ),
    Mutant(
        "api: who may change a listing reads letters to others",
        ANSWERS,
        "    return [answer_data(it, call.names) for it in shown]",
        "    return [answer_data(it, call.names) for it in found]",
        (LIFE,),
    ),
)
