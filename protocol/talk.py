"""What is said on one channel: whose turn it is, and the frames that wait to go.

Spec: docs/protocol.md §7.3. Both sides are held to the table of protocol/turns.py; what breaks
it is the peer's fault in `take`, and a bug of ours in `send`.
"""

from protocol.errors import LocalError, PeerError
from protocol.frame_bytes import encode_frame
from protocol.frames import Frame, Hello
from protocol.turns import Role, State, next_state


class Talk:
    """One side of it. role: ours."""

    def __init__(self, role: Role) -> None:
        self.role = role
        self.state = State.GREETING
        self._waiting: list[bytes] = []
        self._is_sending = False

    @property
    def is_open(self) -> bool:
        """Whether both sides have greeted, and neither has ended it."""
        return self.state not in (State.GREETING, State.CLOSED)

    @property
    def is_unsent(self) -> bool:
        """Whether earlier frames are still on their way."""
        return self._is_sending or bool(self._waiting)

    def greet(self, hello: Hello) -> None:
        """Say the first word; the greeting lasts until the peer's own has come."""
        self._waiting.append(encode_frame(hello))

    def take(self, frame: Frame) -> None:
        """Note that the peer said frame. Raises PeerError (out_of_turn)."""
        state = next_state(self.state, self.role.other, frame)
        if state is None:
            raise PeerError("out_of_turn", f"{type(frame).__name__} in {self.state.value}")
        self.state = state

    def send(self, frame: Frame) -> None:
        """Queue frame. Raises LocalError (out_of_turn)."""
        state = next_state(self.state, self.role, frame)
        if state is None:
            raise LocalError("out_of_turn", f"{type(frame).__name__} in {self.state.value}")
        self.state = state
        self._waiting.append(encode_frame(frame))

    def outgoing(self) -> list[bytes]:
        """Return what is queued, in order; it counts as unsent until `drained`."""
        frames, self._waiting = self._waiting, []
        self._is_sending |= bool(frames)
        return frames

    def drained(self) -> None:
        """Note that everything handed out is sent."""
        self._is_sending = False

    def close(self) -> None:
        """Let nothing more be said; what is queued still goes."""
        self.state = State.CLOSED
