"""From a line of the table to a route: reads what a program gives, does it, tells it.

Spec: docs/api.md. What is given is judged by the models that the line names, before the pod
hears of it.
"""

from collections.abc import Callable, Mapping
from inspect import iscoroutinefunction
from typing import Any, Final, TypeVar

from aiohttp import web
from pydantic import BaseModel

from node.pod import Pod
from node.web.api.errors import json_response
from node.web.api.operation import Call, Operation, Turns
from node.web.guard import read_json
from node.web.site import Door, Handler, Route, Visit
from protocol.aid.form import fill
from protocol.aid.sentences import Fault, WrongFields

T = TypeVar("T")
_MOST_FAULTS: Final = 10


def route_of(operation: Operation) -> Route:
    """Return the route by which an operation is asked for."""
    return Route(
        operation.method,
        operation.route,
        _handler_of(operation),
        operation.may,
        door=Door.TOOL,
    )


def _handler_of(operation: Operation) -> Handler:
    async def answer(visit: Visit) -> web.StreamResponse:
        asked = _judged(operation.asks, _query_of(visit.request))
        takes, request = operation.takes, visit.request
        given = await read_json(request, operation.body_bytes) if takes is not None else {}
        said = _judged(takes, given)
        does: Any = operation.does
        is_long = iscoroutinefunction(does)
        is_late = is_long or takes is not None

        async def do(function: Callable[[Call], T]) -> T:
            def turn(pod: Pod) -> T:
                return function(
                    Call(
                        pod=pod,
                        machine=visit.machine,
                        viewer=visit.by_now(pod, operation.may) if is_late else visit.viewer,
                        is_secret=request.secure,
                        path=visit.path,
                        asked=asked,
                        said=said,
                        given=given,
                    )
                )

            return await visit.do(turn)

        told = await (does(Turns(do, visit.machine, said)) if is_long else do(does))
        return json_response(told, operation.status)

    return answer


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
