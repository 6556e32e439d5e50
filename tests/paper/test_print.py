"""Sheets as a printer gets them: pages, letters and rows, laid out by a real browser.

Each row of a sheet gets two marks that a browser prints, one at its upper and one at its lower end.
Whatever page they come out on must be the same. Codes are read from the picture of the page.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from node.paper import SHEETS, Job, Options, Paper, Style, print_sheet
from node.pod import Pod
from node.words import words_in
from tests.browser.chromium import Browser, need
from tests.paper import pods

MOST_PAGES = {"intake-slips": 3}
"""Of a sheet in large print; others have two."""
SIZES = {Paper.A4: (595, 842), Paper.LETTER: (612, 792)}
"""Points, as PDF counts."""
LOOKS = [("es", Paper.LETTER, False), ("es", Paper.A4, True)]
"""The shorter paper and the longer language; English and A4 have more room, and are below."""
INNER_MM = {Paper.A4: 210 - 26, Paper.LETTER: 215.9 - 26}
PAGE_PX = (279.4 - 32 - 5) / 25.4 * 96
"""What fits a page of either size; a row that is longer has to be cut."""
ROWS = "main :is(.row, tr, li, figure, .card, .field, .strip)"

MARK_ROWS = """rows => {
  document.querySelectorAll(rows).forEach((row, number) => {
    for (const [end, place] of [["a", "top"], ["z", "bottom"]]) {
      const cell = row.tagName === "TR" ? row.cells[0] : row;
      if (getComputedStyle(cell).position === "static") cell.style.position = "relative";
      const mark = document.createElement("span");
      mark.textContent = ` <${number}${end}> `;
      mark.style = `position:absolute;left:0;${place}:0;font:2px/1 monospace`;
      cell.append(mark);
    }
  });
  return [...document.querySelectorAll(rows)].map(row => row.getBoundingClientRect().height);
}"""
LETTERS = """() => {
  const found = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    if (!walker.currentNode.data.trim()) continue;
    const style = getComputedStyle(walker.currentNode.parentElement);
    const pt = Math.round(parseFloat(style.fontSize) * 75) / 100;
    if (style.display !== "none") found.push([pt, style.color]);
  }
  return found;
}"""
TOO_WIDE = """() => [...document.querySelectorAll("main *, header *")]
  .filter(it => it.getBoundingClientRect().right > innerWidth + 1 ||
    (getComputedStyle(it).display !== "inline" && it.scrollWidth > it.clientWidth + 1))
  .filter(it => !(it instanceof SVGElement))
  .map(it => it.tagName + "." + it.className)"""


class Laid(NamedTuple):
    """What a browser made of a sheet. rows: the height of each.  asked: what it fetched."""

    pdf: bytes
    rows: list[float]
    letters: list[tuple[float, str]]
    too_wide: list[str]
    asked: list[str]


async def lay(browser: Browser, file: Path, paper: Paper, change: str = "") -> Laid:
    """Open a sheet as a printer would; change: style that a test plants."""
    width = int(INNER_MM[paper] / 25.4 * 96)
    async with browser.page(viewport={"width": width, "height": 1000}) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.emulate_media(media="print")
        await page.goto(file.as_uri())
        letters: Any = await page.evaluate(LETTERS)
        too_wide: Any = await page.evaluate(TOO_WIDE)
        if change:
            await page.add_style_tag(content=change)
        rows: Any = await page.evaluate(MARK_ROWS, ROWS)
        pdf = await page.pdf(prefer_css_page_size=True)
    return Laid(pdf, rows, [tuple(it) for it in letters], too_wide, asked[1:])


def pages(pdf: bytes) -> list[str]:
    """Return the text of each page, letters that nobody could see too."""
    (tool,) = need("pdftotext")
    done = subprocess.run([tool, "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode().split("\f")[:-1]


def cut_rows(laid: Laid) -> list[int]:
    """Return the numbers of the rows that begin on one page and end on another."""
    where = {
        mark: number
        for number, text in enumerate(pages(laid.pdf))
        for mark in re.findall(r"<(\d+[az])>", text)
    }
    assert len(where) == 2 * len(laid.rows), "a mark got lost: this test sees nothing"
    return [
        number
        for number, height in enumerate(laid.rows)
        if height < PAGE_PX and where[f"{number}a"] != where[f"{number}z"]
    ]


def size_pt(pdf: bytes) -> tuple[int, int]:
    (tool,) = need("pdfinfo")
    done = subprocess.run([tool, "-"], input=pdf, capture_output=True, check=True)
    found = re.search(r"Page size: +([\d.]+) x ([\d.]+)", done.stdout.decode())
    assert found
    return round(float(found[1])), round(float(found[2]))


def write(pod: Pod, name: str, tmp_path: Path, look: tuple[str, Paper, bool]) -> Path:
    lang, paper, large = look
    file = tmp_path / f"{name}.html"
    file.write_text(print_sheet(pods.job(pod, name, lang, paper, large=large), name).html)
    return file


@pytest.mark.parametrize("look", LOOKS, ids=str)
@pytest.mark.parametrize("name", SHEETS)
def test_sheet_prints_well(
    browser: Browser, pod: Pod, tmp_path: Path, name: str, look: tuple[str, Paper, bool]
) -> None:
    _, paper, large = look
    laid = browser.run(lay(browser, write(pod, name, tmp_path, look), paper))
    assert laid.asked == []
    assert laid.too_wide == []
    assert min(size for size, _ in laid.letters) >= (16 if large else 11)
    assert {colour for _, colour in laid.letters} == {"rgb(0, 0, 0)"}
    assert size_pt(laid.pdf) == SIZES[paper]
    texts = pages(laid.pdf)
    assert len(texts) <= (MOST_PAGES.get(name, 2) if large else 1)
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text  # the line that each page ends with
        assert pods.PRIVATE not in text
    assert cut_rows(laid) == []


@pytest.fixture(scope="module")
def long_board(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A board of many pages, listings of all lengths."""
    folder = tmp_path_factory.mktemp("long")
    with pods.open_pod(folder / "pod") as pod:
        for number in range(1, 31):
            details = "Bring a jar if you'd like some to take home. " * (number * 7 % 11)
            pods.publish(pod, number, title=f"Soup {number}", details=details[:1000] or None)
        job = Job(pod=pod, style=Style(words=words_in("en")), options=Options(inside=True))
        file = folder / "board.html"
        file.write_text(print_sheet(job, "board").html)
    return file


def test_no_listing_is_cut_by_the_end_of_a_page(browser: Browser, long_board: Path) -> None:
    laid = browser.run(lay(browser, long_board, Paper.A4))
    assert 4 <= len(pages(laid.pdf)) <= 8
    assert cut_rows(laid) == []


@pytest.fixture(scope="module")
def brim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    with pods.open_pod(tmp_path_factory.mktemp("brim"), name="W" * 60) as pod:
        pods.fill_to_the_brim(pod)
        yield pod


@pytest.mark.parametrize("name", SHEETS)
def test_the_longest_words_stay_on_the_paper(
    browser: Browser, brim: Pod, tmp_path: Path, name: str
) -> None:
    look = ("en", Paper.LETTER, name != "board")
    laid = browser.run(lay(browser, write(brim, name, tmp_path, look), Paper.LETTER))
    assert laid.too_wide == []
    assert cut_rows(laid) == []


def test_a_planted_word_beside_the_paper_is_found(
    browser: Browser, brim: Pod, tmp_path: Path
) -> None:
    file = write(brim, "board", tmp_path, ("en", Paper.LETTER, False))
    file.write_text(file.read_text().replace("overflow-wrap: anywhere", ""))
    assert browser.run(lay(browser, file, Paper.LETTER)).too_wide


def test_a_planted_cut_is_found(browser: Browser, long_board: Path) -> None:
    planted = "* { break-inside: auto !important; orphans: 1; widows: 1 }"
    assert cut_rows(browser.run(lay(browser, long_board, Paper.A4, planted)))


def test_phones_read_the_codes_from_paper(browser: Browser, pod: Pod, tmp_path: Path) -> None:
    file = write(pod, "flyer", tmp_path, ("en", Paper.A4, False))
    to_png, read = need("pdftoppm", "zbarimg")
    (tmp_path / "flyer.pdf").write_bytes(browser.run(lay(browser, file, Paper.A4)).pdf)
    subprocess.run(
        [to_png, "-r", "100", "-png", "-singlefile", "flyer.pdf", "flyer"], cwd=tmp_path, check=True
    )
    done = subprocess.run(
        [read, "--quiet", "--raw", "flyer.png"], cwd=tmp_path, capture_output=True, check=True
    )
    said = r"WIFI:T:WPA;S:Maple\; Street;P:bread, roses;;"
    assert sorted(done.stdout.decode().splitlines()) == sorted([said, f"http://{pods.ADDRESS}"])
