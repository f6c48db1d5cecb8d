"""The callbacks that ConnectWise shall make: registered by us, looked after by us, taken away when nobody listens.

What a callback means once it comes is `api/callbacks.py` and the arrivals. Without a public address there are none, and
polling alone brings every change.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from domain.access.callbacks import callback_token, has_callback_token, revoke_callbacks
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, OrganizationSync
from domain.sync.models import ErrorKind
from integrations.connectwise.explain import explain_reading
from integrations.connectwise.remote import Remote
from integrations.core import errors
from integrations.core.chores import Job
from integrations.core.http import is_loopback
from integrations.core.outcome import Outcome
from integrations.core.provider import Problem, Row
from integrations.core.timing import Timing

CALLBACKS = "/system/callbacks"
TYPES = ("company", "contact")


@dataclass(frozen=True)
class Registration:
    """The chore. `public_url`: how ConnectWise reaches our api; empty: not at all."""

    public_url: str

    def title(self, key: str) -> str:
        return "Callbacks from ConnectWise"

    def again_in(self, timing: Timing) -> float | None:
        return timing.watch

    def explain(self, error: errors.RemoteError, key: str) -> Problem:
        if isinstance(error, errors.Forbidden):
            return explain_reading(error, "and keep callbacks; changes there arrive by polling, within a minute or so,")
        return Problem(
            ErrorKind.REJECTED,
            f"ConnectWise refuses to call {self.public_url}: {error.text} Changes there arrive by polling instead,"
            " within a minute or so. Check PUBLIC_URL of this deployment; it is tried again by itself.",
            setting="PUBLIC_URL",
            remote_code=error.code or None,
            remote_text=error.text,
        )

    async def run(self, job: Job) -> Outcome:
        async with job.transaction() as ctx:
            enabled = (await integration_settings.load(ctx, OrganizationSync)).enabled
            remote: Remote | None = await job.provider.remote(ctx)
            if remote is None or not self._can_reach_us(remote):
                return Outcome()
            if not enabled and not await has_callback_token(ctx, PROVIDER):
                return Outcome()  # nothing was ever registered, or it has been taken away
            token = await callback_token(ctx, PROVIDER)
        await self._ensure(remote, {kind: self._entry(kind, token, job) for kind in TYPES if enabled}, job)
        if enabled:
            return Outcome(self.title(job.key), called=True, again_in=job.timing.watch)
        async with job.transaction() as ctx:
            await revoke_callbacks(ctx, PROVIDER)
            await job.lease.check(ctx.session)
        return Outcome(self.title(job.key), called=True)

    async def _ensure(self, remote: Remote, wanted: Mapping[str, Row], job: Job) -> None:
        """Exactly these, as they are meant, and none of ours besides."""
        missing = dict(wanted)
        for row in [row async for page in remote.client.pages(CALLBACKS) for row in page]:
            if not self._is_ours(row, job):
                continue
            entry = missing.pop(str(row.get("type")), None)
            path = f"{CALLBACKS}/{row['id']}"
            if entry is None:
                await remote.client.delete(path)
                continue
            changes = {name: value for name, value in entry.items() if not _is(row.get(name), value)}
            if changes:
                await remote.client.update(path, changes)
        for entry in missing.values():
            await remote.client.create(CALLBACKS, entry)

    def _entry(self, kind: str, token: str, job: Job) -> Row:
        return {
            "description": _description(job),
            # ConnectWise appends the record's id and `&action=…` as they are.
            "url": f"{self._prefix}{kind}/{token}?recordId=",
            "objectId": 1,
            "type": kind,
            "level": "owner",
            "payloadVersion": "3.0.0",
            "inactiveFlag": False,
            # No call for what our own API member has changed.
            "isSelfSuppressedFlag": True,
        }

    @property
    def _prefix(self) -> str:
        return f"{self.public_url.rstrip('/')}/callbacks/{PROVIDER.lower()}/"

    def _is_ours(self, row: Row, job: Job) -> bool:
        """By the description too: another tenant of ours may be connected to the same ConnectWise."""
        return str(row.get("url", "")).startswith(self._prefix) and row.get("description") == _description(job)

    def _can_reach_us(self, remote: Remote) -> bool:
        """A public ConnectWise can't call this machine by its loopback address: then nothing is registered."""
        here, there = (urlsplit(url).hostname or "" for url in (self.public_url, remote.client.ui))
        return bool(here) and (not _is_local(here) or _is_local(there))


def _description(job: Job) -> str:
    return f"Quotewright, tenant {job.lease.actor.tenant_id}"


def _is(found: Any, wanted: Any) -> bool:
    # A flag that is off may be left out of the answer.
    return bool(found) is wanted if isinstance(wanted, bool) else found == wanted


def _is_local(host: str) -> bool:
    return host == "localhost" or is_loopback(host)
