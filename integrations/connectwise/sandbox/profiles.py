"""Lengths that differ between the vendor's versions. The tables declare those of the newest; here are the older ones.

Nothing else differs between profiles: newer versions only add fields.
"""

from __future__ import annotations

NEWEST = "2026.4"
SHORTER: dict[str, dict[tuple[str, str], int]] = {
    NEWEST: {},
    "2025.1": {("Company", "identifier"): 30, ("Company", "name"): 50, ("CompanySite", "name"): 50},
}


def limit(profile: str, entity: str, field: str, newest: int) -> int:
    return SHORTER[profile].get((entity, field), newest)
