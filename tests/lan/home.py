"""A pod in a house of the lab: its node as a real process, its database as we look into it."""

import json
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from node import first_start, recovery
from protocol.aid.audience import Audience
from protocol.aid.listing import write_listing
from protocol.identity import short_id
from store.aid import BoardQuery
from tests.lan.lab import Lab, wait_until
from tests.patience import PATIENCE_S

PORT = 4781


class Home:
    """Close it, and its node has ended. The folder stays. all: those that are not closed."""

    all: "Final[list[Home]]" = []  # noqa: RUF012  # one list of all of them

    def __init__(self, lab: Lab, house: int, folder: Path, name: str) -> None:
        self.name = name
        self.house = house
        self.address = f"{lab.host(house)}:{PORT}"
        self.pod = first_start.create_known(folder, name=name, seed=recovery.new_seed())
        self.tag = short_id(self.pod.pod_id)
        self._lab = lab
        self._folder = folder
        self._log = folder / "node.log"
        self._node: subprocess.Popen[Any] | None = None

    def __enter__(self) -> "Home":
        self.all.append(self)
        return self

    def __exit__(self, *_: object) -> None:
        self.all.remove(self)
        self.kill()
        self.pod.close()

    # --- Its node ---

    def start(self) -> None:
        """Start the node, and wait until it says that it is up."""
        seen = self._said_up()
        with self._log.open("ab") as log:
            self._node = self._lab.start(self.house, self._words("up"), stdout=log, stderr=log)
        wait_until(lambda: self._said_up() > seen or self._has_ended(), f"{self.name} is up")
        assert not self._has_ended(), self.log

    def _words(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "cli", "--data", str(self._folder), *words]

    def _said_up(self) -> int:
        return self.log.count(f"{self.name} is up.")

    def _has_ended(self) -> bool:
        return self._node is not None and self._node.poll() is not None

    def kill(self) -> None:
        """End the node as a power cut would; not running is fine."""
        if self._node is not None:
            self._node.kill()
            self._node.wait()
            self._node = None

    def freeze(self) -> None:
        """Have the node stand still: it holds its connections, and neither reads nor answers."""
        assert self._node is not None
        self._node.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        assert self._node is not None
        self._node.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop the node as a service manager would."""
        assert self._node is not None
        self._node.terminate()
        self._node.wait(PATIENCE_S)
        self._node = None

    def ask(self, *words: str) -> Any:
        """Run a `pod` command in this house; return its JSON."""
        return json.loads(self._lab.run(self.house, *self._words("--json", *words)))

    @property
    def log(self) -> str:
        """What the node has said and logged."""
        with suppress(FileNotFoundError):
            return self._log.read_text(errors="replace")
        return ""

    def has_met(self, other: "Home", times: int = 1) -> bool:
        """Tell whether a session with other has been opened so often."""
        return self.log.count(f"session_open peer={other.tag}") >= times

    def was_left_by(self, other: "Home") -> bool:
        """Tell whether a session with other has ended, for whatever reason."""
        them = [it for it in self.pod.neighbours.all() if it.pod_id == other.pod.pod_id]
        return any(it.last_contact_ms is not None for it in them)

    def has_missed(self, other: "Home") -> bool:
        """Tell whether a session with other was given up, for no sign of life."""
        return f"session_failed peer={other.tag} code=silent" in self.log

    # --- Its people ---

    def befriend(self, other: "Home", *addresses: str) -> None:
        """Make both pods neighbours of each other; each has only these addresses of the other."""
        for us, them in ((self, other), (other, self)):
            us.pod.neighbours.add(them.pod.keeper.certificate, them.name, addresses, seen=True)

    def offer(self, title: str, audience: Audience = Audience.NETWORK) -> None:
        listing = write_listing({"type": "offer", "title": title, "category": "food"})
        self.pod.listings.publish(listing, audience=audience)

    @property
    def board(self) -> set[str]:
        """The titles of all listings here."""
        return {item.listing.title for item in self.pod.listings.each(BoardQuery())}

    @property
    def stored(self) -> dict[str, tuple[str, ...]]:
        """The addresses known of each neighbour, by its name."""
        return {it.name: it.addresses for it in self.pod.neighbours.all()}
