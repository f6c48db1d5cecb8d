"""docs/access.md says of scopes and roles what is true."""

from __future__ import annotations

import pytest

from domain.access.roles import ROLES
from domain.access.scopes import OPENS
from tests.house import access


def test_the_tables_are_those_of_the_code():
    page = access.PAGE.read_text("utf-8")
    assert access.written(page) == page, "run .venv/bin/python -m tests.house.access"


def test_a_table_that_lies_is_noticed():
    page = access.PAGE.read_text("utf-8")
    for true, lie in (("| `quotes:write` | Write, ", "| `quotes:write` | Read, "), ("| yes |  |", "| yes | yes |")):
        assert true in page
        assert access.written(page.replace(true, lie, 1)) == page
    with pytest.raises(ValueError, match="no place for the roles"):
        access.written(page.replace("<!-- roles:", "<!-- else:"))


def test_every_scope_and_role_has_its_line():
    page = access.PAGE.read_text("utf-8")
    assert all(page.count(f"| `{scope}` |") == 2 for scope in OPENS)
    assert all(f"- `{role}`: " in page for role in ROLES)
