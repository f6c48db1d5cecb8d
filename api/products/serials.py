"""Serial numbers as the API shows them. They are entered where goods come in or go out."""

from datetime import datetime
from typing import Any, ClassVar

import strawberry

from api.node import Node, related
from api.products.types import Product
from domain.products import supply


@strawberry.type(description="One piece of a serialized product.")
class SerialNumber(Node):
    model: ClassVar[Any] = supply.SerialNumber

    number: str = strawberry.field(description="What is printed on the piece; one product has it once.")
    product: Product = related(supply.SerialNumber.product, "What it is a piece of.")
    created_at: datetime = strawberry.field(description="When the record was made.")
