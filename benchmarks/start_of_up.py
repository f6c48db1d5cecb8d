"""How long `quotewright up` takes until everything answers: once with an empty data folder, then with its data.

    .venv/bin/python benchmarks/start_of_up.py

Prints one JSON line. Seconds. Installing (`./run` on a fresh machine) is not part of it.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNNING = b"Quotewright is running."


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="quotewright-start-") as folder:
        Path(folder).chmod(0o711)
        cold, warm = (_start(Path(folder) / "data") for _ in range(2))
    print(json.dumps({"figure": "start of up", "unit": "s", "cold": cold, "warm": warm}))


def _start(data: Path) -> float:
    began = time.monotonic()
    ports = [word for name in ("--port", "--sandbox-port", "--mailbox-port") for word in (name, "0")]
    command = [sys.executable, "-m", "runtime.cli", "up", "--data-dir", str(data), *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as up:
        assert up.stdout is not None
        for line in up.stdout:
            if RUNNING in line:
                break
        took = time.monotonic() - began
        up.send_signal(signal.SIGTERM)
        up.stdout.read()
    return round(took, 2)


if __name__ == "__main__":
    main()
