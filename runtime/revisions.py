"""The revisions of the tables: bringing a database to the newest one, and seeing that it fits this code. Makes no
database and no role: `database` does."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import psycopg

from runtime.addresses import connect, first_line
from runtime.errors import UserError

_LOCK = 0x51574D47  # "QWMG": one migration of a database at a time
_MIGRATE = "bring it up to date with `quotewright migrate`"


def known() -> list[str]:
    """The revisions of this code, the oldest first. Read from the file names: importing alembic takes half a second."""
    versions = files("migrations").joinpath("versions")
    return sorted(file.name[:4] for file in versions.iterdir() if file.name[:4].isdigit())


def check(connection: psycopg.Connection) -> None:
    """See that the tables are those of this code. Raises UserError that says what to do."""
    found = None
    query = "SELECT has_table_privilege(to_regclass('alembic_version'), 'SELECT')"
    if (connection.execute(query).fetchone() or (None,))[0]:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    revisions, database = known(), connection.info.dbname
    if found is None:
        raise UserError(f"The database {database} has no tables of Quotewright yet: {_MIGRATE}.")
    if found[0] not in revisions:
        raise UserError(
            f"The database {database} is at revision {found[0]}, which this code does not know"
            f" (its newest is {revisions[-1]}): run the code that migrated it, or newer."
        )
    if found[0] != revisions[-1]:
        raise UserError(
            f"The database {database} is at revision {found[0]} and this code needs {revisions[-1]}: {_MIGRATE}."
        )


def migrate(owner_url: str, say: Callable[[str], None] = lambda text: None, *, from_seconds: float = 0) -> str:
    """Bring the tables to the newest revision, as `qw_owner`; its name. Raises UserError.

    `say` hears of each revision that took at least `from_seconds`, and of a migration of somebody else's to wait for.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import DBAPIError

    with connect(owner_url) as lock:  # it ends with the connection
        if not (lock.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone() or (False,))[0]:
            say("  waiting for another migration of this database to end")
            lock.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        told = _Told(say, from_seconds)
        config = Config()
        config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
        config.attributes.update(url=owner_url, told=told)
        try:
            command.upgrade(config, "head")
        except CommandError:  # it was migrated by newer code
            check(lock)
            raise
        except DBAPIError as error:
            why = first_line(error.orig) if isinstance(error.orig, psycopg.Error) else type(error.orig).__name__
            done = f"{told.last} is done" if told.last else "nothing was changed"
            raise UserError(f"The tables could not be brought up to date ({done}): {why}.") from None
        # Api and worker look at it before they start.
        lock.execute("GRANT SELECT ON alembic_version TO qw_app")
    return known()[-1]


class _Told:
    """Hears from alembic of each revision that is through, and says how long it took."""

    def __init__(self, say: Callable[[str], None], from_seconds: float) -> None:
        self.last = ""
        self._say, self._from_seconds, self._since = say, from_seconds, time.monotonic()

    def __call__(self, *, step: Any, **_rest: Any) -> None:
        now = time.monotonic()
        took, self._since = now - self._since, now
        self.last = step.up_revision_id
        if took >= self._from_seconds:
            text = textwrap.shorten(str(step.up_revision.doc), 60, placeholder=" …")
            self._say(f"  {self.last} {text:<61}{took:5.1f} s")
