"""The arithmetic of quotes and orders: what a line comes to, what all of them come to, exactly and to the cent.

It does not decide which lines count or where prices come from: it is told.

Every amount is rounded half-up, ties away from zero, so that a credit cancels the charge it takes back. Totals are sums
of rounded lines: whoever adds up the printed figures gets the printed total.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from domain.errors import ErrorCode, UserError
from domain.money import arithmetic, rounded
from domain.products.kinds import RecurringPeriod

QUANTITY_PLACES = 6
PRICE_PLACES = 4
PERCENT_PLACES = 4
QUANTITY_LIMIT = Decimal(10) ** 13
PRICE_LIMIT = Decimal(10) ** 15
LINE_LIMIT = Decimal(10) ** 12
"""No line is worth this much."""
TOTAL_LIMIT = Decimal(10) ** 14
"""No quote is worth this much: so its total fits its column, and a 64-bit count of the smallest minor units."""

_ZERO = Decimal(0)
_HUNDREDTH = Decimal("0.01")
_HUNDRED = Decimal(100)


class BadLine(UserError, ValueError):
    """A line that can't be added up. `field` is the value to change, in the API's spelling: `unitPrice`, `taxRate` …"""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(ErrorCode.INVALID, message, (field,))


@dataclass(frozen=True, slots=True)
class LineInput:
    """What a line says. A negative unit price makes it a credit; percentages are 0 to 100."""

    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    """Off the whole line, not off each unit."""
    tax_rate: Decimal = _ZERO
    counted: bool = True
    """False for a line that is not taken: checked like any other, but not part of the quote's totals."""
    unit_cost: Decimal | None = None
    period: RecurringPeriod | None = None
    """How often it is billed. Such a line comes to what one period costs."""


@dataclass(frozen=True, slots=True)
class LineTotals:
    """In whole minor units: `gross - discount = net`, `net + tax = total`. The tax is a share of the rounded net."""

    gross: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class QuoteTotals:
    """Sums over the counted lines: `subtotal` of their nets, `total = subtotal + tax`.

    `subtotal` is made of the one-off lines and of one period each of the monthly, quarterly and yearly ones. A cost is
    that of the counted lines that have one; None if none has, for then nothing can be said about the margin. `cost` is
    the sum of those by period.
    """

    subtotal: Decimal
    one_off: Decimal
    monthly: Decimal
    quarterly: Decimal
    yearly: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    cost: Decimal | None
    one_off_cost: Decimal | None
    monthly_cost: Decimal | None
    quarterly_cost: Decimal | None
    yearly_cost: Decimal | None


def line_totals(line: LineInput, minor_units: int) -> LineTotals:
    """What one line comes to. Raises BadLine if it makes no sense."""
    with arithmetic():
        _check(line)
        exact = line.quantity * line.unit_price
        if abs(exact) >= LINE_LIMIT:
            raise BadLine("quantity", "Quantity times price is too large: a line must stay below 1,000,000,000,000.")
        gross = rounded(exact, minor_units)
        if line.discount_amount is not None:
            net = gross - _discount_amount(line.discount_amount, gross, minor_units)
        elif line.discount_percent is not None:
            # From the exact value, not from the rounded gross: rounding twice could be a cent off.
            net = rounded(exact * (_HUNDRED - line.discount_percent) * _HUNDREDTH, minor_units)
        else:
            net = gross
        tax = rounded(net * line.tax_rate * _HUNDREDTH, minor_units)
        return LineTotals(gross=gross, discount=gross - net, net=net, tax=tax, total=net + tax)


def quote_totals(lines: Iterable[LineInput], minor_units: int) -> QuoteTotals:
    """What a quote comes to. The first line that makes no sense raises BadLine with `field` ("lines", "<index>", …).

    A delivery charge is a line like any other here: quantity 1, the charge as its price.
    """
    with arithmetic():
        nothing = discount = tax = rounded(_ZERO, minor_units)
        nets: dict[RecurringPeriod | None, Decimal] = dict.fromkeys((None, *RecurringPeriod), nothing)
        costs: dict[RecurringPeriod | None, Decimal] = {}
        for index, line in enumerate(lines):
            try:
                totals = line_totals(line, minor_units)
            except BadLine as error:
                raise error.under("lines", str(index)) from None
            if not line.counted:
                continue
            nets[line.period] += totals.net
            discount += totals.discount
            tax += totals.tax
            if line.unit_cost is not None:
                cost = rounded(line.quantity * line.unit_cost, minor_units)
                costs[line.period] = costs.get(line.period, nothing) + cost
        subtotal = sum(nets.values(), nothing)
        if abs(subtotal + tax) >= TOTAL_LIMIT:
            raise UserError(
                ErrorCode.INVALID, "All lines together come to too much: it must stay below 100,000,000,000,000."
            )
        return QuoteTotals(
            subtotal=subtotal,
            one_off=nets[None],
            monthly=nets[RecurringPeriod.MONTHLY],
            quarterly=nets[RecurringPeriod.QUARTERLY],
            yearly=nets[RecurringPeriod.YEARLY],
            discount=discount,
            tax=tax,
            total=subtotal + tax,
            cost=sum(costs.values(), nothing) if costs else None,
            one_off_cost=costs.get(None),
            monthly_cost=costs.get(RecurringPeriod.MONTHLY),
            quarterly_cost=costs.get(RecurringPeriod.QUARTERLY),
            yearly_cost=costs.get(RecurringPeriod.YEARLY),
        )


def net_unit_price(net: Decimal, quantity: Decimal, places: int, minor_units: int) -> tuple[Decimal, Decimal]:
    """The unit price to give to a system that knows no discounts, and what such a price can't express.

    The price has `places` decimals, and times `quantity`, rounded to minor units, comes as near to `net` as any such
    price can. The remainder is what is left of `net`: negative if the price says too much, all of it if there is no
    quantity.
    """
    if quantity < 0:
        raise BadLine("quantity", "A quantity can't be negative. For a credit, make the price negative.")
    with arithmetic():
        if quantity == 0:
            return rounded(_ZERO, places), rounded(net, minor_units)
        price = rounded(net / quantity, places)
        return price, net - rounded(price * quantity, minor_units)


def _discount_amount(amount: Decimal, gross: Decimal, minor_units: int) -> Decimal:
    discount = rounded(amount, minor_units)
    if not discount:
        return discount
    if gross < 0:
        raise BadLine("discountAmount", "A credit can't have a discount amount. Make the credit smaller instead.")
    if discount > gross:
        raise BadLine("discountAmount", f"The discount is more than the line is worth ({gross}).")
    return discount


def _check(line: LineInput) -> None:
    # More decimals than the database keeps are refused: it would round them away silently, and the stored totals would
    # no longer follow from the stored line.
    _check_number("quantity", "quantity", line.quantity, QUANTITY_PLACES, QUANTITY_LIMIT)
    if line.quantity < 0:
        raise BadLine("quantity", "A quantity can't be negative. For a credit, make the price negative.")
    _check_number("unitPrice", "price", line.unit_price, PRICE_PLACES, PRICE_LIMIT)
    if line.discount_percent is not None and line.discount_amount is not None:
        raise BadLine("discountAmount", "A line has one discount, a percentage or an amount. Remove one of them.")
    if line.discount_percent is not None:
        _check_percent("discountPercent", "discount", line.discount_percent)
    if line.discount_amount is not None:
        _check_number("discountAmount", "discount", line.discount_amount, PRICE_PLACES, PRICE_LIMIT)
        if line.discount_amount < 0:
            raise BadLine("discountAmount", "A discount can't be negative. To ask for more, raise the price.")
    _check_percent("taxRate", "tax rate", line.tax_rate)
    if line.unit_cost is not None:
        _check_number("unitCost", "cost", line.unit_cost, PRICE_PLACES, PRICE_LIMIT)
        if abs(line.quantity * line.unit_cost) >= LINE_LIMIT:
            raise BadLine("unitCost", "Quantity times cost is too large: it must stay below 1,000,000,000,000.")


def _check_percent(field: str, name: str, value: Decimal) -> None:
    _check_number(field, name, value, PERCENT_PLACES, PRICE_LIMIT)
    if not 0 <= value <= 100:
        raise BadLine(field, f"The {name} must be between 0 and 100 percent.")


def _check_number(field: str, name: str, value: Decimal, places: int, limit: Decimal) -> None:
    if not value.is_finite():
        raise BadLine(field, f"The {name} must be a number.")
    if abs(value) >= limit:
        raise BadLine(field, f"The {name} is too large.")
    if value % Decimal(1).scaleb(-places):
        raise BadLine(field, f"The {name} can have at most {places} decimal places.")
