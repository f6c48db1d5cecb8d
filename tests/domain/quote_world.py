"""A tenant in which quotes are lived through: what can be done to one, and what must be true of all after each step.

Holds no test. Amounts are computed anew, with fractions, from what the lines say.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import selectinload

from domain.access import service as access
from domain.context import Actor
from domain.db import Database
from domain.errors import UserError
from domain.organizations import service as organizations
from domain.permissions import Permission
from domain.quotes import customer, offer, sent_versions
from domain.quotes import service as quotes
from domain.quotes.lifecycle import QuoteStatus
from domain.quotes.models import Quote, QuoteLine
from domain.quotes.offer import OfferState
from domain.quotes.papers import ApprovalRule, QuoteVersion
from domain.sales_orders.models import SalesOrder
from tests.rig import Msp, make_msp

FINGERPRINT = text("""
    SELECT (SELECT string_agg(quote::text, '' ORDER BY id) FROM quote),
      (SELECT string_agg(quote_line::text, '' ORDER BY id) FROM quote_line),
      (SELECT count(*) FROM sales_order), (SELECT count(*) FROM quote_version), (SELECT count(*) FROM outbox)
""")
OUT = (QuoteStatus.SENT, QuoteStatus.VIEWED)


def half_up(exact: Fraction) -> Fraction:
    cents = abs(exact) * 100
    whole = (2 * cents.numerator + cents.denominator) // (2 * cents.denominator)
    return Fraction(whole if exact >= 0 else -whole, 100)


@dataclass
class World:
    """`sent`: how often a quote went out after an edit. `versions`: what was kept then."""

    msp: Msp
    organization_id: UUID
    seller: Actor
    approver: Actor
    sent: Counter[UUID] = field(default_factory=Counter)
    versions: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    before: Any = None

    async def do(self, actor: Actor, step: Any, *args: Any, **kwargs: Any) -> Any:
        """The step in a transaction of its own; None when it is refused, and then it must have changed nothing."""
        try:
            async with self.msp.database.transaction(actor) as ctx:
                self.before = (await ctx.session.execute(FINGERPRINT)).one()
                return await step(ctx, *args, **kwargs)
        except UserError:
            async with self.msp.transaction() as ctx:
                assert (await ctx.session.execute(FINGERPRINT)).one() == self.before
            return None

    def customer_of(self, quote_id: UUID) -> Actor:
        return Actor(self.msp.id, "customer", frozenset({Permission.OFFER_ANSWER}), quote_id=quote_id)

    async def broken(self, quote_id: UUID) -> list[str]:
        """Which kinds of rules the quote breaks now, told by fractions."""
        async with self.msp.transaction() as ctx:
            quote = await ctx.session.get_one(Quote, quote_id, options=[selectinload(Quote.lines)])
            rules = (await ctx.session.scalars(select(ApprovalRule))).all()
        allowed = {rule.kind: rule.threshold for rule in rules if rule.employee_id is None}
        allowed |= {r.kind: r.threshold for r in rules if r.employee_id and r.employee_id == quote.owner_id}
        counted = [line for line in quote.lines if line.counted]
        full = sum((half_up(exact(line)) for line in counted), Fraction(0))
        net = sum((net_of(line) for line in counted), Fraction(0))
        cost = sum(
            (half_up(Fraction(x.quantity) * Fraction(x.unit_cost)) for x in counted if x.unit_cost is not None),
            Fraction(0),
        )
        found = []
        if "TOTAL" in allowed and Fraction(quote.total) > Fraction(allowed["TOTAL"]):
            found.append("TOTAL")
        if "DISCOUNT" in allowed and (full - net) * 100 > Fraction(allowed["DISCOUNT"]) * full:
            found.append("DISCOUNT")
        if "MARGIN" in allowed:
            known = all(line.unit_cost is not None for line in counted)
            revenue = net + Fraction(quote.delivery_amount)
            if not known or (revenue - cost) * 100 < Fraction(allowed["MARGIN"]) * revenue:
                found.append("MARGIN")
        return found

    async def check(self) -> None:
        """What must be true whatever was done."""
        async with self.msp.transaction() as ctx:
            versions = selectinload(Quote.versions).undefer(QuoteVersion.content)
            parts = [selectinload(Quote.lines), selectinload(Quote.sections), versions]
            all_quotes = (await ctx.session.scalars(select(Quote).options(*parts))).all()
            orders = Counter(await ctx.session.scalars(select(SalesOrder.quote_id)))
            for quote in all_quotes:
                for complaint in self.complaints(quote, orders[quote.id]):
                    raise AssertionError(f"{quote.number}, {quote.status}: {complaint}")
                if quote.status in OUT:
                    assert offer.load(quote.versions[-1].content) == await sent_versions.as_offer(ctx, quote)

    def complaints(self, quote: Quote, orders: int) -> Iterator[str]:
        status = QuoteStatus(quote.status)
        if orders != (status is QuoteStatus.ACCEPTED):
            yield f"{orders} orders"
        if (quote.accepted_at is not None) != (status is QuoteStatus.ACCEPTED):
            yield "accepted, and it was not, or the other way round"
        if (quote.declined_at is not None) != (status is QuoteStatus.DECLINED):
            yield "declined, and it was not, or the other way round"
        if status is QuoteStatus.DRAFT and (quote.submitted_at or quote.approved_at or quote.approved_by):
            yield "a draft that was submitted or approved"
        if status is QuoteStatus.PENDING_APPROVAL and not quote.approval_reasons:
            yield "it waits for approval without a reason"
        if status is QuoteStatus.APPROVED and (quote.approved_by is None) == bool(quote.approval_reasons):
            yield "approved by nobody with reasons, or by somebody without"
        if quote.approved_by not in (None, self.approver.name):
            yield f"approved by {quote.approved_by}"
        if [version.ordinal for version in quote.versions] != list(range(1, self.sent[quote.id] + 1)):
            yield f"{len(quote.versions)} versions of {self.sent[quote.id]}"
        if (quote.sent_at is not None) != bool(quote.versions):
            yield "sent without a version, or the other way round"
        for version in quote.versions:
            if self.versions.setdefault(version.id, version.content) != version.content:
                yield "a version has changed"
        yield from sums(quote)


def exact(line: QuoteLine) -> Fraction:
    return Fraction(line.quantity) * Fraction(line.unit_price)


def net_of(line: QuoteLine) -> Fraction:
    if line.discount_amount is not None:
        return half_up(exact(line)) - half_up(Fraction(line.discount_amount))
    return half_up(exact(line) * (100 - Fraction(line.discount_percent or 0)) / 100)


def sums(quote: Quote) -> Iterator[str]:
    counted = [line for line in quote.lines if line.counted]
    net = sum((net_of(line) for line in counted), Fraction(quote.delivery_amount))
    tax = half_up(Fraction(quote.delivery_amount) * Fraction(quote.delivery_tax_rate) / 100)
    tax += sum((half_up(net_of(line) * Fraction(line.tax_rate) / 100) for line in counted), Fraction(0))
    if (quote.subtotal, quote.tax_total, quote.total) != (net, tax, net + tax):
        yield f"it comes to {quote.subtotal} + {quote.tax_total} = {quote.total}, not to {net} + {tax}"
    for section in quote.sections:
        inside = sum((net_of(line) for line in counted if line.section_id == section.id), Fraction(0))
        if section.subtotal != inside:
            yield f"a section comes to {section.subtotal}, not to {inside}"


async def a_world(database: Database) -> World:
    msp = await make_msp(database)
    async with msp.transaction() as ctx:
        organization = await organizations.create(ctx, {"name": "Acme Dental"})
        kim = await access.create_employee(ctx, name="Kim", email="kim@northwind.test")
        lee = await access.create_employee(ctx, name="Lee", email="lee@northwind.test")
    seller = replace(msp.actor, name="Kim", employee_id=kim.id)
    return World(msp, organization.id, seller, replace(msp.actor, name="Lee", employee_id=lee.id))


async def send(world: World, quote_id: UUID) -> None:
    """It goes out from a draft that breaks no rule, or when it is approved."""
    async with world.msp.transaction() as ctx:
        before = QuoteStatus((await ctx.session.get_one(Quote, quote_id)).status)
    broken = await world.broken(quote_id)
    sent = await world.do(world.seller, quotes.send, quote_id)
    if sent is None:
        return
    assert before is not QuoteStatus.DRAFT or not broken, broken
    assert before in (QuoteStatus.DRAFT, QuoteStatus.APPROVED, *OUT)
    world.sent[quote_id] += before not in OUT


async def answer(world: World, quote_id: UUID, step: Any, *, stale: bool, **given: Any) -> None:
    """By the customer, who looks at the version that is shown, or at an older one."""
    actor = world.customer_of(quote_id)
    shown = await world.do(actor, customer.show)
    if shown is None:
        assert not world.sent[quote_id]
        return
    was_open = shown.state is OfferState.OPEN
    done = await world.do(actor, _noticed(step), ordinal=shown.ordinal - stale, name="Ada", **given)
    if done is not None:
        assert was_open
        assert not stale


def _noticed(step: Any) -> Any:
    async def noticed(*args: Any, **kwargs: Any) -> bool:
        await step(*args, **kwargs)
        return True

    return noticed


LINE = dict[str, Any]


def a_line(quantity: int, price: int, cost: int | None, off: int | None, *, optional: bool = False) -> LINE:
    """Hundredths of a piece, of a dollar, and of a percent."""
    line: LINE = {
        "title": "x",
        "quantity": Decimal(quantity).scaleb(-2),
        "unit_price": Decimal(price).scaleb(-2),
        "tax_rate": Decimal("7.7"),
        "optional": optional,
    }
    if cost is not None:
        line["unit_cost"] = Decimal(cost).scaleb(-2)
    if off is not None:
        line["discount_percent"] = Decimal(off).scaleb(-2)
    return line
