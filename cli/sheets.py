"""`pod import` and `pod export`: listings from and to the spreadsheets that people have."""

from collections import Counter
from pathlib import Path
from typing import Final

import click

from cli import fields as asked
from cli import words
from cli.desk import Desk, command, pass_desk
from cli.given import content_of
from cli.out import Block, Table
from node.aid.sheets import ImportReport
from node.clock import LocalZone
from node.shapes.plain import Json, reference_of
from node.spreadsheet import Sheet, What, read_sheet, to_csv, to_json
from node.spreadsheet.text import MAX_FILE_BYTES
from node.whole_file import write_whole
from protocol.aid.audience import Audience
from protocol.errors import EXIT_NO
from store.aid import BoardQuery

_WORDS: Final = {
    What.ADD: "new",
    What.UPDATE: "changed",
    What.UNCHANGED: "already here",
    What.WITHDRAWN_STAYS: "withdrawn before, stays so",
    What.NOT_OURS: "another pod's",
    What.BAD: "left out",
}


@command("import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would happen; change nothing.")
@asked.share_option
@pass_desk
def import_sheet(desk: Desk, *, file: Path, dry_run: bool, share: str | None) -> None:
    """Take listings from a spreadsheet saved as CSV; `-` reads it from stdin.

    Delimiter, encoding and the meaning of the headings are found out and shown. Rows that cannot
    be used are told with their line and the reason, the others are taken; the exit status is then
    1. Importing the same file twice adds nothing.
    """
    sheet = read_sheet(content_of(file, MAX_FILE_BYTES))
    with desk.pod() as pod:
        audience = Audience(share or Audience.POD)
        report = pod.sheets.plan(sheet, audience=audience, zone=LocalZone())
        if not dry_run:
            total = report.count(What.ADD) + report.count(What.UPDATE)
            with desk.out.progress("Signing and saving") as advance:
                tell = None if advance is None else lambda done: advance(done, total)
                report = pod.sheets.carry_out(report, tell, file=file.name)
    desk.out.answer(_data(sheet, report), *_said(sheet, report, audience))
    if report.count(What.BAD):
        raise click.exceptions.Exit(EXIT_NO)


@command("export")
@click.option("--format", "format_", type=click.Choice(["csv", "json"]), default="csv")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all; without it, to stdout.",
)
@click.option("--everyone", is_flag=True, help="Also the listings of other pods.")
@pass_desk
def export_sheet(desk: Desk, *, format_: str, out: Path | None, everyone: bool) -> None:
    """Write this pod's listings as CSV (which `pod import` takes back) or JSON."""
    as_json = format_ == "json" or desk.out.json
    with desk.pod() as pod:
        author = None if everyone else pod.pod_id
        listings = list(pod.listings.each(BoardQuery(author=author, open_only=False)))
    if as_json:
        content = f"{to_json(listings)}\n".encode()
    else:
        # The mark is for spreadsheet programs; in a pipe or on a screen it would be in the way.
        content = to_csv(listings, mark=out is not None)
    if out is None:
        desk.out.raw(content)
        return
    write_whole(out, content)
    desk.out.answer(
        {"file": str(out), "listings": len(listings)},
        f"{words.counted(len(listings), 'listing')} written to {out}.",
    )


# --- What an import says ---


def _data(sheet: Sheet, report: ImportReport) -> Json:
    rows: list[Json] = [
        {
            "line": action.place.line,
            "row": action.place.row,
            "what": action.what.value,
            "title": action.title,
            "reason": action.reason,
            "reference": reference_of(action.rid) if action.rid else None,
        }
        for action in report.actions
    ]
    columns: list[Json] = [
        {"heading": column.heading, "field": column.field, "why_not": column.why_not}
        for column in sheet.columns
    ]
    return {
        "done": report.done,
        "import": report.number,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "columns": columns,
        "rows": rows,
        "notes": [str(note) for note in sheet.notes],
        "counts": {what.value: report.count(what) for what in What},
    }


def _said(sheet: Sheet, report: ImportReport, audience: Audience) -> list[Block]:
    blocks: list[Block] = [f"Read as {sheet.encoding}, cells apart by {sheet.delimiter}."]
    if not report.done:
        blocks += [_mapping(sheet), "", *_all_rows(report)]
    blocks += [f"note: {note}" for note in sheet.notes]
    blocks += [f"left out: {a.place}: {a.reason}" for a in report.actions if a.what is What.BAD]
    counts = Counter(action.what for action in report.actions)
    told = ", ".join(f"{counts[what]} {_WORDS[what]}" for what in What if counts[what])
    blocks.append(f"{'Imported' if report.done else 'Nothing is changed yet'}: {told or 'no row'}.")
    if report.count(What.ADD):
        blocks.append(f"Where a row says nothing else, seen by: {words.SHARED[audience]}.")
    if report.number is not None:
        blocks.append(f"To take all of it back: pod imports undo {report.number}")
    return blocks


def _mapping(sheet: Sheet) -> Table:
    return Table(
        ("Heading", "Read as"),
        [
            (column.heading, column.field or f"not read: {column.why_not}")
            for column in sheet.columns
        ],
    )


def _all_rows(report: ImportReport) -> list[Block]:
    rows = [
        (str(action.place), _WORDS[action.what], action.title, action.reason)
        for action in report.actions
        if action.what is not What.BAD
    ]
    return [Table(("Where", "What", "Title", "Why"), rows, fold=frozenset(("Title", "Why"))), ""]
