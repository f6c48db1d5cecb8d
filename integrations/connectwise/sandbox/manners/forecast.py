"""What forecasts do beyond the protocol: an item's margin, the totals, and the item that every product on an
opportunity has there.

Forecasts are not stored, their items are. Revenue is taken as it stands, not discounted by probability.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.connectwise.sandbox.digits import whole
from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import not_found, unreadable_body
from integrations.connectwise.sandbox.manners import saving
from integrations.connectwise.sandbox.manners.money import cents, decimal

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call

BY_TYPE = {
    "Product": "productRevenue",
    "Service": "serviceRevenue",
    "Agreement": "agreementRevenue",
    "Other1": "otherRevenue1",
    "Other2": "otherRevenue2",
}
ITEM_PARTS = ("identifier", "serializedFlag")
FOLLOWING = ("quantity", "quantityCancelled", "revenue", "cost", "catalogItem", "productDescription", "taxableFlag")
"""What an item of a product takes from it each time that one is saved."""


def item_defaults(call: Call, record: Record, stored: Record | None) -> None:
    opportunity = call.row("Opportunity", record.get("opportunity"))
    if opportunity and not record.get("status"):
        record["status"] = opportunity.get("status")
    if stored is None and opportunity and record.get("sequenceNumber") is None:
        others = call.table("ForecastItem").where("opportunity/id", opportunity["id"])
        record["sequenceNumber"] = max((row.get("sequenceNumber", 0) for row in others), default=0) + 1
    item = call.row("CatalogItem", record.get("catalogItem"))
    if item:
        record["productDescription"] = record.get("productDescription") or item["description"]
        record["productClass"] = item["productClass"]


def item_margin(call: Call, record: Record, stored: Record | None) -> None:
    revenue, cost = decimal(record.get("revenue")), decimal(record.get("cost"))
    record["margin"] = float(cents(revenue - cost))
    record["percentage"] = int(100 * (revenue - cost) / revenue) if revenue else 0


# --- the item of a product ---


def product_in_forecast(call: Call, record: Record, stored: Record | None) -> None:
    """A product on an opportunity has its item there, unless it asked to be left out. That it has one is inferred."""
    items = call.table("ForecastItem")
    known = items.rows.get(record.get("forecastDetailId", 0))
    opportunity = call.row("Opportunity", record.get("opportunity"))
    if opportunity is None:
        if known is not None:  # it was moved to an order or a ticket, and what it brought stays in the forecast
            target = record.get("salesOrder") or record.get("ticket") or {}
            call.save("ForecastItem", {**known, "linkFlag": False, "convertedRecID": target.get("id")})
            call.save("ProductItem", {**record, "forecastDetailId": None})
        return
    if record.get("bypassForecastUpdate"):
        return
    fields: Record = {
        "quantity": record.get("quantity"),
        "quantityCancelled": record.get("quantityCancelled"),
        "revenue": record["extPrice"],
        "cost": record["extCost"],
        "catalogItem": call.table("CatalogItem").ref(record["catalogItem"]["id"], ITEM_PARTS),
        "productDescription": record.get("description"),
        "taxableFlag": record.get("taxableFlag", False),
    }
    if known is not None:
        fresh = {**known, **{name: fields[name] for name in FOLLOWING}}
        if record.get("forecastStatus"):
            fresh["status"] = record["forecastStatus"]
        item_margin(call, fresh, known)
        if any(fresh.get(name) != known.get(name) for name in (*FOLLOWING, "status")):
            call.save("ForecastItem", fresh)
        return
    item: Record = {
        **fields,
        "forecastType": "Product",
        "forecastDescription": str(record.get("description") or "")[:50],
        "opportunity": record["opportunity"],
        "status": record.get("forecastStatus"),
        "includeFlag": True,
        "linkFlag": True,
        "recurringFlag": bool(record.get("recurring")),
    }
    item_defaults(call, item, None)
    item_margin(call, item, None)
    saved = call.insert("ForecastItem", item)
    call.save("ProductItem", {**call.table("ProductItem").rows[record["id"]], "forecastDetailId": saved["id"]})


def product_left_forecast(call: Call, record: Record) -> None:
    if record.get("opportunity") and record.get("forecastDetailId", 0) in call.table("ForecastItem").rows:
        call.drop("ForecastItem", record["forecastDetailId"])


# --- the forecast ---


def forecast(call: Call, opportunity: Record | None, body: Any) -> Any:
    """A list with the one forecast, as specified, or that one itself: which of them is answered is not established."""
    assert opportunity is not None
    totals = _totals(call, opportunity)
    return [totals] if call.options.forecast_is_list else totals


def add_items(call: Call, opportunity: Record | None, body: Any) -> Record:
    assert opportunity is not None
    for item in _items(body):
        saving.create(call, "ForecastItem", item, opportunity)
    return _totals(call, opportunity)


def replace_items(call: Call, opportunity: Record | None, body: Any) -> Record:
    """The items named by id are replaced, others added, and those not mentioned are gone."""
    assert opportunity is not None
    kept: set[int] = set()
    for item in _items(body):
        stored = call.table("ForecastItem").rows.get(item.get("id") or 0)
        if stored and stored["opportunity"]["id"] == opportunity["id"]:
            kept.add(saving.replace(call, "ForecastItem", stored, item, opportunity)["id"])
        else:
            kept.add(saving.create(call, "ForecastItem", item, opportunity)["id"])
    for row in _rows(call, opportunity):
        if row["id"] not in kept:
            saving.delete(call, "ForecastItem", row)
    return _totals(call, opportunity)


def patch_items(call: Call, opportunity: Record | None, body: Any) -> Record:
    assert opportunity is not None
    return replace_items(call, opportunity, saving.patched("Forecast", _totals(call, opportunity), body))


def drop_items(call: Call, opportunity: Record | None, body: Any) -> None:
    assert opportunity is not None
    for row in _rows(call, opportunity):
        saving.delete(call, "ForecastItem", row)


def add_item(call: Call, opportunity: Record | None, body: Any) -> Record:
    assert opportunity is not None
    return saving.create(call, "ForecastItem", body, opportunity)


def copy_item(call: Call, opportunity: Record | None, body: Any) -> Record:
    assert opportunity is not None
    stored = call.table("ForecastItem").rows.get(whole(call.ids[0]) or 0)
    if stored is None or stored["opportunity"]["id"] != opportunity["id"]:
        raise not_found("ForecastItem", call.ids[0])
    fresh = {name: value for name, value in stored.items() if name not in ("id", "_info", "linkFlag")}
    saving.create(call, "ForecastItem", fresh, opportunity)
    return {"success": True, "message": "The forecast item was copied."}


def _items(body: Any) -> list[Record]:
    items = body.get("forecastItems") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise unreadable_body()
    return items


def _rows(call: Call, opportunity: Record) -> list[Record]:
    return call.table("ForecastItem").where("opportunity/id", opportunity["id"])


def _totals(call: Call, opportunity: Record) -> Record:
    rows = _rows(call, opportunity)
    status = {row["id"]: call.row("OpportunityStatus", row.get("status")) or {} for row in rows}
    probability = call.row("SalesProbability", opportunity.get("probability")) or {}

    def revenue(chosen: list[Record]) -> Record:
        sums = [sum((decimal(row.get(part)) for row in chosen), Decimal()) for part in ("revenue", "cost")]
        margin = sums[0] - sums[1]
        share = cents(100 * margin / sums[0]) if sums[0] else Decimal()
        amounts = {"revenue": sums[0], "cost": sums[1], "margin": margin, "percentage": share}
        return {"id": opportunity["id"], **{name: float(amount) for name, amount in amounts.items()}}

    included = [row for row in rows if row.get("includeFlag")]
    every = revenue(included)
    won = [row for row in included if status[row["id"]].get("wonFlag")]
    lost = [row for row in included if status[row["id"]].get("lostFlag")]
    settled = {row["id"] for row in (*won, *lost)}
    by_type = {
        name: revenue([row for row in included if row["forecastType"] == kind]) for kind, name in BY_TYPE.items()
    }
    recurring = sum((decimal(row.get("recurringRevenue")) for row in included), Decimal())
    return {
        "id": opportunity["id"],
        "forecastItems": rows,
        **by_type,
        "timeRevenue": revenue([]),
        "expenseRevenue": revenue([]),
        "forecastRevenueTotals": every,
        "inclusiveRevenueTotals": every,
        "recurringTotal": float(recurring),
        "wonRevenue": revenue(won),
        "lostRevenue": revenue(lost),
        "openRevenue": revenue([row for row in included if row["id"] not in settled]),
        "salesTaxRevenue": 0.0,
        "forecastTotalWithTaxes": every["revenue"],
        "expectedProbability": probability.get("probability", 0),
        **{name: opportunity[name] for name in ("taxCode", "billingTerms", "currency") if name in opportunity},
        "_info": opportunity["_info"],
    }
