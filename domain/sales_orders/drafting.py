"""Putting an order together: its lines, what is beside them, the sums. Loads no product and saves nothing."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import inspect

from domain.checks import Check
from domain.errors import ErrorCode, UserError
from domain.money import minor_units, to_minor
from domain.pricing import delivery
from domain.pricing import lines as priced
from domain.pricing.lines import Products, Values
from domain.pricing.totals import line_totals, quote_totals
from domain.sales_orders import extras, progress
from domain.sales_orders.models import SalesOrder, SalesOrderLine

MAX_LINES = 500
_ZERO = Decimal(0)


def new(currency: str, **values: Any) -> SalesOrder:
    """An order without lines."""
    order = SalesOrder(currency=currency, lines=[], paid_total=_ZERO, receipted=False, **values)
    delivery.fill(order, None)
    for extra in extras.LABELS:
        extras.fill(order, extra, None)
    return order


def put(order: SalesOrder, values: Values, fields: Mapping[str, Check]) -> None:
    """Check and set what was given of `fields`, and of delivery, coupon and surcharge."""
    for name, value in values.items():
        if name == "delivery":
            delivery.fill(order, value)
        elif name in extras.LABELS:
            extras.fill(order, name, value)
        elif name in fields:
            setattr(order, name, fields[name](value))
        else:
            raise UserError(ErrorCode.INVALID, f"{name} can't be set here.", (name,))


def append(order: SalesOrder, lines: Sequence[Values], products: Products) -> None:
    if len(order.lines) + len(lines) > MAX_LINES:
        raise UserError(ErrorCode.LIMIT_EXCEEDED, f"An order has at most {MAX_LINES} lines.", ("lines",))
    last = max((line.position for line in order.lines), default=0)
    for index, values in enumerate(lines):
        line = SalesOrderLine(position=last + index + 1, received_quantity=_ZERO, delivered_quantity=_ZERO)
        try:
            fill(line, priced.combined({}, values, products), order.currency)
        except UserError as error:
            raise error.under("lines", str(index)) from None
        order.lines.append(line)


def take_over(order: SalesOrder, lines: Iterable[Any]) -> None:
    """The lines of a quote as they stand: what was offered is sold, even of a product that is not active any more."""
    copied = (*priced.OF_PRODUCT, *priced.FIELDS, "net_total", "tax_total", "total")
    for position, line in enumerate(lines, start=1):
        values = {name: getattr(line, name) for name in copied}
        row = SalesOrderLine(
            quote_line_id=line.id, position=position, received_quantity=_ZERO, delivered_quantity=_ZERO, **values
        )
        order.lines.append(row)


def fill(line: SalesOrderLine, values: Values, currency: str) -> None:
    """Check and set a whole line and its totals."""
    priced.known(values, *priced.FIELDS)
    priced.fill(line, values)
    priced.add_up(line, currency)


def values_of(line: SalesOrderLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in (*priced.OF_PRODUCT, *priced.FIELDS)}


def sum_up(order: SalesOrder) -> None:
    """What the order comes to, what is still to be paid of it, and how far it has come."""
    units, carriage = minor_units(order.currency), delivery.as_input(order)
    lines = [priced.as_input(line) for line in order.lines]
    totals = quote_totals([*lines, carriage, *extras.as_inputs(order)], units)
    if order.coupon_amount and totals.total < 0:
        message = "The coupon is worth more than all that is ordered. Make it smaller."
        is_said = inspect(order).attrs.coupon_amount.history.has_changes()  # else no value of the input is to blame
        raise UserError(ErrorCode.INVALID, message, ("coupon", "amount") if is_said else ())
    order.delivery_tax = line_totals(carriage, units).tax
    order.subtotal, order.discount_total = totals.subtotal, totals.discount
    order.tax_total, order.total, order.cost_total = totals.tax, totals.total, totals.cost
    order.total_minor = to_minor(totals.total, units)
    balance(order)
    order.fulfilment = progress.fulfilment(order.lines).value


def balance(order: SalesOrder) -> None:
    """What is still to be paid."""
    order.outstanding_minor = to_minor(order.outstanding, minor_units(order.currency))
