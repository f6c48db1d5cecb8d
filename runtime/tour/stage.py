"""What the steps of the tour act with: GraphQL with a token, a look into ConnectWise, hands on the processes.

It knows no step. Everything goes over the network, as for any other client.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx


class StepFailed(Exception):
    """A step isn't true. The message says what was expected and what was found."""


Answer = dict[str, Any]


@dataclass
class Stage:
    """One walk. `run_file` is where `up` tells what is running, or `told` says the same; `patience` is how long a
    change may take to arrive, in seconds."""

    run_file: Path | None = None
    told: Answer | None = None
    patience: float = 20.0
    down_seconds: float = 30.0
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:6].upper())
    memory: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._http = httpx.Client(timeout=30, trust_env=False)
        self._asked = itertools.count()

    @property
    def running(self) -> Answer:
        if self.run_file is None:
            return self.told or {}
        told: Answer = json.loads(self.run_file.read_text())  # read anew: a restarted process has another number
        return told

    def note(self, text: str) -> None:
        """Something to show below the step's title."""
        self.notes.append(text)

    def ask(self, query: str, variables: Answer | None = None, *, token: str | None = None) -> Answer:
        """Data of a GraphQL operation. Raises StepFailed with the server's own words."""
        running = self.running
        apis = [running["api"]] if isinstance(running["api"], str) else running["api"]
        answer = self._http.post(
            apis[next(self._asked) % len(apis)],  # of several each in turn
            json={"query": query, "variables": variables or {}},
            headers={"Authorization": f"Bearer {token or running['token']}", "Accept": "application/json"},
        )
        told: Answer = answer.json()
        if told.get("errors"):
            raise StepFailed(f"the api answered {told['errors'][0]['message']}")
        data: Answer = told["data"]
        return data

    def do(self, mutation: str, payload: str, /, **values: Any) -> Answer:
        """The payload of a mutation that must succeed."""
        result = self.attempt(mutation, payload, **values)
        if result["userErrors"]:
            raise StepFailed(f"{mutation}: {result['userErrors'][0]['message']}")
        self.memory["answered"] = time.time()
        return result

    def attempt(self, mutation: str, payload: str, /, **values: Any) -> Answer:
        """The payload of a mutation that may be refused, with its userErrors."""
        kind = mutation[0].upper() + mutation[1:] + "Input!"
        selection = f"{payload} userErrors {{ code field message }}"
        if not values and mutation == "disconnectConnectWise":
            data = self.ask(f"mutation {{ {mutation} {{ {selection} }} }}")
        else:
            data = self.ask(
                f"mutation($input: {kind}) {{ {mutation}(input: $input) {{ {selection} }} }}", {"input": values}
            )
        result: Answer = data[mutation]
        return result

    # --- ConnectWise, as a person there sees it ---

    def control(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        answer = self._http.request(method, f"{self.running['sandbox']}/_control{path}", json=body, params=params)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def there(self, path: str, conditions: str) -> list[Answer]:
        company = self.running["connectwise"]["companyId"]
        rows: list[Answer] = self.control("GET", f"/records/{company}/{path}", conditions=conditions, pageSize="1000")
        return rows

    def person(self, method: str, path: str, body: Any) -> Any:
        """What somebody does in ConnectWise itself."""
        return self.control(method, f"/records/{self.running['connectwise']['companyId']}/{path}", body)

    def last_request(self) -> int:
        journal = self.control("GET", "/journal")
        return int(journal[-1]["seq"]) if journal else 0

    def requests(self, after: int) -> list[Answer]:
        calls: list[Answer] = self.control("GET", "/journal", after=after)
        return calls

    def arrival(self, after: int) -> None:
        """Note how long after the api's answer ConnectWise heard of it."""
        calls = self.requests(after)
        if calls:
            took = (calls[0]["at"] - self.memory["answered"]) * 1000
            self.note(f"ConnectWise heard of it {took:+.0f} ms after the api had answered, in {len(calls)} calls")

    # --- waiting and checking ---

    def until(self, what: str, look: Callable[[], Any], *, seconds: float | None = None) -> Any:
        """The first true answer of `look`. Raises StepFailed when there is none in time."""
        deadline = time.monotonic() + (seconds or self.patience)
        while time.monotonic() < deadline:
            found = look()
            if found:
                return found
            time.sleep(0.05)
        raise StepFailed(f"{what}: not within {seconds or self.patience:g} s")

    def check(self, true: bool, what: str) -> None:
        if not true:
            raise StepFailed(what)

    # --- processes of `up` ---

    def kill(self, name: str, how: signal.Signals) -> int:
        pid = int(self.running["processes"][name])
        os.kill(pid, how)
        return pid
