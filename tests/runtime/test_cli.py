"""The command line: it starts fast, and an error is a sentence. What the commands do is tested where it is done."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from tests.rig import KEYS


def quotewright(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "runtime.cli", *words],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def test_asking_for_help_loads_nothing_heavy() -> None:
    loaded = "import sys, runtime.cli; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sqlalchemy", "strawberry", "psycopg", "pydantic", "alembic", "uvicorn", "redis"} & set(modules)


def test_a_missing_setting_is_a_sentence() -> None:
    done = quotewright("api")
    assert done.returncode == 1
    assert done.stderr == (
        "quotewright: Set DATABASE_URL and REDIS_URL and SECRET_KEYS in the environment,"
        " or let `quotewright up` start everything.\n"
    )


def test_a_database_is_made_ready_with_the_names_and_passwords_of_the_settings(database: Any) -> None:
    urls = {
        "DATABASE_URL": database.app_url.replace("qw_app@", "qw_app:one@"),
        "DATABASE_OWNER_URL": database.owner_url.replace("qw_owner@", "qw_owner:two@"),
    }
    done = quotewright("db", "init", **urls, DATABASE_ADMIN_URL=database.admin_url)
    assert (done.returncode, done.stderr) == (0, "")
    assert database.name in done.stdout
    assert quotewright("migrate", **urls).returncode == 0

    swapped = quotewright("db", "init", database.admin_url, **{**urls, "DATABASE_URL": database.owner_url})
    assert (swapped.returncode, swapped.stderr) == (1, "quotewright: DATABASE_URL must connect as qw_app.\n")


def test_the_first_tenant_comes_with_a_token_that_opens_it(database: Any) -> None:
    settings = {"DATABASE_URL": database.app_url, "SECRET_KEYS": KEYS}
    made = quotewright("tenant", "create", "--name", "Northwind IT", "--currency", "EUR", **settings)
    assert (made.returncode, made.stderr) == (0, "")
    tenant, token = made.stdout.split()
    assert token.startswith("qw_")
    assert f"…{token[-4:]}" in quotewright("token", "list", "--tenant", tenant, **settings).stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [(["--currency", "euro"], "three capital letters"), (["--time-zone", "Mars/Base"], "Give one like Europe/Berlin")],
)
def test_a_tenant_that_makes_no_sense_is_a_sentence(database: Any, words: list[str], says: str) -> None:
    settings = {"DATABASE_URL": database.app_url, "SECRET_KEYS": KEYS}
    done = quotewright("tenant", "create", "--name", "X", *words, **settings)
    assert done.returncode == 1
    assert says in done.stderr
    assert done.stderr.startswith("quotewright: ")
