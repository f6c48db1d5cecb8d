"""Callbacks as facts: which types and levels exist, which registered callback a change concerns, what is sent and how
it is signed. Sending it is the business of `postman.py`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote_plus, urlsplit

import orjson

from integrations.connectwise.sandbox.call import Call, Change
from integrations.connectwise.sandbox.entity import Entity, Record
from integrations.connectwise.sandbox.instance import Instance
from integrations.connectwise.sandbox.tables import BY_NAME


def concerned(call: Call) -> Iterator[tuple[Record, Change]]:
    """(callback, change) for everything this call has saved or deleted."""
    callbacks = [one for one in call.table("CallbackEntry").rows.values() if not one.get("inactiveFlag")]
    if not callbacks:
        return
    member = (call.member_row() or {}).get("id")
    for change in call.changes.values():
        for callback in callbacks:
            own = callback.get("isSelfSuppressedFlag") and callback.get("memberId") == member
            if not own and _wants(callback, BY_NAME[change.entity], change.record):
                yield callback, change


def _wants(callback: Record, entity: Entity, record: Record) -> bool:
    if callback["type"] != entity.callback:
        return False
    if callback["level"] == "owner":
        return True
    field = dict(entity.levels).get(callback["level"], "")
    value = record.get(field)
    ids = [one["id"] if isinstance(one, dict) else one for one in (value if isinstance(value, list) else [value])]
    return callback["objectId"] in ids


def url_of(callback: Record, change: Change) -> str:
    """Appended as raw text: whoever registered it had better end its URL with `?recordId=`."""
    return f"{callback['url']}{change.record['id']}&action={change.action}"


def message(call: Call, callback: Record, change: Change) -> dict[str, Any]:
    """As real deliveries look, `deleted` ones with their nulls."""
    deleted = change.action == "deleted"
    instance = call.instance
    return {
        "MessageId": call.guid(),
        "FromUrl": urlsplit(instance.api_root).netloc,
        "CompanyId": instance.keys.company_id,
        "MemberId": call.member,
        "Action": change.action,
        "Type": callback["type"],
        "ID": change.record["id"],
        "ProductInstanceId": None if deleted else _token("product", instance),
        "PartnerId": None if deleted else _token("partner", instance),
        "Entity": None if deleted else orjson.dumps(_trimmed(change.record)).decode(),
        "Metadata": {"key_url": key_url(instance)},
        "CallbackObjectRecId": callback["id"],
    }


def key_url(instance: Instance) -> str:
    """Where the signing key is asked for. The double slash is the vendor's."""
    root = urlsplit(instance.api_root)
    query = f"companyName={quote_plus(instance.keys.company_id)}&id={instance.callback_key_id}"
    return f"{root.scheme}://{root.netloc}/{instance.codebase}//system/callbackkey/index.rails?{query}"


def signature(signing_key: str, body: bytes) -> str:
    key = hashlib.sha256(signing_key.encode()).digest()
    return base64.b64encode(hmac.digest(key, body, "sha256")).decode()


def _trimmed(record: Record) -> Record:
    """A summary: no lists (communication items, custom fields, types), references and `_info` without their links."""
    return {name: _without_links(value) for name, value in record.items() if not isinstance(value, list)}


def _without_links(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: part for key, part in value.items() if key != "_info" and not key.endswith("_href")}


def _token(word: str, instance: Instance) -> str:
    return hashlib.sha256(f"{word} {instance.keys.company_id}".encode()).hexdigest()[:24]
