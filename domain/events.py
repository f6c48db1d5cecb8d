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

    def __init_subclass__(cls, root: str = "", field: str = "") -> None:
        """A family says its root; `field`, where the id is not in the field of that name."""
        if root:
            cls.root, cls.root_field = root, field or f"{root}_id"

    @property
    def subject(self) -> str:
        return subject(self.root, getattr(self, self.root_field))

    @property
    def name(self) -> str:
        return type(self).__name__

    def payload(self) -> dict[str, Any]:
        return {key: str(value) for key, value in asdict(self).items()}


@dataclass(frozen=True)
class OrganizationEvent(Event, root="organization"):
    organization_id: UUID


class OrganizationCreated(OrganizationEvent): ...


class OrganizationUpdated(OrganizationEvent): ...


@dataclass(frozen=True)
class ContactCreated(OrganizationEvent):
    contact_id: UUID


@dataclass(frozen=True)
class ContactUpdated(OrganizationEvent):
    contact_id: UUID


@dataclass(frozen=True)
class ProductEvent(Event, root="product"):
    product_id: UUID


class ProductCreated(ProductEvent): ...


class ProductUpdated(ProductEvent): ...


@dataclass(frozen=True)
class QuoteEvent(Event, root="quote"):
    quote_id: UUID


class QuoteCreated(QuoteEvent): ...


class QuoteUpdated(QuoteEvent): ...


class QuoteSent(QuoteEvent): ...


class QuoteAccepted(QuoteEvent): ...


class QuoteDeclined(QuoteEvent): ...


class QuoteSubmitted(QuoteEvent): ...


class QuoteApproved(QuoteEvent): ...


class QuoteRejected(QuoteEvent): ...


class QuoteViewed(QuoteEvent): ...


@dataclass(frozen=True)
class SalesOrderEvent(Event, root="sales_order"):
    sales_order_id: UUID


class SalesOrderCreated(SalesOrderEvent):
    """It was entered: from a quote, by staff or in the online store."""


class SalesOrderUpdated(SalesOrderEvent): ...


class SalesOrderApproved(SalesOrderEvent): ...


class SalesOrderFulfilled(SalesOrderEvent):
    """More of it was received or delivered: `fulfilment` says whether all."""


class SalesOrderProcessed(SalesOrderEvent): ...


class SalesOrderCancelled(SalesOrderEvent): ...


@dataclass(frozen=True)
class PurchaseOrderEvent(Event, root="purchase_order"):
    purchase_order_id: UUID


class PurchaseOrderCreated(PurchaseOrderEvent): ...


class PurchaseOrderUpdated(PurchaseOrderEvent): ...


class PurchaseOrderApproved(PurchaseOrderEvent): ...


class PurchaseOrderReceived(PurchaseOrderEvent):
    """Some or all of it came in: `status` says whether all."""


class PurchaseOrderCancelled(PurchaseOrderEvent): ...


@dataclass(frozen=True)
class EmployeeEvent(Event, root="employee"):
    employee_id: UUID


class EmployeeCreated(EmployeeEvent): ...


class EmployeeUpdated(EmployeeEvent):
    """Also: another role, no longer active."""


@dataclass(frozen=True)
class ApiTokenEvent(Event, root="api_token"):
    api_token_id: UUID


class ApiTokenCreated(ApiTokenEvent): ...


class ApiTokenRevoked(ApiTokenEvent): ...


@dataclass(frozen=True)
class OrderConfirmationEvent(Event, root="order_confirmation"):
    order_confirmation_id: UUID


class OrderConfirmationRequested(OrderConfirmationEvent):
    """The document of a sales order is to go to one address."""


class OrderConfirmationSent(OrderConfirmationEvent): ...


@dataclass(frozen=True)
class SyncErrorEvent(Event, root="sync_error"):
    sync_error_id: UUID


class SyncErrorRaised(SyncErrorEvent):
    """Something needs somebody now that didn't before."""


class SyncErrorResolved(SyncErrorEvent):
    """A later sync succeeded."""


class SyncErrorDismissed(SyncErrorEvent): ...


@dataclass(frozen=True)
class SyncSettled(Event, root="sync", field="record_id"):
    """How a record stands with a provider may be something else now; the record itself is as it was."""

    record_id: UUID
