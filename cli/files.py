"""`pod KIND export` and `pod KIND import`, and taking an import back: files of other programs."""

import shlex
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from cli import fields as asked
from cli import kind_ways, kinds, words
from cli.desk import Command, Desk, command, pass_desk
from cli.given import whole
from cli.kind_ways import Way
from cli.out import Block, Table
from node.aid.imports import Planned, Will
from node.formats.readers import Read, read_table
from node.formats.sheet import write_sheet
from node.pod import Pod
from node.shapes.plain import Json
from node.spreadsheet.text import MAX_FILE_BYTES
from node.whole_file import write_whole
from protocol.aid.audience import Audience
from protocol.aid.house.rights import MACHINE
from protocol.errors import EXIT_NO
from store.aid import Item, ItemQuery

Writer = Callable[[Pod, list[Item[Any]]], bytes]


Reader = Callable[[Pod, bytes, str], Read]


def exported(way: Way, text: str, writers: Mapping[str, Writer] | None = None) -> Command:
    """Return `pod GROUP export`. writers: of the forms there are beside CSV."""
    forms: dict[str, Writer] = {
        "csv": lambda _, items: write_sheet(way.body, items),
        **(writers or {}),
    }

    @command("export")
    @click.option("--format", "form", type=click.Choice(list(forms)), default=next(iter(forms)))
    @click.option(
        "--out",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write to this file, whole or not at all; without it, to stdout.",
    )
    @click.option("--everyone", is_flag=True, help="Also what other pods share.")
    @pass_desk
    def run(desk: Desk, *, form: str, out: Path | None, everyone: bool) -> None:
        with desk.pod() as pod:
            author = None if everyone else pod.pod_id
            items = list(way.door(pod).each(ItemQuery(author=author)))
            content = forms[form](pod, items)
        if out is None:
            desk.out.raw(content)
            return
        write_whole(out, content)
        told = words.counted(len(items), way.word)
        desk.out.answer({"file": str(out), "count": len(items)}, f"{told} written to {out}.")

    run.help = text
    return run


def imported(way: Way, text: str, reader: Reader | None = None) -> Command:
    """Return `pod GROUP import`. reader: of other forms; without it, the CSV of export."""

    @command("import")
    @click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
    @click.option("--dry-run", is_flag=True, help="Only show what would happen; change nothing.")
    @click.option("--again", is_flag=True, help="Bring back what was withdrawn here before.")
    @asked.share_option
    @pass_desk
    def run(desk: Desk, *, file: Path, dry_run: bool, again: bool, share: str | None) -> None:
        content = whole(file, MAX_FILE_BYTES)
        audience = Audience(share or way.share)
        with desk.pod() as pod:
            read = (reader or _sheet_reader(way))(pod, content, file.name)
            planned = pod.imports.plan(way.door(pod), read.taken, again=again)
            number = None
            if not dry_run:
                todo = sum(it.will in (Will.ADD, Will.UPDATE) for it in planned)
                with desk.out.progress("Signing and saving") as advance:
                    tell = None if advance is None else lambda done: advance(done, todo)
                    number = pod.imports.carry_out(
                        way.door(pod), planned, audience=audience, file=file.name, progress=tell
                    )
        _answer(desk, read, planned, number, audience, dry_run=dry_run)
        if read.left_out:
            raise click.exceptions.Exit(EXIT_NO)

    run.help = text
    return run


def _sheet_reader(way: Way) -> Reader:
    def read(_: Pod, content: bytes, name: str) -> Read:  # noqa: ARG001  # one shape for all
        return read_table(way.body, content)

    return read


def _answer(
    desk: Desk,
    read: Read,
    planned: list[Planned[Any]],
    number: int | None,
    audience: Audience,
    *,
    dry_run: bool,
) -> None:
    counts = Counter(it.will for it in planned)
    told = ", ".join(f"{counts[will]} {will}" for will in Will if counts[will]) or "nothing"
    blocks: list[Block] = [f"Read as {read.form}."]
    if dry_run:
        rows = [(it.will.value, it.what) for it in planned]
        blocks += [Table(("What", "Name"), rows, fold=frozenset(("Name",))), ""]
    blocks += [f"left out: {what}: {why}" for what, why in read.left_out]
    blocks.append(f"{'Nothing is changed yet' if dry_run else 'Imported'}: {told}.")
    if counts[Will.ADD]:
        blocks.append(f"New ones are seen by: {words.SHARED[audience]}.")
    if number is not None:
        blocks.append(f"To take all of it back: pod imports undo {number}")
    data: Json = {
        "form": read.form,
        "done": not dry_run,
        "import": number,
        "counts": {will.value: counts[will] for will in Will},
        "rows": [{"what": it.what, "will": it.will.value, "id": it.rid.hex()} for it in planned],
        "left_out": [{"what": what, "why": why} for what, why in read.left_out],
    }
    desk.out.answer(data, *blocks)


# --- Taking back ---


@command("list")
@pass_desk
def list_imports(desk: Desk) -> None:
    """Show the imports that can still be taken back, the newest first."""
    with desk.pod() as pod:
        found = pod.imports.all()
        now_s = kind_ways.now_s(pod)
    rows = [
        (str(it.number), words.minute(it.at_ms // 1000, now_s), it.file, str(it.rows))
        for it in found
    ]
    data: list[Json] = [
        {"number": it.number, "at_ms": it.at_ms, "file": it.file, "rows": it.rows} for it in found
    ]
    none = "No import can be taken back."
    desk.out.answer(data, Table(("Import", "When", "File", "Wrote"), rows) if rows else none)


@command("undo")
@click.argument("number", type=int)
@pass_desk
def undo(desk: Desk, *, number: int) -> None:
    """Put everything as it was before an import.

    What it added is withdrawn, at other pods too; what it changed is as before, even where it was
    changed by hand since. People leave, unless something came of them being here: those stay, and
    leave one by one.
    """
    with desk.pod() as pod:
        staying = [it.name for it in pod.imports.people.staying(number)]
        count = pod.imports.take_back(MACHINE, number)
    told = words.counted(count, "thing")
    why = "something came of them being here, or nobody else is a steward. pod member leave"
    said = [f"{name} stays: {why} {shlex.quote(name)}" for name in staying]
    desk.out.answer(
        {"import": number, "count": count, "staying": list(staying)},
        f"{told} put back as before.",
        *said,
    )


imports = kinds.group(
    "imports", "Look at what files brought, and take it back.", list_imports, undo
)
