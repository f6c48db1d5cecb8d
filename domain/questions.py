"""What the api may ask a worker and wait for: names only. Who carries them (arq) is not known here.

Answers are JSON objects: `{"ok": true, ...}` or `{"ok": false, "code", "message", "field"}` with a sentence for people.
"""

from enum import StrEnum

QUEUE = "quotewright"
PATIENCE = 15.0
"""Seconds an asker waits at most."""

DRAIN = "drain"
"""(tenant id, provider): there is work. The bell; nobody waits for it."""
TRY_CONNECTION = "try_connection"
"""(tenant id, provider): are the candidate keys good? -> {"ok": true, "version": "v2025.1.1"}"""
CHOICES = "choices"
"""(tenant id, provider, kind, refresh) -> {"ok": true, "choices": [{"id", "name", "active", "recommended"}]}.

A subcategory also has "parent_id", the id of its category."""


class ChoiceKind(StrEnum):
    """What can be chosen from in the settings, read live from ConnectWise."""

    COMPANY_TYPES = "COMPANY_TYPES"
    COMPANY_STATUSES = "COMPANY_STATUSES"
    CONTACT_TYPES = "CONTACT_TYPES"
    OPPORTUNITY_STAGES = "OPPORTUNITY_STAGES"
    OPPORTUNITY_STATUSES = "OPPORTUNITY_STATUSES"
    OPPORTUNITY_TYPES = "OPPORTUNITY_TYPES"
    PROBABILITIES = "PROBABILITIES"
    LOCATIONS = "LOCATIONS"
    DEPARTMENTS = "DEPARTMENTS"
    MEMBERS = "MEMBERS"
    CATALOG_ITEMS = "CATALOG_ITEMS"
    PRODUCT_TYPES = "PRODUCT_TYPES"
    BILLING_CYCLES = "BILLING_CYCLES"
    CATEGORIES = "CATEGORIES"
    SUBCATEGORIES = "SUBCATEGORIES"
