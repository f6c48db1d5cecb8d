"""Alembic's environment: where the tables are declared, and how to reach the database. Holds no settings.

Each revision is a transaction of its own, so that the locks of one are not held through all that follow. Offline
(`upgrade --sql`) it only says the SQL: that is what the house rules read for locks.
"""

from alembic import context
from sqlalchemy import create_engine

from domain.tables import metadata


def _url() -> str:
    url: str = context.config.attributes["url"]
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme.startswith("postgres") else url


def _run() -> None:
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    context.configure(
        dialect_name="postgresql", target_metadata=metadata, literal_binds=True, transaction_per_migration=True
    )
    _run()
else:
    engine = create_engine(_url())
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_server_default=False,
            transaction_per_migration=True,
            on_version_apply=context.config.attributes.get("told"),
        )
        _run()
    engine.dispose()
