"""How setup tables behave, and what records take from them: the single default row, types, location and department.

Which setup tables there are is said in `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from integrations.connectwise.sandbox.entity import Record
from integrations.connectwise.sandbox.errors import Violation

if TYPE_CHECKING:
    from integrations.connectwise.sandbox.call import Call


def one_default(
    name: str, within: str = "", flag: str = "defaultFlag"
) -> Callable[[Call, Record, Record | None], None]:
    """The setup table, or the part of it that belongs to one record, has one default row: a new one takes the flag
    away from the old."""

    def take_the_flag(call: Call, record: Record, stored: Record | None) -> None:
        if record.get(flag) and record["id"] in call.table(name).rows:
            for other in list(call.table(name).rows.values()):
                rival = other.get(flag) and other["id"] != record["id"]
                if rival and (not within or other.get(within) is record.get(within)):
                    call.save(name, {**other, flag: False})

    return take_the_flag


def association_is_new(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    side = "company" if "company" in record else "contact"
    table = call.table("CompanyTypeAssociation" if side == "company" else "ContactTypeAssociation")
    if record.get(side) and record.get("type"):
        for other in table.where(f"{side}/id", record[side]["id"]):
            if other["type"]["id"] == record["type"]["id"] and other["id"] != record.get("id"):
                yield Violation("ObjectExists", "A matching type association already exists", "type")


def default_row(call: Call, name: str, flag: str = "defaultFlag") -> Record | None:
    table = call.table(name)
    row = next((row for row in table.rows.values() if row.get(flag) and not row.get("inactiveFlag")), None)
    return table.ref(row["id"]) if row else None


def own_location_and_department(call: Call, record: Record) -> None:
    """Left out, they are those of the API member; one without either can't save (its two fields may be blank)."""
    member = call.member_row() or {}
    for name, source in (("locationId", "defaultLocation"), ("businessUnitId", "defaultDepartment")):
        if record.get(name) is None and member.get(source):
            record[name] = member[source]["id"]


def location_and_department_exist(call: Call, record: Record, stored: Record | None) -> Iterator[Violation]:
    for name, target in (("locationId", "Location"), ("businessUnitId", "Department")):
        value = record.get(name)
        if value is None and stored is None:
            yield Violation("MissingRequiredField", f"The {name} field is required.", name)
        elif value is not None and value not in call.table(target).rows:
            yield Violation("NotFound", f"{name} {value} not found", name)


def names_of_place(call: Call, record: Record) -> None:
    """Beside the two ids, what they are of."""
    for name, source, target in (("location", "locationId", "Location"),
                                 ("businessUnit", "businessUnitId", "Department")):  # fmt: skip
        row = call.row(target, record.get(source))
        record[name] = call.table(target).ref(row["id"], ("name",)) if row else None
