"""`./run revision "brands"`: writes the next migration as `tests.house.draft` has it, and says what a person decides.

It touches no database but one of its own.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

from runtime import database as databases
from runtime import revisions
from runtime.embedded import EmbeddedPostgres
from runtime.settings import sqlalchemy_url
from tests.conftest import data_folder
from tests.house import migrations
from tests.house.draft import Draft, draft, text_of
from tests.house.source import ROOT

VERSIONS = ROOT / "migrations" / "versions"


def write(title: str, drafted: Draft) -> list[Path]:
    number = int(revisions.known()[-1])
    written = []
    parts = [(title, drafted.tables), (f"{title}: what looks at every row", drafted.rows)]
    for name, body in parts:
        if body:
            number += 1
            path = VERSIONS / f"{number:04d}_{re.sub(r'[^a-z0-9]+', '_', name.lower()).strip('_')}.py"
            path.write_text(text_of(name, number, body), "utf-8")
            written.append(path)
    ruff = Path(sys.executable).parent / "ruff"
    for command in (["check", "--fix-only", "--quiet"], ["format", "--quiet"]):
        subprocess.run([ruff, *command, *written], cwd=ROOT, check=True)
    return written


def main(title: str) -> None:
    with data_folder() as folder:
        server = EmbeddedPostgres(folder / "postgres", fsync=False)
        server.start()
        try:
            databases.init(server.url, "draft")
            owner = server.url_for(databases.OWNER, "draft")
            revisions.migrate(owner)
            engine = sa.create_engine(sqlalchemy_url(owner))
            with engine.connect() as connection:
                drafted = draft(connection)
            engine.dispose()
        finally:
            server.stop()
    if not drafted.tables and not drafted.rows:
        print("Models and migrations agree. Change a model first; domain/tables.py imports a new one.")
        return
    written = write(title, drafted)
    for path in written:
        print(path.relative_to(ROOT))
    numbers = {path.name[:4] for path in written}
    risks = [
        f"{script.revision}: {line.partition(' warning: ')[2] or line}"
        for script in migrations.revisions()
        if script.revision in numbers
        for line in migrations.locks(migrations.sql_of(script))
    ]
    for line in [*drafted.by_hand, *risks]:
        print(f"- {line}")
    print("Read it, then ./run check.")


if __name__ == "__main__":
    if len(sys.argv) != 2 or not re.search("[a-z0-9]", sys.argv[1].lower()):
        sys.exit('say what the revision is about: ./run revision "brands"')
    main(sys.argv[1])
