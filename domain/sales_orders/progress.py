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
    def received_quantity(self) -> Decimal: ...

    @property
    def delivered_quantity(self) -> Decimal: ...


def done(line: Progress) -> Decimal:
    """How many of a line are fulfilled: came in for it, or went to the customer, whichever is more."""
    return max(line.received_quantity, line.delivered_quantity)


def fulfilment(lines: Iterable[Progress]) -> Fulfilment:
    """Of all lines together; a line of nothing needs nothing. An order without anything to fulfil is not fulfilled."""
    wanted = [line for line in lines if line.quantity > 0]
    if wanted and all(done(line) >= line.quantity for line in wanted):
        return Fulfilment.FULFILLED
    return Fulfilment.PARTIAL if any(done(line) > 0 for line in wanted) else Fulfilment.NONE
