"""The sandbox as tests use it: a real server process on a free loopback port, and the control door in Python.

    with running_sandbox() as sandbox:
        sandbox.faults(effect="reset_after", entity="companies", method="POST")

Everything is synchronous, so it works beside any event loop. It starts the real command and fakes nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from integrations.connectwise.sandbox.instance import Keys
from integrations.connectwise.sandbox.seed import DEMO
from tests.connectwise.witness import Witness

API = "/v4_6_release/apis/3.0"
ROOT = Path(__file__).resolve().parent.parent


class SandboxServer:
    """One sandbox process. `keys` open the company it starts with."""

    def __init__(self, state_file: Path | None = None, keys: Keys = DEMO, port: int = 0) -> None:
        self.keys = keys
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._state_file = state_file
        self._witness = Witness()
        self._process: subprocess.Popen[bytes] | None = None
        self._control = httpx.Client(base_url=f"{self.url}/_control", timeout=30, trust_env=False, verify=False)

    def start(self) -> SandboxServer:
        """Raises RuntimeError when it isn't answering within 60 seconds. Starting it again uses the same port."""
        command = [sys.executable, "-m", *self._witness.module, "--control", "--port", str(self.port)]
        if self._state_file:
            command += ["--state-file", str(self._state_file)]
        self._process = subprocess.Popen(command, cwd=ROOT)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self._control.get("/state").raise_for_status()
                return self
            except httpx.TransportError:
                time.sleep(0.02)
        self.kill()
        raise RuntimeError("the sandbox did not start")

    def stop(self) -> None:
        """Let it finish what it is doing."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a power cut would (SIGKILL)."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        self.stop()
        self._control.close()
        try:
            self.judge()
        finally:
            self._witness.close()

    def judge(self) -> None:
        """Raises AssertionError when requests or answers since the last time were not as ConnectWise specifies."""
        self._witness.judge()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def pause(self) -> None:
        """Stop answering without closing anything (SIGSTOP) until `resume`."""
        os.kill(self._running().pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self._running().pid, signal.SIGCONT)

    # --- the control door ---

    def journal(self, after: int = 0) -> list[dict[str, Any]]:
        """The API requests since number `after`, the oldest first. Status None: not answered yet; 0: cut off."""
        entries: list[dict[str, Any]] = self._ask("GET", f"/journal?after={after}")
        return entries

    def clear_journal(self) -> None:
        self._ask("DELETE", "/journal")

    def faults(self, **fault: Any) -> int:
        """Order a fault: effect=..., and instance, entity, method, path_contains, nth, times (0: always), status, body,
        headers, seconds. Returns its id."""
        return int(self._ask("POST", "/faults", fault)["id"])

    def ordered_faults(self) -> list[dict[str, Any]]:
        return list(self._ask("GET", "/faults"))

    def clear_faults(self, fault_id: int | None = None) -> None:
        self._ask("DELETE", f"/faults/{fault_id}" if fault_id else "/faults")

    def deliveries(self, after: int = 0) -> list[dict[str, Any]]:
        """The callbacks delivered since number `after`, the oldest first: `outcome` waiting, delivered, failed, or lost
        (while they were off), `body` as sent, and `attempts` with the status of each (0: no answer)."""
        entries: list[dict[str, Any]] = self._ask("GET", f"/deliveries?after={after}")
        return entries

    def settled_deliveries(self, after: int = 0, timeout: float = 15) -> list[dict[str, Any]]:
        """The same, once none is waiting any more. Raises TimeoutError when one still is."""
        deadline = time.monotonic() + timeout
        while any(entry["outcome"] == "waiting" for entry in self.deliveries(after)):
            if time.monotonic() > deadline:
                raise TimeoutError("callbacks are still under way")
            time.sleep(0.01)
        return self.deliveries(after)

    def clear_deliveries(self) -> None:
        self._ask("DELETE", "/deliveries")

    def deliver_again(self, seq: int) -> int:
        """Send the same message, lost or not, once more. Returns the number of the new delivery."""
        return int(self._ask("POST", f"/deliveries/{seq}")["seq"])

    def callbacks_off(self) -> None:
        """From now on callbacks are lost."""
        self.options(callbacks=False)

    def callbacks_on(self) -> None:
        self.options(callbacks=True)

    def delay_callbacks(self, seconds: float) -> None:
        """Each starts so much later than the change; 0 ends it."""
        self.options(callback_delay=seconds)

    def down(self, seconds: float) -> None:
        """Cut every connection unanswered for so long; 0 ends it."""
        self._ask("POST", "/down", {"seconds": seconds})

    def freeze(self) -> None:
        """Take requests and answer none, until `thaw`."""
        self._ask("POST", "/freeze")

    def thaw(self) -> None:
        self._ask("DELETE", "/freeze")

    def snapshot(self, name: str) -> None:
        """Remember every record of every company, to go back to with `restore`."""
        self._ask("POST", f"/snapshots/{name}")

    def restore(self, name: str) -> None:
        self._ask("POST", f"/snapshots/{name}/restore")

    def permission(self, module: str, level: str | dict[str, str], instance: str | None = None, **more: str) -> None:
        """What the API member (member=... for another) may do in a security role module: none, inquire, add, edit or
        all; or by right (inquire, add, edit, delete): none, mine or all."""
        how = {"level": level} if isinstance(level, str) else {"rights": level}
        self._ask("POST", "/permissions", {"instance": instance, "module": module, **how, **more})

    def api_member(self, identifier: str, instance: str | None = None) -> Keys:
        """Another member that programs come in as, with a role of its own."""
        company = instance or self.keys.company_id
        keys = Keys(company, f"pub-{identifier}", f"prv-{identifier}", self.keys.client_id)
        body = {"identifier": identifier, "publicKey": keys.public_key, "privateKey": keys.private_key}
        self._ask("POST", "/members", {"instance": instance, **body})
        return keys

    def options(self, **options: Any) -> dict[str, Any]:
        """Set switches (see `Options`), and return them all."""
        return dict(self._ask("POST", "/options", options))

    def reset(self) -> None:
        """Back to the first records; added companies are gone, so are callbacks, which are delivered at once again."""
        self._ask("POST", "/reset")

    def state(self) -> dict[str, dict[str, int]]:
        """company id -> path of the entity -> number of records."""
        return dict(self._ask("GET", "/state"))

    def instance(self, company_id: str, *, records: bool = True, **changes: Any) -> Keys:
        """Add a company, or change one that is there (codebase=, publicKey=, privateKey=)."""
        body = {"companyId": company_id, "publicKey": f"pub-{company_id}", "privateKey": f"prv-{company_id}"}
        if company_id in self.state():
            body = {"companyId": company_id}
        made = self._ask("POST", "/instances", {**body, "records": records, **changes})
        return Keys(made["company_id"], made["public_key"], made["private_key"], made["client_id"])

    def grow(self, companies: int, contacts_each: int = 3, instance: str | None = None) -> None:
        self._ask("POST", "/grow", {"instance": instance, "companies": companies, "contacts_each": contacts_each})

    def custom_field(
        self, entity: str, caption: str, type: str = "Text", instance: str | None = None
    ) -> dict[str, Any]:
        body = {"instance": instance, "entity": entity, "caption": caption, "type": type}
        return dict(self._ask("POST", "/custom-fields", body))

    # --- as somebody who works in ConnectWise ---

    def person(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        instance: str | None = None,
        member: str = "",
        unchecked: bool = False,
    ) -> Any:
        """Do it there by hand, with every right; the answer's JSON, None where there is none. Callbacks tell of it.

        Raises httpx.HTTPStatusError when it is refused. `unchecked` lets a bad value in."""
        headers = {"x-person": member} if member else {}
        if unchecked:
            headers["x-unchecked"] = "1"
        url = f"/records/{instance or self.keys.company_id}/{path.strip('/')}"
        answer = self._control.request(method, url, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def records(self, path: str, conditions: str = "", *, instance: str | None = None) -> list[dict[str, Any]]:
        """All records at a path, whatever the number, whatever the API member may see. Not in the journal."""
        found: list[dict[str, Any]] = []
        url = f"/records/{instance or self.keys.company_id}/{path.strip('/')}"
        while True:
            after = found[-1]["id"] if found else 0
            params = {"conditions": conditions, "pageSize": "1000", "pageId": str(after)}
            answer = self._control.get(url, params=params, headers={"pagination-type": "forward-only"})
            answer.raise_for_status()
            page = answer.json()
            found += page
            if len(page) < 1000:
                return found

    def record(self, path: str) -> dict[str, Any]:
        """One record, as `records`."""
        return dict(self.person("GET", path))

    # --- as a client ---

    def client(self, keys: Keys | None = None, **more: Any) -> httpx.Client:
        """A bare client of the API with credentials: `client.get("/company/companies")`."""
        return httpx.Client(base_url=self.url + API, **_access(keys or self.keys), **more)

    def async_client(self, keys: Keys | None = None, **more: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url + API, **_access(keys or self.keys), **more)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._control.request(method, path, json=body)
        if answer.status_code == 400:
            raise ValueError(answer.json()["error"])
        answer.raise_for_status()
        return answer.json()

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the sandbox is not started"
        return self._process

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(how)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        if process is not None:
            process.wait()


@contextmanager
def running_sandbox(state_file: Path | None = None) -> Iterator[SandboxServer]:
    server = SandboxServer(state_file)
    try:
        yield server.start()
    finally:
        server.kill()  # quicker than asking, and what is in its file is there either way
        server.close()


def sandbox_fixtures() -> tuple[Any, Any, Any]:
    """`server, sandbox, api = sandbox_fixtures()` at the top of a test module: one process for the module, set back to
    its first records before each test that takes `sandbox`; `api` is a client of it with credentials."""

    @pytest.fixture(scope="module")
    def server() -> Iterator[SandboxServer]:
        with running_sandbox() as server:
            yield server

    @pytest.fixture
    def sandbox(server: SandboxServer) -> Iterator[SandboxServer]:
        server.reset()
        yield server
        server.judge()

    @pytest.fixture
    def api(sandbox: SandboxServer) -> Iterator[httpx.Client]:
        with sandbox.client() as client:
            yield client

    return server, sandbox, api


def _access(keys: Keys) -> dict[str, Any]:
    return {
        "auth": (keys.username, keys.private_key),
        "headers": {"clientId": keys.client_id},
        "timeout": 30,
        "trust_env": False,
        "verify": False,  # plain HTTP: spares the time that loading certificates takes
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
