"""All tables in one import, for the migrations and for whatever needs the whole metadata. Defines nothing itself."""

from domain.access import models as access
from domain.audit import AuditEntry
from domain.idempotency import IdempotencyKey
from domain.integration_settings import models as integration_settings
from domain.models import Base
from domain.organizations import models as organizations
from domain.outbox import Lane, OutboxFact, SyncTask
from domain.products import models as products
from domain.products import supply
from domain.purchase_orders import models as purchase_orders
from domain.quotes import models as quotes
from domain.quotes import papers
from domain.sales_orders import fulfilment
from domain.sales_orders import models as sales_orders
from domain.sales_settings import models as sales_settings
from domain.sync import models as sync

__all__ = [
    "AuditEntry",
    "Base",
    "IdempotencyKey",
    "Lane",
    "OutboxFact",
    "SyncTask",
    "access",
    "fulfilment",
    "integration_settings",
    "organizations",
    "papers",
    "products",
    "purchase_orders",
    "quotes",
    "sales_orders",
    "sales_settings",
    "supply",
    "sync",
]

metadata = Base.metadata
