"""Changes to a record as ConnectWise's PATCH wants them, and whether they arrived.

Doesn't decide what a record should be and sends nothing.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from integrations.connectwise import wire

#: An object with nothing but these only names another record.
_OF_A_REFERENCE = {"id", "identifier", "name", "_info"}


def operations(changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One `replace` for each top-level field, references as whole objects (`{"company": {"id": 5}}`).

    A path into an object can answer a false 200 (Developer Guide), so such names raise ValueError. None clears a field
    by `replace` with null, not by `remove`: a `remove` has to fail where nothing stands (RFC 6902), and ConnectWise
    leaves out what is null, so repeating it after a lost answer could be refused. `replace` says the same however often
    it is said, and if the server should drop a null silently, the reading back shows it.
    """
    for field in changes:
        if not field or "/" in field:
            raise ValueError(f"{field!r} is not a top-level field; send the whole object instead.")
    return [{"op": "replace", "path": field, "value": value} for field, value in changes.items()]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be sent so that a record that is `before` becomes `after`; both may have been read from ConnectWise.

    Whole values, since a path into one can answer a false 200: a reference as its id alone, custom fields all of them.
    A field that `after` lacks is emptied, for ConnectWise leaves out what is null. Nothing for what only looks
    different (see `differences`), nor for what ConnectWise itself keeps (`id`, `_info`).
    """
    wanted = {name: after.get(name) for name in dict.fromkeys([*before, *after]) if name not in ("id", "_info")}
    return {
        name: _all_custom(before.get(name), value) if name == "customFields" else _sendable(value)
        for name, value in wanted.items()
        if differences({name: value}, before)
    }


def custom_fields(row: Mapping[str, Any], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All custom fields of a record, as the guide wants them sent, those named in `values` (by caption) changed.

    Raises LookupError for a caption that the record doesn't have: it lists every field that is defined.
    """
    listed = [dict(item) for item in row.get("customFields") or ()]
    for caption, value in values.items():
        named = [item for item in listed if str(item.get("caption", "")).casefold() == caption.casefold()]
        if not named:
            raise LookupError(f"ConnectWise has no custom field “{caption}” on this kind of record.")
        named[0]["value"] = value
    return [{**item, "value": item.get("value")} for item in listed]


def differences(sent: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field -> (sent, found) for everything that a record doesn't show as it was sent, after PATCH or POST.

    Forgiven are what ConnectWise adds (names in references, ids, all defined custom fields), omitted nulls, line ends
    and blanks at the ends of a text.
    """
    return {
        field: (wanted, row.get(field))
        for field, wanted in sent.items()
        if not _arrived(wanted, row.get(field), may_hold_more=field == "customFields")
    }


def _all_custom(before: Any, after: Any) -> list[dict[str, Any]]:
    """A field that isn't mentioned is emptied, like any other."""
    values = {item.get("id"): item.get("value") for item in after or ()}
    listed = {item.get("id"): item for item in [*(before or ()), *(after or ())]}
    return [{**item, "value": values.get(number)} for number, item in listed.items()]


def _sendable(value: Any) -> Any:
    """A reference by its id alone: its name may have changed meanwhile, and then both would contradict each other."""
    if isinstance(value, (list, tuple)):
        return [_sendable(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("id") is not None and set(value) <= _OF_A_REFERENCE:
        return {"id": value["id"]}
    return {name: item for name, item in value.items() if name != "_info"}


def _arrived(wanted: Any, found: Any, *, may_hold_more: bool = False) -> bool:
    if wanted is None or wanted == "":
        return found is None or found == ""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_arrived(item, found.get(key)) for key, item in wanted.items())
    if isinstance(wanted, (list, tuple)):
        # An empty list is left out like null.
        items = list(found or ()) if isinstance(found, list) or found is None else [found]
        if len(items) != len(wanted) and not may_hold_more:
            return False
        return all(any(_arrived(item, other) for other in items) for item in wanted)
    if isinstance(wanted, bool) or isinstance(found, bool):
        # A flag that is off may be left out.
        return wanted is bool(found) if isinstance(found, bool) or found is None else False
    if isinstance(wanted, date):
        return isinstance(found, str) and _same_moment(wanted, found)
    if isinstance(wanted, (int, float, Decimal)):
        return _same_number(wanted, found)
    if isinstance(wanted, str):
        # Ids may be sent as text and come back as numbers.
        return _tidy(wanted) == _tidy(str(found)) if found is not None else not wanted.strip()
    return bool(wanted == found)


def _same_number(wanted: float | Decimal, found: Any) -> bool:
    try:
        return Decimal(str(wanted)) == Decimal(str(found))
    except ArithmeticError:
        return False


def _same_moment(wanted: date, found: str) -> bool:
    try:
        return wire.moment(wire.parse_moment(found)) == wire.moment(wanted)
    except ValueError:
        return False


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
