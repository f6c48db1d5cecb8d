"""What every table shares: the base, the tenant it belongs to, the number types, how rows point at each other.

It does not open sessions (`domain.db`) and holds no table of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Numeric,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.schema import SchemaItem

from domain.ids import uuid7
from domain.permissions import Permission

Price = Annotated[Decimal, mapped_column(Numeric(19, 4))]
"""A unit price or cost, in the currency of the document."""
Amount = Annotated[Decimal, mapped_column(Numeric(19, 4))]
"""A rounded amount of money, in the currency of the document."""
Quantity = Annotated[Decimal, mapped_column(Numeric(19, 6))]
Percent = Annotated[Decimal, mapped_column(Numeric(9, 4))]
"""20 means 20 %."""


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True), str: Text}


class TenantOwned:
    """A row of exactly one tenant. The session guard and row-level security both read `tenant_id`."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenant.id"))


class Record(TenantOwned):
    """A record people see: `version` counts its changes, for optimistic concurrency."""

    reads: ClassVar[Permission]
    """The permission that reading such a record needs."""

    version: Mapped[int] = mapped_column(default=1, server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.clock_timestamp())


def tenant_table(*items: SchemaItem) -> tuple[SchemaItem, ...]:
    """`__table_args__` of a tenant's table: what composite foreign keys point at, and the table's own items."""
    return (UniqueConstraint("tenant_id", "id"), *items)


def refers(column: str, table: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that can't cross tenants: (tenant_id, column) -> table (tenant_id, id)."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{table}.tenant_id", f"{table}.id"], ondelete=ondelete)


def search_index(table: str, *columns: str) -> Index:
    """What finds a tenant's rows by any part of these columns (`domain.search`): trigrams of a line for each."""
    return _gin(f"ix_{table}_search", _lines(columns))


def words_index(table: str, *columns: str, words: Sequence[str], within: str) -> Index:
    """The same, and by the words of `words`, in any language, also among rows with one value of the column `within`.

    One index, so that all of it narrows a search at once: to look at the words of many rows one by one is slow. Signs
    that would make one word of two, or a number of a hyphen, count as spaces.
    """
    line = " || ' ' || ".join(f"coalesce({column}, '')" for column in words)
    cleared = f"translate(lower(normalize({line}, NFKC)), '-+._/@<>&~', '          ')"
    vector: ColumnElement[Any] = literal_column(f"to_tsvector('simple', {cleared})").label("words")
    return _gin(f"ix_{table}_words", within, _lines(columns), vector)


def _lines(columns: Sequence[str]) -> ColumnElement[str]:
    lines = "chr(10)"
    for column in columns:
        lines = f"(({lines} || coalesce({column}, '')) || chr(10))"
    return literal_column(lines).label("lines")


def _gin(name: str, *expressions: str | ColumnElement[Any]) -> Index:
    return Index(name, "tenant_id", *expressions, postgresql_using="gin", postgresql_ops={"lines": "gin_trgm_ops"})


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition of a CHECK: the column is empty or has one of these values."""
    return "{} IN ({})".format(column, ", ".join(f"'{value}'" for value in values))


def belongs_to(target: str, column: str, *, back_populates: str | None = None) -> Any:
    """A many-to-one relationship that joins on `id` alone.

    The database's foreign key is composite; a relationship over both columns would blank `tenant_id` when it is set to
    None. Never loaded by itself: a resolver or a query loads it, in batches.
    """
    table, _, attribute = column.partition(".")
    return relationship(
        target,
        primaryjoin=f"foreign({table}.{attribute}) == remote({target}.id)",
        back_populates=back_populates,
        lazy="raise",
    )


def has_many(owner: str, target: str, column: str, *, order_by: str, back_populates: str) -> Any:
    """The other side of `belongs_to`. A row taken out of the list is deleted."""
    return relationship(
        target,
        primaryjoin=f"{owner}.id == foreign({target}.{column})",
        back_populates=back_populates,
        order_by=f"{target}.{order_by}",
        lazy="raise",
        cascade="all, delete-orphan",
    )
