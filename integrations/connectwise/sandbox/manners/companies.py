"""What companies do beyond the protocol: default site, types as associations, statuses that forbid saving.

A deleted company is marked, never removed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation
from integrations.connectwise.sandbox.manners.setup import default_row

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def company_status(call: Call, record: Record, stored: Record | None) -> None:
    if not record.get("status"):
        record["status"] = default_row(call, "CompanyStatus")


def company_may_be_saved(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    """A status may forbid saving: a company can be put into it, and then only the save that leaves it gets through."""
    if stored is None or stored.get("status") is record.get("status"):
        yield from _saving_forbidden(call, record, "status")


def company_takes_new_records(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    yield from _saving_forbidden(call, call.row("Company", record.get("company")) or {}, "company")


def _saving_forbidden(call: Call, company: Record, field: str) -> Iterator[Violation]:
    status = call.row("CompanyStatus", company.get("status"))
    if status and status.get("disallowSavingFlag"):
        text = f"The status {status['name']} of company {company.get('name')} does not allow saving."
        yield Violation("InvalidObject", text, field)


def company_address(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    parts = ("addressLine1", "addressLine2", "city", "state", "zip", "country")
    if call.options.require_address and not any(record.get(part) for part in parts):
        message = (
            "At least one address field is required -- addressLine1, addressLine2, city, state, zip and/or country."
        )
        yield Violation("MissingRequiredField", message, "addressLine1")


def company_types_of_a_new_company(call: Call, record: Record, stored: Record | None) -> None:
    if stored is None and not record.get("types"):
        default = default_row(call, "CompanyType")
        record["types"] = [default] if default else []
    record["isVendorFlag"] = _is_vendor(call, record.get("types", []))


def _is_vendor(call: Call, types: list[Record]) -> bool:
    return any((call.row("CompanyType", one) or {}).get("vendorFlag") for one in types)


def company_site(call: Call, record: Record, stored: Record | None) -> None:
    """A new company comes with a site of its own address, and points to it."""
    if stored is not None or record.get("site"):
        return
    parts = ("addressLine1", "addressLine2", "city", "zip", "country", "phoneNumber")
    address = {part: record.get(part) for part in parts}
    flags = ("primaryAddressFlag", "defaultShippingFlag", "defaultBillingFlag", "defaultMailingFlag")
    site: Record = {
        "name": "Main",
        **address,
        **dict.fromkeys(flags, True),
        "inactiveFlag": False,
        "billSeparateFlag": False,
        "mobileGuid": call.guid(),
        "company": call.table("Company").ref(record["id"]),
        "customFields": [],
    }
    saved = call.insert("CompanySite", site)
    call.save("Company", {**record, "site": call.table("CompanySite").ref(saved["id"])})


def company_type_associations(call: Call, record: Record, stored: Record | None) -> None:
    """`types` of a new company become associations, which are the truth from then on."""
    if stored is None:
        for one in record.get("types", ()):
            call.insert("CompanyTypeAssociation", {"type": one, "company": call.table("Company").ref(record["id"])})


def company_shows_its_types(call: Call, record: Record, stored: Record | None) -> None:
    company = call.row("Company", record["company"])
    if company is not None:
        types = [one["type"] for one in call.table("CompanyTypeAssociation").where("company/id", company["id"])]
        call.save("Company", {**company, "types": types, "isVendorFlag": _is_vendor(call, types)})


def company_is_only_marked_deleted(call: Call, record: Record) -> bool:
    call.save("Company", {**record, "deletedFlag": True, "dateDeleted": call.now, "deletedBy": call.member})
    return True
