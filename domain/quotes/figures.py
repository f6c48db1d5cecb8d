"""What a quote and each of its sections have alike: their amounts by billing period, and the margins made of those.

The columns are filled by `drafting.sum_up`; what is computed here is computed by SQL too, so that lists can ask for it.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, case, func
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from domain.models import Amount
from domain.money import arithmetic, rounded

PERCENT_PLACES = 2


def _margin(name: str, revenue: str, cost: str) -> Any:
    def here(self: Any) -> Decimal | None:
        return None if getattr(self, cost) is None else getattr(self, revenue) - getattr(self, cost)

    def there(cls: Any) -> Any:
        return getattr(cls, revenue) - getattr(cls, cost)

    here.__name__ = name
    return hybrid_property(here, expr=there)


class Figures:
    """Recurring amounts are those of one period; the amounts by period add up to `subtotal` and `cost_total`.

    A cost is that of the counted lines that have one, and empty where none has. A margin is what is left of the
    subtotal after that cost; `margin_percent` is its share of the subtotal, rounded to two places.
    """

    subtotal: Mapped[Amount]
    monthly_subtotal: Mapped[Amount] = mapped_column(default=0, server_default="0")
    quarterly_subtotal: Mapped[Amount] = mapped_column(default=0, server_default="0")
    yearly_subtotal: Mapped[Amount] = mapped_column(default=0, server_default="0")
    cost_total: Mapped[Amount | None]
    one_off_cost: Mapped[Amount | None]
    monthly_cost: Mapped[Amount | None]
    quarterly_cost: Mapped[Amount | None]
    yearly_cost: Mapped[Amount | None]

    @hybrid_property
    def one_off_subtotal(self) -> Decimal:
        return self.subtotal - self.monthly_subtotal - self.quarterly_subtotal - self.yearly_subtotal

    margin = _margin("margin", "subtotal", "cost_total")
    one_off_margin = _margin("one_off_margin", "one_off_subtotal", "one_off_cost")
    monthly_margin = _margin("monthly_margin", "monthly_subtotal", "monthly_cost")
    quarterly_margin = _margin("quarterly_margin", "quarterly_subtotal", "quarterly_cost")
    yearly_margin = _margin("yearly_margin", "yearly_subtotal", "yearly_cost")

    @hybrid_property
    def margin_percent(self) -> Decimal | None:
        if self.margin is None or self.subtotal <= 0:
            return None
        with arithmetic():
            return rounded(self.margin * 100 / self.subtotal, PERCENT_PLACES)

    @margin_percent.inplace.expression
    @classmethod
    def _margin_percent(cls) -> ColumnElement[Decimal | None]:
        return case(
            (cls.subtotal > 0, func.round((cls.subtotal - cls.cost_total) * 100 / cls.subtotal, PERCENT_PLACES))
        )
