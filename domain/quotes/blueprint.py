"""The sections and lines of a quote, taken off it to begin another one with. It loads nothing and makes no quote.

A template is one of these, kept as JSON: a name in these classes is never changed, and what is added has a default.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from domain.money import arithmetic, minor_units, rounded
from domain.pricing.lines import Products
from domain.products.kinds import RecurringPeriod
from domain.products.models import Product
from domain.quotes.models import Quote, QuoteLine

Values = dict[str, Any]


class LinePlan(msgspec.Struct, frozen=True, kw_only=True):
    product_id: UUID | None
    title: str
    description: str | None
    quantity: Decimal
    quantity_editable: bool
    unit_price: Decimal
    unit_cost: Decimal | None
    discount_percent: Decimal | None
    discount_amount: Decimal | None
    tax_rate: Decimal
    recurring_period: str | None
    recurring_cycles: int | None
    optional: bool
    selected: bool


class SectionPlan(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    title: str
    text: str | None
    multi_choice: bool
    selected: bool
    lines: tuple[LinePlan, ...]


class Blueprint(msgspec.Struct, frozen=True, kw_only=True):
    """`lines` are those that stand in no section."""

    lines: tuple[LinePlan, ...]
    sections: tuple[SectionPlan, ...]

    def all_lines(self) -> Iterator[LinePlan]:
        yield from self.lines
        for section in self.sections:
            yield from section.lines


class Beginning(NamedTuple):
    """What a new quote begins with: values of lines and of sections; and a remark on each line that isn't as it was."""

    lines: list[Values]
    sections: list[Values]
    remarks: list[str]


NOTHING = Beginning([], [], [])
_BILLED: Mapping[str | None, str] = {
    None: "once",
    RecurringPeriod.MONTHLY: "every month",
    RecurringPeriod.QUARTERLY: "every quarter",
    RecurringPeriod.YEARLY: "every year",
}


def of(quote: Quote) -> Blueprint:
    lines: dict[UUID | None, list[LinePlan]] = {}
    for line in quote.lines:
        lines.setdefault(line.section_id, []).append(_line(line))
    return Blueprint(
        lines=tuple(lines.get(None, ())),
        sections=tuple(
            SectionPlan(
                type=section.type,
                title=section.title,
                text=section.text,
                multi_choice=section.multi_choice,
                selected=section.selected,
                lines=tuple(lines.get(section.id, ())),
            )
            for section in quote.sections
        ),
    )


def dump(blueprint: Blueprint) -> dict[str, Any]:
    """As JSON holds it: decimals are texts."""
    content: dict[str, Any] = msgspec.to_builtins(blueprint)
    return content


def load(content: dict[str, Any]) -> Blueprint:
    return msgspec.convert(content, Blueprint)


def beginning(blueprint: Blueprint, products: Products, currency: str, *, current_prices: bool) -> Beginning:
    """With `products`, those of the lines.

    A line whose product can't be sold any more is free text. With `current_prices`
    products cost what they cost today, and as often; free text keeps its price.
    """
    remarks: list[str] = []

    def renewed(line: LinePlan) -> Values:
        given, product = msgspec.structs.asdict(line), products.get(line.product_id) if line.product_id else None
        if line.product_id is not None and (product is None or not product.active):
            given["product_id"] = None
            remarks.append(f"“{line.title}” is free text now: its product is not active any more.")
        elif product is not None and current_prices:
            given |= {"unit_price": product.price, "unit_cost": product.cost}
            if product.recurring_period != line.recurring_period:
                # A price is for a period: the one without the other would be another price.
                given |= {"recurring_period": product.recurring_period, "recurring_cycles": None}
                remarks.append(f"“{line.title}” is billed {_BILLED[product.recurring_period]} now.")
            if not _can_be_taken_off(line, product, currency):
                given["discount_amount"] = None
                remarks.append(f"“{line.title}” has no discount now: it was more than the line costs today.")
        return given

    lines = [renewed(line) for line in blueprint.lines]
    sections = [
        {**msgspec.structs.asdict(section), "lines": [renewed(line) for line in section.lines]}
        for section in blueprint.sections
    ]
    return Beginning(lines, sections, remarks)


def _line(line: QuoteLine) -> LinePlan:
    return LinePlan(**{name: getattr(line, name) for name in LinePlan.__struct_fields__})


def _can_be_taken_off(line: LinePlan, product: Product, currency: str) -> bool:
    if not line.discount_amount:
        return True
    with arithmetic():
        places = minor_units(currency)
        return rounded(line.discount_amount, places) <= rounded(line.quantity * product.price, places)
