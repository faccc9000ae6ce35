"""Projects, cycles and decisions learn of the council: versions and mergers, settings of the procedure, appeals.

`screening` is made anew: two answers and one reason become answers by criterion and reasons in Kazakh and Russian.
A project that is with its author gets a correction whose time is over and that nobody was reminded of: the job
reminds and gives it a new deadline. The texts of projects as they are now become their first versions, so that a
correction made afterwards can be compared.
"""

from collections import defaultdict
from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from models.migrations import checks, guards

revision = "20261129_screening"
down_revision = "20261129_council"
branch_labels = None
depends_on = None

OLD_SETTINGS = [
    "slug", "year", "currency", "allotted_tenge", "cost_cap_tenge", "projects_per_author", "votes_per_resident",
    "minimum_age", "minimum_votes", "rule", "leftovers", "frozen_at", "frozen_hash", "ballot_public_key",
    "ballot_length", "build_year", "title_kk", "title_ru", "title_en", "CAST(directions AS TEXT)",
    "CAST(methods AS TEXT)", "paper", "revote", "objection_days", "key_holder", "opening", "log_public_key",
]  # fmt: skip
COUNCIL = {
    "council_akimat_percent": (
        "INTEGER DEFAULT '50' NOT NULL CONSTRAINT ck_cycle_akimat_percent_range"
        " CHECK (council_akimat_percent BETWEEN 0 AND 100)"
    ),
    "council_quorum": (
        "VARCHAR(14) DEFAULT 'more_than_half' NOT NULL CONSTRAINT ck_cycle_quorum"
        " CHECK (council_quorum IN ('more_than_half', 'two_thirds'))"
    ),
    "council_majority": (
        "VARCHAR(10) DEFAULT 'of_present' NOT NULL CONSTRAINT ck_cycle_majority"
        " CHECK (council_majority IN ('of_votes', 'of_present', 'of_members'))"
    ),
    "reviewers_per_project": "INTEGER DEFAULT '2' NOT NULL",
    "review_days": "INTEGER DEFAULT '5' NOT NULL",
    "correction_days": "INTEGER DEFAULT '5' NOT NULL",
    "appeal_days": "INTEGER DEFAULT '5' NOT NULL",
    "appeal_decision_days": (
        "INTEGER DEFAULT '15' NOT NULL CONSTRAINT ck_cycle_council_periods_positive"
        " CHECK (reviewers_per_project >= 1 AND review_days >= 1 AND correction_days >= 1"
        " AND appeal_days >= 1 AND appeal_decision_days >= 1)"
    ),
}
PROJECT = {
    "version": "INTEGER DEFAULT '1' NOT NULL",
    "merged_into_id": (
        "INTEGER CONSTRAINT fk_project_merged_into_id REFERENCES project (id)"
        " CONSTRAINT ck_project_merged_into_another CHECK ((state = 'merged') = (merged_into_id IS NOT NULL))"
    ),
}
INSTANT = {"sqlite": "DATETIME", "postgresql": "TIMESTAMP WITH TIME ZONE"}
OLD_STATES = "state IN ('submitted', 'returned', 'admitted', 'rejected', 'withdrawn')"
NEW_STATES = "state IN ('submitted', 'returned', 'admitted', 'rejected', 'withdrawn', 'merged')"
OLD_WORKS = "status IN ('planned', 'underway', 'completed', 'postponed')"
NEW_WORKS = "status IN ('planned', 'underway', 'completed', 'postponed', 'cancelled')"
OLD_REASON = "status <> 'postponed' OR length(reason) > 0"
NEW_REASON = "status NOT IN ('postponed', 'cancelled') OR length(reason) > 0"
GUARDS = [
    (f"{table}_no_{event.lower()}", table, event)
    for table in ("screening", "screening_answer")
    for event in ("UPDATE", "DELETE")
]


def upgrade() -> None:
    instant = INSTANT[op.get_bind().dialect.name]
    for column, definition in COUNCIL.items():
        op.execute(f"ALTER TABLE cycle ADD COLUMN {column} {definition}")
    op.execute(f"ALTER TABLE cycle ADD COLUMN council_published_at {instant}")
    _guard_settings([*OLD_SETTINGS, *COUNCIL])
    checks.replace("project", "ck_project_project_state", old=OLD_STATES, new=NEW_STATES)
    for column, definition in PROJECT.items():
        op.execute(f"ALTER TABLE project ADD COLUMN {column} {definition}")
    op.create_index(op.f("ix_project_merged_into_id"), "project", ["merged_into_id"], unique=False)
    _replace_works_checks(OLD_WORKS, NEW_WORKS, OLD_REASON, NEW_REASON)
    _renew_screening()
    _create_appeals()
    _keep_first_versions()
    for name, table, event in GUARDS:
        guards.make(name, table, event)


def downgrade() -> None:
    for name, table, _event in GUARDS:
        guards.drop(name, table)
    op.drop_table("appeal")
    _restore_screening()
    op.execute("UPDATE works SET status = 'postponed' WHERE status = 'cancelled'")
    op.execute("UPDATE works_change SET status = 'postponed' WHERE status = 'cancelled'")
    _replace_works_checks(NEW_WORKS, OLD_WORKS, NEW_REASON, OLD_REASON)
    op.execute(
        "UPDATE project SET state = 'withdrawn', withdrawn_at = decided_at, merged_into_id = NULL WHERE state = 'merged'"
    )
    op.drop_index(op.f("ix_project_merged_into_id"), table_name="project")
    for column in reversed(PROJECT):
        op.execute(f"ALTER TABLE project DROP COLUMN {column}")
    checks.replace("project", "ck_project_project_state", old=NEW_STATES, new=OLD_STATES)
    _guard_settings(OLD_SETTINGS)
    for column in ("council_published_at", *reversed(COUNCIL)):
        op.execute(f"ALTER TABLE cycle DROP COLUMN {column}")


def _replace_works_checks(old: str, new: str, old_reason: str, new_reason: str) -> None:
    checks.replace("works", "ck_works_works_status", old=old, new=new)
    checks.replace("works_change", "ck_works_change_works_status", old=old, new=new)
    checks.replace("works", "ck_works_reason_given", old=old_reason, new=new_reason)


def _guard_settings(columns: list[str]) -> None:
    """As in 20261121_trust: the key may be made anew while no rehearsal of the trustees has proven it."""
    guards.drop("cycle_frozen", "cycle")
    settled = "NOT (OLD.key_holder = 'trustees' AND OLD.keys_proven_at IS NULL)"
    changed = " OR ".join(
        f"({_differs(column)} AND {settled})"
        if column in ("ballot_public_key", "frozen_hash")
        else _differs(column)
        for column in columns
    )
    guards.make("cycle_frozen", "cycle", "UPDATE", f"OLD.frozen_at IS NOT NULL AND ({changed})")


def _differs(column: str) -> str:
    """Two JSON columns are compared as text: PostgreSQL has no equality for json."""
    name = column.removeprefix("CAST(").removesuffix(" AS TEXT)")
    if column != name:
        return f"CAST(NEW.{name} AS TEXT) IS NOT CAST(OLD.{name} AS TEXT)"
    return f"NEW.{name} IS NOT OLD.{name}"


def _renew_screening() -> None:
    op.execute("CREATE TABLE screening_before AS SELECT * FROM screening")
    op.drop_table("screening")
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "admitted",
                "returned",
                "rejected",
                name="screening_outcome",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "decided_by",
            sa.Enum(
                "council",
                "reviewer",
                "coordinator",
                "silence",
                name="decided_by",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("correction_id", sa.Integer(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column(
            "criterion",
            sa.Enum(
                "competence",
                "conformity",
                "land",
                "cost",
                "direction",
                "completeness",
                name="criterion",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("clause", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("reason_kk", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("reason_ru", sqlmodel.sql.sqltypes.AutoString(), server_default="", nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("appeal_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "outcome <> 'rejected' OR decided_by = 'silence' OR length(reason_kk) > 0 OR length(reason_ru) > 0",
            name=op.f("ck_screening_reason_given"),
        ),
        sa.CheckConstraint(
            "outcome <> 'returned' OR appeal_until IS NULL",
            name=op.f("ck_screening_only_rejections_appealed"),
        ),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_screening_correction_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_screening_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_screening_project_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_screening_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
        sa.UniqueConstraint("correction_id", name=op.f("uq_screening_correction_id")),
        sa.UniqueConstraint("item_id", name=op.f("uq_screening_item_id")),
    )
    op.create_index(op.f("ix_screening_project_id"), "screening", ["project_id"], unique=False)
    op.execute(
        "INSERT INTO screening (project_id, outcome, decided_by, staff_id, criterion, reason_kk, reason_ru, decided_at, id)"
        " SELECT project_id, outcome, 'council', staff_id,"
        " CASE WHEN outcome <> 'rejected' THEN NULL WHEN NOT meets_competence THEN 'competence' ELSE 'conformity' END,"
        " CASE WHEN language = 'kk' THEN reason ELSE '' END, CASE WHEN language = 'kk' THEN '' ELSE reason END,"
        " decided_at, id FROM screening_before"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval('screening_id_seq', coalesce((SELECT max(id) FROM screening), 0) + 1, false)"
        )
    op.create_table(
        "screening_answer",
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column(
            "criterion",
            sa.Enum(
                "competence",
                "conformity",
                "land",
                "cost",
                "direction",
                "completeness",
                name="criterion",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "answer",
            sa.Enum(
                "meets", "correctable", "fails", name="answer", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["screening_id"], ["screening.id"], name=op.f("fk_screening_answer_screening_id")
        ),
        sa.PrimaryKeyConstraint("screening_id", "criterion", name=op.f("pk_screening_answer")),
    )
    for criterion, column in (("competence", "meets_competence"), ("conformity", "meets_regulation")):
        op.execute(
            f"INSERT INTO screening_answer (screening_id, criterion, answer) SELECT id, '{criterion}',"
            f" CASE WHEN {column} THEN 'meets' WHEN outcome = 'returned' THEN 'correctable' ELSE 'fails' END"
            " FROM screening_before"
        )
    returned = "SELECT max(s.id) FROM screening_before s JOIN project p ON p.id = s.project_id WHERE p.state = 'returned'"
    returned = f"({returned} AND s.outcome = 'returned' GROUP BY s.project_id)"
    op.execute(
        "INSERT INTO correction (project_id, version, language, returned_at, due_at) SELECT project_id, 1, language,"
        f" decided_at, decided_at FROM screening_before WHERE id IN {returned}"
    )
    op.execute(
        "INSERT INTO correction_remark (correction_id, part, text) SELECT c.id, 'whole', s.reason FROM correction c"
        f" JOIN screening_before s ON s.project_id = c.project_id WHERE s.id IN {returned}"
    )
    op.execute(
        "UPDATE screening SET correction_id = (SELECT c.id FROM correction c WHERE c.project_id = screening.project_id)"
        f" WHERE id IN {returned}"
    )
    op.drop_table("screening_before")


def _restore_screening() -> None:
    op.execute("CREATE TABLE screening_after AS SELECT * FROM screening")
    op.execute(
        "CREATE TABLE failed AS SELECT screening_id AS id,"
        " max(CASE WHEN criterion = 'competence' THEN 1 ELSE 0 END) AS competence,"
        " max(CASE WHEN criterion = 'competence' THEN 0 ELSE 1 END) AS other"
        " FROM screening_answer WHERE answer <> 'meets' GROUP BY screening_id"
    )
    op.drop_table("screening_answer")
    op.drop_table("screening")
    op.create_table(
        "screening",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "admitted",
                "returned",
                "rejected",
                name="screening_outcome",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("meets_competence", sa.Boolean(), nullable=False),
        sa.Column("meets_regulation", sa.Boolean(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "outcome <> 'admitted' OR (meets_competence AND meets_regulation)",
            name=op.f("ck_screening_admitted_on_both"),
        ),
        sa.CheckConstraint(
            "outcome <> 'rejected' OR NOT (meets_competence AND meets_regulation)",
            name=op.f("ck_screening_rejected_on_a_criterion"),
        ),
        sa.CheckConstraint(
            "outcome = 'admitted' OR length(reason) > 0", name=op.f("ck_screening_reason_given")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_screening_project_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_screening_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screening")),
    )
    op.create_index(op.f("ix_screening_project_id"), "screening", ["project_id"], unique=False)
    op.execute(
        "INSERT INTO screening (project_id, staff_id, outcome, meets_competence, meets_regulation, reason, language,"
        " decided_at, id) SELECT a.project_id, a.staff_id, a.outcome,"
        " a.outcome = 'admitted' OR coalesce(f.competence, 0) = 0,"
        " a.outcome = 'admitted' OR (coalesce(f.competence, 0) = 1 AND coalesce(f.other, 0) = 0),"
        " CASE WHEN a.outcome = 'admitted' THEN '' WHEN a.reason_kk <> '' THEN a.reason_kk WHEN a.reason_ru <> '' THEN a.reason_ru"
        " ELSE coalesce((SELECT min(r.text) FROM correction_remark r WHERE r.correction_id = a.correction_id), '-') END,"
        " CASE WHEN a.reason_kk = '' AND a.reason_ru <> '' THEN 'ru' ELSE 'kk' END, a.decided_at, a.id"
        " FROM screening_after a LEFT JOIN failed f ON f.id = a.id"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "SELECT setval('screening_id_seq', coalesce((SELECT max(id) FROM screening), 0) + 1, false)"
        )
    op.drop_table("failed")
    op.drop_table("screening_after")


def _create_appeals() -> None:
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("screening_id", sa.Integer(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("wants_hearing", sa.Boolean(), nullable=False),
        sa.Column("filed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decide_by", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("hearing_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("hearing_place_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hearing_place_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("heard_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("dismissed", "upheld", name="case_outcome", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_appeal_decided_with_outcome")
        ),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_appeal_text_given")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_appeal_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_appeal_project_id")),
        sa.ForeignKeyConstraint(["screening_id"], ["screening.id"], name=op.f("fk_appeal_screening_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("item_id", name=op.f("uq_appeal_item_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_appeal_public_id")),
        sa.UniqueConstraint("screening_id", name=op.f("uq_appeal_screening_id")),
    )
    op.create_index(op.f("ix_appeal_project_id"), "appeal", ["project_id"], unique=False)


def _keep_first_versions() -> None:
    """A frozen copy of what budget/versions.py keeps."""
    connection = op.get_bind()
    houses: dict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(sa.text("SELECT * FROM project_address ORDER BY position")).mappings():
        houses[row["project_id"]].append(row)
    photos: dict[int, str] = dict(
        connection.execute(sa.text("SELECT project_id, min(public_id) FROM photo GROUP BY project_id")).all()
    )
    projects = connection.execute(
        sa.text(
            "SELECT p.*, a.code AS area FROM project p JOIN cycle c ON c.id = p.cycle_id"
            " LEFT JOIN area a ON a.id = p.area_id WHERE c.origin = 'service' AND p.submitted_at IS NOT NULL"
        )
    ).mappings()
    rows = [
        {
            "project_id": project["id"],
            "number": 1,
            "made_at": project["submitted_at"],
            "content": _content(project, houses[project["id"]], photos.get(project["id"])),
        }
        for project in projects
    ]
    if rows:
        names = ("project_id", "number", "made_at")
        versions = sa.table("project_version", *map(sa.column, names), sa.column("content", sa.JSON))
        connection.execute(sa.insert(versions), rows)


def _content(project: Any, houses: list[Any], photo: str | None) -> dict[str, Any]:
    language = project["language"]
    streets = [f"street_{one}" for one in (language, "kk", "ru", "en")]
    return {
        "language": language,
        "title": project[f"title_{language}"],
        "description": project[f"description_{language}"],
        "addresses": [[next(row[name] for name in streets if row[name]), row["house"]] for row in houses],
        "area": project["area"],
        "direction": project["direction"],
        "estimate_tenge": project["estimate_tenge"],
        "photo": photo,
    }
