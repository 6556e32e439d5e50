"""Files on pages: what the pod wrote goes out; a steward's spreadsheet comes in, and goes again."""

import csv
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.aid.import_files import MAX_FILE_BYTES, MAX_ROWS, MAX_UNPACKED_BYTES, File, Sort
from node.web.guard import MAX_BODY_BYTES
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.aid.listing import write_listing
from protocol.errors import UserError
from store.aid import BoardQuery
from tests.web.visiting import Answer, House, Visitor, house

SHEET = b"type,title,category\noffer,Ladder,tools-space\nneed,Soup,food\nneed,,food\n"


@pytest.fixture(name="elm")
async def elm_(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "elm") as it:
        yield it


def titles(elm: House) -> set[str]:
    return {it.listing.title for it in elm.pod.listings.board(BoardQuery())}


async def look(visitor: Visitor, content: bytes, **fields: str) -> Answer:
    said = {"audience": "pod", **fields}
    return await visitor.upload("/imports", said, ("street.csv", content))


# --- Out ---


async def test_what_the_pod_wrote_goes_out_as_tables(elm: House) -> None:
    bo = [elm.somebody(name) for name in ("Ana", "Bo")][1]
    for audience in (Audience.POD, Audience.NETWORK):
        fields = {"type": "need", "category": "food", "title": f"Soup, {audience.value}"}
        elm.pod.listings.publish(write_listing(fields), audience=audience)
    place = {"name": "Bank", "category": "food", "phones": "555 0101", "audience": "pod"}
    await bo.post("/directory/new", place)
    answer = await bo.get("/files/listings.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="listings.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert {row["title"] for row in rows} == {"Soup, pod", "Soup, network"}
    found = json.loads((await bo.get("/files/listings.json")).text)
    assert len(found if isinstance(found, list) else found["listings"]) == 2
    assert "555 0101" in (await bo.get("/files/directory.csv")).text
    for name in ("meetups", "notices", "readings"):
        assert (await bo.get(f"/files/{name}.csv")).text.startswith("\ufeffid,title")
    page = (await bo.get("/files")).text
    for path in re.findall(r'href="(/files/[^"]+)"', page):
        assert (await bo.get(path)).status == 200
    assert "/imports" not in page, "it is for stewards"


async def test_numbers_go_out_of_those_alone_who_agreed(elm: House) -> None:
    bo = [elm.somebody(name) for name in ("Ana", "Bo")][1]
    for name, on_paper in (("Ana", True), ("Bo", False)):
        id_ = elm.pod.people.find(MACHINE, name).id
        contact = {"type": "phone", "value": f"555 {name}", "on_screen": "pod"}
        viewer = elm.pod.people.viewer(id_)
        elm.pod.people.set_contacts(viewer, id_, [contact | {"on_paper": on_paper}])
    text = (await bo.get("/files/people.vcf")).text
    assert "555 Ana" in text
    assert "Bo" not in text


# --- In ---


async def test_file_is_looked_at_taken_in_and_taken_back(elm: House) -> None:
    ana = elm.somebody("Ana")
    seen = await look(ana, SHEET, audience="near")
    assert seen.status == 200
    assert "2 new, 1 left out" in seen.text
    assert "Ladder" in seen.text
    assert titles(elm) == set(), "nothing is changed before somebody says yes"
    assert (await ana.post("/imports/take-in")).location == "/imports?done=taken-in"
    assert titles(elm) == {"Ladder", "Soup"}
    assert {it.audience for it in elm.pod.listings.board(BoardQuery())} == {Audience.NEAR}
    page = (await ana.get("/imports")).text
    assert "street.csv" in page
    [number] = re.findall(r"/imports/(\d+)/undo", page)
    again = await look(ana, SHEET)
    assert "2 already here, 1 left out" in again.text
    assert (await ana.post(f"/imports/{number}/undo")).location == "/imports?done=taken-back"
    assert titles(elm) == set()
    assert (await ana.post(f"/imports/{number}/undo")).status == 404


SOON = datetime.now(UTC) + timedelta(days=3)
CALENDAR = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    b"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Potluck\r\nDTSTART:%sT160000Z\r\nEND:VEVENT\r\n"
    b"BEGIN:VEVENT\r\nUID:2\r\nSUMMARY:Holiday\r\nDTSTART;VALUE=DATE:20270607\r\nEND:VEVENT\r\n"
    b"END:VCALENDAR\r\n"
) % f"{SOON:%Y%m%d}".encode()
FILES = {
    "directory": ("places.csv", b"name,phone\nPotluck,555 0100\n,555\n", "/directory"),
    "meetups": ("centre.ics", CALENDAR, "/meetups"),
    "notices": ("n.csv", b"title,text,topic\nPotluck,Words,idea\nHalf,,idea\n", "/notices"),
    "readings": ("r.csv", b"title,medium\nPotluck,zine\nHalf,stone\n", "/readings"),
    "people": ("p.csv", b"name,presence\nPotluck,here\nHalf,asleep\n", "/people"),
}


@pytest.mark.parametrize("sort", FILES)
async def test_every_sort_of_file_is_looked_at_taken_in_and_taken_back(
    elm: House, sort: str
) -> None:
    ana = elm.somebody("Ana")
    name, content, shown_on = FILES[sort]
    fields = {"sort": sort, "audience": "pod"}
    seen = await ana.upload("/imports", fields, (name, content))
    assert (seen.status, "Potluck" in seen.text) == (200, True)
    assert "1 new, 1 left out" in seen.text
    assert "Potluck" not in (await ana.get(shown_on)).text
    assert (await ana.post("/imports/take-in")).status == 303
    assert "Potluck" in (await ana.get(shown_on)).text
    again = await ana.upload("/imports", fields, (name, content))
    assert "1 already here, 1 left out" in again.text
    assert "/imports/take-in" not in again.text
    [number] = re.findall(r"/imports/(\d+)/undo", (await ana.get("/imports")).text)
    assert (await ana.post(f"/imports/{number}/undo")).status == 303
    assert "Potluck" not in (await ana.get(shown_on)).text


async def test_what_is_left_out_is_told_by_its_line_in_the_readers_language(elm: House) -> None:
    ana = elm.somebody("Ana")
    content = b'name,presence,shoe size\n"Ida\nB",here,4\n\nKim,asleep,\n'
    sent = {"sort": "people", "audience": "pod"}
    english = await ana.upload("/imports", sent, ("p.csv", content))
    assert "line 5, <bdi>Kim</bdi>" in english.text or "line 5, Kim" in english.text
    assert "the column shoe size" in english.text
    spanish = await replace(ana, token=f"{ana.token}; language=es").upload(
        "/imports", sent, ("p.csv", content)
    )
    assert "línea 5, Kim" in spanish.text
    assert "línea 2, Ida B" in spanish.text
    assert "la columna shoe size" in spanish.text
    assert "has no place" not in spanish.text


async def test_why_a_row_of_a_spreadsheet_is_left_out_is_said_in_the_readers_language(
    elm: House,
) -> None:
    ana = elm.somebody("Ana")
    rows = b"type,title,category,First day\nneed,Soup,food,31.02.2027\nperhaps,,food,03/04/2027\n"
    reader = replace(ana, token=f"{ana.token}; language=es")
    page = (await reader.upload("/imports", {"sort": "listings"}, ("s.csv", rows))).text
    assert "l\xednea 2" in page
    assert "no existe ese d\xeda" in page
    assert "2027-04-03 o 2027-03-04" in page
    assert 'lang="en"' not in page.partition("<main")[2].partition("<footer")[0]


async def test_of_people_who_came_by_a_file_those_stay_of_whom_something_came(elm: House) -> None:
    ana = elm.somebody("Ana")
    sent = {"sort": "people", "audience": "pod"}
    await ana.upload("/imports", sent, ("p.csv", b"name\nIda\nKim\n"))
    await ana.post("/imports/take-in")
    kim = elm.pod.people.find(MACHINE, "Kim").id
    elm.pod.care.pair(MACHINE, kim, elm.pod.people.find(MACHINE, "Ana").id)
    page = (await ana.get("/imports")).text
    assert "These stay" in page
    assert "<bdi>Kim</bdi>" in page
    assert "<bdi>Ida</bdi>" not in page
    [number] = re.findall(r"/imports/(\d+)/undo", page)
    await ana.post(f"/imports/{number}/undo")
    assert {it.name for it in elm.pod.people.members(MACHINE)} == {"Ana", "Kim"}


def zip_of(unpacked: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("services.csv", b"name\n" + b" " * unpacked)
    return file.getvalue()


async def test_zip_that_unpacks_to_too_much_is_refused(elm: House) -> None:
    ana = elm.somebody("Ana")
    sent = {"sort": "directory", "audience": "pod"}
    small = await ana.upload("/imports", sent, ("d.zip", zip_of(MAX_UNPACKED_BYTES - 10)))
    assert small.status == 200
    large = await ana.upload("/imports", sent, ("d.zip", zip_of(MAX_UNPACKED_BYTES)))
    assert large.status == 422
    assert "unpacks to too much" in large.text


def test_only_stewards_take_files_in(elm: House) -> None:
    elm.somebody("Ana")
    elm.somebody("Bo")
    bo = elm.pod.people.viewer(elm.pod.people.find(MACHINE, "Bo").id)
    for sort in Sort:
        for do in (elm.pod.import_files.look, elm.pod.import_files.take_in):
            with pytest.raises(UserError, match="not_allowed"):
                do(bo, File(sort, "x.csv", b"name\nIda\n"))
    with pytest.raises(UserError, match="not_allowed"):
        elm.pod.import_files.take_back(bo, 1)


async def test_file_waits_for_the_device_that_sent_it_and_once(elm: House) -> None:
    ana = elm.somebody("Ana")
    other = ana.signed_in(elm.pod.devices.sign_in(elm.pod.people.find(MACHINE, "Ana").id, "laptop"))
    await look(ana, SHEET)
    assert (await other.post("/imports/take-in")).status == 404
    assert (await ana.post("/imports/take-in")).status == 303
    assert (await ana.post("/imports/take-in")).status == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no headings|empty|nothing"),
        (b"PK\x03\x04rest", "workbook"),
        (b"type,title,category\n" + b"need,Soup,food\n" * (MAX_ROWS + 1), f"takes {MAX_ROWS}"),
    ],
)
async def test_file_that_cannot_be_used_is_told_beside_its_field(
    elm: House, content: bytes, told: str
) -> None:
    ana = elm.somebody("Ana")
    answer = await look(ana, content)
    assert answer.status == 422
    [said] = re.findall(r'id="w-file">([^<]*)<', answer.text)
    assert re.search(told, said), said


async def test_no_file_chosen_is_told(elm: House) -> None:
    ana = elm.somebody("Ana")
    answer = await ana.upload("/imports", {"audience": "pod"}, None)
    assert answer.status == 422
    assert "Choose a file first." in answer.text
    assert (await ana.post("/imports", {"audience": "pod"})).status == 422


async def test_file_has_a_bound_and_no_other_page_takes_one(elm: House) -> None:
    ana, bo = elm.somebody("Ana"), elm.somebody("Bo")
    long = b"title\n" + b"x" * MAX_FILE_BYTES
    assert (await look(ana, long)).status == 413
    assert (await look(ana, long + b"y" * MAX_BODY_BYTES * 2)).status == 413
    assert (await look(bo, SHEET)).status == 415, "not even read for whom the page is not"
    assert (await look(bo, long)).status in (415, 413)
    for path in ("/notices/new", "/post/need/food"):
        assert (await ana.upload(path, {"title": "Soup"}, ("a.csv", SHEET))).status == 415
    assert titles(elm) == set()


async def test_what_a_file_holds_is_shown_as_text(elm: House) -> None:
    ana = elm.somebody("Ana")
    name = "<script>alert(1)</script>.csv"
    content = b'title,<img src=x>\n"<script>alert(2)</script>",1\n'
    answer = await ana.upload("/imports", {"audience": "pod"}, (name, content))
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    await ana.post("/imports/take-in")
    assert "<script>alert" not in (await ana.get("/imports")).text
