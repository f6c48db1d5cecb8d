"""E-mail as a provider like any other: a lane, a lease, errors that people see and retry. It has no settings of a
tenant's own: the mail server belongs to the deployment.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from domain.context import Context
from domain.integration_settings.apps import MAIL
from domain.integration_settings.service import Keys
from domain.questions import Answer, refused
from domain.sync.models import ErrorKind
from integrations.core.chores import Chore
from integrations.core.errors import RemoteError
from integrations.core.provider import Plan, Problem, Record
from integrations.mail.confirmations import Confirmations
from integrations.mail.smtp import Server


class Mail:
    """`server`: None where this deployment sends no mail; what is to be sent is then an error that says so."""

    name = MAIL.provider
    title = MAIL.title

    def __init__(self, server: Server | None) -> None:
        self.plans: Mapping[str, Plan] = {}
        self.chores: Mapping[str, Chore] = {"order_confirmation": Confirmations(server)}

    async def remote(self, ctx: Context) -> Any:
        return None

    async def try_connection(self, keys: Keys, tenant_id: UUID) -> Answer:
        return refused("INVALID", "Mail isn't connected by a tenant: SMTP_URL of the deployment says where it goes.")

    async def choices(self, remote: Any, kind: str, *, refresh: bool) -> Answer:
        return refused("INVALID", "Mail has no choices.")

    async def ready(self, remote: Any) -> None:
        pass

    def explain(self, error: RemoteError, record: Record) -> Problem:
        return Problem(ErrorKind.REJECTED, error.text, remote_code=error.code or None, remote_text=error.text)

    def address(self, remote: Any, remote_kind: str, remote_id: str) -> str | None:
        return None

    async def aclose(self) -> None:
        pass
