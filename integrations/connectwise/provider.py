"""ConnectWise as the engine sees it: its plans, one client for each connected tenant, its words for people."""

from collections.abc import Mapping
from uuid import UUID

import httpx

from domain.context import Context
from domain.integration_settings import service as integration_settings
from domain.integration_settings.connectwise import PROVIDER, TITLE, ChoiceKind
from domain.integration_settings.service import Keys
from domain.questions import Answer
from integrations.connectwise import questions
from integrations.connectwise.arrivals import Companies, Contacts
from integrations.connectwise.callbacks import Registration
from integrations.connectwise.client import Client, Connection
from integrations.connectwise.explain import explain
from integrations.connectwise.organizations import OrganizationPlan
from integrations.connectwise.products import KIND as CATALOG_ITEM
from integrations.connectwise.products import CatalogItemPlan
from integrations.connectwise.quotes import QuotePlan
from integrations.connectwise.remote import Remote
from integrations.core import lease
from integrations.core.arriving import Arriving
from integrations.core.chores import Chore
from integrations.core.errors import RemoteError
from integrations.core.limiter import Budget, Limiter
from integrations.core.poller import Poll
from integrations.core.provider import Plan, Problem, Record


class ConnectWise:
    """`client_id` identifies this software to ConnectWise; it belongs to the deployment, not to a tenant.

    `public_url`: where it may call us; empty: nowhere, so that its changes come by polling alone. `page`: rows
    that are read at once then. `limiter`: how many calls a connection may make; None: any number.
    """

    name = PROVIDER
    title = TITLE

    def __init__(
        self,
        client_id: str,
        *,
        timeout: float = 10.0,
        allow_loopback: bool = False,
        transport: httpx.AsyncBaseTransport | None = None,
        public_url: str = "",
        page: int = 1000,
        limiter: Limiter | None = None,
    ) -> None:
        companies, contacts = Companies(page), Contacts(page)
        self.chores: Mapping[str, Chore] = {
            "remote_company": Arriving(companies),
            "remote_contact": Arriving(contacts),
            "poll": Poll(
                {"company": companies, "contact": contacts},
                {"company": "Changes of companies in ConnectWise", "contact": "Changes of contacts in ConnectWise"},
            ),
            "callbacks": Registration(public_url),
        }
        self.plans: Mapping[str, Plan] = {
            "organization": OrganizationPlan(),
            CATALOG_ITEM: CatalogItemPlan(),
            "quote": QuotePlan(),
        }
        self._client_id = client_id
        self._timeout = timeout
        self._allow_loopback = allow_loopback
        self._transport = transport
        self._limiter = limiter
        self._remotes: dict[UUID, tuple[Keys, Remote]] = {}

    async def remote(self, ctx: Context) -> Remote | None:
        keys = await integration_settings.keys_in_use(ctx, PROVIDER)
        if keys is None:
            return None
        known = self._remotes.get(ctx.tenant_id)
        if known is not None and known[0] == keys:
            return known[1]
        # The client of the old keys is left to the calls that still use it; its idle connections close by themselves.
        remote = Remote(self.client(keys, ctx.tenant_id), budget=self._budget(ctx.tenant_id))
        self._remotes[ctx.tenant_id] = (keys, remote)
        return remote

    def client(self, keys: Keys, tenant_id: UUID) -> Client:
        """Raises ValueError, in words for people, when no call could be made with these keys."""
        budget = self._budget(tenant_id)
        return Client(
            Connection(keys.site, keys.company_id, keys.public_key, keys.private_key, self._client_id),
            transport=self._transport,
            timeout=self._timeout,
            allow_loopback=self._allow_loopback,
            before_call=budget.before_call if budget else lease.hold_current,
            on_throttled=budget.refused if budget else None,
        )

    async def try_connection(self, keys: Keys, tenant_id: UUID) -> Answer:
        return await questions.try_connection(lambda tried: self.client(tried, tenant_id), keys)

    async def choices(self, remote: Remote, kind: str, *, refresh: bool) -> Answer:
        return await questions.choices(remote, ChoiceKind(kind), refresh=refresh)

    async def ready(self, remote: Remote) -> None:
        if remote.budget is not None:
            await remote.budget.ready()

    def explain(self, error: RemoteError, record: Record) -> Problem:
        return explain(error, record)

    def address(self, remote: Remote, remote_kind: str, remote_id: str) -> str | None:
        return remote.client.link(remote_kind, remote_id)

    def _budget(self, tenant_id: UUID) -> Budget | None:
        # Of the tenant, not of the server: otherwise whoever names somebody else's server uses up that one's calls.
        return self._limiter.of(f"{self.name}:{tenant_id}") if self._limiter else None

    async def aclose(self) -> None:
        for _, remote in self._remotes.values():
            await remote.client.aclose()
