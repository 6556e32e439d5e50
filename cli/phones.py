"""`pod member phone`: whoever lost their phone signs in again, the only steward too."""

import click

from cli import invites, persons, words
from cli.desk import Desk, command, pass_desk
from node.aid.devices import CODE_S
from protocol.aid.house.rights import MACHINE


@command("phone")
@click.argument("name")
@pass_desk
def phone(desk: Desk, /, *, name: str) -> None:
    """Make a code by which one more phone of NAME signs in. Be sure that it is them.

    It is shown once and kept nowhere; all members read in the log that it was made. The phone that
    was lost is signed out under "My devices", on the new one.

    \b
      pod member phone Rosa
    """
    with desk.pod() as pod:
        found = persons.find(pod, name)
        code = pod.devices.make_code(MACHINE, found.id)
        where = invites.page_address(desk, pod)
    desk.out.answer(
        {"name": found.name, "code": code, "good_s": CODE_S},
        code,
        f"Good for one phone, while this pod's node runs for {words.left(CODE_S)}.",
        f"On that phone, on the same Wi-Fi, open {where}/phone/{code}",
    )
