"""The products that lines name, fetched together. What a line takes from them is `lines.py`."""

from collections.abc import Sequence

from sqlalchemy import select

from domain.context import Context
from domain.pricing.lines import Products, Values
from domain.products.models import Product


async def products_of(ctx: Context, lines: Sequence[Values]) -> Products:
    """By id; those that don't exist are missing."""
    ids = {line["product_id"] for line in lines if line.get("product_id")}
    if not ids:
        return {}
    return {product.id: product for product in await ctx.session.scalars(select(Product).where(Product.id.in_(ids)))}
