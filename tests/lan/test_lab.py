"""The lab itself: what it parts is parted, and nothing of it leaves or stays."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lan.conftest import Street
from tests.lan.lab import Lab, LabError

KNOCK = "import socket, sys; socket.create_connection((sys.argv[1], 9), float(sys.argv[2]))"
A_SECOND, LONG = "1", "60"
"""How long a house knocks that is not to be let in, and one that is."""
LISTEN = """
import socket
server = socket.create_server(("", 9))
print("listens", flush=True)
while True:
    server.accept()
"""


def knock(lab: Lab, house: int, host: str, patience_s: str) -> str:
    """Return what the system says to a house that connects to a host."""
    try:
        return lab.run(house, sys.executable, "-c", KNOCK, host, patience_s)
    except LabError as err:
        return str(err)


def machine() -> str:
    return subprocess.check_output(["ip", "-brief", "address"], text=True)


def test_lab_parts_and_joins_and_leaves_nothing(street: Street) -> None:
    before = machine()
    lab, _ = street("a", "b", "c")
    assert machine() == before
    with lab.running(2, sys.executable, "-c", LISTEN):
        assert knock(lab, 1, lab.host(2), LONG) == ""
        lab.part(2, 3)
        assert knock(lab, 3, lab.host(2), LONG) == ""
        assert "timed out" in knock(lab, 1, lab.host(2), A_SECOND)
        lab.join()
        assert knock(lab, 1, lab.host(2), LONG) == ""
        lab.silence(2)
        assert "timed out" in knock(lab, 1, lab.host(2), A_SECOND)
        lab.close()
    assert machine() == before
    assert list(Path("/run/netns").glob(f"{lab.name}-*")) == []


@pytest.mark.parametrize(("with_router", "said"), [(False, "unreachable"), (True, "timed out")])
def test_no_way_leads_out(street: Street, with_router: bool, said: str) -> None:
    lab, _ = street("a", with_router=with_router)
    assert said in knock(lab, 1, "203.0.113.1", A_SECOND)


def test_a_spoiled_cable_is_late(street: Street) -> None:
    lab, _ = street("a", "b")
    lab.spoil(2, delay_ms=200, loss_percent=0)
    # No port is open there: the answer is a refusal, and it took its time to come.
    timed = f"import time; start = time.monotonic()\ntry:\n    {KNOCK}\nexcept OSError as err:\n"
    timed += "    print(err, time.monotonic() - start >= 0.4)"
    said = lab.run(1, sys.executable, "-c", timed, lab.host(2), LONG)
    assert "refused True" in said
