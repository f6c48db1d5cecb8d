"""Two companies become one: what is taken from which, and what moves over. The one that is merged away is marked
deleted.

What ConnectWise does when a choice is left out is not known; here the surviving company's value stays, and lists move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation, invalid, unreadable_body

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

ADDRESS = ("addressLine1", "addressLine2", "city", "state", "zip", "country", "site")
CHOICES: dict[str, tuple[str, ...]] = {
    "name": ("name",),
    "identifier": ("identifier",),
    "status": ("status",),
    "primaryAddress": ADDRESS,
    "primaryContact": ("defaultContact",),
    "phone": ("phoneNumber",),
    "fax": ("faxNumber",),
    "website": ("website",),
    "market": ("market",),
    "territory": ("territory",),
    "revenue": ("annualRevenue",),
    "revenueYear": ("revenueYear",),
    "numberOfEmployees": ("numberOfEmployees",),
    "sicCode": ("sicCode",),
    "dateAcquired": ("dateAcquired",),
    "timeZone": ("timeZoneSetup",),
    "sourceList": ("leadSource",),
    "billingAddress": ("billingSite", "billToCompany"),
    "billingContact": ("billingContact",),
    "taxCode": ("taxCode",),
    "accountNumber": ("accountNumber",),
    "billingTerms": ("billingTerms",),
    **{f"userDefinedField{number}": (f"userDefinedField{number}",) for number in range(1, 11)},
}
LISTS = {"notes": "CompanyNote", "sites": "CompanySite", "opportunities": "Opportunity", "services": "Ticket",
         "contacts": "Contact"}  # fmt: skip
ALWAYS = (("Order", "company"), ("PurchaseOrder", "vendorCompany"), ("PurchaseOrder", "customerCompany"),
          ("ProductItem", "company"), ("CatalogItem", "vendor"))  # fmt: skip


def merge(call: Call, company: Record | None, body: Any) -> Record:
    assert company is not None
    if not isinstance(body, dict):
        raise unreadable_body()
    target_id = body.get("toCompanyId")
    target = call.table("Company").rows.get(target_id) if isinstance(target_id, int) else None
    if not target_id:
        raise _refused("MissingRequiredField", "The toCompanyId field is required.")
    if target is None or target.get("deletedFlag"):
        raise _refused("NotFound", f"toCompany {target_id} not found")
    if target["id"] == company["id"]:
        raise _refused("InvalidObject", "A company can't be merged into itself.")
    ours, theirs = call.table("Company").ref(company["id"]), call.table("Company").ref(target["id"])
    for choice, name in LISTS.items():
        if str(body.get(choice, "Merge")).lower() == "merge":
            _move(call, name, "company", ours, theirs)
    for name, field in ALWAYS:
        _move(call, name, field, ours, theirs)
    taken: Record = {}
    for choice, fields in CHOICES.items():
        if str(body.get(choice, "To")).lower() == "from":
            taken |= {field: company.get(field) for field in fields}
    gone = {**company, "deletedFlag": True, "dateDeleted": call.now, "deletedBy": call.member}
    if "identifier" in taken:  # both are kept, and no two have the same
        gone["identifier"] = target["identifier"]
    call.save("Company", gone)
    call.save("Company", {**call.table("Company").rows[target["id"]], **taken})
    if str(body.get("type", "To")).lower() == "from":
        _take_types(call, company, theirs)
    return {"success": True, "message": f"{company['name']} was merged into {target['name']}."}


def _move(call: Call, name: str, field: str, ours: Record, theirs: Record) -> None:
    for row in call.table(name).where(f"{field}/id", ours["id"]):
        moved = {**row, field: theirs}
        if name == "Contact":
            moved["defaultFlag"] = False
        call.save(name, moved)


def _take_types(call: Call, company: Record, theirs: Record) -> None:
    table = call.table("CompanyTypeAssociation")
    for row in table.where("company/id", theirs["id"]):
        call.drop("CompanyTypeAssociation", row["id"])
    for one in company.get("types", ()):
        call.insert("CompanyTypeAssociation", {"type": one, "company": theirs})
    fields = {"types": company.get("types", []), "isVendorFlag": company.get("isVendorFlag", False)}
    call.save("Company", {**call.table("Company").rows[theirs["id"]], **fields})


def _refused(code: str, message: str) -> Exception:
    return invalid("companyMerge", [Violation(code, message, "toCompanyId")])
