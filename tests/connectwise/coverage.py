"""Which operations of the vendor's specification the sandbox serves: a table by entity, for whoever grows it.

    python -m tests.connectwise.coverage

It asks a sandbox of its own and looks what it answers. That an answer is right is not its business.
"""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict

import httpx

from integrations.connectwise.sandbox import DEMO, create_app
from tests.connectwise import spec
from tests.connectwise.spec import Operation

API = "http://sandbox/v4_6_release/apis/3.0"
_PLACE = re.compile(r"\{\w+\}")


async def served(operations: list[Operation]) -> list[bool]:
    """Whether the sandbox has a record, a refusal or anything but "no such endpoint" and "no such verb" to answer."""
    transport = httpx.ASGITransport(create_app())
    access = {"auth": (DEMO.username, DEMO.private_key), "headers": {"clientId": DEMO.client_id}}
    async with httpx.AsyncClient(transport=transport, **access) as client:  # type: ignore[arg-type]
        return [await _is_served(client, one) for one in operations]


async def _is_served(client: httpx.AsyncClient, operation: Operation) -> bool:
    # A record that isn't there, so that nothing is lost; its parent and the subject of an action are there.
    path = re.sub(r"\{\w+\}/?$", "999999", operation.path)
    answer = await client.request(operation.method, API + _PLACE.sub("1", path), json=None)
    if answer.status_code == 404:
        return bool(answer.json()["code"] == "NotFound")
    return answer.status_code != 405


def table() -> str:
    operations = list(spec.operations().values())
    by_area: dict[str, list[tuple[Operation, bool]]] = defaultdict(list)
    for one, yes in zip(operations, asyncio.run(served(operations)), strict=True):
        by_area[_area(one.path)].append((one, yes))
    lines = [f"{'operations of the specification':44}  served   missing"]
    for area, found in sorted(by_area.items()):
        missing = [f"{one.method} {one.path.removeprefix(f'/{area}') or '/'}" for one, yes in found if not yes]
        lines.append(f"{area:44} {len(found) - len(missing):3} of {len(found):2}  {', '.join(missing)}".rstrip())
    count = sum(yes for found in by_area.values() for _, yes in found)
    return "\n".join([*lines, f"{'all':44} {count:3} of {len(operations)}"])


def _area(path: str) -> str:
    """The entity a path is about: its words up to the first place that is followed by none of its own collections."""
    words = [word for word in path.strip("/").split("/") if not word.startswith("{")]
    return "/".join(words[:2])


if __name__ == "__main__":
    print(table() if spec.folder() else "the specification of ConnectWise is not beside the project")
