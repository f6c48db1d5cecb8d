"""Where the published specification and what is known of real tenants part, by name and with the reason.

`MENDED` puts the specification right before anything is judged by it. `WAIVED` lets single deviations pass; the
narrower the better. One of our own client is waived only where it says so. Nothing is judged here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]


@dataclass(frozen=True)
class Mended:
    name: str
    reason: str
    mend: Callable[[Spec], None]


@dataclass(frozen=True)
class Waived:
    name: str
    reason: str
    pattern: re.Pattern[str]
    """Of the whole line of a deviation."""
    ours: bool = False
    """Whether our own client may do it too."""


def _value_is_anything(spec: Spec) -> None:
    spec["components"]["schemas"]["CustomFieldValue"]["properties"]["value"] = {}


def _a_bundle_carries_whole_records(spec: Spec) -> None:
    del spec["components"]["schemas"]["IRestIdentifiedItem"]["properties"]


def _what_is_created_is_answered_with_201(spec: Spec) -> None:
    for path in ("/sales/orders", "/sales/orders/statuses"):
        answers = spec["paths"][path]["post"]["responses"]
        answers["201"] = answers.pop("200", answers.get("201"))


def _writes_take_fields(spec: Spec) -> None:
    for verbs in spec["paths"].values():
        for verb in verbs.keys() & {"post", "put", "patch"}:
            verbs[verb]["parameters"].append({"$ref": "#/components/parameters/q_fields"})


def _an_id_is_looked_for_in_the_query(spec: Spec) -> None:
    """The specification marks these as its own mistake; here they must be parameters of the query by now."""
    for verbs in spec["paths"].values():
        for told in verbs.values():
            for one in told.get("parameters", ()):
                if "x-spec-defect" in one:
                    one["in"] = "query"


MENDED = (
    Mended(
        "CustomFieldValue.value",
        "typed as an object; what real tenants answer and take is a text, a number, a flag or null",
        _value_is_anything,
    ),
    Mended(
        "BundleResult.entities",
        "typed as items with an id and nothing else; records of any kind are meant",
        _a_bundle_carries_whole_records,
    ),
    Mended(
        "an order is created",
        "POST of an order and of its statuses answers 200, says the specification; 201 the guide and all other lists",
        _what_is_created_is_answered_with_201,
    ),
    Mended(
        "fields on writes",
        "the guide has it work on writes too, the specification lists it on GET",
        _writes_take_fields,
    ),
    Mended(
        "path parameters without a place",
        "transferContactId, warehouseBinId, a line item's id: listed as of the path, which has no place for them",
        _an_id_is_looked_for_in_the_query,
    ),
)


def _others(name: str, reason: str, pattern: str) -> Waived:
    return Waived(name, reason, re.compile(pattern))


# What our own client must not do, but the sandbox serves, because real tenants do and other clients rely on it.
WAIVED: tuple[Waived, ...] = (
    _others(
        "countries", "left out of the published subset, though addresses refer to them", r"^\w+ /company/countries"
    ),
    _others(
        "unknown query parameters",
        "ignored by real tenants; working clients send them",
        r": query \w+: no such parameter",
    ),
    _others(
        "numbers as texts",
        "ids as texts are taken by real tenants",
        r': "-?\d+(\.\d+)?" is not of type "(integer|number)"',
    ),
    _others("flags as texts", "any case of true and false is taken", r'(?i): "(true|false)" is not of type "boolean"'),
    _others(
        "references by identifier",
        "a reference may name what it means by identifier where that is unique, whatever its schema lists",
        r": (body: [\w/]+|patch \w+: body): Additional properties are not allowed \('(identifier|name)' was unexpected",
    ),
    _others(
        "a PATCH that leads nowhere",
        "answered with a 200 that changes nothing: unknown names, names in another case, inner paths of references",
        r"^PATCH .*: patch [\w/]+: leads nowhere$",
    ),
    _others(
        "a PATCH of what is fixed",
        "ids and their likes are left as they are, whatever is sent",
        r"^PATCH .*: patch (\w+/)?id: body: ",
    ),
    _others("choices in any case", "the vendor's parser reads them so", r'"inventory" is not one of "Agreement"'),
    _others(
        "names that don't exist",
        "the vendor's parser passes over what it doesn't know",
        r"^POST /company/companies: body: body: Additional properties are not allowed \('nonsense' was",
    ),
    _others(
        "what a new opportunity would start with",
        "isn't an opportunity yet, and lacks what only its creator can say",
        r'^GET /sales/opportunities/default: answer: body: "\w+" is a required property$',
    ),
    _others(
        "one forecast",
        "whether a list or that one is answered is not established: a switch",
        r"^GET /sales/opportunities/\{parentId\}/forecast: answer: (without a Link|body: .* is not of type \"array\")",
    ),
    _others(
        "the parent is in the path",
        "association and its like demand the parent in the body, which the path has said already",
        r'^POST /company/(companies|contacts)/\{parentId\}/typeAssociations: body: body: "(company|contact)" is a req',
    ),
)
