"""What people ask ConnectWise and wait for: are these keys good, and what can be chosen. Changes nothing there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.integration_settings.connectwise import ChoiceKind
from domain.integration_settings.service import Keys
from domain.questions import Answer, refused
from integrations.connectwise.client import Client, Record
from integrations.connectwise.remote import Remote
from integrations.core import errors


@dataclass(frozen=True)
class Source:
    """Where choices are listed, what they are called there, which names the set-up guide recommends, and the field
    that says what they belong to."""

    path: str
    label: str = "name"
    recommended: tuple[str, ...] = ()
    parent: str | None = None


SOURCES = {
    ChoiceKind.COMPANY_TYPES: Source("/company/companies/types", recommended=("Organization", "Prospect")),
    ChoiceKind.COMPANY_STATUSES: Source("/company/companies/statuses", recommended=("Active",)),
    ChoiceKind.CONTACT_TYPES: Source("/company/contacts/types", "description", ("Approver", "End User")),
    ChoiceKind.OPPORTUNITY_STAGES: Source("/sales/stages", recommended=("Quote",)),
    ChoiceKind.OPPORTUNITY_STATUSES: Source("/sales/opportunities/statuses", recommended=("Open", "Lost")),
    ChoiceKind.OPPORTUNITY_TYPES: Source("/sales/opportunities/types", "description", ("IT:Infrastructure",)),
    ChoiceKind.PROBABILITIES: Source("/sales/probabilities", "probability"),
    ChoiceKind.LOCATIONS: Source("/system/locations"),
    ChoiceKind.DEPARTMENTS: Source("/system/departments", recommended=("Sales",)),
    ChoiceKind.MEMBERS: Source("/system/members"),
    ChoiceKind.CATALOG_ITEMS: Source("/procurement/catalog", "identifier"),
    ChoiceKind.PRODUCT_TYPES: Source("/procurement/types", recommended=("Hardware", "Miscellaneous")),
    ChoiceKind.BILLING_CYCLES: Source("/finance/billingCycles"),
    ChoiceKind.CATEGORIES: Source("/procurement/categories"),
    ChoiceKind.SUBCATEGORIES: Source("/procurement/subcategories", parent="category"),
}


async def try_connection(connect: Callable[[Keys], Client], keys: Keys) -> Answer:
    """Ask the server for the company and then, with these keys, for its version."""
    try:
        client = connect(keys)
    except ValueError as error:
        return refused("INVALID", str(error), "site")
    try:
        company = await client.discover()
        info = await client.info()
    except errors.Unauthorized as error:
        field, advice = _blame(error)
        return refused("INVALID", f"ConnectWise doesn't accept this: {error.text} {advice}", field)
    except errors.RemoteError as error:
        return refused(
            "UNAVAILABLE",
            f"ConnectWise doesn't answer at {keys.site}: {error.text} Check the site, then retry.",
            "site",
        )
    finally:
        await client.aclose()
    return {"ok": True, "version": info.get("version") or company.version, "company": company.name}


async def choices(remote: Remote, kind: ChoiceKind, *, refresh: bool) -> Answer:
    """Everything that can be chosen, the inactive marked. At most a minute old unless `refresh`."""
    source = SOURCES[kind]
    try:
        rows = await remote.table(source.path, refresh=refresh)
    except errors.RemoteError as error:
        listed = kind.value.replace("_", " ").lower()
        return refused("UNAVAILABLE", f"ConnectWise doesn't list {listed}: {error.text}")
    return {"ok": True, "choices": [_choice(source, row) for row in rows if not row.get("deletedFlag")]}


def _choice(source: Source, row: Record) -> dict[str, Any]:
    name = f"{row.get('firstName', '')} {row.get('lastName', '')}".strip() or str(row.get(source.label, row["id"]))
    return {
        "id": row["id"],
        "name": name,
        "active": not row.get("inactiveFlag", False),
        "recommended": name in source.recommended,
        "parent_id": (row.get(source.parent) or {}).get("id") if source.parent else None,
    }


def _blame(error: errors.Unauthorized) -> tuple[str, str]:
    if error.code in ("AddressRefused", "NoConnectWise"):
        return "site", "Check the site."
    if error.code == "UnknownCompany":
        return "companyId", "Check the company id, as it is typed at the ConnectWise login, and the site."
    return "privateKey", "Check the company id and both keys of the API member (its API Keys tab shows the public one)."
