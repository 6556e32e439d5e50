"""From a line of the table to a route: reads what a program gives, does it, tells it.

Spec: docs/api.md. What is given is judged by the models that the line names, before the pod
hears of it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from inspect import iscoroutinefunction
from typing import Any, Final, TypeVar

from aiohttp import ETag, web
from pydantic import BaseModel

from node.pod import Pod
from node.web.api.errors import json_bytes, json_response
from node.web.api.operation import Call, Operation, Turns
from node.web.guard import Denied, read_json
from node.web.held import is_named, tag_of
from node.web.site import Door, Handler, Route, Visit
from protocol.aid.form import fill
from protocol.aid.sentences import Fault, WrongFields

T = TypeVar("T")
_MOST_FAULTS: Final = 10


def route_of(operation: Operation, reading: Operation | None) -> Route:
    """Return the route by which an operation is asked for. reading: see reading_of."""
    return Route(
        operation.method,
        operation.route,
        _handler_of(operation, reading),
        operation.may,
        door=Door.TOOL,
    )


def reading_of(operation: Operation, table: Iterable[Operation]) -> Operation | None:
    """Return what reads the thing that an operation changes, None if nothing does.

    It stands at the same address, or one step above, where an act on a thing is: its tag is what
    If-Match names.
    """
    if operation.method == "GET":
        return None
    above = operation.path.rpartition("/")[0]
    paths = [operation.path, *[above] * above.endswith("}")]
    readings = {it.path: it for it in table if it.method == "GET" and not is_long(it)}
    return next((readings[it] for it in paths if it in readings), None)


def is_long(operation: Operation) -> bool:
    """Tell whether an operation takes several turns on the pages' thread."""
    return iscoroutinefunction(operation.does)


def _handler_of(operation: Operation, reading: Operation | None) -> Handler:
    async def answer(visit: Visit) -> web.StreamResponse:
        asked = _judged(operation.asks, _query_of(visit.request))
        takes, request = operation.takes, visit.request
        given = await read_json(request, operation.body_bytes) if takes is not None else {}
        said = _judged(takes, given)
        does: Any = operation.does
        is_late = is_long(operation) or takes is not None
        said_tags = request.if_match or ()
        is_matched = "If-Match" in request.headers and operation.method != "GET"
        if is_matched and (reading is None or is_long(operation)):
            raise Denied(412, "unmatched")

        async def do(function: Callable[[Call], T]) -> T:
            def turn(pod: Pod) -> T:
                call = Call(
                    pod=pod,
                    machine=visit.machine,
                    viewer=visit.by_now(pod, operation.may) if is_late else visit.viewer,
                    is_secret=request.secure,
                    path=visit.path,
                    asked=asked,
                    said=said,
                    given=given,
                )
                if is_matched and reading is not None:
                    _check_match(call, reading, said_tags)
                return function(call)

            return await visit.do(turn)

        told = await (does(Turns(do, visit.machine, said)) if is_long(operation) else do(does))
        return json_response(told, operation.status)

    return answer


def _check_match(call: Call, reading: Operation, said: tuple[ETag, ...]) -> None:
    """Let a change pass only if the thing is as whose token it is read it. Raises Denied (412).

    In the turn that changes it: no page and no other program comes between.
    """
    if not call.viewer.may(reading.may):
        raise Denied(412, "unmatched")
    asked = _judged(reading.asks, {})
    does: Any = reading.does
    now = does(replace(call, asked=asked, said=None, given={}))
    if not is_named(tag_of(json_bytes(now)), said):
        raise Denied(412, "changed")


def _query_of(request: web.Request) -> dict[str, str]:
    """Return the parameters of an address. Raises WrongFields for one that is given twice."""
    given = dict(request.query)
    if len(given) < len(request.query):
        twice = [name for name in given if len(request.query.getall(name)) > 1]
        raise _wrong(twice, "said_twice")
    return given


def _judged(model: type[BaseModel] | None, given: Mapping[str, Any]) -> BaseModel | None:
    """Return what was given as the model that the table names. Raises WrongFields."""
    known = model.model_fields.keys() if model is not None else frozenset[str]()
    if unknown := [name for name in given if name not in known]:
        raise _wrong(unknown, "unknown_field")
    return fill(model, given) if model is not None else None


def _wrong(names: list[str], rule: str) -> WrongFields:
    return WrongFields(tuple(Fault(name[:60], rule, {}) for name in names[:_MOST_FAULTS]))
