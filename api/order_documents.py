"""The document of a sales order as a PDF: its address, which whoever has it may open for some minutes, and what answers
there. The address holds its own permission, so a browser opens it without a token.
"""

import base64
import time
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import strawberry
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.context import Info
from api.errors import shown_alone
from domain.context import Actor
from domain.db import Database
from domain.documents import render
from domain.errors import NotFound
from domain.permissions import Permission
from domain.sales_orders import document as documents
from domain.sales_orders import models
from domain.secrets import Keyring, SecretUnreadable

_LASTS = 15 * 60  # seconds
_AT_ONCE = 8  # documents that are made or wait to be made in this process
_PLACE = "order_document"
_READS = frozenset({Permission.SALES_ORDERS_READ})
_HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@strawberry.type(description="The document of a sales order: a tax invoice or a sales order, as the settings say.")
class OrderDocument:
    reads: ClassVar[Permission] = Permission.SALES_ORDERS_READ

    url: str = strawberry.field(
        description="Where the PDF is until then, for whoever has this address: don't store it, ask again."
    )
    expires_at: datetime = strawberry.field(description="When the address stops working.")


async def _document(row: strawberry.Parent[models.SalesOrder], info: Info) -> OrderDocument:
    expires = int(time.time()) + _LASTS
    token = signed(info.context.database.keyring, row.tenant_id, row.id, expires)
    return OrderDocument(
        url=f"{info.context.base_url.rstrip('/')}/documents/{token}",
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


DOCUMENT: Any = strawberry.field(resolver=_document, description="Its document as a PDF, made when it is opened.")


def signed(keyring: Keyring, tenant_id: UUID, order_id: UUID, expires: int) -> str:
    """What an address ends in. `expires`: seconds since 1970."""
    place = base64.urlsafe_b64encode(tenant_id.bytes + order_id.bytes).rstrip(b"=").decode()
    return f"{place}.{keyring.seal(str(expires), tenant=tenant_id, table=_PLACE, row=order_id)}"


def permitted(keyring: Keyring, token: str, now: float) -> tuple[UUID, UUID] | None:
    """The tenant and the order that an address is for; None when it was never given out, or is too old."""
    place, _, sealed = token.partition(".")
    try:
        raw = base64.urlsafe_b64decode(place + "=" * (-len(place) % 4))
        tenant_id, order_id = UUID(bytes=raw[:16]), UUID(bytes=raw[16:])
        expires = int(keyring.open(sealed, tenant=tenant_id, table=_PLACE, row=order_id))
    except (ValueError, SecretUnreadable):
        return None
    return (tenant_id, order_id) if now < expires else None


def routes(database: Database) -> list[Route]:
    making = 0

    async def answer(request: Request) -> Response:
        nonlocal making
        place = permitted(database.keyring, request.path_params["token"], time.time())
        if place is None:
            return _refused(404, "This address is not valid, or has expired. Ask for a new one.")
        if making >= _AT_ONCE:
            return _refused(429, "Too many documents are being made at once. Try again in a moment.")
        making += 1
        try:
            return await _made(database, request, *place)
        except NotFound:
            return _refused(404, "There is no such document any more.")
        except Exception as error:
            status, masked = shown_alone(error, request.state.request_id)
            return _refused(status, masked["message"], **masked["extensions"])
        finally:
            making -= 1

    return [Route("/documents/{token}", answer, methods=["GET"])]


async def _made(database: Database, request: Request, tenant_id: UUID, order_id: UUID) -> Response:
    actor = Actor(tenant_id, "a document's address", _READS)
    async with database.transaction(actor, request_id=request.state.request_id) as ctx:
        document = await documents.content(ctx, order_id)
    pdf = await render.pdf(document)
    name = f'inline; filename="{document.number}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={**_HEADERS, "Content-Disposition": name})


def _refused(status: int, message: str, **more: Any) -> Response:
    retry = {"Retry-After": "2"} if status == 429 else {}
    return JSONResponse({"error": message, **more}, status, headers={**_HEADERS, **retry})
