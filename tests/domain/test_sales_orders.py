"""The life of a sales order through its services, on a real database: entered, approved, edited, closed."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from domain.context import Actor
from domain.errors import UserError
from domain.organizations import service as organizations
from domain.outbox import OutboxFact
from domain.permissions import EVERYTHING, Permission
from domain.products import service as products
from domain.quotes import service as quotes
from domain.sales_orders import payments
from domain.sales_orders import service as orders
from domain.sales_orders.fulfilment import OrderConfirmation
from domain.sales_orders.models import SalesOrder
from domain.sales_settings import service as settings
from tests.domain.ordering import LINES, an_order, limited
from tests.rig import make_msp, opened

D = Decimal


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


@pytest.fixture
async def organization(msp):
    async with msp.transaction() as ctx:
        return await organizations.create(ctx, {"name": "Acme Dental"})


async def test_staff_enters_an_order_and_it_is_summed_to_the_cent(msp, organization):
    async with msp.transaction() as ctx:
        order = await orders.create(
            ctx,
            organization.id,
            {
                "customer_reference": "PO 7",
                "delivery": {"amount": D("12.50"), "tax_rate": D(20)},
                "coupon": {"code": "SPRING", "amount": D("30"), "tax_rate": D(20)},
                "surcharge": {"title": "Card", "amount": D("4.99")},
            },
            LINES,
        )
    assert (order.number, order.entered_by, order.status) == ("SO-1001", "EMPLOYEE", "DRAFT")
    # Lines 999.80 + 961.20, delivery 12.50, coupon -30, surcharge 4.99; tax 199.96 + 2.50 - 6.
    assert (order.subtotal, order.tax_total, order.total) == (D("1948.49"), D("196.46"), D("2144.95"))
    assert (order.total_minor, order.outstanding_minor, order.discount_total) == (214495, 214495, D("106.80"))
    assert (order.cost_total, order.margin) == (D("700.00"), D("1248.49"))


async def test_the_order_of_a_quote_comes_to_what_the_quote_came_to(msp, organization):
    async with msp.transaction() as ctx:
        values = {"title": "x", "delivery": {"amount": D("12.50"), "tax_rate": D(20), "address": {"city": "Leeds"}}}
        quote = await quotes.create(ctx, organization.id, values, LINES)
        await quotes.send(ctx, quote.id)
        await quotes.accept(ctx, quote.id)
        order = await ctx.session.scalar(select(SalesOrder).where(SalesOrder.quote_id == quote.id))
    for name in ("subtotal", "tax_total", "total", "total_minor", "discount_total", "cost_total", "delivery_tax"):
        assert getattr(order, name) == getattr(quote, name), name
    assert (order.delivery_city, order.entered_by) == ("Leeds", "CUSTOMER")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"coupon": {"amount": D(1)}}, ("coupon", "code")),
        ({"coupon": {"code": "A", "amount": D("2200")}}, ("coupon", "amount")),
        ({"coupon": {"code": "A", "amount": D("-1")}}, ("coupon", "amount")),
        ({"surcharge": {"amount": D(1)}}, ("surcharge", "title")),
        ({"surcharge": {"title": "x", "amount": D("0.001")}}, ("surcharge", "amount")),
        ({"surcharge": {"title": "x", "tax_rate": D(101)}}, ("surcharge", "taxRate")),
        ({"delivery": {"amount": D(-1)}}, ("delivery", "amount")),
        ({"customer_reference": "x" * 101}, ("customerReference",)),
    ],
)
async def test_what_is_refused_is_named_by_its_place(msp, organization, values, field):
    with pytest.raises(UserError) as caught:
        async with msp.transaction() as ctx:
            await orders.create(ctx, organization.id, values, LINES)
    assert caught.value.field == field


async def test_a_coupon_that_an_order_became_too_small_for_is_no_value_of_the_input(msp, organization):
    order = await an_order(msp, organization, coupon={"code": "A", "amount": D(1500)})
    with pytest.raises(UserError, match="coupon is worth more") as caught:
        async with msp.transaction() as ctx:
            await orders.remove_line(ctx, order.lines[0].id)
    assert caught.value.field == ()


async def test_up_to_the_limit_an_order_approves_itself_and_says_so(msp, organization):
    await limited(msp, "2160.96")
    order = await an_order(msp, organization)
    assert (order.status, order.approval_reasons, order.approved_by) == ("APPROVED", [], None)
    assert order.approved_at is not None
    async with msp.transaction() as ctx:
        names = set(
            await ctx.session.scalars(select(OutboxFact.name).where(OutboxFact.subject.contains("sales_order")))
        )
    assert names == {"SalesOrderCreated", "SalesOrderApproved"}


async def test_what_stays_a_draft_says_why(msp, organization):
    order = await an_order(msp, organization)
    assert order.approval_reasons == ["No limit is set below which orders approve themselves."]
    await limited(msp, "2160.95")
    order = await an_order(msp, organization)
    assert order.approval_reasons == [
        "The total is 2,160.96 USD; above 2,160.95 USD somebody has to approve it.",
    ]
    order = await an_order(msp, organization, lines=[{"title": "a", "unit_price": D(5), "unit_cost": D(7)}])
    assert (order.status, order.approval_reasons) == ("DRAFT", ["The margin is negative: -2.00 USD."])


async def test_an_approver_approves(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        approved = await orders.approve(ctx, order.id, version=order.version)
    assert (approved.status, approved.approved_by, approved.approval_reasons) == ("APPROVED", "test", [])
    with pytest.raises(UserError, match="approved already"):
        async with msp.transaction() as ctx:
            await orders.approve(ctx, order.id)


async def test_with_an_inactive_product_nobody_approves(msp, organization):
    async with msp.transaction() as ctx:
        product = await products.create(ctx, {"title": "Firewall", "price": D(10)})
    order = await an_order(msp, organization, lines=[{"product_id": product.id}])
    async with msp.transaction() as ctx:
        await products.update(ctx, product.id, {"active": False})
    with pytest.raises(UserError, match=f"{product.number} “Firewall” is not active") as caught:
        async with msp.transaction() as ctx:
            await orders.approve(ctx, order.id)
    assert caught.value.code == "IMPOSSIBLE_STEP"


async def test_an_order_without_lines_is_not_entered_and_one_that_lost_them_not_approved(msp, organization):
    await limited(msp, "100")
    with pytest.raises(UserError, match="lines must not be empty") as caught:
        await an_order(msp, organization, lines=[])
    assert (caught.value.code, caught.value.field) == ("REQUIRED", ("lines",))
    order = await an_order(msp, organization)
    for line in list(order.lines):
        async with msp.transaction() as ctx:
            order = await orders.remove_line(ctx, line.id)
    assert order.approval_reasons == ["It has no lines."]
    with pytest.raises(UserError, match="It has no lines"):
        async with msp.transaction() as ctx:
            await orders.approve(ctx, order.id)


def acting(msp, *lacking):
    actor = Actor(msp.id, "somebody", EVERYTHING.difference(lacking))
    return msp.database.transaction(actor)


async def test_an_edit_that_needs_approval_takes_it_away(msp, organization):
    await limited(msp, "3000")
    order = await an_order(msp, organization)
    async with acting(msp, Permission.SALES_ORDERS_APPROVE) as ctx:
        edited = await orders.update_line(ctx, order.lines[0].id, {"quantity": D(3)})
    assert (edited.status, edited.total) == ("APPROVED", D("2760.84"))
    async with acting(msp, Permission.SALES_ORDERS_APPROVE) as ctx:
        edited = await orders.update_line(ctx, order.lines[0].id, {"quantity": D(4)})
    assert (edited.status, edited.approved_at, edited.approved_by) == ("DRAFT", None, None)
    assert edited.approval_reasons == ["The total is 3,360.72 USD; above 3,000.00 USD somebody has to approve it."]
    async with acting(msp, Permission.SALES_ORDERS_APPROVE) as ctx:
        edited = await orders.update_line(ctx, order.lines[0].id, {"quantity": D(1)})
    assert (edited.status, edited.approval_reasons) == ("APPROVED", [])


async def test_an_edit_is_told_before_the_approval_that_follows_from_it(msp, organization):
    await limited(msp, "2000")
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await orders.update_line(ctx, order.lines[0].id, {"quantity": D(1)})
    async with msp.transaction() as ctx:
        facts = select(OutboxFact.name).where(OutboxFact.subject == f"sales_order:{order.id}").order_by(OutboxFact.id)
        names = list(await ctx.session.scalars(facts))
    assert names == ["SalesOrderCreated", "SalesOrderUpdated", "SalesOrderApproved"]


async def test_the_edit_of_an_approver_approves(msp, organization):
    await limited(msp, "3000")
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        edited = await orders.update_line(ctx, order.lines[0].id, {"quantity": D(4)})
    assert (edited.status, edited.approved_by) == ("APPROVED", "test")


async def test_a_note_takes_no_approval_away(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await orders.approve(ctx, order.id)
    async with acting(msp, Permission.SALES_ORDERS_APPROVE) as ctx:
        edited = await orders.update(ctx, order.id, {"private_note": "be quick", "customer_reference": "7"})
    assert (edited.status, edited.approved_by, edited.version) == ("APPROVED", "test", 3)


async def test_saving_what_is_there_changes_nothing(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        same = await orders.update(ctx, order.id, {"coupon": {"amount": D("0.00")}, "delivery": {"tax_rate": D(0)}})
        line = await orders.update_line(ctx, order.lines[0].id, {"quantity": D("2.0"), "unit_price": D("499.9")})
    assert (same.version, line.version, line.lines[0].version) == (1, 1, 1)


async def test_lines_come_and_go(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await orders.add_lines(ctx, order.id, [{"title": "Cable", "unit_price": D(5)}], version=1)
    with pytest.raises(UserError) as caught:
        async with msp.transaction() as ctx:
            await orders.remove_line(ctx, order.lines[0].id, version=1)
    assert caught.value.code == "CONFLICT"
    async with msp.transaction() as ctx:
        edited = await orders.remove_line(ctx, order.lines[0].id, version=2)
    assert [(line.title, line.position) for line in edited.lines] == [("Support", 2), ("Cable", 3)]
    assert edited.total == D("966.20")
    with pytest.raises(UserError) as caught:
        async with msp.transaction() as ctx:
            await orders.add_lines(ctx, order.id, [LINES[0], {"title": "x"}])
    assert caught.value.field == ("lines", "1", "unitPrice")


async def test_processed_and_cancelled_orders_are_closed(msp, organization):
    await limited(msp, "9999")
    done, off = await an_order(msp, organization), await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await orders.process(ctx, done.id)
        cancelled = await orders.cancel(ctx, off.id, reason="changed their mind")
    assert (cancelled.status, cancelled.cancel_reason) == ("CANCELLED", "changed their mind")
    for order in (done, off):
        with pytest.raises(UserError, match="can't be edited"):
            async with msp.transaction() as ctx:
                await orders.update(ctx, order.id, {"private_note": "x"})


async def test_an_order_with_money_on_it_is_not_cancelled(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await payments.record(ctx, order.id, D("100"))
    with pytest.raises(UserError, match="has payments"):
        async with msp.transaction() as ctx:
            await orders.cancel(ctx, order.id)
    async with msp.transaction() as ctx:
        await payments.record(ctx, order.id, D("-100"))
        assert (await orders.cancel(ctx, order.id)).status == "CANCELLED"


async def test_of_a_cancelled_order_nothing_is_still_to_be_paid(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await orders.cancel(ctx, order.id)
    async with msp.transaction() as ctx:
        shown = select(SalesOrder.outstanding, SalesOrder.outstanding_minor).where(SalesOrder.id == order.id)
        assert (await ctx.session.execute(shown)).one() == (0, 0)
        assert (await ctx.session.get(SalesOrder, order.id)).outstanding == 0


async def test_payments_go_up_to_the_total_and_back_to_nothing(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        first = await payments.record(ctx, order.id, D("2000"), method="card", reference="77")
        paid = await ctx.session.get(SalesOrder, order.id)
    assert (paid.paid_total, paid.outstanding, paid.outstanding_minor) == (D("2000"), D("160.96"), 16096)
    for amount, words in (
        (D("160.97"), "160.96 USD are outstanding"),
        (D("-2000.01"), "2,000.00 USD are paid"),
        (D(0), "0"),
    ):
        with pytest.raises(UserError, match=words):
            async with msp.transaction() as ctx:
                await payments.record(ctx, order.id, amount)
    async with msp.transaction() as ctx:
        await payments.record(ctx, order.id, D("160.96"))
        after = await payments.remove(ctx, first.id)
    assert (after.paid_total, after.outstanding_minor) == (D("160.96"), 200000)
    with pytest.raises(UserError, match="no such payment"):
        async with msp.transaction() as ctx:
            await payments.remove(ctx, first.id)


async def test_taking_a_payment_out_leaves_neither_too_much_paid_nor_too_much_paid_back(msp, organization):
    order = await an_order(msp, organization)

    async def pay(amount):
        async with msp.transaction() as ctx:
            return await payments.record(ctx, order.id, D(amount))

    async def take_out(payment):
        async with msp.transaction() as ctx:
            return await payments.remove(ctx, payment.id)

    came, went = await pay("2000"), await pay("-2000")
    with pytest.raises(UserError, match=r"0\.00 USD are paid, so no more can be paid back") as caught:
        await take_out(came)
    assert caught.value.field == ("paymentId",)
    again = await pay("2160.96")
    with pytest.raises(UserError, match=r"0\.00 USD are outstanding, so no more can be paid"):
        await take_out(went)
    assert (await take_out(came)).paid_total == D("160.96")
    assert (await take_out(went)).paid_total == D("2160.96")
    assert (await take_out(again)).paid_total == 0


async def test_what_was_paid_too_much_since_the_order_shrank_can_be_taken_out(msp, organization):
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        first, _ = [await payments.record(ctx, order.id, D(1000)) for _ in "ab"]
        await orders.remove_line(ctx, order.lines[0].id)
        await orders.update_line(ctx, order.lines[1].id, {"quantity": D(1)})
    async with msp.transaction() as ctx:
        after = await payments.remove(ctx, first.id)
    assert (after.total, after.paid_total, after.outstanding) == (D("80.10"), D(1000), D("-919.90"))


async def test_a_credit_never_approves_itself(msp, organization):
    await limited(msp, "100")
    order = await an_order(msp, organization, lines=[{"title": "Refund", "unit_price": D(-5000)}])
    assert (order.status, order.approval_reasons) == ("DRAFT", ["The margin is negative: -5,000.00 USD."])


async def test_who_gets_invoices_is_told_of_an_order_once(msp, organization):
    async with msp.transaction() as ctx:
        for name, email, sends, active in (
            ("Ada", "ada@acme.example", True, True),
            ("Bob", "bob@acme.example", False, True),
            ("Cy", "cy@acme.example", True, False),
            ("Di", None, True, True),
        ):
            values = {"first_name": name, "email": email, "send_invoices": sends, "active": active}
            await organizations.create_contact(ctx, organization.id, values)
    order = await an_order(msp, organization)
    async with msp.transaction() as ctx:
        await orders.approve(ctx, order.id)
        told = (await ctx.session.scalars(select(OrderConfirmation))).all()
        facts = select(OutboxFact.subject).where(OutboxFact.name == "OrderConfirmationRequested")
        assert list(await ctx.session.scalars(facts)) == [f"order_confirmation:{told[0].id}"]
    assert [(each.email, each.sales_order_id, each.sent_at) for each in told] == [("ada@acme.example", order.id, None)]
    async with msp.transaction() as ctx:
        await settings.update(ctx, {"send_order_confirmation": False})
    await an_order(msp, organization)
    async with msp.transaction() as ctx:
        assert len((await ctx.session.scalars(select(OrderConfirmation))).all()) == 1
