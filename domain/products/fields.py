"""What may stand in each field of a product, one by one. What goes together is for `service.py` to say."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from domain.checks import Check, decimal_in, flag_of, member_of, optional_text, required_text
from domain.errors import ErrorCode, UserError
from domain.products.kinds import ProductType, RecurringPeriod
from domain.text import is_visible

PLACES = 4
"""The decimals of a unit price: `price_minor` counts in the last of them."""
_HUGE = Decimal(10) ** 12


def money(value: Decimal | None, *, field: str) -> Decimal:
    if value is None:
        raise UserError(ErrorCode.REQUIRED, f"{field} is missing.", (field,))
    return decimal_in(value, field=field, low=Decimal(0), high=_HUGE, places=PLACES)


def _cost(value: Decimal | None) -> Decimal | None:
    return None if value is None else money(value, field="cost")


def part_number(value: str | None, *, field: str) -> str | None:
    """A number that can be told from others: not only of what can't be seen."""
    text = optional_text(value, 100, field=field)
    if text is not None and not is_visible(text):
        raise UserError(ErrorCode.INVALID, f"{field} has no character that can be seen.", (field,))
    return text


FIELDS: Mapping[str, Check] = {
    "number": partial(part_number, field="number"),
    "part_number": partial(part_number, field="partNumber"),
    "title": partial(required_text, limit=500, field="title"),
    "description": partial(optional_text, limit=6000, field="description"),
    "type": lambda value: member_of(ProductType, value, field="type").value,
    "category_id": lambda value: value,
    "brand_id": lambda value: value,
    "price": partial(money, field="price"),
    "cost": _cost,
    "active": flag_of("active"),
    "serialized": flag_of("serialized"),
    "recurring_period": lambda value: value and member_of(RecurringPeriod, value, field="recurringPeriod").value,
}
