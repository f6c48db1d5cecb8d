"""What an entity declares about itself. The tables are in `tables/`; the protocol reads nothing but these declarations.

It does not contain behaviour: hooks are named functions of `manners.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.errors import Violation
from integrations.connectwise.sandbox.fields import Field

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

Record = dict[str, Any]
Prepare = Callable[["Call", Record, "Record | None"], None]
"""(call, the record about to be checked and saved, the stored one or None): fills defaults and computed fields."""
Check = Callable[["Call", Record, "Record | None"], Iterable[Violation]]
After = Callable[["Call", Record, "Record | None"], None]
"""(call, the record just saved, what it was): writes other records that follow from it."""
Remove = Callable[["Call", Record], bool]
"""(call, record): True when the hook has dealt with the DELETE and the row stays."""


Gone = Callable[["Call", Record], None]
"""(call, the record just deleted): deletes or changes what went with it."""
Act = Callable[["Call", "Record | None", Any], Any]
"""(call, the record that the first id in the path names, the body or None): its answer, JSON or a whole `Reply`."""


@dataclass(frozen=True, slots=True)
class Action:
    """What can be done beyond the usual verbs; at a path that has those, it wins over them."""

    verb: str
    path: str
    """Below the API root. Its first id, if any, names a row of the entity; further ones are texts in `call.ids`."""
    act: Act
    right: str = "edit"
    status: int = 200
    form: bool = False
    """The body is multipart/form-data instead of JSON."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The record that a path of a sub-resource leads through, and the field of the sub-resource that refers to it."""

    field: str
    record: Record


ALL_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_BRACES = re.compile(r"/\{(\w+)\}")


@dataclass(frozen=True, eq=False, repr=False)
class Entity:
    path: str
    """Below the API root. A sub-resource names the field that holds its parent: company/companies/{company}/sites."""
    name: str
    """As error texts say it, and as other tables refer to it."""
    module: str
    """The security role module that guards it."""
    fields: dict[str, Field]
    also: tuple[str, ...] = ()
    """Further paths that lead to the same rows."""
    setup: bool = False
    """A setup table: readable whatever the role says."""
    custom: bool = False
    """Carries customFields."""
    unique: tuple[str, ...] = ()
    verbs: frozenset[str] = ALL_VERBS
    refer: tuple[str, ...] = ("name",)
    """What a reference to it carries besides the id: identifier, name."""
    label: tuple[str, ...] = ("name",)
    """The fields its references' name is made of."""
    href: str = ""
    """The word in `_info.<word>_href` of references to it."""
    links: tuple[tuple[str, str], ...] = ()
    """(key in `_info`, path with {id}) of a record of this kind."""
    by_identifier: bool = False
    """GET <path>/<identifier> works too."""
    search: bool = False
    """POST <path>/search exists."""
    callback: str = ""
    """The type of its callbacks, empty when there are none."""
    levels: tuple[tuple[str, str], ...] = ()
    """(level of such a callback, the field its objectId is looked for in). Level owner is everybody's."""
    shown: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(one of `also`, the only fields that are answered there)."""
    asks_for: tuple[str, ...] = ()
    """Parameters without which it isn't listed; its rows hold them under the same names."""
    actions: tuple[Action, ...] = ()
    prepare: tuple[Prepare, ...] = ()
    check: tuple[Check, ...] = ()
    after: tuple[After, ...] = ()
    remove: tuple[Remove, ...] = ()
    gone: tuple[Gone, ...] = ()

    def __repr__(self) -> str:
        return f"<Entity {self.name}>"

    @cached_property
    def key(self) -> str:
        """The path without its parent's place: how the journal and the faults call it."""
        return _BRACES.sub("", self.path)

    @cached_property
    def resource(self) -> str:
        return self.name[0].lower() + self.name[1:]

    @cached_property
    def parent_field(self) -> str:
        match = _BRACES.search(self.path)
        return match[1] if match else ""

    @cached_property
    def parent_key(self) -> str:
        """The key of the parent's table, empty for a top-level entity."""
        return _BRACES.split(self.path)[0] if self.parent_field else ""

    @cached_property
    def by_lower_name(self) -> dict[str, Field]:
        return {name.lower(): field for name, field in self.fields.items()}

    @cached_property
    def required(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.required)

    @cached_property
    def required_on_update(self) -> tuple[Field, ...]:
        return tuple(field for field in self.fields.values() if field.required or field.required_on_update)

    @cached_property
    def defaults(self) -> dict[str, object]:
        return {field.name: field.default for field in self.fields.values() if field.default is not None}

    @cached_property
    def linked(self) -> tuple[Field, ...]:
        """The fields that hold references to tables kept here."""
        return tuple(field for field in self.fields.values() if field.target)

    def name_of(self, record: Record) -> str:
        return " ".join(str(record[part]) for part in self.label if record.get(part) is not None)
