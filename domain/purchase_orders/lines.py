"""One line of a purchase order, and what all of them come to with the other costs. Loads nothing, and saves nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.checks import decimal_in, optional_text, required_text
from domain.errors import ErrorCode, NotFound, UserError
from domain.money import arithmetic, minor_units, to_minor
from domain.pricing.totals import TOTAL_LIMIT, LineInput, line_totals
from domain.products.models import Product
from domain.products.supply import SupplierOffer
from domain.purchase_orders.models import PurchaseOrder, PurchaseOrderLine
from domain.sales_orders.models import SalesOrderLine

FIELDS = ("title", "description", "quantity", "unit_cost", "supplier_number")
_REFERENCES = ("product_id", "part_number", "part_key", "sales_order_line_id")
_MOST = Decimal(10) ** 12

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Catalog:
    """The products that lines are about, and what the supplier of the order asks for them."""

    products: Mapping[UUID, Product] = field(default_factory=dict)
    offers: Mapping[UUID, SupplierOffer] = field(default_factory=dict)


def values_of(line: PurchaseOrderLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in (*_REFERENCES, *FIELDS)}


def completed(values: Values, catalog: Catalog, sold: SalesOrderLine | None) -> dict[str, Any]:
    """All values of a new line: what the caller gives, else what the supplier offers, the sale and the product say."""
    product_id = values.get("product_id")
    product = catalog.products.get(product_id) if product_id else None
    if product_id is not None and product is None:
        raise NotFound("There is no such product.", field=("productId",))
    offer = catalog.offers.get(product_id) if product_id else None
    # A part of a bundle is not what was sold: only of the thing itself the sale knows the cost.
    same = sold if sold is not None and sold.product_id == product_id else None
    source = product or same
    costs = (offer and offer.cost, same and same.unit_cost, product and product.cost)
    found: dict[str, Any] = {
        "title": source.title if source else None,
        "description": source.description if source else None,
        "supplier_number": offer.supplier_number if offer else None,
        "unit_cost": next((cost for cost in costs if cost is not None), None),
        **{name: value for name, value in values.items() if value is not None},
    }
    found["part_number"] = (product.part_number or product.number) if product else None
    found["part_key"] = product.part_key if product else None
    return found


def fill(line: PurchaseOrderLine, values: Values, currency: str) -> None:
    """Check and set a whole line and its total."""
    unknown = set(values) - {*FIELDS, *_REFERENCES}
    if unknown:
        raise UserError(ErrorCode.INVALID, f"{min(unknown)} is not a field of a line.", (min(unknown),))
    for name in _REFERENCES:
        setattr(line, name, values.get(name))
    line.title = required_text(values.get("title"), 500, field="title")
    line.description = optional_text(values.get("description"), 6000, field="description")
    line.supplier_number = optional_text(values.get("supplier_number"), 100, field="supplierNumber")
    line.quantity = _number(values.get("quantity"), "quantity", 6)
    if not line.quantity:
        raise UserError(ErrorCode.INVALID, "quantity must be more than 0.", ("quantity",))
    line.unit_cost = _number(values.get("unit_cost"), "unitCost", 4)
    line.currency = currency
    line.total = total_of(line.quantity, line.unit_cost, currency)


def total_of(quantity: Decimal, unit_cost: Decimal, currency: str) -> Decimal:
    """Rounded to the smallest unit of the currency."""
    return line_totals(LineInput(quantity, unit_cost), minor_units(currency)).net


def add_up(order: PurchaseOrder) -> None:
    """What the order comes to."""
    with arithmetic():
        subtotal = sum((line.total for line in order.lines), Decimal(0))
        total = subtotal + sum((cost.amount for cost in order.costs), Decimal(0))
    if abs(total) >= TOTAL_LIMIT:
        raise UserError(ErrorCode.INVALID, "All lines together come to too much: it must stay below 10^14.", ("lines",))
    order.subtotal, order.total = subtotal, total
    order.total_minor = to_minor(total, minor_units(order.currency))


def plain(quantity: Decimal) -> str:
    """A quantity as people write it, without the zeros that its column has: 3, not 3.000000."""
    return f"{quantity.normalize():f}"


def _number(value: Decimal | None, name: str, places: int) -> Decimal:
    if value is None:
        raise UserError(ErrorCode.REQUIRED, f"{name} is missing.", (name,))
    return decimal_in(value, field=name, low=Decimal(0), high=_MOST, places=places)
