"""`Idempotency-Key`: which request it stands for, and how a payload is kept and given again.

A payload carries ids, so the answer of a repeated request is about the same records, as they are now. Where keys are
stored is for `domain.idempotency` to know.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any
from uuid import UUID

import orjson
from graphql import GraphQLSchema

from domain.errors import ErrorCode, UserError
from domain.idempotency import Once

HEADER = "idempotency-key"
_KEY = re.compile(r"[!-~]{1,255}")


def once(key: str, request: Sequence[Any], mutations: Sequence[str], in_steps: Callable[[str], bool]) -> Once:
    """The request as one that is carried out once: `request` is all that it says.

    Raises UserError when the key or the request is not fit for that.
    """
    if not _KEY.fullmatch(key):
        message = "An Idempotency-Key has 1 to 255 visible ASCII characters, no spaces: a random UUID, say."
        raise UserError(ErrorCode.BAD_REQUEST, message)
    if len(mutations) != 1:
        message = f"An Idempotency-Key goes with exactly one mutation field; this request has {len(mutations)}."
        raise UserError(ErrorCode.BAD_REQUEST, message)
    if in_steps(mutations[0]):
        message = f"{mutations[0]} takes no Idempotency-Key: it has several steps, and can simply be repeated."
        raise UserError(ErrorCode.BAD_REQUEST, message)
    body = orjson.dumps(request, option=orjson.OPT_SORT_KEYS)
    return Once(key, hashlib.sha256(body).digest())


def kept(payload: Any) -> str:
    """A payload as text."""
    return orjson.dumps(_plain(payload)).decode()


def again(text: str, schema: GraphQLSchema) -> Any:
    """The payload that `kept` made this text of."""
    return _made(orjson.loads(text), schema)


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return {"type": _name_of(value), "value": value.value}
        case None | bool() | int() | str():
            return value
        case UUID():
            return {"uuid": str(value)}
        case list() | tuple():
            return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        given = (field.name for field in fields(value) if field.init)  # the rest is resolved from these
        return {"type": _name_of(value), "fields": {name: _plain(getattr(value, name)) for name in given}}
    raise TypeError(f"a payload can't hold {type(value).__name__}: it could not be answered again")


def _made(value: Any, schema: GraphQLSchema) -> Any:
    match value:
        case list():
            return [_made(item, schema) for item in value]
        case {"uuid": uuid}:
            return UUID(uuid)
        case {"type": name, "fields": given}:
            type_ = schema.type_map[name].extensions["strawberry-definition"].origin
            return type_(**{field: _made(inner, schema) for field, inner in given.items()})
        case {"type": name, "value": inner}:
            return schema.type_map[name].extensions["strawberry-definition"].wrapped_cls(inner)
    return value


def _name_of(value: Any) -> str:
    """The name of its type in the schema."""
    return type(value).__strawberry_definition__.name  # type: ignore[no-any-return]
