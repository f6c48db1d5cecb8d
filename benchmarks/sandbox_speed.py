"""How many simple requests a second the sandbox answers on one core, so that nobody measures it instead of a client.

    .venv/bin/python benchmarks/sandbox_speed.py

Prints one JSON line a figure: requests a second by the clock, and by the seconds of processor the sandbox itself used.
Clients are processes of their own, on keep-alive connections; on a machine with few cores they take time from it.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.sandbox import API, SandboxServer, running_sandbox

CLIENTS = 3
REQUESTS = 9_000
PATCH = json.dumps([{"op": "replace", "path": "city", "value": "Largo"}])
KINDS = {
    "one record": ("GET", "/company/companies/1", ""),
    "a page of 25": ("GET", "/company/companies", ""),
    "a search by name": ("GET", "/company/companies?conditions=name%20contains%20%22harbor%22", ""),
    "a count": ("GET", "/company/contacts/count", ""),
    "a change": ("PATCH", "/company/companies/4", PATCH),
}


def main() -> None:
    with running_sandbox() as sandbox:
        for kind, (method, path, body) in KINDS.items():
            request = _request(sandbox, method, path, body)
            _ask(sandbox.port, request, 300)
            print(json.dumps({"figure": f"sandbox: {kind}", "unit": "requests/s", **_measure(sandbox, request)}))


def _measure(sandbox: SandboxServer, request: bytes) -> dict[str, int]:
    clients = [
        multiprocessing.Process(target=_ask, args=(sandbox.port, request, REQUESTS // CLIENTS)) for _ in range(CLIENTS)
    ]
    used, began = _processor_seconds(sandbox), time.perf_counter()
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    if any(client.exitcode for client in clients):
        raise SystemExit("a client failed")
    took, used = time.perf_counter() - began, _processor_seconds(sandbox) - used
    return {"by_the_clock": round(REQUESTS / took), "by_its_processor_time": round(REQUESTS / used)}


def _request(sandbox: SandboxServer, method: str, path: str, body: str) -> bytes:
    keys = base64.b64encode(f"{sandbox.keys.username}:{sandbox.keys.private_key}".encode()).decode()
    lines = [
        f"{method} {API}{path} HTTP/1.1",
        f"Host: 127.0.0.1:{sandbox.port}",
        f"Authorization: Basic {keys}",
        f"clientId: {sandbox.keys.client_id}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "",
        body,
    ]
    return "\r\n".join(lines).encode()


def _ask(port: int, request: bytes, times: int) -> None:
    """By hand: an HTTP library would cost more than what is measured."""
    with socket.create_connection(("127.0.0.1", port)) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            wire.sendall(request)
            head, _, body = wire.recv(65_536).partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode())
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            while len(body) < length:
                body += wire.recv(65_536)


def _processor_seconds(sandbox: SandboxServer) -> float:
    fields = Path(f"/proc/{sandbox.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
