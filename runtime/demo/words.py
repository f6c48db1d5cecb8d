"""What a small world is called: trades, places, makers, goods. Nobody and nothing in it exists."""

from __future__ import annotations

from random import Random

_FIRST = (
    "Ada", "Alan", "Amara", "Anders", "Asha", "Bea", "Carl", "Chen", "Clara", "Diego", "Edith", "Elias", "Emre",
    "Fatima", "Grace", "Hana", "Hugo", "Ines", "Ivan", "Jonas", "Kofi", "Lara", "Leon", "Lucia", "Maren", "Mateo",
    "Mina", "Nadia", "Noah", "Olga", "Omar", "Priya", "Quinn", "Rosa", "Ruben", "Sara", "Tariq", "Tessa", "Uma",
    "Viktor", "Wanda", "Yara",
)  # fmt: skip
_LAST = (
    "Abbott", "Almeida", "Bauer", "Becker", "Castillo", "Dahl", "Dubois", "Eriksen", "Farrell", "Fischer", "Garner",
    "Haddad", "Hollis", "Ito", "Jansen", "Keller", "Kimura", "Lindqvist", "Marsh", "Mensah", "Novak", "Okafor",
    "Okoye", "Parr", "Petrov", "Quist", "Reyes", "Rossi", "Sandoval", "Silva", "Tanaka", "Thorne", "Urban", "Vance",
    "Weaver", "Wirth", "Yilmaz", "Zeller",
)  # fmt: skip
_LEADS = (
    "Alder", "Amber", "Beacon", "Birch", "Bluewater", "Bridgeport", "Cedar", "Clearview", "Copper", "Crestline",
    "Delta", "Eastgate", "Elm Street", "Fairmont", "Falcon", "Foxglove", "Granite", "Greenfield", "Harbor",
    "Highland", "Ironwood", "Juniper", "Keystone", "Lakeside", "Liberty", "Maple", "Meridian", "Northgate",
    "Oakridge", "Orchard", "Pinecrest", "Quarry", "Redstone", "Riverside", "Sagebrush", "Silverton", "Stonebridge",
    "Summit", "Sycamore", "Tidewater", "Union", "Valley", "Westbrook", "Willow", "Windward", "Yarrow",
)  # fmt: skip
_TRADES = (
    "Accounting", "Animal Hospital", "Architects", "Auto Group", "Bakery", "Builders", "Chiropractic", "Credit Union",
    "Dental", "Design Studio", "Distribution", "Engineering", "Eye Care", "Family Medicine", "Farms", "Foods",
    "Freight", "Furniture", "Hospitality", "Insurance", "Law Group", "Logistics", "Machining", "Manufacturing",
    "Marine", "Media", "Millwork", "Optics", "Packaging", "Pediatrics", "Pharmacy", "Plumbing", "Printing",
    "Property Management", "Realty", "Roofing", "School", "Software", "Solar", "Surveyors", "Tax Advisors",
    "Textiles", "Title Company", "Toolworks", "Transit", "Urgent Care", "Veterinary Clinic", "Wealth Partners",
    "Wellness", "Winery",
)  # fmt: skip
_ENDS = ("", "", "", " LLC", " Inc.", " Group", " & Co.", " Partners")
_STREETS = (
    "Main St",
    "Oak Ave",
    "Industrial Pkwy",
    "Market St",
    "Lake Shore Dr",
    "2nd Ave",
    "Commerce Blvd",
    "Mill Rd",
)
_PLACES = (
    ("Springfield", "IL", "62701"), ("Portland", "OR", "97204"), ("Madison", "WI", "53703"), ("Tampa", "FL", "33602"),
    ("Boise", "ID", "83702"), ("Dayton", "OH", "45402"), ("Spokane", "WA", "99201"), ("Provo", "UT", "84601"),
    ("Albany", "NY", "12207"), ("Chattanooga", "TN", "37402"), ("Lincoln", "NE", "68508"), ("Reno", "NV", "89501"),
)  # fmt: skip
_POSTS = ("Owner", "Office Manager", "Controller", "Operations", "IT Coordinator", "Practice Manager", "Buyer")
MAKERS = (
    "Northpeak", "Cirrostack", "Vantara", "Helix Networks", "Bright Harbor", "Kestrel", "Ombra", "Quill Systems",
    "Sentrybox", "Tessel", "Ultramar", "Wavefront", "Zephyr Labs", "Lumen & Rye",
)  # fmt: skip
SUPPLIERS = ("Meridian Distribution", "Cobalt Supply", "Plainfield Wholesale", "Redwood Channel", "Atlas Components")
WAREHOUSES = ("Main warehouse", "Service vans")
PROJECTS = (
    "Network refresh", "Workstations", "Server replacement", "Mail migration", "Firewall and VPN",
    "Backup and recovery", "New office", "Security assessment", "Phones", "Wi-Fi survey and install",
    "Managed services", "Printers", "Storage expansion", "Laptop rollout", "Endpoint protection", "Conference rooms",
    "Renewals",
)  # fmt: skip
TERMS = "Payable within 30 days. Hardware remains ours until it is paid."


def organization(random: Random) -> str:
    return f"{random.choice(_LEADS)} {random.choice(_TRADES)}{random.choice(_ENDS)}"


def person(random: Random) -> tuple[str, str]:
    return random.choice(_FIRST), random.choice(_LAST)


def post(random: Random) -> str:
    return random.choice(_POSTS)


def address(random: Random) -> dict[str, str]:
    city, state, zip = random.choice(_PLACES)
    street = f"{random.randrange(1, 9900)} {random.choice(_STREETS)}"
    return {"line1": street, "city": city, "state": state, "zip": zip, "country": "United States"}


def phone(random: Random) -> str:
    # 555-01xx is set aside for fiction.
    return f"+1 {random.randrange(201, 989)} 555 01{random.randrange(100):02d}"
