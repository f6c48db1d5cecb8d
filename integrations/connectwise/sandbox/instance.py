"""One company of the sandbox: who may come in and what they may do there, its manners, its tables.

Holds no record of its own making and writes no file; what of it survives a restart is `described`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.table import Table
from integrations.connectwise.sandbox.tables import ENTITIES

RIGHTS = ("inquire", "add", "edit", "delete")
LEVELS = ("none", "mine", "all")
FIRST_MEMBER = "quotewright-api"


@dataclass(frozen=True, slots=True)
class Keys:
    """What a client needs to be let in."""

    company_id: str
    public_key: str
    private_key: str
    client_id: str

    @property
    def username(self) -> str:
        return f"{self.company_id}+{self.public_key}"


@dataclass(slots=True)
class ApiMember:
    """A member of the company that programs come in as: its keys and its security role."""

    identifier: str
    public_key: str
    private_key: str
    rights: dict[str, dict[str, str]] = field(default_factory=dict)
    """By module and right: none, mine or all. What isn't named here is allowed in full."""

    def level(self, module: str, right: str) -> str:
        return self.rights.get(module, {}).get(right, "all")


@dataclass(slots=True)
class Instance:
    keys: Keys
    """Those of the first API member."""
    api_root: str
    name: str = ""
    codebase: str = "v2025_1"
    time_zone: str = "Eastern Standard Time"
    callback_key_id: str = ""
    signing_key: str = ""
    """What callbacks are signed with, and the id under which a receiver asks for it."""
    members: dict[str, ApiMember] = field(default_factory=dict)
    """By identifier; the first is `FIRST_MEMBER`."""
    custom_fields: dict[str, list[Record]] = field(default_factory=dict)
    tables: dict[str, Table] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tables = {entity.name: Table(entity, self.api_root) for entity in ENTITIES}
        self.name = self.name or self.keys.company_id.title()
        self.give_keys(self.keys)

    def table(self, name: str) -> Table:
        return self.tables[name]

    def give_keys(self, keys: Keys) -> None:
        """To the first API member, which keeps its role."""
        self.keys = keys
        known = self.members.get(FIRST_MEMBER)
        rights = known.rights if known else {}
        self.members[FIRST_MEMBER] = ApiMember(FIRST_MEMBER, keys.public_key, keys.private_key, rights)

    def member_with(self, public_key: str) -> ApiMember | None:
        return next((one for one in self.members.values() if one.public_key == public_key), None)


def described(instance: Instance) -> Record:
    return {
        "keys": asdict(instance.keys),
        "name": instance.name,
        "codebase": instance.codebase,
        "time_zone": instance.time_zone,
        "callback_key_id": instance.callback_key_id,
        "signing_key": instance.signing_key,
        "members": [asdict(member) for member in instance.members.values()],
        "custom_fields": instance.custom_fields,
    }


def take_description(instance: Instance, details: dict[str, Any]) -> None:
    """As `described` gave it, now or in an older version."""
    instance.give_keys(Keys(**details["keys"]))
    instance.codebase, instance.custom_fields = details["codebase"], details["custom_fields"]
    for name in ("name", "time_zone", "callback_key_id", "signing_key"):
        setattr(instance, name, details.get(name) or getattr(instance, name))
    for member in details.get("members", ()):
        instance.members[member["identifier"]] = ApiMember(**member)
    for module, rights in details.get("rights", {}).items():  # of when there was one member, and a right all or none
        level = {right: "all" if right in rights else "none" for right in RIGHTS}
        instance.members[FIRST_MEMBER].rights[module] = level
