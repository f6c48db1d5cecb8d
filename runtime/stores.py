"""The PostgreSQL and the Redis of one `up`: those that the environment names, or our own in the data folder.

Does not start anything by itself: it says what to start, and prepares the database once it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime import addresses, opening, revisions
from runtime import database as databases
from runtime.embedded import EmbeddedPostgres, EmbeddedValkey
from runtime.errors import naming
from runtime.settings import Settings, sqlalchemy_url

_LONG = 0.5  # seconds; a revision that takes longer is told


class Stores:
    """Addresses are known once the embedded ones have been started."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self.postgres = None if settings.database_url else EmbeddedPostgres(folder / "postgres")
        self.valkey = None if settings.redis_url else EmbeddedValkey(folder / "valkey")

    @property
    def database_url(self) -> str:
        if self.postgres is not None:
            return self.postgres.url_for(databases.APP, "quotewright")
        return sqlalchemy_url(self._settings.database_url)

    @property
    def owner_url(self) -> str:
        """Empty: somebody else migrates."""
        if self.postgres is not None:
            return self.postgres.url_for(databases.OWNER, "quotewright")
        return sqlalchemy_url(self._settings.database_owner_url)

    @property
    def redis_url(self) -> str:
        return self.valkey.url if self.valkey is not None else self._settings.redis_url

    def check(self) -> None:
        """See that the named ones can be reached. Raises UserError, which names the setting."""
        if self.postgres is None:
            with naming("DATABASE_URL"):
                addresses.connect(self.database_url).close()
            if self.owner_url:
                with naming("DATABASE_OWNER_URL"):
                    addresses.connect(self.owner_url).close()
        if self.valkey is None:
            with naming("REDIS_URL"):
                addresses.ping_redis(self.redis_url)

    def prepare(self, settings: Settings, say: Callable[[str], None]) -> bool:
        """Make roles and database where they are ours to make, and migrate. False: nobody told us the owner.

        Raises UserError, also where somebody else's database isn't one that api and worker may run on.
        """
        if self.postgres is not None:
            databases.init(self.postgres.url)
        if self.owner_url:
            with naming("DATABASE_OWNER_URL"):
                revisions.migrate(self.owner_url, say, from_seconds=_LONG)
        if self.postgres is None:
            opening.check(settings)
        return bool(self.owner_url)

    def identity(self) -> str:
        """A text that is another one when the database is another one, though its address be the same."""
        with addresses.connect(self.database_url) as connection:
            row = connection.execute(
                "SELECT (pg_control_system()).system_identifier, oid FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
        return "/".join(map(str, row or ()))
