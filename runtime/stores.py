"""The PostgreSQL and the Redis of one `up`: those that the environment names, or our own in the data folder.

Does not start anything by itself: it says what to start, and prepares the database once it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from runtime import database as databases
from runtime.embedded import EmbeddedPostgres, EmbeddedValkey
from runtime.errors import UserError
from runtime.settings import Settings, sqlalchemy_url


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
            _naming("DATABASE_URL", lambda: databases.connect(self.database_url).close())
            if self.owner_url:
                _naming("DATABASE_OWNER_URL", lambda: databases.connect(self.owner_url).close())
        if self.valkey is None:
            _naming("REDIS_URL", self._ping)

    def prepare(self) -> bool:
        """Make roles and database where they are ours to make, and migrate. False: nobody told us the owner."""
        if self.postgres is not None:
            databases.init(self.postgres.url)
        if self.owner_url:
            databases.migrate(self.owner_url)
        return bool(self.owner_url)

    def identity(self) -> str:
        """A text that is another one when the database is another one, though its address be the same."""
        with databases.connect(self.database_url) as connection:
            row = connection.execute(
                "SELECT (pg_control_system()).system_identifier, oid FROM pg_database"
                " WHERE datname = current_database()"
            ).fetchone()
        return "/".join(map(str, row or ()))

    def _ping(self) -> None:
        import redis

        try:
            with redis.Redis.from_url(self.redis_url, socket_connect_timeout=5, socket_timeout=5) as client:
                client.ping()
        except (redis.RedisError, ValueError, OSError) as error:
            raise UserError(f"Redis cannot be reached: {str(error).strip().rstrip('.')}.") from None


def _naming(setting: str, check: Callable[[], object]) -> None:
    try:
        check()
    except UserError as error:
        raise UserError(f"{setting}: {error}") from None
