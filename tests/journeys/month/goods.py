"""What the MSP of the month sells, and to whom. No words for how: the steps are the tests'."""

from typing import Any

BLUEBIRD = "Bluebird Bakery"

# The last one is wrong, and no other one is lost for it.
CATALOG: list[dict[str, Any]] = [
    {"number": "FW-40", "partNumber": "FG-40F", "title": "Firewall F-40", "price": "499.90", "cost": "350"},
    {"number": "FW-60", "partNumber": "FG-60F", "title": "Firewall F-60", "price": "899", "cost": "640"},
    {"number": "SW-24", "partNumber": "SW24P", "title": "Switch 24", "price": "329.50", "cost": "240"},
    {"number": "CARE", "title": "Care", "price": "12.50", "cost": "4", "type": "SERVICE", "recurringPeriod": "MONTHLY"},
    {"number": "WORK", "title": "Installation", "price": "90", "cost": "45", "type": "SERVICE"},
    {"number": "OOPS", "title": "Typing error", "price": "-1"},
]
for _product in CATALOG[:2]:
    _product["serialized"] = True

REFUSED = "books@acme.example"
CUSTOMERS: list[dict[str, Any]] = [
    {
        "name": "Acme Dental",
        "accountNumber": "A-100",
        "contacts": [
            {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@acme.example", "sendInvoices": True},
            {"firstName": "Otto", "lastName": "Books", "email": REFUSED, "sendInvoices": True},
            {"firstName": "Nora", "email": "nora@acme.example"},
        ],
    },
    {
        "name": BLUEBIRD,
        "accountNumber": "B-200",
        "contacts": [{"firstName": "Ben", "lastName": "Baker", "email": "ben@bluebird.example", "sendInvoices": True}],
    },
    {"name": "Cedar Clinic", "accountNumber": "C-300"},
]

LESS = {"discountPercent": None}


def office(products: dict[str, str]) -> list[dict[str, Any]]:
    """The sections of a quote: a choice of one, a quantity to choose, an option, hours, seats, and words."""

    def line(number: str, quantity: int, **more: Any) -> dict[str, Any]:
        return {"productId": products[number], "quantity": str(quantity), "taxRate": "20", **more}

    cabling = {"title": "Cabling", "quantity": "1", "unitPrice": "180", "unitCost": "100", "taxRate": "20"}
    network = [
        line("SW-24", 2, discountPercent="15", quantityEditable=True),
        {**cabling, "optional": True, "selected": False},
    ]
    return [
        {"title": "Firewall", "multiChoice": True, "lines": [line("FW-40", 2), line("FW-60", 2)]},
        {"title": "Network", "lines": network},
        {"title": "Work", "type": "LABOR", "lines": [line("WORK", 4)]},
        {"title": "Every month", "lines": [line("CARE", 20, quantityEditable=True)]},
        {"title": "What we agree on", "type": "TEXT", "text": "Installed within two weeks of your yes."},
    ]
