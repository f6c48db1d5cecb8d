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
from integrations.connectwise.sandbox.entity import Owner, Record
from integrations.connectwise.sandbox.errors import ApiError, not_found
from integrations.connectwise.sandbox.instance import Instance, Keys
from integrations.connectwise.sandbox.manners.custom_fields import PODS, pod_of
from integrations.connectwise.sandbox.protocol import Protocol
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
        for ticket in people.TICKETS:
            sower.ticket(*ticket)


def complete(protocol: Protocol, instance: Instance) -> None:
    """Give a company from an older state file what is new since: the tables that never held anything."""
    sower = _Sower(protocol, instance)
    for name, rows in setup.TABLES.items():
        if instance.table(name).next_id == 1:
            for row in rows:
                with suppress(ApiError):  # what the row refers to may have been renamed or deleted there
                    sower.add(name, row)
    sower.rows_of_custom_fields()
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
    """Existing records get the field too, without a value. Raises ValueError when such records carry none."""
    place = len(instance.custom_fields.get(entity, ())) + 1
    row = _Sower(protocol, instance).add("UserDefinedField", _definition(entity, caption, kind, place))
    return next(one for one in instance.custom_fields[entity] if one["id"] == row["id"])


def _definition(entity: str, caption: str, kind: str, place: int) -> Record:
    return {
        "podId": pod_of(entity),
        "caption": caption,
        "sequenceNumber": place,
        "fieldTypeIdentifier": kind,
        "entryTypeIdentifier": "EntryField",
    }


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
        )

    def add(self, name: str, body: Record) -> Record:
        """A row of a sub-resource names its parent in the field that refers to it."""
        entity = BY_NAME[name]
        owner = None
        if entity.parent_field:
            above = next(one for one in BY_NAME.values() if one.path == entity.parent_key)
            key, value = next(iter(body[entity.parent_field].items()))
            found = self._call.table(above.name).where(key, value)
            if not found:
                raise not_found(above.name, value)
            owner = Owner(entity.parent_field, found[0])
        return writing.create(self._call, entity, body, owner)

    def rows_of_custom_fields(self) -> None:
        """Older files know the definitions only as what records list."""
        for name, fields in self._call.instance.custom_fields.items():
            for field in fields if name in PODS else ():
                if field["id"] not in self._call.table("UserDefinedField").rows:
                    row = {**_definition(name, field["caption"], field["type"], field["rowNum"]), "id": field["id"]}
                    row |= {"connectWiseID": field["connectWiseId"], "numberDecimals": field["numberOfDecimals"]}
                    self._call.save("UserDefinedField", {**row, "entryTypeIdentifier": field["entryMethod"]})

    def ticket(self, company: str, summary: str, board: str, status: str, text: str) -> None:
        body = {"summary": summary, "company": {"identifier": company}, "board": {"name": board}}
        self.add("Ticket", {**body, "status": {"name": status}, "initialDescription": text})

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
