"""Triggers that refuse a change, the same on both databases: `guard: NAME` comes out as an integrity error."""

from alembic import op


def make(name: str, table: str, event: str, condition: str = "1 = 1") -> None:
    """Refuse `event` (INSERT, UPDATE, DELETE) on rows where `condition` (on NEW and OLD) holds. `IS NOT` between
    values is written as SQLite has it, and translated."""
    if op.get_bind().dialect.name != "postgresql":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, 'guard: {name}'); END"
        )
        return
    portable = condition.replace(" IS NOT OLD.", " IS DISTINCT FROM OLD.")
    portable = portable.replace(" IS NOT CAST(", " IS DISTINCT FROM CAST(")
    op.execute(
        f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {portable} THEN RAISE EXCEPTION 'guard: {name}' USING ERRCODE = 'check_violation'; "
        f"END IF; RETURN {'OLD' if event == 'DELETE' else 'NEW'}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION guard_{name}()"
    )


def drop(name: str, table: str) -> None:
    """Take a guard away."""
    if op.get_bind().dialect.name != "postgresql":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION guard_{name}()")
