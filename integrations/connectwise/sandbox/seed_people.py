"""The customers and vendors a seeded company starts with: invented, with addresses of example domains. Only data."""

from __future__ import annotations

from typing import Any

_US = {"country": {"name": "United States"}}


def _company(name: str, street: str, city: str, state: str, postcode: str, phone: str, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "addressLine1": street,
        "city": city,
        "state": state,
        "zip": postcode,
        "phoneNumber": phone,
        **_US,
        **more,
    }


# fmt: off
_VENDOR = {"types": [{"name": "Vendor"}], "billingTerms": {"name": "Net 30"}}
_PROSPECT = {"types": [{"name": "Prospect"}]}

COMPANIES: dict[str, dict[str, Any]] = {
    "HarborDental": _company("Harbor Dental Group", "12 Marina Way", "Tampa", "FL", "33602", "813-555-0101"),
    "BluePineLaw": _company("Blue Pine Law LLP", "400 Congress St", "Boston", "MA", "02110", "617-555-0102"),
    "KestrelFreight": _company("Kestrel Freight Inc", "9 Depot Rd", "Savannah", "GA", "31401", "912-555-0103"),
    "OakRidgeSchool": _company("Oak Ridge School District", "77 Main St", "Ocala", "FL", "34470", "352-555-0104"),
    "NorthlightMfg": _company("Northlight Manufacturing", "1 Foundry Ln", "Worcester", "MA", "01608", "508-555-0105"),
    "CedarClinic": _company("Cedar Street Clinic", "310 Cedar St", "Orlando", "FL", "32801", "407-555-0106"),
    "SummitAcct": _company("Summit Accounting", "88 State St", "Albany", "NY", "12207", "518-555-0107"),
    "RiverbendFarm": _company("Riverbend Farms Co-op", "2500 County Rd 9", "Macon", "GA", "31201", "478-555-0108"),
    "AtlasGyms": _company("Atlas Gyms", "640 Bay Ave", "St. Petersburg", "FL", "33701", "727-555-0109"),
    "QuillPress": _company("Quill & Press Publishing", "5 Beacon Sq", "Boston", "MA", "02108", "617-555-0110"),
    "MapleHotels": _company("Maple Leaf Hotels", "18 Queen St W", "Toronto", "ON", "M5H 2N2", "416-555-0111",
                            country={"name": "Canada"}),
    "BrightwaySolar": _company("Brightway Solar", "730 Sunrise Blvd", "Miami", "FL", "33130", "305-555-0112",
                               **_PROSPECT),
    "ThistleVets": _company("Thistle Veterinary", "41 Elm St", "Concord", "NH", "03301", "603-555-0113", **_PROSPECT),
    "IronGateSec": _company("Iron Gate Security", "9 Patrol Dr", "Tampa", "FL", "33610", "813-555-0114"),
    "LanternCafe": _company("Lantern Café Holdings", "22 Harbor St", "Portland", "ME", "04101", "207-555-0115"),
    "OldMillBank": _company("Old Mill Savings Bank", "100 Mill St", "Lowell", "MA", "01852", "978-555-0116",
                            status={"name": "Credit Hold"}),
    "PaperMoonArt": _company("Paper Moon Arts", "6 Gallery Row", "Savannah", "GA", "31401", "912-555-0117",
                             types=[{"name": "Former Client"}]),
    "WestportCity": _company("City of Westport", "1 City Hall Plz", "Westport", "FL", "33999", "239-555-0118",
                             types=[{"name": "Organization"}]),
    "DistriOne": _company("DistriOne Wholesale", "4000 Logistics Pkwy", "Memphis", "TN", "38118", "901-555-0119",
                         **_VENDOR),
    "ChipAndCable": _company("Chip & Cable Supply", "15 Warehouse Ct", "Reno", "NV", "89502", "775-555-0120",
                             **_VENDOR),
    "CloudHarbor": _company("CloudHarbor Licensing", "1200 Tech Dr", "Austin", "TX", "78701", "512-555-0121",
                            **_VENDOR),
}
# fmt: on

# (first name, last name, e-mail, phone, contact type)
CONTACTS: dict[str, tuple[tuple[str, str, str, str | None, str], ...]] = {
    "HarborDental": (
        ("Grace", "Holloway", "grace@harbordental.example", "813-555-1101", "Approver"),
        ("Victor", "Lam", "victor@harbordental.example", None, ""),
    ),
    "BluePineLaw": (
        ("Imani", "Brooks", "ibrooks@bluepine.example", "617-555-1102", "Decision Maker"),
        ("Sean", "O'Neil", "soneil@bluepine.example", "617-555-1103", ""),
    ),
    "KestrelFreight": (("Rosa", "Delgado", "rosa@kestrel.example", "912-555-1104", "Approver"),),
    "OakRidgeSchool": (
        ("Peter", "Whitfield", "pwhitfield@oakridge.example", "352-555-1105", "Technical Contact"),
        ("Nadia", "Rahman", "nrahman@oakridge.example", None, "Billing Contact"),
    ),
    "NorthlightMfg": (("Hugo", "Bergstrom", "hugo@northlight.example", "508-555-1106", "Approver"),),
    "CedarClinic": (("Leila", "Haddad", "leila@cedarclinic.example", "407-555-1107", ""),),
    "SummitAcct": (("Owen", "Price", "owen@summitacct.example", "518-555-1108", "Decision Maker"),),
    "RiverbendFarm": (("Dolly", "Sawyer", "dolly@riverbend.example", None, "Approver"),),
    "AtlasGyms": (("Marcus", "Bell", "marcus@atlasgyms.example", "727-555-1109", ""),),
    "QuillPress": (("Edith", "Larkin", "edith@quillpress.example", "617-555-1110", "Approver"),),
    "MapleHotels": (("Chloé", "Tremblay", "chloe@maplehotels.example", "416-555-1111", "Decision Maker"),),
    "BrightwaySolar": (("Andre", "Silva", "andre@brightway.example", "305-555-1112", ""),),
    "ThistleVets": (("Fiona", "McRae", "fiona@thistlevets.example", None, ""),),
    "IronGateSec": (("Kurt", "Vogel", "kurt@irongate.example", "813-555-1113", "Technical Contact"),),
    "LanternCafe": (("Mei", "Tan", "mei@lanterncafe.example", "207-555-1114", "Approver"),),
    "OldMillBank": (("Harriet", "Stone", "hstone@oldmill.example", "978-555-1115", "Billing Contact"),),
    "WestportCity": (("Luis", "Ortega", "lortega@westport.example", "239-555-1116", "Approver"),),
    "DistriOne": (("Sales", "Desk", "orders@distrione.example", "901-555-1117", ""),),
    "ChipAndCable": (("Pat", "Quinn", "pat@chipcable.example", None, ""),),
    "CloudHarbor": (("Partner", "Support", "partners@cloudharbor.example", "512-555-1118", ""),),
}

# (company, summary, board, status, how it was described)
TICKETS: tuple[tuple[str, str, str, str, str], ...] = (
    ("HarborDental", "Reception PC restarts by itself", "Help Desk", "In Progress", "Twice this morning."),
    ("OakRidgeSchool", "Order of 12 notebooks", "Product Orders", "Ordered", "For the new lab, before the term."),
    ("OakRidgeSchool", "Wi-Fi in the gym", "Help Desk", "New", "No signal near the east door."),
    ("CedarClinic", "Replace the firewall", "Product Orders", "Order received", "The old one is out of support."),
    ("BrightwaySolar", "Mailbox for a new colleague", "Help Desk", "Closed", "Starts on Monday."),
)
