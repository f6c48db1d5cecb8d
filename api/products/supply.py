"""Suppliers and warehouses as the API shows them. Their sources are the mapped rows; changing them is next door."""

from datetime import datetime
from typing import Any, ClassVar

import strawberry

from api.node import Node
from api.organizations.types import Address, address
from domain.products import supply


@strawberry.type(description="Whom the MSP buys from: a vendor in ConnectWise.")
class Supplier(Node):
    model: ClassVar[Any] = supply.Supplier

    name: str = strawberry.field(description="Its name: another one than any other supplier's.")
    account_number: str | None = strawberry.field(description="The MSP's customer number there.")
    email: str | None = strawberry.field(description="E-mail address.")
    phone: str | None = strawberry.field(description="Phone number.")
    website: str | None = strawberry.field(description="Its website.")
    address: Address = strawberry.field(resolver=address, description="Where it is.")
    archived_at: datetime | None = strawberry.field(description="When it was archived; empty while it is in use.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")


@strawberry.type(description="Where goods come in and are kept.")
class Warehouse(Node):
    model: ClassVar[Any] = supply.Warehouse

    name: str = strawberry.field(description="Its name: another one than any other warehouse's.")
    address: Address = strawberry.field(resolver=address, description="Where it is.")
    archived_at: datetime | None = strawberry.field(description="When it was archived; empty while it is in use.")
    created_at: datetime = strawberry.field(description="When the record was made.")
    updated_at: datetime = strawberry.field(description="When the record was changed last.")
    version: int = strawberry.field(description="Counts the changes of the record: pass it on to change safely.")
