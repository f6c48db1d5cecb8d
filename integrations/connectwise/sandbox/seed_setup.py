"""What every seeded company has before its first customer: setup tables, members, the catalog.

Rows as a POST wants them, in the order of their references. Customers are not here but in `seed_people.py`, the service
desk is in `seed_service.py`, buying and settling in `seed_purchasing.py`.
"""

from __future__ import annotations

from typing import Any

from integrations.connectwise.sandbox import seed_purchasing, seed_service


def _named(*names: str, **more: Any) -> list[dict[str, Any]]:
    return [{"name": name, **more} for name in names]


def _member(identifier: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "firstName": first,
        "lastName": last,
        "licenseClass": "F",
        "officeEmail": f"{identifier}@quotewright.example",
        "defaultEmail": "Office",
        "defaultPhone": "Office",
        "hireDate": "2019-03-01T00:00:00Z",
        "securityRole": {"id": 2, "name": "Sales"},
        "defaultLocation": {"name": "Tampa Office"},
        "defaultDepartment": {"identifier": "Sales"},
        **more,
    }


def _item(
    identifier: str, description: str, subcategory: str, price: float, cost: float, **more: Any
) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "description": description,
        "customerDescription": description,
        "subcategory": {"name": subcategory},
        "type": {"name": "Hardware"},
        "price": price,
        "cost": cost,
        "taxableFlag": True,
        **more,
    }


_STAGES = (("Prospect", 10), ("Qualification", 25), ("Quote", 50), ("Negotiation", 75), ("Won", 100), ("Lost", 0))
_INACTIVE = {"inactiveFlag": True}
_STRUCTURE = {"structureLevel": {"id": 1, "name": "Location"}, "locationFlag": True}

TABLES: dict[str, list[dict[str, Any]]] = {
    "Country": [
        {"identifier": "US", "name": "United States"},
        {"identifier": "CA", "name": "Canada"},
        {"identifier": "GB", "name": "United Kingdom"},
        {"identifier": "IE", "name": "Ireland"},
        {"identifier": "AU", "name": "Australia"},
        {"identifier": "NZ", "name": "New Zealand"},
        {"identifier": "DE", "name": "Germany"},
        {"identifier": "NL", "name": "Netherlands"},
        {"identifier": "FR", "name": "France"},
        {"identifier": "ZA", "name": "South Africa"},
    ],
    "Location": [
        {"name": "Tampa Office", **_STRUCTURE},
        {"name": "Boston Office", **_STRUCTURE},
    ],
    "Department": [
        {"identifier": "Admin", "name": "Administration"},
        {"identifier": "Sales", "name": "Sales"},
        {"identifier": "Services", "name": "Professional Services"},
        {"identifier": "Managed", "name": "Managed Services"},
    ],
    "Member": [
        _member("quotewright-api", "Quotewright", "Integration", licenseClass="A", officeEmail=None),
        _member("jmiller", "Jordan", "Miller", title="Sales Manager", adminFlag=True),
        _member("apatel", "Asha", "Patel", title="Account Manager"),
        _member("tnguyen", "Thanh", "Nguyen", title="Account Manager"),
        _member("lfischer", "Lena", "Fischer", title="Solutions Architect"),
        _member("cokafor", "Chidi", "Okafor", title="Procurement", defaultDepartment={"identifier": "Admin"}),
        _member("mrossi", "Marta", "Rossi", **_INACTIVE, inactiveDate="2024-06-30T00:00:00Z"),
        _member("dkim", "Daniel", "Kim", **_INACTIVE, inactiveDate="2025-02-28T00:00:00Z"),
    ],
    **seed_purchasing.TERMS,
    "CompanyStatus": [
        {"name": "Active", "defaultFlag": True},
        {"name": "Inactive", "inactiveFlag": True},
        {"name": "Not-Approved", "disallowSavingFlag": True, "notifyFlag": True,
         "notificationMessage": "This company is not approved yet."},
        {"name": "Credit Hold", "notifyFlag": True, "notificationMessage": "Ask accounting first."},
    ],
    "CompanyType": [
        {"name": "Client", "defaultFlag": True},
        *_named("Prospect", "Organization", "Partner", "Former Client"),
        {"name": "Vendor", "vendorFlag": True},
    ],
    "ContactType": [
        {"description": "End User", "defaultFlag": True},
        *({"description": name} for name in ("Approver", "Decision Maker", "Billing Contact", "Technical Contact")),
    ],
    "CommunicationType": [
        {"description": "Email", "emailFlag": True, "defaultFlag": True},
        {"description": "Direct", "phoneFlag": True, "defaultFlag": True},
        {"description": "Mobile", "phoneFlag": True},
        {"description": "Home", "phoneFlag": True},
        {"description": "Fax", "faxFlag": True},
        {"description": "Email - Personal", "emailFlag": True},
    ],
    "SalesProbability": [{"probability": percent} for percent in (0, 10, 25, 50, 75, 90, 100)],
    "OpportunityStage": [
        {"name": name, "probability": {"name": str(percent)}, "sequenceNumber": place}
        for place, (name, percent) in enumerate(_STAGES, 1)
    ],
    "OpportunityStatus": [
        {"name": "Open", "defaultFlag": True},
        {"name": "Won", "wonFlag": True, "closedFlag": True},
        {"name": "Lost", "lostFlag": True, "closedFlag": True},
        {"name": "No Decision", "closedFlag": True},
        {"name": "On Hold (old)", "inactiveFlag": True},
    ],
    "OpportunityType": [
        *({"description": name} for name in ("IT:Infrastructure", "IT:Managed Services", "IT:Projects", "Renewal")),
        {"description": "Telephony (old)", "inactiveFlag": True},
    ],
    "OpportunityRating": [{"name": name, "sortOrder": place} for place, name in enumerate(("Hot", "Warm", "Cold"), 1)],
    "BillingCycle": [
        {"identifier": "M", "name": "Monthly", "billingOptions": "Monthly", "defaultFlag": True},
        {"identifier": "Q", "name": "Quarterly", "billingOptions": "Quarterly"},
        {"identifier": "SA", "name": "Semi-annual", "billingOptions": "SemiAnnual"},
        {"identifier": "Y", "name": "Yearly", "billingOptions": "Yearly"},
        {"identifier": "N", "name": "Not recurring", "billingOptions": "NotRecurring"},
    ],
    "Category": [
        *_named("Hardware", "Software", "Services"),
        {"name": "Other", "defaultFlag": True},
        {"name": "Cloud"},
        {"name": "Telephony (old)", **_INACTIVE},
    ],
    "SubCategory": [
        *_named("Laptops", "Desktops", "Servers", "Networking", "Accessories", category={"name": "Hardware"}),
        *_named("Licenses", "Subscriptions", category={"name": "Software"}),
        *_named("Labor", "Managed", category={"name": "Services"}),
        {"name": "Quoted", "category": {"name": "Other"}, "defaultFlag": True},
        *_named("Backup", "Hosted Desktops", "Mailboxes", category={"name": "Cloud"}),
        {"name": "Printers (old)", "category": {"name": "Hardware"}, **_INACTIVE},
        {"name": "Desk Phones", "category": {"name": "Telephony (old)"}},
    ],
    "ProductType": [
        {"name": "Hardware", "typeXref": "InventoryPart", "defaultFlag": True},
        {"name": "Software", "typeXref": "NonInventoryPart"},
        {"name": "Service", "typeXref": "Service"},
        {"name": "Other", "typeXref": "OtherCharge"},
        {"name": "Miscellaneous", "typeXref": "NonInventoryPart"},
        {"name": "Telephony (old)", "typeXref": "InventoryPart", **_INACTIVE},
    ],
    "UnitOfMeasure": [{"name": "Each", "defaultFlag": True}, *_named("Hour", "Box", "Month", "Foot")],
    "Manufacturer": [
        *_named("Northbay Computers", "Ferrolink Networks", "Tallpine Software"),
        {"name": "Dialtone (old)", **_INACTIVE},
    ],
    "CatalogItem": [
        # The catch-all: a quoted line that is in nobody's catalog still needs an item to stand on.
        _item("QUOTE-LINE", "Quoted item", "Quoted", 0, 0, type={"name": "Other"}),
        _item("NB-14-PRO", "14 inch business notebook", "Laptops", 1249, 980.5, manufacturerPartNumber="NB14P-2026"),
        _item("NB-16-PRO", "16 inch business notebook", "Laptops", 1649, 1310, manufacturerPartNumber="NB16P-2026"),
        _item("PC-MINI", "Mini desktop PC", "Desktops", 689, 540, manufacturerPartNumber="PCM-500"),
        _item("SRV-1U", "1U rack server", "Servers", 4890, 3925, productClass="Inventory", serializedFlag=True),
        _item("SW-24P", "24-port PoE switch", "Networking", 799, 610.25, manufacturerPartNumber="SW24-POE"),
        _item("FW-60", "Desktop firewall", "Networking", 549, 410, manufacturerPartNumber="FW-60E"),
        _item("CAB-6-2M", "Cat 6 cable, 2 m", "Accessories", 6.9, 2.35),
        _item("LIC-OFFICE-M", "Office suite, per user and month", "Subscriptions", 12.5, 10, type={"name": "Software"},
              recurringFlag=True, recurringBillCycle={"identifier": "M"}, recurringCycleType="CalendarYear"),
        _item("LAB-ENG", "Engineer, per hour", "Labor", 165, 70, type={"name": "Service"}, productClass="Service",
              unitOfMeasure={"name": "Hour"}, taxableFlag=False),
        _item("NB-13-OLD", "13 inch notebook (retired)", "Laptops", 899, 700, inactiveFlag=True),
        _item("KIT-DESK", "Desk kit: mini PC and cables", "Desktops", 705, 545, productClass="Bundle"),
    ],
    "CatalogComponent": [
        {"parentCatalogItem": {"identifier": "KIT-DESK"}, "catalogItem": {"identifier": name}, "quantity": quantity}
        for name, quantity in (("PC-MINI", 1), ("CAB-6-2M", 2))
    ],
    **seed_service.TABLES,
    **seed_purchasing.TABLES,
}  # fmt: skip

CUSTOM_FIELDS = (
    ("Opportunity", "Quote reference", "Text"),
    ("Contact", "ext_id", "Number"),
)
