"""Coupon and surcharge of a sales order, which has their columns: it is their source too. Changes nothing."""

from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from api.scalars import Money, money
from domain.sales_orders.models import SalesOrder

UNSET = strawberry.UNSET
_TAX = "The tax in percent: 20 is a fifth."
_TAX_INPUT = "The tax in percent, 0 to 100; none if not said."


def _coupon_code(row: strawberry.Parent[SalesOrder]) -> str | None:
    return row.coupon_code


def _coupon_tax(row: strawberry.Parent[SalesOrder]) -> Decimal:
    return row.coupon_tax_rate


def _surcharge_title(row: strawberry.Parent[SalesOrder]) -> str | None:
    return row.surcharge_title


def _surcharge_tax(row: strawberry.Parent[SalesOrder]) -> Decimal:
    return row.surcharge_tax_rate


@strawberry.type(description="A coupon. Without one its amount is 0.")
class Coupon:
    reads: ClassVar[None] = None

    code: str | None = strawberry.field(resolver=_coupon_code, description="What the customer entered.")
    amount: Money = money("coupon_amount", "What it takes off, before tax.")
    tax_rate: Decimal = strawberry.field(resolver=_coupon_tax, description=_TAX)


@strawberry.type(description="A surcharge. Without one its amount is 0.")
class Surcharge:
    reads: ClassVar[None] = None

    title: str | None = strawberry.field(resolver=_surcharge_title, description="What it is for.")
    amount: Money = money("surcharge_amount", "What it adds, before tax.")
    tax_rate: Decimal = strawberry.field(resolver=_surcharge_tax, description=_TAX)


def beside(description: str) -> Any:
    """The field of an order that is shown from its own columns."""

    def resolve(row: strawberry.Parent[Any]) -> Any:
        return row

    return strawberry.field(resolver=resolve, description=description)


@strawberry.input(description="What to say about the coupon. What is left out stays; null empties it.")
class CouponInput:
    code: str | None = strawberry.field(
        default=UNSET, description="What the customer entered, at most 50 characters; needed with an amount."
    )
    amount: Decimal | None = strawberry.field(
        default=UNSET, description="What it takes off, before tax: no more than the order comes to."
    )
    tax_rate: Decimal | None = strawberry.field(default=UNSET, description=_TAX_INPUT)


@strawberry.input(description="What to say about the surcharge. What is left out stays; null empties it.")
class SurchargeInput:
    title: str | None = strawberry.field(
        default=UNSET, description="What it is for, at most 200 characters; needed with an amount."
    )
    amount: Decimal | None = strawberry.field(default=UNSET, description="What it adds, before tax.")
    tax_rate: Decimal | None = strawberry.field(default=UNSET, description=_TAX_INPUT)
