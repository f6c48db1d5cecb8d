"""The note of a purchase order: licence keys come to stand in it, so it is only ever stored sealed.

Nothing but `read` opens it. It is not searched, not told of in events, and not written to a log.
"""

from domain.checks import optional_text
from domain.context import Context
from domain.purchase_orders.models import PurchaseOrder
from domain.secrets import Keyring, SecretUnreadable

LONGEST = 10_000  # characters


def read(keyring: Keyring, order: PurchaseOrder) -> str | None:
    """The note in clear. Raises SecretUnreadable when its key is gone."""
    if order.sealed_note is None:
        return None
    return keyring.open(order.sealed_note, tenant=order.tenant_id, table=PurchaseOrder.__tablename__, row=order.id)


def write(ctx: Context, order: PurchaseOrder, text: str | None) -> None:
    """Seal and set it; the order must have its id.

    The same note again changes nothing, though sealed anew it would look different.
    """
    text = optional_text(text, LONGEST, field="note")
    try:
        if text == read(ctx.keyring, order):
            return
    except SecretUnreadable:
        pass  # what nobody can read any more may be written over
    order.sealed_note = text and ctx.keyring.seal(
        text, tenant=ctx.tenant_id, table=PurchaseOrder.__tablename__, row=order.id
    )
