"""Who is asking: Basic credentials of companyId+publicKey:privateKey, and a clientId with every call.

What that member may do is decided where it does it (`Call.demand`).
"""

from __future__ import annotations

import base64
import binascii
import hmac

from integrations.connectwise.sandbox.errors import no_client_id, unauthenticated
from integrations.connectwise.sandbox.instance import ApiMember, Instance
from integrations.connectwise.sandbox.options import Options
from integrations.connectwise.sandbox.store import Store


def claimed(header: bytes) -> tuple[str, str, str]:
    """(company id, public key, private key) as the header claims them, empty where it doesn't."""
    scheme, _, token = header.partition(b" ")
    if scheme.lower() != b"basic":
        return "", "", ""
    try:
        text = base64.b64decode(token, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", "", ""
    user, _, private = text.partition(":")
    company, _, public = user.partition("+")
    return company, public, private


def authenticate(
    store: Store, options: Options, headers: dict[bytes, bytes], client_id: str
) -> tuple[Instance, ApiMember]:
    """Raises 401 (or what `bad_auth_status` says) unless company, both keys and a clientId are there.

    Any clientId will do: which ones the vendor has registered is not for a rehearsal to know."""
    company, public, private = claimed(headers.get(b"authorization", b""))
    instance = store.get(company)
    member = instance.member_with(public) if instance else None
    if instance is None or member is None or not _same(private, member.private_key):
        raise unauthenticated(options.bad_auth_status)
    if not headers.get(b"clientid", client_id.encode()).strip():
        raise no_client_id()
    return instance, member


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
