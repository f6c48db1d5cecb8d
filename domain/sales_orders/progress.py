"""How far an order has come, computed from its lines alone. It knows no statuses and changes nothing."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from domain.sales_orders.lifecycle import Fulfilment


class Progress(Protocol):
    """As far as a line says how much of it is there."""

    @property
    def quantity(self) -> Decimal: ...

    @property
    def fulfilled_quantity(self) -> Decimal: ...


def fulfilment(lines: Iterable[Progress]) -> Fulfilment:
    """Of all lines together; a line of nothing needs nothing. An order without anything to fulfil is not fulfilled."""
    wanted = [line for line in lines if line.quantity > 0]
    if wanted and all(line.fulfilled_quantity >= line.quantity for line in wanted):
        return Fulfilment.FULFILLED
    return Fulfilment.PARTIAL if any(line.fulfilled_quantity > 0 for line in wanted) else Fulfilment.NONE
