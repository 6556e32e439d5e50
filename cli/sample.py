"""`pod sample`: a made-up street in an empty pod."""

import click

from cli.desk import Desk, command, pass_desk
from node.samples.street import check_empty, move_in
from store.aid import BoardQuery


@command("sample")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_desk
def sample(desk: Desk, *, yes: bool) -> None:
    """Fill an empty pod with a made-up street, to see what a pod is like with people in it.

    Only a pod without people, listings and neighbours takes it: best one made for this.

    \b
      pod --data street init --name "Maple Street"
      pod --data street sample
      pod --data street print phone-tree
    """
    with desk.pod() as pod:
        check_empty(pod)
        if not yes:
            desk.out.insist(f"Let people who do not exist move into {pod.name}?")
        move_in(pod)
        people = pod.people.count()
        listings = pod.listings.count(BoardQuery(author=pod.pod_id))
    desk.out.answer(
        {"people": people, "listings": listings},
        f"{people} people who do not exist have moved in, with {listings} offers and needs.",
        "See them: pod member list, pod board, pod print phone-tree",
        "Do not federate this pod with real ones: its street would be on their boards.",
    )
