"""An answer as the protocol sees it, and the headers every answer of the API has. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.connectwise.sandbox.errors import JSON

ANSWER = (("content-type", JSON), ("api-current-version", "2025.1"))
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Headers = ANSWER
