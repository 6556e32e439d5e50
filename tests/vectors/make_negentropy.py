"""Writes the vectors of set reconciliation: `python -m tests.vectors.make_negentropy PROGRAM`.

PROGRAM is another implementation of Negentropy Protocol V1 behind the line protocol of
tests/interop/negentropy_stdio.py; the files in the repository came from the C++ reference. Never
run by CI. Sessions are what PROGRAM says to itself; refusals are written by hand here, since
the references take some of these messages.
"""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.vectors.case import Case, accepted, refused
from tests.vectors.items import record_id, stamp_s

FOLDER: Final = Path(__file__).parent
NUMBERS_IN_LINES: Final = re.compile(r"\[\s+\d[\d,\s]*\]")
NOW_S: Final = 1_790_000_000


class Side:
    """One run of PROGRAM."""

    def __init__(self, program: str, session: "Session", held: Iterable[int], limit: int) -> None:
        environment = dict(os.environ) | {"FRAMESIZELIMIT": str(limit)}
        if not limit:
            del environment["FRAMESIZELIMIT"]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            shlex.split(program), stdin=pipe, stdout=pipe, text=True, env=environment
        )
        self.found: dict[str, set[str]] = {"have": set(), "need": set()}
        for number in held:
            self._write(f"item,{session.stamp_s(number)},{session.record_id(number)}")
        self._write("seal")

    def ask(self, line: str) -> str | None:
        """Return the message that answers, None for `done`."""
        self._write(line)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.flush()
        for answer in self._process.stdout:
            word, _, text = answer.strip().partition(",")
            if word in self.found:
                self.found[word].add(text)
            else:
                return text if word == "msg" else None
        raise SystemExit(f"{shlex.join(map(str, self._process.args))} ended")

    def close(self) -> None:
        self._process.communicate()

    def _write(self, line: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")


class Session(NamedTuple):
    """Two sides, what each holds, and the rule that makes its items."""

    name: str
    about: str
    client: list[int]
    server: list[int]
    client_limit: int = 0
    server_limit: int = 0
    first_s: int = NOW_S
    per_second: int = 1
    apart_s: int = 1
    id_prefix: str = ""

    def rule(self) -> dict[str, Any]:
        return {
            "first_s": self.first_s,
            "per_second": self.per_second,
            "apart_s": self.apart_s,
            "id_prefix": self.id_prefix,
        }

    def stamp_s(self, number: int) -> int:
        return stamp_s(number, self.rule())

    def record_id(self, number: int) -> str:
        return record_id(number, self.rule()).hex()

    def cases(self, program: str) -> Iterator[Case]:
        """Yield the client's vector and the server's."""
        client = Side(program, self, self.client, self.client_limit)
        server = Side(program, self, self.server, self.server_limit)
        asked: list[str] = []
        answered: list[str] = []
        message = client.ask("initiate")
        while message is not None:
            asked.append(message)
            answered.append(server.ask(f"msg,{message}") or "")
            message = client.ask(f"msg,{answered[-1]}")
        client.close()
        server.close()
        numbers = {self.record_id(number): number for number in {*self.client, *self.server}}
        found = {word: sorted(numbers[told] for told in ids) for word, ids in client.found.items()}
        yield accepted(
            f"{self.name}_client",
            self.about,
            self.input("client", self.client, self.client_limit, answered),
            {"sent": asked} | found,
        )
        yield accepted(
            f"{self.name}_server",
            self.about,
            self.input("server", self.server, self.server_limit, asked),
            {"sent": answered},
        )

    def input(self, role: str, held: list[int], limit: int, received: list[str]) -> dict[str, Any]:
        return {
            "role": role,
            "frame_limit": limit,
            "items": self.rule(),
            "held": held,
            "received": received,
        }


def sessions() -> Iterator[Session]:
    def upto(end: int, *but: int) -> list[int]:
        return [number for number in range(end) if number not in but]

    yield Session("both_empty", "The least session there is.", [], [])
    yield Session("client_empty", "The client needs all three.", [], [0, 1, 2])
    yield Session("server_empty", "The client has all three.", [0, 1, 2], [])
    yield Session("one_each", "One item on each side, not the same.", [0], [1])
    yield Session("equal_31", "The most items that go as ids at once.", upto(31), upto(31))
    yield Session("equal_32", "The least number that goes as fingerprints.", upto(32), upto(32))
    yield Session("equal_1000", "Equal sets: one byte answers.", upto(1000), upto(1000))
    recent = "The newest items differ, as after a cut."
    new = range(1000, 1040)
    yield Session("recent", recent, upto(1000) + list(new[::2]), upto(1000) + list(new[1::2]))
    here, there = range(0, 600, 50), range(25, 600, 50)
    scattered = "The items that differ lie anywhere."
    yield Session("scattered", scattered, upto(600, *there), upto(600, *here))
    second = "All in one second: bounds need prefixes of ids."
    yield Session("one_second", second, upto(200, 7, 150), upto(200, 50), per_second=200)
    prefix = "The ids share 20 bytes, so bounds take 21 and more."
    yield Session(
        "long_prefixes", prefix, upto(60, 3), upto(60), per_second=60, id_prefix="5a" * 20
    )
    carry = "Ids with high bytes at the end: sums run over 256 bits."
    yield Session("three_a_second", carry, upto(100, 99), upto(100, 0), per_second=3)
    yield Session(
        "at_stamp_0", "Stamps begin at 0.", upto(40, 1), upto(40), first_s=0, per_second=9
    )
    end = 2**64 - 2
    last = "The last item has the greatest stamp there is."
    yield Session("greatest_stamp", last, upto(40, 1), upto(40), first_s=end - 39)
    years = "A year between two: differences of stamps take five bytes."
    yield Session("years_apart", years, upto(40, 1), upto(40), first_s=0, apart_s=31_557_600)
    limited = "300 ids into frames of 4096 bytes: a list ends within its range."
    yield Session("server_frames", limited, [], upto(300), server_limit=4096)
    exact = "The list fills the frame and reaches infinity: a last, empty range follows."
    yield Session("frame_just_full", exact, [], upto(122), server_limit=4096)
    below = "One id fewer: no range follows."
    yield Session("frame_not_full", below, [], upto(121), server_limit=4096)
    both = "Both sides limited: each ends with one fingerprint for the rest."
    here, there = range(0, 700, 16), range(8, 700, 16)
    yield Session("both_frames", both, upto(700, *there), upto(700, *here), 4096, 4096)


def at_the_limit(program: str) -> Iterator[Case]:
    """What a server answers within 4096 bytes, to the byte: 3896 are for it, 200 for the rest."""

    def case(name: str, about: str, held: list[int], message: str) -> Case:
        session = Session(name, about, [], held, server_limit=4096)
        server = Side(program, session, held, 4096)
        answer = server.ask(f"msg,{message}")
        server.close()
        return accepted(
            name, about, session.input("server", held, 4096, [message]), {"sent": [answer]}
        )

    def empty_range(size: int) -> str:
        """A range with nothing in it, `size` bytes long, which the server sends back."""
        return f"01{size - 4:02x}{'01' * (size - 4)}0200"

    ids = "After {} bytes the list has {} ids."
    rest = "00000200"
    yield case(
        "limit_122_ids", ids.format(24, 122), list(range(300)), "61" + empty_range(23) + rest
    )
    yield case(
        "limit_121_ids", ids.format(25, 121), list(range(300)), "61" + empty_range(24) + rest
    )
    # Four ranges of 31, 31, 31 and 27 items take 3860 bytes.
    to_31 = "86d5c4f720"
    wrong = "0001" + "00" * 16
    four = to_31 + wrong + "20" + wrong + "20" + wrong + "00" + wrong
    kept = "The last range just fits."
    yield case("limit_range_kept", kept, list(range(120)), "61" + empty_range(35) + four)
    dropped = "The last range is one byte too long: a fingerprint stands for it."
    yield case("limit_range_dropped", dropped, list(range(120)), "61" + empty_range(36) + four)


def by_hand() -> Iterator[Case]:
    """Messages of one range or two to a side that holds nothing, and what must come of them."""

    def given(message: str, role: str = "server") -> dict[str, Any]:
        rule = {"first_s": 0, "per_second": 1, "apart_s": 1, "id_prefix": ""}
        return {
            "role": role,
            "frame_limit": 0,
            "items": rule,
            "held": [],
            "received": [message],
        }

    def good(name: str, about: str, message: str, answer: str) -> Case:
        return accepted(name, about, given(message), {"sent": [answer]})

    def bad(name: str, about: str, message: str, code: str = "malformed") -> Case:
        return refused(name, about, "parse", code, given(message))

    yield good("version_2", "A version that we do not speak: we say which one we do.", "62", "61")
    yield good("version_2_ranges", "The same, with bytes of another form.", "62aabbcc", "61")
    yield good("settled", "Nothing but the version: all is settled.", "61", "61")
    yield good("skip_to_infinity", "What could be left out is said.", "61000000", "61")
    twice = "6102000200" + "01000200"
    yield good("bound_twice", "The same bound twice: the second range is empty.", twice, twice)
    twice = "6100000200" + "00000200"
    yield good("infinity_twice", "As after a frame that is just full.", twice, twice)
    padded = "61" + "0102020000" + "01010200"
    yield good("prefix_padded", "The same bound, its zero byte left out.", padded, "61")
    greatest = "81" + "ff" * 8 + "7f"
    end = "61" + greatest + "0000"
    yield good("bound_2_64_2", "The greatest stamp an item may have.", end, "61")
    yield bad("empty", "Nothing.", "")
    yield bad("version_5f", "Below the bytes for versions.", "5f")
    yield bad("version_70", "Above the bytes for versions.", "70")
    about = "The answerer cannot speak version 1: no way to go on."
    yield refused("client_version_2", about, "parse", "unknown_version", given("62", "client"))
    yield bad("bound_cut", "No length of a prefix.", "6101")
    yield bad("bound_varint_cut", "A varint ends within.", "6181")
    yield bad("prefix_cut", "A prefix of two bytes, one there.", "61010201")
    yield bad("prefix_33_bytes", "A prefix longer than an id.", "610121" + "01" * 33 + "00")
    yield bad("mode_missing", "A bound and no mode.", "610000")
    yield bad("mode_3", "There is no fourth mode.", "61000003")
    yield bad("fingerprint_15_bytes", "One byte short.", "61000001" + "00" * 15)
    yield bad("count_missing", "A list without its count.", "61000002")
    yield bad("id_cut", "One id announced, 31 bytes there.", "6100000201" + "00" * 31)
    yield bad("count_one_more", "Two ids announced, one there.", "6100000202" + "00" * 32)
    huge = "6100000281" + "80" * 8 + "00"
    yield bad("count_2_63", "Nothing may be made ready for that many.", huge)
    leading = "A number with a zero digit before it."
    yield bad("varint_leading_zero", leading, "6180000000", "not_canonical")
    yield bad("count_leading_zero", leading, "610000028000", "not_canonical")
    yield bad("varint_11_bytes", "More digits than 64 bits have.", "61" + "ff" * 10 + "000000")
    yield bad("varint_2_64", "The least number above 64 bits.", "6182" + "80" * 8 + "000000")
    past = "A difference that leads to infinity, which is written as 0."
    yield bad("bound_past_infinity", past, "61020000" + greatest + "0000")
    yield bad("after_infinity", "A difference to infinity.", "61000000" + "020000")
    yield bad("bounds_descend", "The second prefix is the lesser.", "61" + "01010200" + "01010100")
    yield bad("prefix_shorter", "The second prefix is cut.", "61" + "0102020100" + "01010200")
    yield bad("trailing_byte", "A byte after the last range.", "610000020001")


def one_line(numbers: re.Match[str]) -> str:
    return " ".join(numbers[0].split())


def main(program: str) -> None:
    cases: list[Case] = list(by_hand())
    cases += at_the_limit(program)
    for session in sessions():
        cases += session.cases(program)
    for case in cases:
        case = {"what": "negentropy"} | case
        path = FOLDER / f"negentropy_{case.pop('name')}.json"
        text = NUMBERS_IN_LINES.sub(one_line, json.dumps(case, indent=1))
        path.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
