"""`quotewright up` with tiny children in place of api, worker and sandbox, so that tests can kill things in earnest.

`rehearsal.py up FOLDER` is the supervisor; any other first word is a child. Takes its manners from the environment:
REHEARSAL_BREAKS names a child that dies at once, REHEARSAL_IGNORES one that doesn't listen to SIGTERM,
REHEARSAL_DAWDLES one that is slow to start; with REHEARSAL_HURRIES the supervisor doesn't wait between restarts.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


def supervise(folder: str) -> None:
    from runtime import supervisor
    from runtime.errors import UserError
    from runtime.up import Options, up

    ports = (int(os.environ.get("REHEARSAL_PORT", "0")), 0, 0)
    if "REHEARSAL_HURRIES" in os.environ:
        supervisor._BACK_OFF = (0.0,)
    try:
        up(Options(Path(folder), *ports, demo=False, program=(sys.executable, __file__)))
    except UserError as error:
        print(f"quotewright: {error}", file=sys.stderr)
        sys.exit(1)


def child(name: str, words: list[str]) -> None:
    if os.environ.get("REHEARSAL_BREAKS") == name:
        sys.exit("out of luck")
    if os.environ.get("REHEARSAL_IGNORES") == name:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("not listening", flush=True)
    if os.environ.get("REHEARSAL_DAWDLES") == name:
        print("still looking for the keys", flush=True)
        time.sleep(2.5)
    if "--port" in words:
        HTTPServer(("127.0.0.1", int(words[words.index("--port") + 1])), _Ready).serve_forever()
    while True:
        time.sleep(60)


class _Ready(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


if __name__ == "__main__":
    supervise(sys.argv[2]) if sys.argv[1] == "up" else child(sys.argv[1], sys.argv[2:])
