"""What pages let people do, beside what the API lets their programs do: each ability in both.

A route of the pages stands in one of these tables, or a test fails: so whoever adds a page that
does something adds the operation too, or says here why not (docs/api.md §6 has the reasons).
"""

import re
from collections.abc import Mapping
from typing import Final

from node.web.site import Route

DOES: Final[Mapping[str, tuple[str, ...]]] = {
    # in and out
    "/devices/add": ("POST /api/devices/code",),
    "/devices/tools": ("POST /api/devices/tools",),
    "/devices/calendars": ("POST /api/devices/calendars",),
    "/devices/sign-out": ("POST /api/devices/sign-out", "POST /api/me/sign-out"),
    "/devices/{number}/sign-out": ("DELETE /api/devices/{number}",),
    # the board
    "/post/{type}/{category}": ("POST /api/listings",),
    "/board/{rid}/edit": ("PATCH /api/listings/{rid}",),
    "/board/{rid}/versions": ("POST /api/versions/{rid}/take-back",),
    "/board/{rid}/report": ("POST /api/listings/{rid}/report",),
    "/board/{rid}/ask": ("POST /api/listings/{rid}/answers",),
    "/board/{rid}/answers/{number}/take-back": (
        "POST /api/listings/{rid}/answers/{number}/take-back",
    ),
    "/board/{rid}/answers/{number}/{turn}": tuple(
        f"POST /api/listings/{{rid}}/answers/{{number}}/{turn}"
        for turn in ("promise", "unpromise", "decline", "back")
    ),
    "/board/{rid}/renew": ("POST /api/listings/{rid}/renew",),
    "/board/{rid}/withdraw": ("DELETE /api/listings/{rid}",),
    "/board/{rid}/{act}": tuple(
        f"POST /api/listings/{{rid}}/{act}" for act in ("pause", "resume", "done", "reopen")
    ),
    # letters
    "/letters/{ref}/answer": ("POST /api/letters/{letter}/answer",),
    "/letters/{ref}/give": ("POST /api/letters/{letter}/give",),
    "/letters/{ref}/{act}": (
        "POST /api/letters/{letter}/unask",
        "POST /api/letters/{letter}/retry",
        "DELETE /api/letters/{letter}",
    ),
    # people
    "/people/new": ("POST /api/people",),
    "/people/{id}/role": ("POST /api/people/{id}/role",),
    "/people/{id}/suspend": ("POST /api/people/{id}/suspend", "POST /api/people/{id}/readmit"),
    "/people/{id}/code": ("POST /api/people/{id}/code",),
    "/people/{id}/edit": ("PATCH /api/people/{id}",),
    "/people/{id}/contacts": ("PATCH /api/people/{id}",),
    "/people/{id}/contacts/remove": ("PATCH /api/people/{id}",),
    "/people/{id}/abilities": ("PUT /api/people/{id}/abilities/{category}",),
    "/people/{id}/abilities/{category}/remove": ("DELETE /api/people/{id}/abilities/{category}",),
    "/people/{id}/leave": ("POST /api/people/{id}/leave",),
    "/people/{id}/care": ("POST /api/people/{id}/care",),
    "/people/{id}/care/delete": ("DELETE /api/people/{id}/care",),
    "/people/{id}/same": ("GET /api/people/{id}/same/{other}",),
    "/people/{id}/same/{other}": ("POST /api/people/{id}/same/{other}",),
    "/people/{id}/same/{other}/no": ("POST /api/people/{id}/same/{other}/no",),
    "/people/{id}/same/{other}/yes": ("POST /api/people/{id}/same/{other}/yes",),
    "/merges/{number}/undo": ("POST /api/merges/{number}/undo",),
    "/me": ("PATCH /api/me",),
    "/me/contacts": ("PATCH /api/me",),
    "/me/contacts/remove": ("PATCH /api/me",),
    "/me/abilities": ("PUT /api/me/abilities/{category}",),
    "/me/abilities/{category}/remove": ("DELETE /api/me/abilities/{category}",),
    "/me/leave": ("POST /api/me/leave",),
    "/care": ("POST /api/care",),
    "/care/confirm": ("POST /api/care/confirm",),
    "/care/delete": ("DELETE /api/care",),
    "/buddies": ("POST /api/buddies",),
    "/buddies/part": ("POST /api/buddies/part",),
    "/invites": ("POST /api/invites",),
    "/invites/{number}/take-back": ("DELETE /api/invites/{number}",),
    "/invites/requests/{number}/accept": ("POST /api/join-requests/{number}/accept",),
    "/invites/requests/{number}/decline": ("DELETE /api/join-requests/{number}",),
    "/ways": ("POST /api/ways",),
    "/ways/remove": ("POST /api/ways/remove",),
    "/tree/anew": ("POST /api/tree/anew",),
    # together
    "/proposals/new": ("POST /api/proposals",),
    "/proposals/{id}/words": ("PATCH /api/proposals/{reference}",),
    "/proposals/{id}/position": ("POST /api/proposals/{reference}/position",),
    "/proposals/{id}/recorded": ("POST /api/proposals/{reference}/recorded",),
    "/proposals/{id}/move": ("POST /api/proposals/{reference}/move",),
    "/proposals/{id}/close": ("POST /api/proposals/{reference}/close",),
    "/proposals/{id}/remove": ("POST /api/proposals/{reference}/remove",),
    "/agreements/new": ("POST /api/agreements",),
    "/agreements/{id}/words": ("PATCH /api/agreements/{reference}",),
    "/agreements/{id}/confirm": ("POST /api/agreements/{reference}/confirm",),
    "/agreements/{id}/end": ("POST /api/agreements/{reference}/end",),
    "/rules": ("PATCH /api/rules",),
    "/roll-call": ("POST /api/roll-call",),
    "/roll-call/check-in": ("POST /api/roll-call/check-in",),
    "/roll-call/end": ("POST /api/roll-call/end",),
    "/roll-call/renew": ("POST /api/roll-call/renew",),
    # what pods tell one another
    "/crisis": ("POST /api/crisis",),
    "/crisis/take-back": ("DELETE /api/crisis",),
    **{
        f"/{page}{path}": (f"{method} /api/{kind}{operation}",)
        for page, kind in (
            ("directory", "resources"),
            ("meetups", "events"),
            ("notices", "notices"),
            ("readings", "readings"),
        )
        for path, method, operation in (
            ("/new", "POST", ""),
            ("/{rid}/edit", "PATCH", "/{rid}"),
            ("/{rid}/withdraw", "DELETE", "/{rid}"),
        )
    },
    **{
        f"/{page}/{{rid}}/versions": ("POST /api/versions/{rid}/take-back",)
        for page in ("directory", "meetups", "notices", "readings")
    },
    "/directory/{rid}/confirm": ("POST /api/resources/{rid}/confirm",),
    "/meetups/{rid}/coming": ("POST /api/events/{rid}/rsvp",),
    "/meetups/{rid}/rsvp": ("POST /api/events/{rid}/rsvp",),
    "/meetups/{rid}/cancel": ("POST /api/events/{rid}/cancel",),
    "/meetups/{rid}/plan-again": ("POST /api/events/{rid}/plan-again",),
    "/meetups/{rid}/tell": ("POST /api/events/{rid}/tell",),
    "/notices/{rid}/renew": ("POST /api/notices/{rid}/renew",),
    "/notices/{rid}/stand": ("POST /api/notices/{rid}/outcomes",),
    "/notices/{rid}/unstand": ("DELETE /api/notices/{rid}/outcomes",),
    # the machine, and other pods
    "/imports": ("POST /api/imports/look",),
    "/imports/take-in": ("POST /api/imports",),
    "/imports/{number}/undo": ("POST /api/imports/{number}/undo",),
    "/nearby": ("POST /api/nearby",),
    "/nearby/{mode}/same": ("POST /api/nearby/{pairing}/same",),
    "/nearby/{mode}/differ": ("POST /api/nearby/{pairing}/differ",),
    "/nearby/{mode}/stop": ("POST /api/nearby/{pairing}/stop",),
    "/neighbours/invite": ("POST /api/neighbours/invite",),
    "/neighbours/accept": ("POST /api/neighbours/look", "POST /api/neighbours/accept"),
    **{
        f"/pods/{{pod}}/{act}": (f"POST /api/neighbours/{{pod_id}}/{act}",)
        for act in ("welcome", "name", "forgive", "end")
    },
    **{
        f"/pods/{{pod}}/{act}": (f"POST /api/pods/{{pod_id}}/{act}",)
        for act in ("hide", "show", "block", "carry")
    },
    "/settings": ("PATCH /api/settings",),
    "/settings/name": ("PATCH /api/settings",),
    "/card": ("PATCH /api/card",),
    "/first-steps/put-away": ("POST /api/first-steps/put-away",),
}
"""By the page that is posted to: what does the same."""

NOT_FOR_PROGRAMS: Final[Mapping[str, str]] = {
    "/setup/{code}": "the first person of a pod comes with a browser, before there is any token",
    "/join": "whoever joins has no token yet: a browser is signed in, and makes one",
    "/join/{code}": "whoever joins has no token yet: a browser is signed in, and makes one",
    "/phone/{code}": "it signs in a browser; a program has its token from it",
    "/ask-to-join": "who asks has no token; the page bounds how often strangers may",
}
"""By the page that is posted to: why there is no operation."""

SHOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "/": ("GET /api/public", "GET /api/today", "GET /api/first-steps"),
    "/devices": ("GET /api/devices",),
    "/board": ("GET /api/listings",),
    "/board/{rid}": ("GET /api/listings/{rid}", "GET /api/listings/{rid}/answers"),
    "/board/{rid}/fits": ("GET /api/listings/{rid}/matches",),
    **{
        f"/{page}/{{rid}}/versions": ("GET /api/versions/{rid}",)
        for page in ("board", "directory", "meetups", "notices", "readings")
    },
    "/mine": ("GET /api/mine",),
    "/letters": ("GET /api/letters",),
    "/letters/others": ("GET /api/letters/others",),
    "/letters/{ref}": ("GET /api/letters/{letter}",),
    "/people": ("GET /api/people",),
    "/people/{id}": ("GET /api/people/{id}",),
    "/people/{id}/same": ("GET /api/people/{id}/same",),
    "/people/{id}/same/{other}": ("GET /api/people/{id}/same/{other}",),
    "/me/same": ("GET /api/me/same",),
    "/me": ("GET /api/me",),
    "/invites": ("GET /api/invites", "GET /api/join-requests"),
    "/care": ("GET /api/care",),
    "/map": ("GET /api/map",),
    "/buddies": ("GET /api/buddies",),
    "/meetups/{rid}/coming": ("GET /api/events/{rid}",),
    "/ways": ("GET /api/ways",),
    "/tree": ("GET /api/tree",),
    "/log": ("GET /api/log",),
    "/proposals": ("GET /api/proposals",),
    "/proposals/{id}": ("GET /api/proposals/{reference}",),
    "/agreements": ("GET /api/agreements",),
    "/agreements/{id}": ("GET /api/agreements/{reference}",),
    "/rules": ("GET /api/rules",),
    "/roll-call": ("GET /api/roll-call", "GET /api/roll-calls"),
    "/roll-call/{number}": ("GET /api/roll-calls/{number}",),
    "/crisis": ("GET /api/crisis",),
    "/week": ("GET /api/digest",),
    "/directory": ("GET /api/resources",),
    "/directory/{rid}": ("GET /api/resources/{rid}",),
    "/meetups": ("GET /api/events",),
    "/meetups/{rid}": ("GET /api/events/{rid}",),
    "/notices": ("GET /api/notices",),
    "/notices/{rid}": ("GET /api/notices/{rid}", "GET /api/notices/{rid}/outcomes"),
    "/readings": ("GET /api/readings",),
    "/readings/{rid}": ("GET /api/readings/{rid}",),
    "/print": ("GET /api/sheets",),
    "/files": ("GET /api/files",),
    "/imports": ("GET /api/imports",),
    "/desk": ("GET /api/desk", "GET /api/status", "GET /api/waiting"),
    "/desk/{why}": ("GET /api/waiting",),
    "/nearby": ("GET /api/nearby",),
    "/nearby/{mode}": ("GET /api/nearby/{pairing}",),
    "/neighbours": ("GET /api/neighbours", "GET /api/reach"),
    "/pods": ("GET /api/pods", "GET /api/cards"),
    "/pods/{pod}": (
        "GET /api/pods/{pod_id}",
        "GET /api/neighbours/{pod_id}",
        "GET /api/cards/{pod_id}",
    ),
    "/pods/{pod}/end": ("GET /api/neighbours/{pod_id}/end",),
    "/settings": ("GET /api/settings",),
    "/card": ("GET /api/card",),
}
"""By the page: what tells the same."""

FORMS: Final = frozenset(
    (
        *("/more", "/language/{tag}", "/healthz", "/live"),  # no page, or one of links alone
        *("/post/{type}", "/post/{type}/{category}", "/board/{rid}/edit", "/board/{rid}/report"),
        *("/join/{code}", "/phone/{code}", "/setup/{code}"),
        *("/me/contacts/new", "/me/contacts/{number}", "/me/leave"),
        *("/people/new", "/people/{id}/edit", "/people/{id}/contacts/new", "/people/{id}/care"),
        *("/people/{id}/contacts/{number}", "/people/{id}/leave"),
        *("/ways/new", "/ways/{number}"),
        *("/proposals/new", "/proposals/{id}/words", "/proposals/{id}/remove"),
        *("/agreements/new", "/agreements/{id}/words"),
        *(f"/{it}/new" for it in ("directory", "meetups", "notices", "readings")),
        *(f"/{it}/{{rid}}/edit" for it in ("directory", "meetups", "notices", "readings")),
        "/meetups/{rid}/tell",
        *("/pods/{pod}/block", "/neighbours/invite", "/neighbours/accept"),
    )
)
"""Pages that only ask what is then posted, or that help to get about."""


def plain(route: Route) -> str:
    """Return the path of a route, its parts by name alone."""
    return re.sub(r"{(\w+)[^/]*?(}}|(?<!\d)})", r"{\1}", route.path)
