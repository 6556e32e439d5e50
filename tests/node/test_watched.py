"""A real node tells a real service manager's socket that it is ready, alive and stopping."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE_S


def test_a_node_reports_ready_then_alive_then_stopping(tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE_S)
        words = ["--data", str(tmp_path / "pod"), "up", "--listen", "127.0.0.1", "--port", "0"]
        node = subprocess.Popen(
            [sys.executable, "-m", "cli", *words],
            env=os.environ | {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "200000"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        try:
            heard = [manager.recv(100) for _ in range(4)]
            assert heard == [b"READY=1"] + [b"WATCHDOG=1"] * 3
            node.send_signal(signal.SIGTERM)
            while (last := manager.recv(100)) == b"WATCHDOG=1":
                pass
            assert last == b"STOPPING=1"
            assert node.wait(PATIENCE_S) == 0
        finally:
            node.kill()
            node.wait()
