"""The first records of a company: setup tables, members, a catalog, and some twenty companies with their contacts.

All names are made up. Everything goes through the same checks as a client's writes, so a seed can't hold what a client
couldn't have saved.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from integrations.connectwise.sandbox import seed_people as people
from integrations.connectwise.sandbox import seed_setup as setup
from integrations.connectwise.sandbox import writing
from integrations.connectwise.sandbox.call import Call, stamp
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import ApiError
from integrations.connectwise.sandbox.protocol import Protocol
from integrations.connectwise.sandbox.store import Instance, Keys
from integrations.connectwise.sandbox.tables import BY_NAME

# Known to everybody on purpose: they open a rehearsal on this machine and nothing else.
DEMO = Keys(
    company_id="quotewright",
    public_key="RehearsalPublic1",
    private_key="RehearsalPrivate1",
    client_id="5f1c2a8e-6f0b-4a3d-9f57-0d1f4c8b2a10",
)
PERSON = "jmiller"
"""The member who works in ConnectWise itself when the control door is used."""


def fill(protocol: Protocol, instance: Instance, *, records: bool = True) -> None:
    """The setup tables and members; with `records`, companies and contacts too. Not committed yet."""
    sower = _Sower(protocol, instance)
    for name, rows in setup.TABLES.items():
        for row in rows:
            sower.add(name, row)
    _give_key(protocol, instance)
    for name, caption, kind in setup.CUSTOM_FIELDS:
        define_custom_field(protocol, instance, name, caption, kind)
    if records:
        for identifier, company in people.COMPANIES.items():
            sower.company({"identifier": identifier, **company}, people.CONTACTS.get(identifier, ()))


def complete(protocol: Protocol, instance: Instance) -> None:
    """Give a company from an older state file what is new since: the tables that never held anything."""
    sower = _Sower(protocol, instance)
    for name, rows in setup.TABLES.items():
        if instance.table(name).next_id == 1:
            for row in rows:
                with suppress(ApiError):  # what the row refers to may have been renamed or deleted there
                    sower.add(name, row)
    if not instance.signing_key:
        _give_key(protocol, instance)


def _give_key(protocol: Protocol, instance: Instance) -> None:
    instance.callback_key_id, instance.signing_key = protocol.guid(), protocol.guid()
    protocol.store.describe(instance)


def grow(protocol: Protocol, instance: Instance, companies: int, contacts_each: int) -> None:
    """Made-up companies with contacts, numbered on from what is there. Not committed yet."""
    sower = _Sower(protocol, instance)
    start = len(instance.table("Company").rows) + 1
    for number in range(start, start + companies):
        company = {"identifier": f"Grown{number}", "name": f"Grown Company {number}", "city": "Tampa"}
        names = [("Robin", f"Example{number}-{place}") for place in range(contacts_each)]
        domain = f"grown{number}.example"
        sower.company(company, [(first, last, f"{last.lower()}@{domain}", None, "") for first, last in names])


def define_custom_field(protocol: Protocol, instance: Instance, entity: str, caption: str, kind: str) -> Record:
    """Existing records get the field too, without a value."""
    fields = instance.custom_fields.setdefault(entity, [])
    number = 1 + sum(len(one) for one in instance.custom_fields.values())
    defined = {
        "id": number,
        "caption": caption,
        "type": kind,
        "entryMethod": "EntryField",
        "numberOfDecimals": 0,
        "connectWiseId": protocol.guid(),
        "rowNum": len(fields) + 1,
        "userDefinedFieldRecId": number,
        "podId": f"{entity.lower()}_overview",
    }
    fields.append(defined)
    protocol.store.describe(instance)
    for record in list(instance.table(entity).rows.values()):
        fresh = {**record, "customFields": [*record.get("customFields", ()), {**defined, "value": None}]}
        protocol.store.put(instance, entity, fresh)
    instance.table(entity).sort_newest()  # they were put, but not changed
    return defined


class _Sower:
    def __init__(self, protocol: Protocol, instance: Instance) -> None:
        self._call = Call(
            store=protocol.store,
            instance=instance,
            member=PERSON,
            now=stamp(protocol.clock()),
            guid=protocol.guid,
            options=protocol.options,
            api_root=protocol.store.api_root,
            free=True,
        )

    def add(self, name: str, body: Record) -> Record:
        return writing.create(self._call, BY_NAME[name], body)

    def company(self, body: Record, contacts: Any) -> None:
        company = self.add("Company", body)
        for number, (first, last, email, phone, kind) in enumerate(contacts):
            items = [{"type": {"name": "Email"}, "value": email}] if email else []
            if phone:
                items.append({"type": {"name": "Direct"}, "value": phone})
            contact = {
                "firstName": first,
                "lastName": last,
                "company": {"id": company["id"]},
                "communicationItems": items,
                "defaultFlag": number == 0,
            }
            if kind:
                contact["types"] = [{"name": kind}]
            self.add("Contact", contact)
