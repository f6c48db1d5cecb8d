"""The delivery of a quote, and of the order that came of it: what it costs and where it goes. Changes nothing."""

from decimal import Decimal
from typing import Any, ClassVar

import strawberry

from api.organizations.inputs import AddressInput
from api.organizations.types import Address
from api.scalars import Money, money
from domain.organizations.models import ADDRESS_FIELDS

UNSET = strawberry.UNSET


def _tax_rate(row: strawberry.Parent[Any]) -> Decimal:
    rate: Decimal = row.delivery_tax_rate
    return rate


def _address(row: strawberry.Parent[Any]) -> Address:
    return Address(**{name: getattr(row, f"delivery_{name}") for name in ADDRESS_FIELDS})


@strawberry.type(description="The delivery: what it costs and where it goes.")
class Delivery:
    """Its source is the row that is delivered."""

    reads: ClassVar[None] = None

    amount: Money = money("delivery_amount", "What it costs, before tax. It is billed once, and part of the subtotal.")
    tax_rate: Decimal = strawberry.field(resolver=_tax_rate, description="The tax in percent: 20 is a fifth.")
    tax: Money = money("delivery_tax", "Its tax, rounded to the cent.")
    address: Address = strawberry.field(resolver=_address, description="Where it goes.")


def delivered(description: str) -> Any:
    """The field of a row that has the columns of a delivery."""

    def resolve(row: strawberry.Parent[Any]) -> Any:
        return row

    return strawberry.field(resolver=resolve, description=description)


@strawberry.input(description="What to say about the delivery. What is left out stays; null empties it.")
class DeliveryInput:
    amount: Decimal | None = strawberry.field(
        default=UNSET, description="What it costs, before tax: no more decimals than the currency has."
    )
    tax_rate: Decimal | None = strawberry.field(default=UNSET, description="The tax in percent, 0 to 100.")
    address: AddressInput | None = strawberry.field(default=UNSET, description="Where it goes.")
