"""Runs every vector of the specification: each is taken, or refused where and as it says.

A vector is one JSON file, `<what>_<name>.json`:

    what     which structure; RUN below has one function for each
    about    one sentence: what is special or wrong here
    expect   "accept", or the stage that must refuse: a fault must not hide behind another
    code     of the refusal, from docs/protocol.md §9; absent if accepted
    input    what arrives; bytes are lower-case hex, those of a frame in pieces (from_pieces)
    value    what it means; absent if refused

Unknown keys are an error, so nothing in a vector goes unread.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from node.invitation import invitation_text, read_invitation
from protocol.bundle import read_bundle
from protocol.bundle_head import Head
from protocol.errors import ERRORS, PodError
from protocol.frame_bytes import decode_frame, encode_frame
from protocol.identity import (
    LIBRARIES,
    PodId,
    is_admissible_point,
    open_certificate,
    parse_pod_id,
    pod_id_text,
    verify,
)
from protocol.mail import open_mail, read_mail
from protocol.record import Record, has_valid_signature, read_record
from protocol.sealed import MailKey
from protocol.sets import Line
from tests.vectors.case import shown
from tests.vectors.play_bundle import head_of, rest_of
from tests.vectors.play_handshake import play_handshake
from tests.vectors.play_pair import hear_tables, line_of_pair, summaries_of
from tests.vectors.play_pairing import play_pairing
from tests.vectors.play_side import play_side

FILES = sorted((Path(__file__).parent / "vectors").glob("*.json"))


class Refused(Exception):
    """Where a vector was refused, and with which code."""

    def __init__(self, stage: str, code: str) -> None:
        super().__init__(stage, code)


@contextmanager
def stage(name: str) -> Iterator[None]:
    try:
        yield
    except PodError as err:
        raise Refused(name, err.code) from err


def run_pod_id(*, text: str) -> dict[str, Any]:
    with stage("parse"):
        pod_id = parse_pod_id(text)
    return {"pod_id": pod_id.hex(), "text": pod_id_text(pod_id)}


def run_certificate(*, wire: str) -> dict[str, Any]:
    try:
        certificate = open_certificate(bytes.fromhex(wire))
    except PodError as err:
        raise Refused("signature" if err.code == "bad_signature" else "parse", err.code) from err
    return {
        "pod_id": certificate.pod_id.hex(),
        "epoch": certificate.epoch,
        "working_key": certificate.working_key.hex(),
        "issued_s": certificate.issued_s,
        "hash": certificate.hash.hex(),
    }


def run_record(*, body: str, signature: str, working_key: str) -> dict[str, Any]:
    with stage("parse"):
        record = read_record(bytes.fromhex(body), bytes.fromhex(signature))
    if not has_valid_signature(record, bytes.fromhex(working_key)):
        raise Refused("signature", "bad_signature")
    assert record.wire == (bytes.fromhex(body), bytes.fromhex(signature))
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in zip(Record._fields, record, strict=True)
        if name not in ("body", "signature")
    }


def run_signature(*, public_key: str, signature: str, message: str) -> dict[str, Any]:
    key, signed = bytes.fromhex(public_key), bytes.fromhex(signature)
    answers = {verify(key, signed, bytes.fromhex(message), library) for library in LIBRARIES}
    assert len(answers) == 1, "the libraries disagree"
    if answers == {True}:
        return {}
    if len(key) != 32 or len(signed) != 64:
        raise Refused("length", "bad_signature")
    if not (is_admissible_point(key) and is_admissible_point(signed[:32])):
        raise Refused("point", "bad_signature")
    raise Refused("equation", "bad_signature")


def run_negentropy(**given: Any) -> dict[str, Any]:
    with stage("parse"):
        return play_side(**given)


def from_pieces(text: str) -> bytes:
    """Return the bytes of a frame: pieces `hex` or `hex*times`, with blanks between them."""
    pieces = [piece.partition("*") for piece in text.split()]
    return b"".join(bytes.fromhex(piece) * int(times or 1) for piece, _, times in pieces)


def frame_name(frame: type) -> str:
    """Return the name of a class of frames as the specification has it."""
    name = frame.__name__.removesuffix("Frame")
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


def run_frame(*, frame: str) -> dict[str, Any]:
    with stage("parse"):
        decoded = decode_frame(from_pieces(frame))
    assert encode_frame(decoded) == from_pieces(frame)
    fields = zip(decoded._fields, map(shown, decoded), strict=True)
    return {"frame": frame_name(type(decoded)), **dict(fields)}


def run_table(*, a: str, b: str, told_by_a: list[str], told_by_b: list[str]) -> dict[str, Any]:
    pods = bytes.fromhex(a), bytes.fromhex(b)
    with stage("change"):
        at_b, at_a = hear_tables(*pods[::-1], told_by_a), hear_tables(*pods, told_by_b)
    return line_of_pair(at_a, at_b)


def run_sets(*, records: list[dict[str, Any]], **line: Any) -> dict[str, Any]:
    def pods(*texts: str) -> frozenset[PodId]:
        return frozenset(PodId(bytes.fromhex(text)) for text in texts)

    (caller,), (answerer,) = pods(line.pop("caller")), pods(line.pop("answerer"))
    pair, authors = pods(*line.pop("carried")), pods(*line.pop("network_authors"))
    drawn = Line(caller=caller, answerer=answerer, pair=pair, authors=authors, **line)
    return {"summaries": summaries_of(drawn, records)}


def run_handshake(**given: Any) -> dict[str, Any]:
    return play_handshake(stage, **given)


def run_invitation(*, text: str) -> dict[str, Any]:
    with stage("parse"):
        invitation = read_invitation(text)
    fields = ("pod_id", "token", "addresses", "name")
    told = {name: shown(getattr(invitation, name)) for name in fields}
    return told | {"text": invitation_text(invitation)}


def run_bundle(*, file: str, reader_seed: str = "") -> dict[str, Any]:
    parts = read_bundle([bytes.fromhex(file)])
    with stage("head"):
        head = next(parts)
    assert isinstance(head, Head)
    with stage("parts"):
        read = list(parts)
    with stage("sealed"):
        key = MailKey(bytes.fromhex(reader_seed)) if reader_seed else None
        rest = rest_of(read, head, key)
    return {key: shown(it) for key, it in (head_of(head) | rest).items()}


def run_pairing(**given: Any) -> dict[str, Any]:
    return play_pairing(stage, **given)


def run_mail(*, wire: str, us: str, working_seed: str) -> dict[str, Any]:
    with stage("outside"):
        mail = read_mail(bytes.fromhex(wire))
    key = MailKey(bytes.fromhex(working_seed))
    try:
        letter = open_mail(mail, PodId(bytes.fromhex(us)), key)
    except PodError as err:
        where = "sealed" if err.code in ("unknown_suite", "cannot_open") else "letter"
        raise Refused(where, err.code) from err
    told = {name: shown(getattr(mail, name)) for name in ("id", "recipient", "epoch", "expires_s")}
    names = ("message_id", "written_s", "content", "token")
    told |= {name: shown(getattr(letter, name)) for name in names}
    return told | {"sender": letter.sender.pod_id.hex()}


RUN: dict[str, Callable[..., dict[str, Any]]] = {
    "bundle": run_bundle,
    "certificate": run_certificate,
    "frame": run_frame,
    "handshake": run_handshake,
    "invitation": run_invitation,
    "mail": run_mail,
    "negentropy": run_negentropy,
    "pairing": run_pairing,
    "pod_id": run_pod_id,
    "record": run_record,
    "sets": run_sets,
    "signature": run_signature,
    "table": run_table,
}
COMPUTED = {"sets"}
"""Follow from what was taken: nothing arrives that could be refused."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_vector(path: Path) -> None:
    vector = json.loads(path.read_text("utf-8"))
    outcome = {"value"} if vector["expect"] == "accept" else {"code"}
    assert set(vector) == {"what", "about", "expect", "input"} | outcome
    assert path.name.startswith(vector["what"] + "_")
    run = RUN[vector["what"]]
    if vector["expect"] == "accept":
        assert run(**vector["input"]) == vector["value"]
        return
    assert vector["code"] in ERRORS
    with pytest.raises(Refused) as refusal:
        run(**vector["input"])
    assert refusal.value.args == (vector["expect"], vector["code"])


@pytest.mark.parametrize("what", RUN)
def test_each_structure_has_vectors_of_both_outcomes(what: str) -> None:
    outcomes = {
        json.loads(path.read_text("utf-8"))["expect"] == "accept"
        for path in FILES
        if path.name.startswith(what + "_")
    }
    assert outcomes == ({True} if what in COMPUTED else {True, False})
