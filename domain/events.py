"""Every event of the house, on one page: past tense, ids only.

Facts outlive deployments, so these classes are a wire format: add, never rename (a snapshot test pins them).
It does not say who listens: work is raised for whoever is connected (`domain.outbox`).
"""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar
from uuid import UUID

from domain.ids import subject


@dataclass(frozen=True)
class Event:
    """`root` and `root_field` name the root record: the unit that is synced under one lease."""

    root: ClassVar[str]
    root_field: ClassVar[str]

    @property
    def subject(self) -> str:
        return subject(self.root, getattr(self, self.root_field))

    @property
    def name(self) -> str:
        return type(self).__name__

    def payload(self) -> dict[str, Any]:
        return {key: str(value) for key, value in asdict(self).items()}


@dataclass(frozen=True)
class OrganizationEvent(Event):
    root: ClassVar[str] = "organization"
    root_field: ClassVar[str] = "organization_id"
    organization_id: UUID


@dataclass(frozen=True)
class OrganizationCreated(OrganizationEvent):
    pass


@dataclass(frozen=True)
class OrganizationUpdated(OrganizationEvent):
    pass


@dataclass(frozen=True)
class ContactCreated(OrganizationEvent):
    contact_id: UUID


@dataclass(frozen=True)
class ContactUpdated(OrganizationEvent):
    contact_id: UUID


@dataclass(frozen=True)
class ProductEvent(Event):
    root: ClassVar[str] = "product"
    root_field: ClassVar[str] = "product_id"
    product_id: UUID


@dataclass(frozen=True)
class ProductCreated(ProductEvent):
    pass


@dataclass(frozen=True)
class ProductUpdated(ProductEvent):
    pass


@dataclass(frozen=True)
class QuoteEvent(Event):
    root: ClassVar[str] = "quote"
    root_field: ClassVar[str] = "quote_id"
    quote_id: UUID


@dataclass(frozen=True)
class QuoteCreated(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteUpdated(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteSent(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteAccepted(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteDeclined(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteSubmitted(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteApproved(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteRejected(QuoteEvent):
    pass


@dataclass(frozen=True)
class QuoteViewed(QuoteEvent):
    pass


@dataclass(frozen=True)
class SalesOrderEvent(Event):
    root: ClassVar[str] = "sales_order"
    root_field: ClassVar[str] = "sales_order_id"
    sales_order_id: UUID


@dataclass(frozen=True)
class SalesOrderCreated(SalesOrderEvent):
    """It was entered: from a quote, by staff or in the online store."""


@dataclass(frozen=True)
class SalesOrderUpdated(SalesOrderEvent):
    pass


@dataclass(frozen=True)
class SalesOrderApproved(SalesOrderEvent):
    pass


@dataclass(frozen=True)
class SalesOrderFulfilled(SalesOrderEvent):
    """More of it was received or delivered: `fulfilment` says whether all."""


@dataclass(frozen=True)
class SalesOrderProcessed(SalesOrderEvent):
    pass


@dataclass(frozen=True)
class SalesOrderCancelled(SalesOrderEvent):
    pass


@dataclass(frozen=True)
class PurchaseOrderEvent(Event):
    root: ClassVar[str] = "purchase_order"
    root_field: ClassVar[str] = "purchase_order_id"
    purchase_order_id: UUID


@dataclass(frozen=True)
class PurchaseOrderCreated(PurchaseOrderEvent):
    pass


@dataclass(frozen=True)
class PurchaseOrderUpdated(PurchaseOrderEvent):
    pass


@dataclass(frozen=True)
class PurchaseOrderApproved(PurchaseOrderEvent):
    pass


@dataclass(frozen=True)
class PurchaseOrderReceived(PurchaseOrderEvent):
    """Some or all of it came in: `status` says whether all."""


@dataclass(frozen=True)
class PurchaseOrderCancelled(PurchaseOrderEvent):
    pass


@dataclass(frozen=True)
class EmployeeEvent(Event):
    root: ClassVar[str] = "employee"
    root_field: ClassVar[str] = "employee_id"
    employee_id: UUID


@dataclass(frozen=True)
class EmployeeCreated(EmployeeEvent):
    pass


@dataclass(frozen=True)
class EmployeeUpdated(EmployeeEvent):
    """Also: another role, no longer active."""


@dataclass(frozen=True)
class ApiTokenEvent(Event):
    root: ClassVar[str] = "api_token"
    root_field: ClassVar[str] = "api_token_id"
    api_token_id: UUID


@dataclass(frozen=True)
class ApiTokenCreated(ApiTokenEvent):
    pass


@dataclass(frozen=True)
class ApiTokenRevoked(ApiTokenEvent):
    pass


@dataclass(frozen=True)
class OrderConfirmationEvent(Event):
    root: ClassVar[str] = "order_confirmation"
    root_field: ClassVar[str] = "order_confirmation_id"
    order_confirmation_id: UUID


@dataclass(frozen=True)
class OrderConfirmationRequested(OrderConfirmationEvent):
    """The document of a sales order is to go to one address."""


@dataclass(frozen=True)
class OrderConfirmationSent(OrderConfirmationEvent):
    pass


@dataclass(frozen=True)
class SyncErrorEvent(Event):
    root: ClassVar[str] = "sync_error"
    root_field: ClassVar[str] = "sync_error_id"
    sync_error_id: UUID


@dataclass(frozen=True)
class SyncErrorRaised(SyncErrorEvent):
    """Something needs somebody now that didn't before."""


@dataclass(frozen=True)
class SyncErrorResolved(SyncErrorEvent):
    """A later sync succeeded."""


@dataclass(frozen=True)
class SyncErrorDismissed(SyncErrorEvent):
    pass


@dataclass(frozen=True)
class SyncSettled(Event):
    """How a record stands with a provider may be something else now; the record itself is as it was."""

    root: ClassVar[str] = "sync"
    root_field: ClassVar[str] = "record_id"
    record_id: UUID
