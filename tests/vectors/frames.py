"""Vectors of frames, written from the table of docs/protocol.md §7.2.

Long frames are written in pieces, `hex` or `hex*times`: the limits would else fill megabytes.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgpack

from tests.vectors.case import Case, accepted, refused, shown
from tests.vectors.pods import (
    EPOCH,
    OTHER,
    POD,
    certificate_body,
    certificate_hash,
    certificate_wire,
)

FIELDS: Final = {
    1: "hello version near floor_s now_s own_table held_table",
    2: "table base changed removed hash",
    3: "want_certificates authors",
    4: "certificates wires",
    5: "sets round floor_s ceiling_s caller_table answerer_table summaries",
    6: "sets_reply round status floor_s now_s equal",
    7: "ranges round set message",
    8: "want short_ids",
    9: "records wires",
    10: "gone short_ids",
    11: "refused ids",
    12: "round_done round",
    13: "round_wanted",
    14: "ping floor_s now_s",
    15: "pong floor_s now_s",
    16: "bye code certificate",
    17: "mail_offers offers",
    18: "mail_want ids",
    19: "mail_batch wires",
    20: "mail_tokens tokens",
}
FLOOR_S: Final = 1_782_216_000
CERTIFICATE: Final = certificate_wire(certificate_body())
ONE: Final = b"\x11" * 32
TWO: Final = b"\x22" * 32
ENTRY: Final = (POD, EPOCH, certificate_hash(CERTIFICATE)[:16], 0, True)
SUMMARY: Final = (3, b"\x33" * 16)
SHORT: Final = b"\x55" * 8
WIRE: Final = (b"body", b"\x66" * 64)

HELLO: Final = (1, True, FLOOR_S, EPOCH, ONE, TWO)
TABLE: Final = (ONE, (ENTRY,), (OTHER,), TWO)
SETS: Final = (7, FLOOR_S, EPOCH, ONE, TWO, (SUMMARY,) * 4)
REPLY: Final = (7, 0, FLOOR_S, EPOCH, (True, False, True, False))
RANGES: Final = (7, 2, b"\x61\0\0\2\0")


def changed(fields: tuple[Any, ...], place: int, value: Any) -> tuple[Any, ...]:
    """Return fields with another value in one place."""
    return (*fields[:place], value, *fields[place + 1 :])


def frame(code: Any, *fields: Any) -> bytes:
    return msgpack.packb((code, *fields))


def good(name: str, about: str, code: int, *fields: Any, pieces: str | None = None) -> Case:
    what, *names = FIELDS[code].split()
    value = {"frame": what} | dict(zip(names, map(shown, fields), strict=True))
    return accepted(name, about, {"frame": pieces or frame(code, *fields).hex()}, value)


def bad(name: str, about: str, data: bytes | str, code: str = "malformed") -> Case:
    pieces = data.hex() if isinstance(data, bytes) else data
    return refused(name, about, "parse", code, {"frame": pieces})


def too_large(name: str, about: str, pieces: bytes | str) -> Case:
    return bad(name, about, pieces, "too_large")


def listed(code: int, item: bytes, times: int) -> str:
    """Return the pieces of a frame whose one field is a list of equal items."""
    return f"92{code:02x}dc{times:04x} {msgpack.packb(item).hex()}*{times}"


def good_frames() -> Iterator[Case]:
    yield good("hello", "The first frame of a side whose clock is synced.", 1, *HELLO)
    unsynced = (1, False, 0, None, ONE, ONE)
    yield good("hello_no_time", "An unset clock tells no time.", 1, *unsynced)
    most = (255, True, 2**40 - 1, 2**40 - 1, ONE, TWO)
    yield good("hello_greatest_numbers", "Every number at its bound.", 1, *most)
    yield good("table", "A change of a table: one entry new, one author gone.", 2, *TABLE)
    yield good("table_from_nothing", "A table from nothing.", 2, *changed(TABLE, 0, None))
    far = (POD, 2**53 - 1, bytes(16), 6, False)
    about = "The greatest epoch, out of reach, not carried."
    yield good("table_entry_greatest", about, 2, *changed(TABLE, 1, (far,)))
    yield good("want_certificates", "Two authors.", 3, (POD, OTHER))
    yield good("certificates", "One certificate.", 4, (CERTIFICATE,))
    most = (bytes(192),)
    yield good("certificates_wire_192_bytes", "What is in a wire is looked at later.", 4, most)
    yield good("sets", "A round is opened.", 5, *SETS)
    yield good("sets_no_ceiling", "No clock is synced.", 5, *changed(SETS, 2, None))
    greatest = (2**53 - 1, 2**40 - 1, 2**40 - 1, ONE, TWO, ((2**53 - 1, bytes(16)),) * 4)
    yield good("sets_greatest_numbers", "Every number at its bound.", 5, *greatest)
    yield good("sets_reply", "Compared: two sets are equal.", 6, *REPLY)
    stale = (7, 1, FLOOR_S, None, (False,) * 4)
    yield good("sets_reply_stale", "Tables stale: nothing was compared.", 6, *stale)
    moved = (7, 2, FLOOR_S, EPOCH, (False,) * 4)
    yield good("sets_reply_bounds", "Bounds changed: nothing was compared.", 6, *moved)
    yield good("ranges", "A message about the near records.", 7, *RANGES)
    yield good("ranges_set_3", "About the network records.", 7, *changed(RANGES, 1, 3))
    yield good("want", "Two short ids.", 8, (SHORT, bytes(8)))
    yield good("want_none", "Nothing is asked for.", 8, ())
    most_ids = (SHORT,) * 1024
    yield good("want_1024_ids", "As many as fit.", 8, most_ids, pieces=listed(8, SHORT, 1024))
    yield good("records", "Two records, which are opened later.", 9, (WIRE, WIRE))
    yield good("records_body_8192_bytes", "The longest body.", 9, ((bytes(8192), WIRE[1]),))
    yield good("gone", "One short id.", 10, (SHORT,))
    yield good("refused", "Two whole ids.", 11, (ONE, TWO))
    yield good("round_done", "The round is over.", 12, 7)
    yield good("round_done_2_53_1", "The greatest number of a round.", 12, 2**53 - 1)
    yield good("round_wanted", "No fields.", 13)
    yield good("ping", "Asks for a sign of life.", 14, FLOOR_S, EPOCH)
    yield good("pong", "Gives one; the clock is not synced.", 15, FLOOR_S, None)
    yield good("bye", "The node stops.", 16, "stopping", None)
    superseded = ("epoch_superseded", CERTIFICATE)
    yield good("bye_superseded", "With the greater certificate.", 16, *superseded)


def no_frames() -> Iterator[Case]:
    """Yield what is wrong whatever the frame."""
    whole = frame(14, FLOOR_S, None)
    yield bad("empty", "Nothing.", b"")
    yield bad("no_code", "An array of nothing.", b"\x90")
    yield bad("not_array", "A number alone.", b"\x0d")
    yield bad("map", "A map.", msgpack.packb({"code": 13}))
    yield bad("code_0", "There is no frame 0.", frame(0))
    yield bad("code_21", "Nothing has this code yet.", frame(21))
    yield bad("code_negative", "Frame -1.", frame(-1))
    yield bad("code_true", "True is not the code of a hello.", frame(True, *HELLO))
    yield bad("code_text", "The code is text.", frame("hello", *HELLO))
    yield bad("code_nil", "The code is nil.", frame(None))
    yield bad("code_float", "The code is a float.", frame(13.0))
    yield bad("code_long_form", "13 in two bytes.", b"\x91\xcc\x0d", "not_canonical")
    yield bad("array_long_form", "A count in two bytes.", b"\xdc\0\1\x0d", "not_canonical")
    yield bad("trailing_byte", "A byte follows.", whole + b"\0")
    yield bad("two_frames", "Another frame follows.", whole + whole)
    yield bad("truncated", "The last byte is missing.", whole[:-1])
    yield bad("ext", "A field is an extension.", frame(12, msgpack.ExtType(1, b"x")))
    yield bad("text_not_utf_8", "A byte that UTF-8 has not.", b"\x93\x10\xa1\xff\xc0")
    yield too_large("nested_9_deep", "Arrays in arrays.", "91*9 0d")
    about = "One more than its table could ever need: nothing may be made ready for them."
    yield too_large("values_7175", about, "dc1c06 0d*7174")
    yield bad("values_7174", "Counted, and then of no shape.", "dc1c05 0d*7173")
    yield too_large("count_2_32", "A count of values that are not there.", "920cddffffffff")
    size = 2**20 - 8
    yield too_large("longer_than_1_mib", "One byte too long.", f"94070002c6{size:08x} 00*{size}")


def bad_greetings() -> Iterator[Case]:
    """Yield hellos and tables."""

    def hello(name: str, about: str, place: int, value: Any) -> Case:
        return bad(f"hello_{name}", about, frame(1, *changed(HELLO, place, value)))

    def entry(name: str, about: str, place: int, value: Any) -> Case:
        row = changed(ENTRY, place, value)
        return bad(f"table_entry_{name}", about, frame(2, *changed(TABLE, 1, (row,))))

    yield bad("hello_field_missing", "No hash of a held table.", frame(1, *HELLO[:-1]))
    yield bad("hello_field_more", "A seventh field.", frame(1, *HELLO, 0))
    yield hello("version_256", "One past its bound.", 0, 256)
    yield hello("version_true", "The version is a bool.", 0, True)
    yield hello("near_number", "1 is not true.", 1, 1)
    yield hello("near_nil", "Nil is not false.", 1, None)
    yield hello("floor_2_40", "One past its bound.", 2, 2**40)
    yield hello("floor_negative", "Floor -1.", 2, -1)
    yield hello("floor_nil", "There always is a floor.", 2, None)
    yield hello("floor_float", "The floor is a float.", 2, 1.0)
    yield hello("now_false", "No time is nil, not false.", 3, False)
    yield hello("own_table_31_bytes", "A short hash.", 4, ONE[:31])
    yield hello("own_table_nil", "The empty table has a hash too.", 4, None)
    yield hello("held_table_text", "The hash is text.", 5, "h" * 32)
    long_form = frame(1, *changed(HELLO, 2, 5)).replace(b"\xc3\x05", b"\xc3\xcd\0\x05")
    yield bad("hello_floor_long_form", "5 in three bytes.", long_form, "not_canonical")
    yield entry("pod_id_31_bytes", "A short pod id.", 0, POD[:31])
    yield entry("epoch_2_53", "One past its bound.", 1, 2**53)
    yield entry("epoch_true", "The epoch is a bool.", 1, True)
    yield entry("tag_15_bytes", "A short tag.", 2, bytes(15))
    yield entry("tag_32_bytes", "The whole hash.", 2, bytes(32))
    yield entry("tag_nil", "No certificate is zeros, not nil.", 2, None)
    yield entry("distance_7", "Out of reach is 6.", 3, 7)
    yield entry("distance_false", "False is not 0.", 3, False)
    yield entry("carried_number", "1 is not true.", 4, 1)
    four = changed(TABLE, 1, (ENTRY[:4],))
    yield bad("table_entry_four_fields", "Carried or not is missing.", frame(2, *four))
    yield bad("table_base_31_bytes", "A short hash.", frame(2, *changed(TABLE, 0, ONE[:31])))
    as_map = changed(TABLE, 1, {"entry": ENTRY})
    yield bad("table_changed_map", "A map of entries.", frame(2, *as_map))
    yield bad("table_removed_nil", "Nobody is an empty list.", frame(2, *changed(TABLE, 2, None)))
    yield bad("table_hash_nil", "A table without its hash.", frame(2, *changed(TABLE, 3, None)))
    entries = f"9502c0 dc0401 {msgpack.packb(ENTRY).hex()}*1025 90 c420{TWO.hex()}"
    yield too_large("table_1025_changed", "More entries than a table has.", entries)
    gone = f"9502c0 90 dc0401 c420{ONE.hex()}*1025 c420{TWO.hex()}"
    yield too_large("table_1025_removed", "More authors than a table has.", gone)


def bad_rounds() -> Iterator[Case]:
    """Yield what opens, compares and ends a round."""

    def opening(name: str, about: str, place: int, value: Any) -> Case:
        return bad(f"sets_{name}", about, frame(5, *changed(SETS, place, value)))

    def reply(name: str, about: str, place: int, value: Any) -> Case:
        return bad(f"sets_reply_{name}", about, frame(6, *changed(REPLY, place, value)))

    def ranges(name: str, about: str, place: int, value: Any) -> Case:
        return bad(f"ranges_{name}", about, frame(7, *changed(RANGES, place, value)))

    def summary(name: str, about: str, *row: Any) -> Case:
        return opening(f"summary_{name}", about, 5, (*[SUMMARY] * 3, row))

    yield opening("round_2_53", "One past its bound.", 0, 2**53)
    yield opening("round_negative", "Round -1.", 0, -1)
    yield opening("round_true", "The round is a bool.", 0, True)
    yield opening("ceiling_2_40", "One past its bound.", 2, 2**40)
    yield opening("caller_table_33_bytes", "A long hash.", 3, ONE + b"\0")
    yield opening("three_summaries", "A set is missing.", 5, (SUMMARY,) * 3)
    yield opening("five_summaries", "A fifth set.", 5, (SUMMARY,) * 5)
    yield summary("fingerprint_15_bytes", "A short fingerprint.", 3, bytes(15))
    yield summary("size_2_53", "One past its bound.", 2**53, bytes(16))
    yield summary("size_missing", "A fingerprint alone.", bytes(16))
    yield reply("status_3", "There is no status 3.", 1, 3)
    yield reply("status_false", "False is not 0.", 1, False)
    yield reply("three_answers", "One set is not answered.", 4, (True,) * 3)
    yield reply("answer_number", "1 is not true.", 4, (1, True, True, True))
    yield reply("answers_flat", "One answer for all.", 4, True)
    yield ranges("round_2_53", "One past its bound.", 0, 2**53)
    yield ranges("set_4", "There are four sets, 0 to 3.", 1, 4)
    yield ranges("set_true", "True is not 1.", 1, True)
    yield ranges("message_empty", "No message.", 2, b"")
    yield ranges("message_text", "The message is text.", 2, "a")
    yield bad("round_done_2_53", "One past its bound.", frame(12, 2**53))
    yield bad("round_done_true", "The round is a bool.", frame(12, True))
    yield bad("round_done_no_round", "Which round is over?", frame(12))
    yield bad("round_wanted_field_more", "It has no fields.", frame(13, 7))


def bad_contents() -> Iterator[Case]:
    """Yield frames that carry ids, records, certificates, and signs of life and end."""

    def wire(name: str, about: str, *parts: Any) -> Case:
        return bad(f"records_{name}", about, frame(9, (parts,)))

    yield bad("want_certificates_31_bytes", "A short pod id.", frame(3, (POD[:31],)))
    many = listed(3, POD, 257)
    yield too_large("want_certificates_257_authors", "One too many.", many)
    yield bad("certificates_wire_empty", "A certificate of nothing.", frame(4, (b"",)))
    yield bad("certificates_wire_open", "An array, not its bytes.", frame(4, ((b"", b""),)))
    long = frame(4, (bytes(193),))
    yield too_large("certificates_wire_193_bytes", "Longer than any certificate.", long)
    yield too_large("certificates_257_wires", "One too many.", listed(4, b"\0", 257))
    yield bad("want_short_id_7_bytes", "One byte short.", frame(8, (SHORT[:7],)))
    yield bad("want_short_id_9_bytes", "One byte too long.", frame(8, (SHORT + b"\0",)))
    yield bad("want_whole_id", "32 bytes: only their beginning is sent.", frame(8, (ONE,)))
    yield bad("want_number", "A number for an id.", frame(8, (5,)))
    yield bad("want_no_list", "An id, not a list of one.", frame(8, SHORT))
    yield too_large("want_1025_ids", "One too many.", listed(8, SHORT, 1025))
    yield wire("three_parts", "Something follows the signature.", *WIRE, 0)
    yield wire("one_part", "No signature.", b"body")
    yield wire("signature_63_bytes", "A short signature.", b"body", bytes(63))
    yield wire("body_text", "The body is text.", "body", bytes(64))
    yield wire("body_nil", "A withdrawal has a body too.", None, bytes(64))
    long_body = frame(9, ((bytes(8193), bytes(64)),))
    yield too_large("records_body_8193_bytes", "One byte too long.", long_body)
    empty = msgpack.packb((b"", bytes(64))).hex()
    yield too_large("records_1025_wires", "One too many.", f"9209dc0401 {empty}*1025")
    yield bad("gone_short_id_7_bytes", "One byte short.", frame(10, (SHORT[:7],)))
    yield too_large("gone_1025_ids", "One too many.", listed(10, SHORT, 1025))
    yield bad("refused_short_id", "8 bytes: an id is refused as a whole.", frame(11, (SHORT,)))
    yield too_large("refused_1025_ids", "One too many.", listed(11, ONE, 1025))
    yield bad("ping_now_2_40", "One past its bound.", frame(14, FLOOR_S, 2**40))
    yield bad("ping_now_missing", "No time is nil, not nothing.", frame(14, FLOOR_S))
    yield bad("pong_floor_nil", "There always is a floor.", frame(15, None, EPOCH))
    yield bad("bye_code_unknown", "A code that nobody has.", frame(16, "tired", None))
    yield bad("bye_code_nil", "A bye says why.", frame(16, None, None))
    yield bad("bye_code_bytes", "The code is bytes.", frame(16, b"stopping", None))
    empty_bye = frame(16, "epoch_superseded", b"")
    yield bad("bye_certificate_empty", "No certificate is nil.", empty_bye)
    long_bye = frame(16, "epoch_superseded", bytes(193))
    yield too_large("bye_certificate_193_bytes", "Longer than any certificate.", long_bye)


OFFER: Final = (ONE, POD, EPOCH, FLOOR_S, TWO)
TOKEN: Final = b"\x77" * 16


def mail_frames() -> Iterator[Case]:
    yield good("mail_offers", "An offer of one mail.", 17, (OFFER,))
    yield good("mail_offers_none", "Nothing is on offer.", 17, ())
    yield good("mail_want", "One is wanted.", 18, (ONE,))
    yield good("mail_want_none", "None is wanted.", 18, ())
    yield good("mail_batch", "A mail, of whatever bytes: it is read later.", 19, (b"mail",))
    yield good("mail_tokens", "Two tokens.", 20, (TOKEN, bytes(16)))
    item = msgpack.packb(OFFER)
    yield too_large("mail_offers_65", "65 offers.", f"9211dc0041 {item.hex()}*65")
    yield too_large("mail_want_65", "65 ids.", listed(18, ONE, 65))
    yield too_large("mail_batch_65", "65 mails.", listed(19, b"mail", 65))
    yield too_large("mail_batch_6401_bytes", "A mail too long.", frame(19, (bytes(6401),)))
    yield too_large("mail_tokens_65", "65 tokens.", listed(20, TOKEN, 65))
    yield bad("mail_batch_empty_mail", "A mail of no bytes.", frame(19, (b"",)))
    yield bad("mail_tokens_15_bytes", "A token is short.", frame(20, (TOKEN[1:],)))
    yield bad("mail_want_31_bytes", "An id is short.", frame(18, (ONE[1:],)))
    yield bad("mail_want_no_list", "An id, and no list.", frame(18, ONE))
    offers = {
        "epoch_2_53": (2, 2**53),
        "expires_2_40": (3, 2**40),
        "recipient_text": (1, "p" * 32),
        "token_hash_nil": (4, None),
        "id_31_bytes": (0, ONE[1:]),
    }
    for name, (place, value) in offers.items():
        wrong = changed(OFFER, place, value)
        yield bad(f"mail_offers_{name}", "An offer with one field wrong.", frame(17, (wrong,)))
    yield bad("mail_offers_four_fields", "An offer lacks a field.", frame(17, (OFFER[:4],)))


def frames() -> Iterator[Case]:
    yield from good_frames()
    yield from mail_frames()
    yield from no_frames()
    yield from bad_greetings()
    yield from bad_rounds()
    yield from bad_contents()
