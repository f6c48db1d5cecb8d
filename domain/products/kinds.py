"""What kinds of products there are, and how often something recurs. No rules: those are in `service.py`."""

from enum import StrEnum


class ProductType(StrEnum):
    PHYSICAL = "PHYSICAL"
    NON_PHYSICAL = "NON_PHYSICAL"
    SERVICE = "SERVICE"
    BUNDLE = "BUNDLE"


class RecurringPeriod(StrEnum):
    """How often something is billed again. What has no period is billed once."""

    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"
    YEARLY = "YEARLY"
