"""What a service function is given: a session inside a transaction, who acts, and where to put events.

It does not open or end transactions: `domain.db.Database` does.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import Event
from domain.permissions import EVERYTHING, Permission
from domain.secrets import Keyring


@dataclass(frozen=True)
class Actor:
    """Who acts, for which tenant, with which permissions. `quote_id`: the one quote that a customer's link leads to."""

    tenant_id: UUID
    name: str
    permissions: frozenset[Permission]
    credential_id: UUID | None = None
    employee_id: UUID | None = None
    quote_id: UUID | None = None

    @property
    def identity(self) -> str:
        """Tells actors of one tenant apart: whose keys and whose budget it is."""
        return str(self.credential_id or self.employee_id or self.name)

    @classmethod
    def system(cls, tenant_id: UUID, name: str = "system") -> "Actor":
        """Our own processes: workers, the demo, the command line."""
        return cls(tenant_id=tenant_id, name=name, permissions=EVERYTHING)


@dataclass
class Context:
    """One transaction of one actor. `origin` names the provider whose change this is, so that it isn't sent back."""

    session: AsyncSession
    actor: Actor
    keyring: Keyring
    origin: str | None = None
    request_id: str | None = None
    events: list[Event] = field(default_factory=list)
    wake: set[str] = field(default_factory=set)
    """Providers whose bell rings after the commit."""

    @property
    def tenant_id(self) -> UUID:
        return self.actor.tenant_id

    def emit(self, event: Event) -> None:
        """Say what happened. It becomes a fact, and the work it causes, when the transaction commits."""
        self.events.append(event)

    def permitting(self, *permissions: Permission) -> "Context":
        """The same transaction with more permissions: for what a service, having judged the caller, does for them.

        Events are said in one place, whichever of the two says them.
        """
        actor = replace(self.actor, permissions=self.actor.permissions.union(permissions))
        return replace(self, actor=actor)
