"""One vector, before it is written: what tests/test_vectors.py says of its keys."""

from typing import Any

Case = dict[str, Any]


def accepted(name: str, about: str, given: dict[str, Any], value: dict[str, Any]) -> Case:
    return {"name": name, "about": about, "expect": "accept", "input": given, "value": value}


def refused(name: str, about: str, stage: str, code: str, given: dict[str, Any]) -> Case:
    return {"name": name, "about": about, "expect": stage, "code": code, "input": given}


def shown(value: Any) -> Any:
    """Return value as JSON can hold it: bytes in hexadecimal, any kind of tuple as a list."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return [shown(item) for item in value]
    return value
