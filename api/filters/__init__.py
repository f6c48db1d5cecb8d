"""The filter grammar of lists: `and`, `or`, `not`, and operators a field. Knows no record: each list declares its own.

@filters("Which organizations to list.")
class OrganizationFilter:
    name: StringFilter | None = folded(models.Organization.name_folded, "Its name.")

statement = await filtered(info, select(models.Organization), filter)
"""

from api.filters.conditions import filtered
from api.filters.fields import exact, filters, folded, identified, minor, plain, read_by, some
from api.filters.operators import (
    BooleanFilter,
    DateFilter,
    DateTimeFilter,
    DecimalFilter,
    EnumFilter,
    IDFilter,
    IntFilter,
    SomeFilter,
    StringFilter,
    TreeFilter,
)

__all__ = [
    "BooleanFilter",
    "DateFilter",
    "DateTimeFilter",
    "DecimalFilter",
    "EnumFilter",
    "IDFilter",
    "IntFilter",
    "SomeFilter",
    "StringFilter",
    "TreeFilter",
    "exact",
    "filtered",
    "filters",
    "folded",
    "identified",
    "minor",
    "plain",
    "read_by",
    "some",
]
