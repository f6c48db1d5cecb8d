"""Each list and order goes by its index, at any place, as the role of the application and under row-level security."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import event, select, text

from domain.access.models import Employee
from domain.ids import uuid7
from domain.organizations import service as organizations
from domain.organizations.models import Contact, Organization
from domain.paging import Order, Window, cursor_of, page, read_cursor
from domain.products.models import Brand, Product
from domain.products.supply import Supplier, Warehouse
from domain.quotes.models import Quote
from domain.sales_orders.models import SalesOrder
from domain.sync.models import SyncError
from domain.text import fold, next_prefix
from tests.rig import make_msp, opened

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LISTS = {
    "organizations by name": (Order(Organization.name_folded, Organization.id), "acme", "name_folded"),
    "organizations by age": (Order(Organization.created_at, Organization.id), NOW, "ix_organization_created"),
    "organizations by change": (Order(Organization.updated_at, Organization.id), NOW, "ix_organization_updated"),
    "contacts by change": (Order(Contact.updated_at, Contact.id), NOW, "ix_contact_updated"),
    "products by part": (Order(Product.part_key, Product.id), "k", "ix_product_part_key"),
    "products by price": (Order(Product.price_minor, Product.id), 100, "ix_product_price"),
    "products by change": (Order(Product.updated_at, Product.id), NOW, "ix_product_updated"),
    "brands by age": (Order(Brand.created_at, Brand.id), NOW, "ix_brand_created"),
    "suppliers by age": (Order(Supplier.created_at, Supplier.id), NOW, "ix_supplier_created"),
    "warehouses by age": (Order(Warehouse.created_at, Warehouse.id), NOW, "ix_warehouse_created"),
    "employees by name": (Order(Employee.name, Employee.id), "Eve", "ix_employee_name"),
    "sales orders by change": (Order(SalesOrder.updated_at, SalesOrder.id), NOW, "ix_sales_order_updated"),
    "sales orders by total": (Order(SalesOrder.total_minor, SalesOrder.id), 100, "ix_sales_order_total"),
    "contacts": (Order(Contact.created_at, Contact.id), NOW, "ix_contact_created"),
    "employees": (Order(Employee.email, Employee.id), "eve@msp.test", "uq_employee_tenant_id_email"),
    "quotes by age": (Order(Quote.created_at, Quote.id), NOW, "ix_quote_created"),
    "quotes by change": (Order(Quote.updated_at, Quote.id), NOW, "ix_quote_updated"),
    "quotes by total": (Order(Quote.total_minor, Quote.id), 100, "ix_quote_total"),
    "sales orders": (Order(SalesOrder.created_at, SalesOrder.id), NOW, "ix_sales_order_created"),
    "sync errors": (Order(SyncError.last_at, SyncError.id), NOW, "ix_sync_error_last"),
}


@pytest.fixture
async def msp(database):
    async with opened(database.app_url) as db:
        yield await make_msp(db)


async def plan(ctx, statement, order, window) -> str:
    """How PostgreSQL would fetch that page if sorting and reading everything were no way out."""
    sent: list[tuple[str, object]] = []
    connection = await ctx.session.connection()

    def note(_connection, _cursor, statement, parameters, _context, _many):
        sent.append((statement, parameters))

    event.listen(connection.sync_connection, "before_cursor_execute", note)
    await page(ctx.session, statement, order, window)
    event.remove(connection.sync_connection, "before_cursor_execute", note)
    [(statement, parameters)] = sent
    for setting in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
        await connection.exec_driver_sql(f"SET LOCAL {setting} = off")
    lines = await connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", parameters)
    return "\n".join(line for (line,) in lines)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("backward", [False, True])
async def test_a_page_starts_at_its_cursor_in_the_index(msp, name, descending, backward):
    order, value, index = LISTS[name]
    order = Order(order.column, order.id, descending)
    place = (value, uuid7())
    window = Window(25, backward, **{"before" if backward else "after": place})
    async with msp.transaction() as ctx:
        found = await plan(ctx, select(order.id.class_), order, window)
    assert index in found
    # The total order needs a sort among equal e-mail addresses only: there are none.
    assert "Sort" not in found or name == "employees", found
    condition = found.partition(index)[2].partition("Index Cond")[2].partition("\n")[0]
    assert "ROW(" in condition or name == "employees", found


async def test_a_prefix_of_a_name_is_a_range_of_the_index(msp):
    order, prefix = LISTS["organizations by name"][0], fold("Acme")
    names = Organization.name_folded
    statement = select(Organization).where(names >= prefix, names < next_prefix(prefix))
    async with msp.transaction() as ctx:
        found = await plan(ctx, statement, order, Window(25))
    condition = found.split("Index Cond")[1].split("\n")[0]
    assert "name_folded >=" in condition
    assert "name_folded <" in condition
    assert "Sort" not in found


async def test_folded_names_compare_by_code_points(msp):
    """Whatever language the database speaks: else the range would be no prefix."""
    async with msp.transaction() as ctx:
        collation = await ctx.session.scalar(
            text("SELECT collation_name FROM information_schema.columns WHERE column_name = 'name_folded'")
        )
    assert collation == Organization.name_folded.type.collation == "C"


async def test_a_cursor_reads_back_as_the_place_of_its_row(msp):
    order = Order(Organization.name_folded, Organization.id)
    async with msp.transaction() as ctx:
        row = await organizations.create(ctx, {"name": "Bäcker \U0001f600 & Söhne"})
        assert read_cursor(order, cursor_of(order, row)) == (row.name_folded, row.id)
        by_age = Order(Organization.created_at, Organization.id)
        assert read_cursor(by_age, cursor_of(by_age, row)) == (row.created_at, row.id)
        [found] = (await page(ctx.session, select(Organization), order, Window(1))).rows
        assert found is row


def test_the_end_of_a_prefix_is_the_next_text():
    assert next_prefix("ab") == "ac"
    assert next_prefix("a\U0010ffff") == "b"
    assert next_prefix("a\ud7ff") == "a\ue000"
    assert next_prefix("\U0010ffff") is None
    assert next_prefix("") is None
