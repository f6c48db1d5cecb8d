"""What the people of the month ask for of a record, and how they read what they get. It asks nothing itself."""

from typing import Any

MONEY = "{ amount }"
TOTALS = f"subtotal {MONEY} monthlySubtotal {MONEY} discountTotal {MONEY} taxTotal {MONEY} total {MONEY}"
QUOTE = f"id number status approvalReasons {TOTALS} sections {{ id title lines {{ id title }} }}"
ORDER = f"id number status fulfilment locked approvalReasons subtotal {MONEY} taxTotal {MONEY} total {MONEY}"
LINES = "lines { id title quantity deliveredQuantity serialNumbers { number } }"
BOUGHT = f"""id number status locked total {MONEY} supplier {{ name }}
  lines {{ id title quantity missingQuantity serialNumbers {{ number }} }}"""
OFFER = f"""{{ offer {{
  state version content {{ organizationName total {MONEY} sections {{ title lines {{ lineId title }} }} }}
}} }}"""


def amounts(record: Any) -> dict[str, str]:
    """Each of its amounts of money, by name."""
    return {name: value["amount"] for name, value in record.items() if isinstance(value, dict) and "amount" in value}


def lines_of(record: Any) -> dict[str, str]:
    """The ids of its lines, by title."""
    sections = record.get("sections", [record])
    return {line["title"]: line.get("id") or line["lineId"] for section in sections for line in section["lines"]}
