"""Alembic's environment: where the tables are declared, and how to reach the database. Holds no settings."""

from alembic import context
from sqlalchemy import create_engine

from domain.tables import metadata


def _url() -> str:
    url: str = context.config.attributes["url"]
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme.startswith("postgres") else url


engine = create_engine(_url())
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=False)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
