"""`pod member`: the people of this pod. What is kept of them never leaves it."""

import shlex
from pathlib import Path
from typing import Any, get_args

import click

from cli import merging, persons, phones, words
from cli.desk import Desk, Group, pass_desk
from cli.fields import category_id
from cli.given import whole
from cli.out import Pairs, Table
from node.formats.contacts import write_contacts
from node.formats.people import read_people, write_people
from node.pod import Pod
from node.shapes.people import person_data, person_detail_data
from node.shapes.plain import Json
from node.spreadsheet.text import MAX_FILE_BYTES
from node.whole_file import write_whole
from protocol.aid.house.member import ContactType, Member, OnScreen, Presence
from protocol.aid.house.rights import MACHINE, Role
from protocol.errors import EXIT_NO, UserError

_profile = (
    click.option("--pronouns", help="How to speak of them."),
    click.option("--lang", "languages", multiple=True, help="A language they speak: en, es."),
    click.option("--how-best", help="How to reach them best, in a few words."),
)


def _profile_options(function: Any) -> Any:
    for option in reversed(_profile):
        function = option(function)
    return function


@click.group("member", cls=Group)
def member() -> None:
    """The people of this pod: who they are, and what they agreed may be seen and printed."""


@member.command("list")
@pass_desk
def list_members(desk: Desk) -> None:
    """List the people of this pod, by name."""
    with desk.pod() as pod:
        found, now_s = pod.people.members(MACHINE), _now_s(pod)
        rows = [
            (it.name, it.pronouns or "", ", ".join(it.languages), persons.about(it, now_s))
            for it in found
        ]
    if not found:
        desk.out.answer(
            [], "Nobody is in this pod yet.", "Begin with yourself: pod member add NAME"
        )
        return
    people: list[Json] = [person_data(it) for it in found]
    desk.out.answer(people, Table(("Name", "Pronouns", "Languages", ""), rows))


@member.command("add")
@click.argument("name")
@_profile_options
@click.option("--guest", is_flag=True, help="As a guest, who sees the public page only.")
@pass_desk
def add(desk: Desk, /, *, name: str, guest: bool, **fields: Any) -> None:
    """Take somebody in. A first name is enough; the first person is the pod's first steward.

    \b
      pod member add Rosa
      pod member add "Ben from No. 4" --pronouns he --lang en --lang es
    """
    with desk.pod() as pod:
        added = pod.people.add(MACHINE, name, role=Role.GUEST if guest else Role.MEMBER, **fields)
        desk.out.answer(
            person_data(added),
            f"{added.name} is in this pod, as a {added.role}.",
            f"How to reach them: pod member contact {shlex.quote(added.name)} phone NUMBER",
        )


@member.command("show")
@click.argument("name")
@pass_desk
def show(desk: Desk, *, name: str) -> None:
    """Show what is kept about one person, as far as stewards may see it."""
    with desk.pod() as pod:
        found = persons.find(pod, name)
        can = pod.care.abilities(MACHINE).get(found.id, [])
        buddies = [pod.people.names()[it] for it in pod.care.buddies(MACHINE).get(found.id, ())]
        now_s = _now_s(pod)
    desk.out.answer(
        person_detail_data(found, can, buddies),
        found.name,
        persons.page(found, now_s),
        Pairs(
            [
                ("Buddies", ", ".join(buddies)),
                *(("Can help with", _ability(it.category, it.note, it.bounds)) for it in can),
            ]
        ),
    )


def _ability(category: str, note: str | None, bounds: str | None) -> str:
    said = f"{category}: {note}" if note else category
    return f"{said} ({bounds})" if bounds else said


@member.command("edit")
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@_profile_options
@click.option("--now", "presence", type=click.Choice(get_args(Presence)), help="Resting, away, …")
@click.option(
    "--clear",
    multiple=True,
    type=click.Choice(["pronouns", "languages", "how_best"]),
    help="Empty this field; may be repeated.",
)
@pass_desk
def edit(
    desk: Desk, /, *, name: str, new_name: str | None, clear: tuple[str, ...], **fields: Any
) -> None:
    """Change what is kept about somebody; what is not named stays as it is.

    \b
      pod member edit Ben --now away
      pod member edit Ben --how-best "Ring twice" --clear pronouns
    """
    given = {key: value for key, value in fields.items() if value not in (None, ())}
    emptied: dict[str, object] = {key: () if key == "languages" else None for key in clear}
    changes = {**given, **emptied, **({"name": new_name} if new_name else {})}
    if not changes:
        raise UserError("invalid", "Nothing to change was named.", "pod member edit --help")
    with desk.pod() as pod:
        edited = pod.people.edit(MACHINE, persons.find(pod, name).id, changes)
        _told(desk, pod, edited, f"Changed: {edited.name}")


@member.command("contact")
@click.argument("name")
@click.argument("type_", metavar="TYPE", type=click.Choice(get_args(ContactType)))
@click.argument("value")
@click.option(
    "--show",
    "on_screen",
    type=click.Choice(get_args(OnScreen)),
    default="stewards",
    help="Who sees it on a screen: nobody, stewards (as without --show), or the pod.",
)
@click.option("--print/--no-print", "on_paper", help="Whether it may be printed; no without it.")
@click.option("--remove", is_flag=True, help="Take this one off.")
@pass_desk
def contact(
    desk: Desk, /, *, name: str, type_: str, value: str, remove: bool, **consents: Any
) -> None:
    """Note a way to reach somebody, or what they now say of it. Ask them both questions.

    TYPE is phone, email, chat, radio, door (where to knock) or other.

    \b
      pod member contact Rosa phone "555 0142" --show pod --print
      pod member contact Ben door "No. 4, ground floor" --show pod
    """
    with desk.pod() as pod:
        found = persons.find(pod, name)
        others = [it for it in found.contacts if (it.type, it.value) != (type_, value.strip())]
        if remove and len(others) == len(found.contacts):
            raise UserError(
                "not_found", f"{found.name} has no such contact.", "pod member show NAME"
            )
        wanted = [it.model_dump() for it in others]
        if not remove:
            wanted.append({"type": type_, "value": value, **consents})
        _told(desk, pod, pod.people.set_contacts(MACHINE, found.id, wanted), found.name)


@member.command("export")
@click.option("--format", "form", type=click.Choice(["vcard", "csv"]), default="vcard")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file, whole or not at all; without it, to stdout.",
)
@pass_desk
def export(desk: Desk, *, form: str, out: Path | None) -> None:
    """Write people as vCards, so that phones have everybody's number before an outage; or as CSV.

    vCards hold only contacts whose people agreed that they may be printed: a file is left on
    phones as paper is left in hallways. The CSV holds what stewards may see, for moving the list
    elsewhere.
    """
    with desk.pod() as pod:
        now_s = pod.now().wall_ms // 1000
        if form == "csv":
            people = pod.people.members(MACHINE)
            said = write_people(people)
        else:
            people = [it for it in pod.people.printed(MACHINE) if it.contacts]
            said = write_contacts(people, pod_name=pod.name, now_s=now_s)
    if out is None:
        desk.out.raw(said)
        return
    write_whole(out, said)
    told = words.counted(len(people), "person", "people")
    desk.out.answer({"file": str(out), "count": len(people)}, f"{told} written to {out}.")


@member.command("import")
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only show what would happen; change nothing.")
@pass_desk
def import_(desk: Desk, *, file: Path, dry_run: bool) -> None:
    """Take people in from a CSV: a column `name` is enough; the others are those of export.

    Who is here already, by name, stays as they are. Nobody becomes a steward by a file.
    """
    found, left_out = read_people(whole(file, MAX_FILE_BYTES))
    with desk.pod() as pod:
        imported = pod.imports.people
        new, here_already = imported.plan(MACHINE, found)
        number = None if dry_run else imported.take_in(MACHINE, new, file.name)
    told = words.counted(len(new), "person", "people")
    done = "Nobody is taken in yet" if dry_run else "Taken in"
    lines = [f"left out: {what}: {why}" for what, why in left_out]
    lines.append(f"{done}: {told} new, {here_already} here already.")
    if number is not None:
        lines.append(f"To take all of them back: pod imports undo {number}")
    data: Json = {
        "done": not dry_run,
        "import": number,
        "new": [it.name for it in new],
        "here_already": here_already,
        "left_out": [{"what": what, "why": why} for what, why in left_out],
    }
    desk.out.answer(data, *lines)
    if left_out:
        raise click.exceptions.Exit(EXIT_NO)


@member.command("can")
@click.argument("name")
@click.argument("category")
@click.option("--note", help="What exactly.")
@click.option("--bounds", help="What not, or when not.")
@click.option("--no-longer", is_flag=True, help="Take it off.")
@pass_desk
def can(desk: Desk, /, *, name: str, category: str, no_longer: bool, **said: Any) -> None:
    """Note what somebody can help with: the pod map is made of it.

    \b
      pod member can Ben home-repair --note "taps and locks" --bounds "not on Fridays"
    """
    id_ = category_id(category)
    with desk.pod() as pod:
        found = persons.find(pod, name)
        if no_longer:
            pod.care.delete_ability(MACHINE, found.id, id_)
            desk.out.answer({"name": found.name, "category": id_}, f"{found.name}: no longer {id_}")
            return
        ability = pod.care.set_ability(MACHINE, found.id, {"category": id_, **said})
        desk.out.answer(
            {"name": found.name, **ability.model_dump(mode="json")},
            f"{found.name} can help with {_ability(id_, ability.note, ability.bounds)}",
        )


@member.command("role")
@click.argument("name")
@click.argument("role", type=click.Choice([it.value for it in Role]))
@pass_desk
def role(desk: Desk, *, name: str, role: str) -> None:
    """Make somebody a guest, a member or a steward. Members read of it in the log."""
    with desk.pod() as pod:
        changed = pod.people.set_role(MACHINE, persons.find(pod, name).id, Role(role))
        _told(desk, pod, changed, f"{changed.name} is a {changed.role} now.")


@member.command("suspend")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def suspend(desk: Desk, *, name: str, yes: bool) -> None:
    """Keep somebody out at once, for 72 hours: an emergency. All members read of it."""
    with desk.pod() as pod:
        found = persons.find(pod, name)
        if not yes:
            desk.out.insist(f"Keep {found.name} out for three days?")
        changed = pod.people.suspend(MACHINE, found.id)
        until = words.minute(changed.suspended_until_s, _now_s(pod))
        _told(desk, pod, changed, f"{changed.name} is kept out until {until}.")


@member.command("readmit")
@click.argument("name")
@pass_desk
def readmit(desk: Desk, *, name: str) -> None:
    """Let somebody in again who was kept out."""
    with desk.pod() as pod:
        changed = pod.people.lift_suspension(MACHINE, persons.find(pod, name).id)
        _told(desk, pod, changed, f"{changed.name} is no longer kept out.")


@member.command("leave")
@click.argument("name")
@click.option("--withdraw/--keep", help="Withdraw what they posted, at all pods; or keep it.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def leave(desk: Desk, *, name: str, withdraw: bool, yes: bool) -> None:
    """Delete all that is kept of somebody who leaves. Ask them about what they posted.

    Without --withdraw what they posted stays, as the pod's and without their name. Backups made
    before still hold what they held; the next one does not.

    \b
      pod member leave Ben --withdraw
    """
    with desk.pod() as pod:
        found = persons.find(pod, name)
        if not yes:
            desk.out.insist(f"Delete all that is kept of {found.name}?")
        pod.people.leave(MACHINE, found.id, withdraw=withdraw)
    desk.out.answer(
        {"name": found.name, "left": True, "withdrawn": withdraw},
        f"{found.name} has left; nothing of theirs is kept here.",
        "Make a backup, and delete older ones once you have it: pod backup",
    )


@member.command("remove")
@click.argument("proposal")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def remove(desk: Desk, *, proposal: str, yes: bool) -> None:
    """Do what the pod agreed: remove whom PROPOSAL names. See: pod proposal add --removes."""
    with desk.pod() as pod:
        found = pod.decisions.find(MACHINE, proposal)
        if not yes:
            desk.out.insist(f"Do as agreed: {found.title}?")
        pod.decisions.remove_member(MACHINE, found.id)
    desk.out.answer({"proposal": found.id.hex(), "removed": True}, "Done, as the pod agreed.")


def _told(desk: Desk, pod: Pod, found: Member, what: str) -> None:
    desk.out.answer(person_data(found), what, persons.page(found, _now_s(pod)))


def _now_s(pod: Pod) -> int:
    return pod.now().wall_ms // 1000


for _other in (merging.merge, merging.merges, merging.unmerge, phones.phone):
    member.add_command(_other)
