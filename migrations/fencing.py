"""The fence around a table of tenants, for the revision that makes the table. Part of history: what a revision has run
stays as it is, so a change of the fence is a revision of its own and another function here.
"""

from alembic import op

THIS_TENANT = "(SELECT nullif(current_setting('app.tenant', true), '')::uuid)"


def fence(table: str, rights: str, *, fact: tuple[str, str] | None) -> None:
    """Only rows of its own tenant are there for qw_app, who has `rights`: "SELECT, INSERT, UPDATE".

    `fact`: the kind of the root record and the column with its id: a change without a fact for that root fails at
    commit. None where nobody is told of changes. `tests/house/catalog.py` lists which table is which.
    """
    own = f"tenant_id = {THIS_TENANT}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_tenant ON {table} TO qw_app USING ({own}) WITH CHECK ({own})")
    op.execute(f"GRANT {rights} ON {table} TO qw_app")
    if fact is not None:
        kind, column = fact
        op.execute(
            f"CREATE CONSTRAINT TRIGGER fact_required AFTER INSERT OR UPDATE OR DELETE ON {table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fact_required('{kind}', '{column}')"
        )


def audit(
    table: str,
    root: tuple[str, str],
    *,
    hidden: tuple[str, ...] = (),
    left_out: tuple[str, ...] = (),
    only: tuple[str, ...] = (),
) -> None:
    """Every change of the table is written to the audit trail, under the root record: its kind, the column of its id.

    Of `hidden` columns it is told that they changed, and not what they are; of those `left_out` nothing. `only`:
    nothing but updates of these columns counts.
    """
    when = f"UPDATE OF {', '.join(only)}" if only else "INSERT OR UPDATE OR DELETE"
    arguments = ", ".join(f"'{argument}'" for argument in (*root, ",".join(hidden), ",".join(left_out)))
    op.execute(f"CREATE TRIGGER audited AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION audited({arguments})")
