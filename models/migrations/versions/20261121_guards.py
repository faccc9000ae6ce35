"""Guards: the audit chain only grows, and nothing the voters were shown changes after the freeze.

The same rules stand in `budget`; the triggers hold them against a stray statement too.
"""

from alembic import op

revision = "20261121_guards"
down_revision = "20261121_first_schema"
branch_labels = None
depends_on = None

SETTINGS = [
    "slug",
    "year",
    "currency",
    "allotted_tenge",
    "cost_cap_tenge",
    "projects_per_author",
    "votes_per_resident",
    "minimum_age",
    "minimum_votes",
    "rule",
    "leftovers",
    "frozen_at",
    "frozen_hash",
    "ballot_public_key",
    "ballot_length",
    "build_year",
    "title_kk",
    "title_ru",
    "title_en",
    "CAST(directions AS TEXT)",
    "CAST(methods AS TEXT)",
]

IN_FROZEN_CYCLE = "(SELECT frozen_at FROM cycle WHERE cycle.id = {row}.cycle_id) IS NOT NULL"
BALLOT_LIST = (
    "(NEW.cost_tenge IS NOT OLD.cost_tenge OR NEW.envelope_id IS NOT OLD.envelope_id"
    " OR (NEW.state <> OLD.state AND (NEW.state = 'admitted'"
    " OR (OLD.state = 'admitted' AND NEW.state <> 'withdrawn'))))"
)


def guards() -> list[tuple[str, str, str, str]]:
    """(name, table, event, condition) of each refused change."""
    changed = " OR ".join(_differs(column) for column in SETTINGS)
    return [
        ("audit_event_no_update", "audit_event", "UPDATE", "1 = 1"),
        ("audit_event_no_delete", "audit_event", "DELETE", "1 = 1"),
        ("cycle_frozen", "cycle", "UPDATE", f"OLD.frozen_at IS NOT NULL AND ({changed})"),
        ("envelope_frozen_insert", "envelope", "INSERT", IN_FROZEN_CYCLE.format(row="NEW")),
        ("envelope_frozen_update", "envelope", "UPDATE", IN_FROZEN_CYCLE.format(row="OLD")),
        ("envelope_frozen_delete", "envelope", "DELETE", IN_FROZEN_CYCLE.format(row="OLD")),
        ("project_frozen", "project", "UPDATE", f"{IN_FROZEN_CYCLE.format(row='OLD')} AND {BALLOT_LIST}"),
    ]


def _differs(column: str) -> str:
    """Two JSON columns are compared as text: PostgreSQL has no equality for json."""
    name = column.removeprefix("CAST(").removesuffix(" AS TEXT)")
    new, old = f"NEW.{name}", f"OLD.{name}"
    if column != name:
        new, old = f"CAST({new} AS TEXT)", f"CAST({old} AS TEXT)"
    return f"{new} IS NOT {old}"


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table, event, condition in guards():
        if postgresql:
            portable = condition.replace(" IS NOT OLD.", " IS DISTINCT FROM OLD.").replace(
                " IS NOT CAST(", " IS DISTINCT FROM CAST("
            )
            row = "OLD" if event == "DELETE" else "NEW"
            op.execute(
                f"CREATE FUNCTION guard_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {portable} THEN RAISE EXCEPTION 'guard: {name}' USING ERRCODE = 'check_violation'; "
                f"END IF; RETURN {row}; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION guard_{name}()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, 'guard: {name}'); END"
            )


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table, _event, _condition in reversed(guards()):
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
        if postgresql:
            op.execute(f"DROP FUNCTION guard_{name}()")
