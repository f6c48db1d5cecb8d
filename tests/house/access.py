"""The tables of docs/access.md, which say what scopes and roles are: written from the code, so that they are true.

.venv/bin/python -m tests.house.access      writes them anew
"""

from __future__ import annotations

import re

from domain.access.roles import ROLES
from domain.access.scopes import OPENS
from tests.house.source import ROOT

PAGE = ROOT / "docs" / "access.md"


def scopes() -> str:
    rows = [f"| `{scope}` | {sentence} |" for scope, sentence in OPENS.items()]
    return "\n".join(["| scope | what it opens |", "|---|---|", *rows])


def roles() -> str:
    """What each role is for, then a line for each scope with the roles that have it."""
    sentences = [f"- `{role}`: {work.sentence}" for role, work in ROLES.items()]
    head = f"| scope | {' | '.join(f'`{role}`' for role in ROLES)} |"
    rows = [
        f"| `{scope}` | {' | '.join('yes' if scope in work.permissions else '' for work in ROLES.values())} |"
        for scope in OPENS
    ]
    return "\n".join([*sentences, "", head, "|---" * (len(ROLES) + 1) + "|", *rows])


def written(page: str) -> str:
    """The page with both tables as they are now."""
    for name, table in (("scopes", scopes()), ("roles", roles())):
        page, found = re.subn(
            rf"(<!-- {name}:[^\n]*-->\n).*?(<!-- end -->)",
            lambda match, table=table: f"{match[1]}\n{table}\n\n{match[2]}",  # type: ignore[misc]
            page,
            count=1,
            flags=re.DOTALL,
        )
        if not found:
            raise ValueError(f"no place for the {name}")
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
