"""What contacts do beyond the protocol: communication items that are rows as well, one default a kind of them, being
their company's default contact.

Duplicates are not detected: how ConnectWise would do that is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation
from integrations.connectwise.sandbox.manners.setup import default_row

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

HEIRLOOMS = (
    *(("Opportunity", name) for name in ("contact", "shipToContact", "billToContact", "technicalContact")),
    *(("Order", name) for name in ("contact", "shipToContact", "billToContact")),
    *(("PurchaseOrder", name) for name in ("vendorContact", "customerContact", "warehouseContact")),
    *((table, "contact") for table in ("Ticket", "ServiceNote", "OpportunityContact", "Warehouse")),
)
KINDS = {"emailFlag": "Email", "phoneFlag": "Phone", "faxFlag": "Fax"}


def contact_site(call: Call, record: Record, stored: Record | None) -> None:
    company = call.row("Company", record.get("company"))
    if company and not record.get("site") and company.get("site"):
        record["site"] = company["site"]


def contact_types_of_a_new_contact(call: Call, record: Record, stored: Record | None) -> None:
    """`typeIds` is the other way to say `types`, and never answered."""
    ids = record.pop("typeIds", [])
    if stored is None:
        named = {one["id"]: one for one in record.get("types", [])}
        rows = call.table("ContactType").rows
        named.update({one: call.table("ContactType").ref(one) for one in ids if one in rows})
        default = None if named else default_row(call, "ContactType")
        record["types"] = [default] if default else list(named.values())


def contact_type_associations(call: Call, record: Record, stored: Record | None) -> None:
    if stored is None:
        for one in record.get("types", ()):
            call.insert("ContactTypeAssociation", {"type": one, "contact": call.table("Contact").ref(record["id"])})


def contact_shows_its_types(call: Call, record: Record, stored: Record | None) -> None:
    contact = call.row("Contact", record["contact"])
    if contact is not None:
        types = [one["type"] for one in call.table("ContactTypeAssociation").where("contact/id", contact["id"])]
        call.save("Contact", {**contact, "types": types})


def contact_communication_items(call: Call, record: Record, stored: Record | None) -> None:
    items = record.get("communicationItems", [])
    record["communicationItems"] = items
    for item in items:
        communication_follows_its_type(call, item, None)
    before = {item["id"]: item for item in (stored or {}).get("communicationItems", [])}
    fresh = {
        index for index, item in enumerate(items)
        if item.get("defaultFlag") and not before.get(item.get("id"), {}).get("defaultFlag")
    }  # fmt: skip
    _settle_defaults(items, fresh)
    _default_phone(record, items)


def _settle_defaults(items: list[Record], fresh: set[int]) -> None:
    """One default a kind: a new one takes the flag from the old, and where nobody has it the first gets it."""
    for kind in KINDS.values():
        mine = [index for index, item in enumerate(items) if item.get("communicationType") == kind]
        marked = [index for index in mine if index in fresh] or [i for i in mine if items[i].get("defaultFlag")]
        chosen = marked[-1] if marked else next(iter(mine), None)
        for index in mine:
            items[index]["defaultFlag"] = index == chosen


def _default_phone(record: Record, items: list[Record]) -> None:
    phone = next((i for i in items if i.get("communicationType") == "Phone" and i.get("defaultFlag")), None)
    record["defaultPhoneType"] = phone["type"].get("name") if phone and phone.get("type") else None
    record["defaultPhoneNbr"] = phone.get("value") if phone else None
    record["defaultPhoneExtension"] = phone.get("extension") if phone else None


def communication_follows_its_type(call: Call, record: Record, stored: Record | None) -> None:
    kind = call.row("CommunicationType", record.get("type"))
    if kind:
        record["communicationType"] = next((word for flag, word in KINDS.items() if kind.get(flag)), None)
    value = str(record.get("value", ""))
    record["domain"] = f"@{value.rpartition('@')[2]}" if "@" in value else None
    record.setdefault("defaultFlag", False)


def communication_items_say_something(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    for item in record.get("communicationItems", ()):
        for part in ("type", "value"):
            if not item.get(part):
                name = f"communicationItems/{part}"
                yield Violation("MissingRequiredField", f"The {name} field is required.", name)


def contact_communications(call: Call, record: Record, stored: Record | None) -> None:
    """The items of a contact are rows of their own as well, and keep their ids from save to save."""
    table = call.table("ContactCommunication")
    kept: list[Record] = []
    known = {row["id"]: row for row in table.where("contactId", record["id"])}
    for item in record["communicationItems"]:
        row = known.pop(item.get("id", 0), None)
        fields = {name: value for name, value in item.items() if name != "id"}
        if row is None:
            row = call.insert("ContactCommunication", {"contactId": record["id"], "mobileGuid": call.guid(), **fields})
        elif any(row.get(name) != value for name, value in fields.items()):
            row = call.save("ContactCommunication", {**row, **fields})
        kept.append(_as_item(row))
    for gone in known:
        call.drop("ContactCommunication", gone)
    call.save("Contact", {**call.table("Contact").rows[record["id"]], "communicationItems": kept})


def contact_shows_its_communications(call: Call, record: Record, stored: Record | None) -> None:
    contact = call.row("Contact", record["contactId"])
    if contact is None:
        return
    rows = call.table("ContactCommunication").where("contactId", contact["id"])
    items = [_as_item(row) for row in rows]
    newly = record.get("defaultFlag") and not (stored or {}).get("defaultFlag")
    _settle_defaults(items, {i for i, row in enumerate(rows) if newly and row["id"] == record["id"]})
    for row, item in zip(rows, items, strict=True):
        if row.get("defaultFlag") != item["defaultFlag"]:
            call.save("ContactCommunication", {**row, "defaultFlag": item["defaultFlag"]})
    contact = {**contact, "communicationItems": items}
    _default_phone(contact, items)
    call.save("Contact", contact)


def _as_item(row: Record) -> Record:
    return {name: value for name, value in row.items() if name not in ("contactId", "mobileGuid", "_info")}


def contact_as_company_default(call: Call, record: Record, stored: Record | None) -> None:
    company = call.row("Company", record.get("company"))
    if company is None or not record.get("defaultFlag") or (stored or {}).get("defaultFlag"):
        return
    for other in call.table("Contact").where("company/id", company["id"]):
        if other.get("defaultFlag") and other["id"] != record["id"]:
            call.save("Contact", {**other, "defaultFlag": False})
    call.save("Company", {**company, "defaultContact": call.table("Contact").ref(record["id"])})


def contact_hands_over_its_records(call: Call, record: Record) -> bool:
    """With transferContactId what refers to it goes to that contact, otherwise that keeps it from being deleted."""
    heir = call.row("Contact", whole(call.params.get("transfercontactid", "")))
    if heir is not None and heir["id"] != record["id"]:
        for table, name in HEIRLOOMS:
            for row in call.table(table).where(f"{name}/id", record["id"]):
                call.save(table, {**row, name: call.table("Contact").ref(heir["id"])})
    for company in call.table("Company").where("defaultContact/id", record["id"]):
        call.save("Company", {**company, "defaultContact": None})
    return False


def communication_type_has_a_kind(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    if not any(record.get(flag) for flag in KINDS):
        message = "At least one flag is required to be true -- phone, fax, or email."
        yield Violation("MissingRequiredField", message, "emailFlag")
