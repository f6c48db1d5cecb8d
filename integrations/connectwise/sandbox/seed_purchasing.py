"""Where seeded companies buy, store and settle: purchase order statuses, shipment methods, warehouses with their bins,
billing terms, tax codes. Vendors are in `seed_people.py`."""

from __future__ import annotations

from typing import Any

Rows = list[dict[str, Any]]


def _tax(identifier: str, description: str, rate: float, country: str, **more: Any) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "description": description,
        "invoiceCaption": "Sales tax",
        "country": {"name": country},
        "effectiveDate": "2020-01-01T00:00:00Z",
        "levelOneRate": rate,
        "levelOneCaption": "Sales tax",
        "levelOneProductsFlag": True,
        **more,
    }


def _warehouse(name: str, location: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "location": {"name": location}, "department": {"identifier": "Admin"}, **more}


def _bins(warehouse: str, *names: str) -> Rows:
    place = {"warehouse": {"name": warehouse}}
    return [{"name": name, **place, "defaultFlag": number == 0} for number, name in enumerate(names)]


_STATUSES = ("New", "Sent to Vendor", "On Order", "Backordered")

# What sales orders, opportunities and companies refer to as well.
TERMS: dict[str, Rows] = {
    "BillingTerm": [
        {"name": "Net 30", "dueDays": 30, "defaultFlag": True},
        {"name": "Net 15", "dueDays": 15},
        {"name": "Net 60", "dueDays": 60},
        {"name": "Due on receipt", "dueDays": 0},
    ],
    "Currency": [
        {
            "currencyIdentifier": "USD",
            "name": "US dollar",
            "symbol": "$",
            "numberOfDecimals": 2,
            "thousandsSeparator": ",",
            "decimalSeparator": ".",
            "displaySymbolFlag": True,
        },
        {
            "currencyIdentifier": "CAD",
            "name": "Canadian dollar",
            "symbol": "CA$",
            "numberOfDecimals": 2,
            "thousandsSeparator": ",",
            "decimalSeparator": ".",
            "displaySymbolFlag": True,
        },
    ],
    "TaxCode": [
        _tax("FL", "Florida", 6, "United States", defaultFlag=True),
        _tax("MA", "Massachusetts", 6.25, "United States", levelOneServicesFlag=True),
        _tax("ON", "Ontario", 13, "Canada", levelOneServicesFlag=True),
        _tax("EXEMPT", "Exempt", 0, "United States"),
    ],
    "CompanyNoteType": [
        {"identifier": "Comments", "name": "Comments", "defaultFlag": True},
        {"identifier": "Background", "name": "Background"},
        {"identifier": "Billing", "name": "Billing"},
    ],
    "OrderStatus": [
        {"name": "New", "defaultFlag": True, "sortOrder": 1},
        {"name": "In progress", "sortOrder": 2},
        {"name": "Shipped", "sortOrder": 3},
        {"name": "Closed", "closedFlag": True, "sortOrder": 4},
        {"name": "Back order (old)", "inactiveFlag": True, "sortOrder": 5},
    ],
}

TABLES: dict[str, Rows] = {
    "PurchaseOrderStatus": [
        *({"name": name, "sortOrder": place, "defaultFlag": place == 1} for place, name in enumerate(_STATUSES, 1)),
        {"name": "Received In Full", "closedFlag": True, "defaultClosedFlag": True, "sortOrder": 5},
        {"name": "Cancelled", "closedFlag": True, "sortOrder": 6},
        {"name": "Faxed (old)", "inactiveFlag": True, "sortOrder": 7},
    ],
    "ShipmentMethod": [
        {"name": "Ground", "defaultFlag": True, "trackingUrl": "https://tracking.example/?number="},
        *({"name": name} for name in ("Next Day", "Freight", "Pick up")),
    ],
    "Warehouse": [
        _warehouse("Tampa Warehouse", "Tampa Office", overallDefaultFlag=True, locationDefaultFlag=True),
        _warehouse("Boston Warehouse", "Boston Office", locationDefaultFlag=True),
        _warehouse("Van stock (old)", "Tampa Office", inactiveFlag=True),
    ],
    "WarehouseBin": [
        *_bins("Tampa Warehouse", "TPA-Receiving", "TPA-A1", "TPA-A2"),
        *_bins("Boston Warehouse", "BOS-Receiving", "BOS-B1"),
        *_bins("Van stock (old)", "Van 1"),
    ],
}  # fmt: skip
