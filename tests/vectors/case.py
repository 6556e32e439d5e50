"""One vector, before it is written: what tests/test_vectors.py says of its keys."""

from typing import Any

Case = dict[str, Any]


def accepted(name: str, about: str, given: dict[str, str], value: dict[str, Any]) -> Case:
    return {"name": name, "about": about, "expect": "accept", "input": given, "value": value}


def refused(name: str, about: str, stage: str, code: str, given: dict[str, str]) -> Case:
    return {"name": name, "about": about, "expect": stage, "code": code, "input": given}
