"""`pod neighbor pair`: two stewards, two screens, six words."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final, NamedTuple

import click

from cli.desk import Command, Desk, pass_desk
from cli.naming import what_they_see
from cli.out import Block, Pairs
from node import health
from node.addresses import lan_hosts
from node.config import CONFIG_FILE, Config, load_config
from node.pairing import is_same, spoken
from node.pairing_said import (
    DIFFERED,
    FAILED,
    KNOWN_ALREADY,
    MEANS,
    READ_ALOUD,
    SAME_NAME,
    STANDS,
)
from node.pod import Pod
from node.shapes.names import Names
from node.shapes.plain import Json
from node.shapes.pods import neighbour_shape
from protocol.aid.house.rights import MACHINE
from protocol.errors import UserError
from protocol.identity import parse_pod_id, pod_id_text, short_id
from protocol.introduction import read_address
from protocol.limits import COMPARING_S, PAIRING_S
from store.pairing import Pairing, State

_LOOK_S: Final = 0.25
_LOOK_AROUND_S: Final = 3
_TAG: Final = re.compile(r"[a-z2-7]{8}")


class Target(NamedTuple):
    """Whom to call. tag: "" for anybody.  addresses: none for where it is seen."""

    tag: str = ""
    addresses: tuple[str, ...] = ()


@click.command("pair", cls=Command)
@click.argument("pod_name", metavar="[POD]", required=False)
@click.option(
    "--words",
    "said",
    metavar="WORDS",
    help="The words on the other screen; goes on.",
)
@click.option("--stop", is_flag=True, help="Turn pairing mode off.")
@pass_desk
def pair(desk: Desk, *, pod_name: str | None, said: str | None, stop: bool) -> None:
    """Become neighbours by six words, read from screen to screen.

    The people of both pods run it, each at their own machine. Each node looks for the other on
    this LAN. Both screens then show six words: read them to each other, aloud or on the telephone.
    Only the same six, on both, mean that nobody sits in between.

    POD is an address (HOST or HOST:PORT) where the other is not seen, an id from `pod nearby` where
    more than one is, or a neighbour that you want to be sure of.

    Where nobody can be asked, as with --json, it ends when the words are there; say then what the
    other screen shows:

      pod neighbor pair --words "ankle violin census pass liberty winner"
    """
    if stop:
        _stop(desk)
        return
    if not health.is_running(desk.data_dir):
        raise UserError(
            "invalid", "Pairing needs this pod's node, and it is not running.", "pod up"
        )
    with desk.pod() as pod:
        if said is None:
            _begin(desk, pod, pod_name)
        else:
            _go_on(desk, pod, said)


def _stop(desk: Desk) -> None:
    with desk.pod() as pod:
        pairing = pod.pairing.look()
        stopped = pairing is not None and pod.pairing.end(pairing.mode)
    desk.out.answer({"stopped": stopped}, f"Pairing mode {'is off' if stopped else 'was off'}.")


def _begin(desk: Desk, pod: Pod, pod_name: str | None) -> None:
    config = load_config(desk.data_dir / CONFIG_FILE)
    target = _target(pod, config, pod_name) if pod_name else _only_one(desk, pod, config)
    mode = pod.pairing.begin(tag=target.tag, addresses=target.addresses)
    desk.out.tell(
        f"Pairing mode is on, for {PAIRING_S // 60} minutes at most; Ctrl-C ends it.",
        "The people of the other pod run `pod neighbor pair` too.",
    )
    with _ending(desk, pod, mode):
        _follow(desk, pod, mode)


def _go_on(desk: Desk, pod: Pod, said: str) -> None:
    pairing = pod.pairing.look()
    if pairing is None or pairing.state is not State.COMPARING:
        raise UserError(
            "not_found", "No words are being compared at present.", "Begin: pod neighbor pair"
        )
    if not is_same(said, pairing.words):
        pod.pairing.decline(pairing.mode, pairing.attempt)
        raise UserError(
            "words_differ",
            "These are not the words of this screen. Nothing was changed.",
            "Read them once more, in order. If they do differ, somebody may sit between the two "
            "machines: use another network or cable, or an invitation: pod neighbor invite",
        )
    with _ending(desk, pod, pairing.mode):
        _say_yes(pod, pairing)
        _follow(desk, pod, pairing.mode)


@contextmanager
def _ending(desk: Desk, pod: Pod, mode: int) -> Iterator[None]:
    """Leave pairing mode off if the command is ended; a yes that was said stands."""
    try:
        yield
    except (KeyboardInterrupt, click.Abort):
        if not pod.pairing.end(mode) and (it := pod.pairing.look()) and it.state is State.AGREED:
            desk.out.note(STANDS, "To take it back, begin anew: pod neighbor pair")
        raise


# --- Whom to call ---


def _target(pod: Pod, config: Config, said: str) -> Target:
    """Return what people mean by a neighbour's name, an id, or an address."""
    try:
        known = pod.neighbours.find(said)
    except UserError as err:
        if err.code == "ambiguous":
            raise
    else:
        return Target(short_id(known.pod_id), known.addresses)
    wanted = said.strip().lower()
    if _TAG.fullmatch(wanted):
        return Target(wanted)
    if len(wanted) > 50 and not {".", ":"} & set(wanted):
        return Target(short_id(parse_pod_id(said)))
    return Target("", (str(read_address(said, default_port=config.sync_port)),))


def _only_one(desk: Desk, pod: Pod, config: Config) -> Target:
    """Return whom to call where people named nobody: whoever is there, or the one they choose."""
    if not config.mdns:
        desk.out.note(
            "This pod does not look around on the LAN (mdns is false): the other one has to call, "
            "or give its address: pod neighbor pair HOST"
        )
        return Target()
    strangers = _strangers(desk, pod, config)
    if len(strangers) < 2:
        return Target()
    shown = ", ".join(f"{tag} at {where}" for tag, where in strangers)
    if not desk.out.can_ask():
        raise UserError(
            "ambiguous", f"More than one pod is seen here: {shown}.", "pod neighbor pair ID"
        )
    desk.out.tell(f"More than one pod is seen here: {shown}.", "Its own screen says its id.")

    def chosen(said: str) -> Target:
        found = [tag for tag, _ in strangers if said and tag.startswith(said.lower())]
        if len(found) != 1:
            raise UserError("not_found", "That is none of them, or fits several.", "")
        return Target(found[0])

    return desk.out.ask_until_right("Which one?", chosen)


def _strangers(desk: Desk, pod: Pod, config: Config) -> list[tuple[str, str]]:
    """Return the pods on this LAN that are no neighbours: id and first address."""
    import asyncio

    from node.discovery import look_around  # other commands need not wait for its library

    known = {short_id(it) for it in [*(n.pod_id for n in pod.neighbours.all()), pod.pod_id]}
    desk.out.tell(f"This pod's id begins with {short_id(pod.pod_id)}. Looking who is near ...")
    found = asyncio.run(look_around(partial(lan_hosts, config.listen), _LOOK_AROUND_S))
    return [(it.tag, it.addresses[0]) for it in found.seen if it.tag not in known]


# --- What comes of it ---


def _follow(desk: Desk, pod: Pod, mode: int) -> None:
    """Tell people what comes of it until it has ended; ask them for their word."""
    told: tuple[State, str, int] | None = None
    while True:
        pairing = pod.pairing.look()
        if pairing is None or pairing.mode != mode:
            raise UserError(
                "conflict", "Another command began to pair meanwhile.", "See that one's screen."
            )
        seen = pairing.state, pairing.code, pairing.failures
        if pairing.state is State.COMPARING and not desk.out.can_ask():
            _hand_on(desk, pod, pairing)
            return
        if pairing.state is State.COMPARING:
            if pairing.failures > (told[2] if told else 0):  # and the next one came at once
                _tell_failed(desk, pairing)
            told = seen
            _ask(desk, pod, pairing)
        elif pairing.state is State.PAIRED:
            _tell_paired(desk, pod, pairing)
            return
        elif seen != told:
            _tell(desk, pairing, told[2] if told else 0)
            told = seen
        time.sleep(_LOOK_S)


def _tell(desk: Desk, pairing: Pairing, failures_before: int) -> None:
    """Say how it stands; raise UserError if nothing more will come."""
    means = MEANS.get(pairing.code, "")
    if pairing.state is State.ENDED:
        raise UserError(
            pairing.code or "stopping",
            f"Pairing mode is off{f': {means}' if pairing.failures else '.'} Nothing was changed.",
            "Once more, on both machines: pod neighbor pair",
        )
    if pairing.state is State.AGREED and pairing.code:
        raise UserError(pairing.code, f"{means} {STANDS}", "See: pod neighbor list")
    if pairing.state is State.AGREED:
        desk.out.tell("Waiting for the other side's yes ...")
    elif pairing.failures > failures_before:
        _tell_failed(desk, pairing)
    elif pairing.code in MEANS:
        desk.out.tell(means)


def _tell_failed(desk: Desk, pairing: Pairing) -> None:
    means = MEANS.get(pairing.code, "")
    desk.out.note(f"{FAILED} {means}".strip(), "Pairing mode is still on.")


def _hand_on(desk: Desk, pod: Pod, pairing: Pairing) -> None:
    """Print the words where nobody can be asked; another call says what the other screen has."""
    shown: list[Json] = [*spoken(pairing.words)]
    told: Json = {
        "state": pairing.state.value,
        "name": pairing.name,
        "pod_id": pod_id_text(pairing.pod_id) if pairing.pod_id else None,
        "words": shown,
    }
    desk.out.answer(
        told,
        *_comparison(pod, pairing),
        f"Within {COMPARING_S // 60} minutes say what the other screen shows:",
        '  pod neighbor pair --words "..."',
    )


def _ask(desk: Desk, pod: Pod, pairing: Pairing) -> None:
    desk.out.show_beside(*_comparison(pod, pairing))
    if not desk.out.confirm("Are all six the same on the other screen, in this order?"):
        pod.pairing.decline(pairing.mode, pairing.attempt)
        desk.out.note(
            f"Nothing was changed. {DIFFERED}",
            "Pairing mode is still on; Ctrl-C ends it.",
        )
        return
    _say_yes(pod, pairing)


def _say_yes(pod: Pod, pairing: Pairing) -> None:
    pod.federation.agree(MACHINE, pairing.mode, pairing.attempt)


def _comparison(pod: Pod, pairing: Pairing) -> Sequence[Block]:
    words = [f"{number} {word}" for number, word in enumerate(spoken(pairing.words), start=1)]
    return [
        Pairs(
            [
                ("The other pod", pairing.name),
                ("Its id", pod_id_text(pairing.pod_id) if pairing.pod_id else ""),
                ("Words", "   ".join(words)),
            ]
        ),
        *_known_already(pod, pairing),
        what_they_see(pod),
        READ_ALOUD,
    ]


def _known_already(pod: Pod, pairing: Pairing) -> list[Block]:
    """Say if a neighbour is this pod, or another one calls itself the same."""
    names = {it.pod_id: it.name.casefold() for it in pod.neighbours.all()}
    if pairing.pod_id in names:
        return [KNOWN_ALREADY]
    if pairing.name.casefold() in names.values():
        return [SAME_NAME]
    return []


def _tell_paired(desk: Desk, pod: Pod, pairing: Pairing) -> None:
    found = next(it for it in pod.neighbours.all() if it.pod_id == pairing.pod_id)
    desk.out.answer(
        {"state": pairing.state.value, "neighbor": neighbour_shape(found).to_json()},
        f"{Names(pod).of(found.pod_id)} and this pod are neighbours now.",
        "What each shares with neighbouring pods, or with all, travels while both nodes run.",
    )
