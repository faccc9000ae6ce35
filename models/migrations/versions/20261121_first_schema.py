"""The first schema"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "20261121_first_schema"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("name_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
    )
    op.create_table(
        "cycle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "service", "archive", "pabulib", name="origin", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("allotted_tenge", sa.BigInteger(), nullable=False),
        sa.Column("cost_cap_tenge", sa.BigInteger(), nullable=True),
        sa.Column("directions", sa.JSON(), nullable=False),
        sa.Column("projects_per_author", sa.Integer(), nullable=False),
        sa.Column("votes_per_resident", sa.Integer(), nullable=False),
        sa.Column("minimum_age", sa.Integer(), nullable=False),
        sa.Column("minimum_votes", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum("skip", "stop", name="allocation_rule", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("leftovers", sa.Boolean(), nullable=False),
        sa.Column("methods", sa.JSON(), nullable=False),
        sa.Column("build_year", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("frozen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("frozen_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("ballot_public_key", sa.LargeBinary(), nullable=True),
        sa.Column("ballot_length", sa.Integer(), nullable=True),
        sa.Column("separated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("counted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("results_published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "results_published_at IS NULL OR counted_at IS NOT NULL OR origin = 'archive'",
            name=op.f("ck_cycle_counted_before_published"),
        ),
        sa.CheckConstraint(
            "votes_per_resident BETWEEN 1 AND 3 OR origin = 'pabulib'",
            name=op.f("ck_cycle_votes_per_resident_range"),
        ),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (frozen_hash IS NULL)", name=op.f("ck_cycle_frozen_with_hash")
        ),
        sa.CheckConstraint("allotted_tenge > 0", name=op.f("ck_cycle_allotted_positive")),
        sa.CheckConstraint(
            "cost_cap_tenge IS NULL OR cost_cap_tenge > 0", name=op.f("ck_cycle_cap_positive")
        ),
        sa.CheckConstraint(
            "minimum_votes >= 0 AND minimum_age >= 0", name=op.f("ck_cycle_minimums_not_negative")
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR separated_at IS NOT NULL", name=op.f("ck_cycle_separated_before_opened")
        ),
        sa.CheckConstraint("projects_per_author >= 1", name=op.f("ck_cycle_projects_per_author_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cycle")),
        sa.UniqueConstraint("slug", name=op.f("uq_cycle_slug")),
    )
    op.create_table(
        "district",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kato", sqlmodel.sql.sqltypes.AutoString(length=9), nullable=False),
        sa.Column("name_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("akimat_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("akimat_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("akimat_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("programme_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("programme_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("programme_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_district")),
        sa.UniqueConstraint("kato", name=op.f("uq_district_kato")),
    )
    op.create_table(
        "job_claim",
        sa.Column("job", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("window_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("claimed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("job", "window_at", name=op.f("pk_job_claim")),
    )
    op.create_table(
        "login_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("flow_hash", sa.LargeBinary(), nullable=False),
        sa.Column("phone_key", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_code")),
        sa.UniqueConstraint("flow_hash", name=op.f("uq_login_code_flow_hash")),
    )
    with op.batch_alter_table("login_code", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_code_phone_key"), ["phone_key"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("recipient", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("sent_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_created_at"), ["created_at"], unique=False)

    op.create_table(
        "public_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_public_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_version")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email_key", sa.LargeBinary(), nullable=False),
        sa.Column("failed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_failure_email_key"), ["email_key"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "visitor",
                "resident",
                "council",
                "coordinator",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("password_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("disabled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("role IN ('council', 'coordinator')", name=op.f("ck_staff_staff_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "visitor",
                "resident",
                "council",
                "coordinator",
                "system",
                name="role",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=True),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("facts", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("previous_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_audit_event_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("hash", name=op.f("uq_audit_event_hash")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "ballot_count",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("counted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("participations", sa.Integer(), nullable=False),
        sa.Column("valid", sa.Integer(), nullable=False),
        sa.Column("empty", sa.Integer(), nullable=False),
        sa.Column("invalid", sa.Integer(), nullable=False),
        sa.Column("ballots_root", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("draw", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("draw_note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_ballot_count_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_ballot_count")),
    )
    op.create_table(
        "calendar_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "announcement",
                "submission",
                "screening",
                "voting",
                "decision",
                "implementation",
                "archive",
                name="phase",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("old_end", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("new_end", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_calendar_change_reason_given")),
        sa.CheckConstraint("old_end < new_end", name=op.f("ck_calendar_change_only_later")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_calendar_change_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_change")),
    )
    with op.batch_alter_table("calendar_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_change_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "envelope",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("total_tenge", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("total_tenge > 0", name=op.f("ck_envelope_total_positive")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_envelope_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sa.UniqueConstraint("cycle_id", "position", name=op.f("uq_envelope_cycle_id_position")),
        sa.UniqueConstraint("public_id", name=op.f("uq_envelope_public_id")),
    )
    with op.batch_alter_table("envelope", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_envelope_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("web", "desk", "paper", name="channel", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "assurance",
            sa.Enum("eds", "desk", "sms", name="assurance", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("cast_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_participation_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participation")),
        sa.UniqueConstraint("cycle_id", "voter_key", name=op.f("uq_participation_cycle_id_voter_key")),
    )
    op.create_table(
        "phase_window",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "announcement",
                "submission",
                "screening",
                "voting",
                "decision",
                "implementation",
                "archive",
                name="phase",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "ends_at IS NOT NULL OR phase = 'archive'", name=op.f("ck_phase_window_only_archive_is_open")
        ),
        sa.CheckConstraint(
            "ends_at IS NULL OR starts_at < ends_at", name=op.f("ck_phase_window_starts_before_ends")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_phase_window_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "phase", name=op.f("pk_phase_window")),
    )
    op.create_table(
        "reported_figures",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("admitted", sa.Integer(), nullable=True),
        sa.Column("rejected", sa.Integer(), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=True),
        sa.Column("winners", sa.Integer(), nullable=True),
        sa.Column("works_completed", sa.Integer(), nullable=True),
        sa.Column("works_underway", sa.Integer(), nullable=True),
        sa.Column("received_by_area", sa.JSON(), nullable=False),
        sa.Column("unpublished", sa.JSON(), nullable=False),
        sa.Column("source_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("source_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_reported_figures_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_reported_figures")),
    )
    op.create_table(
        "resident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roll_key", sa.LargeBinary(), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("street", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("house", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
        sa.Column("imported_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_resident_area_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
        sa.UniqueConstraint("roll_key", name=op.f("uq_resident_roll_key")),
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resident_area_id"), ["area_id"], unique=False)

    op.create_table(
        "sealed_ballot",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("web", "desk", "paper", name="channel", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "assurance",
            sa.Enum("eds", "desk", "sms", name="assurance", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_sealed_ballot_cycle_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sealed_ballot")),
    )
    with op.batch_alter_table("sealed_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_ballot_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=True),
        sa.Column(
            "assurance",
            sa.Enum("eds", "desk", "sms", name="assurance", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "valid", "empty", "invalid", name="ballot_status", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "(status = 'invalid') = (length(reason) > 0)", name=op.f("ck_ballot_invalid_with_reason")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_ballot_cycle_id")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_ballot_envelope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_cycle_id"), ["cycle_id"], unique=False)

    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("external_id", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("title_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("title_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("title_en", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("description_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("description_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("description_en", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("area_id", sa.Integer(), nullable=True),
        sa.Column("envelope_id", sa.Integer(), nullable=True),
        sa.Column(
            "direction",
            sa.Enum(
                "landscaping",
                "pavements",
                "ramps",
                "lighting",
                "kerbs",
                "dumps",
                "playgrounds",
                "sports",
                name="direction",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("estimate_tenge", sa.BigInteger(), nullable=True),
        sa.Column("cost_tenge", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "submitted",
                "returned",
                "admitted",
                "rejected",
                "withdrawn",
                name="project_state",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("submitted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("cost_tenge IS NULL OR cost_tenge > 0", name=op.f("ck_project_cost_positive")),
        sa.CheckConstraint(
            "estimate_tenge IS NULL OR estimate_tenge > 0", name=op.f("ck_project_estimate_positive")
        ),
        sa.CheckConstraint(
            "title_kk IS NOT NULL OR title_ru IS NOT NULL OR title_en IS NOT NULL",
            name=op.f("ck_project_has_a_title"),
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_project_area_id")),
        sa.ForeignKeyConstraint(["author_id"], ["resident.id"], name=op.f("fk_project_author_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_project_cycle_id")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_project_envelope_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_project_cycle_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_project_public_id")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_author_id"), ["author_id"], unique=False)
        batch_op.create_index("ix_project_cycle_id_state", ["cycle_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_envelope_id"), ["envelope_id"], unique=False)

    op.create_table(
        "web_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("resident_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(staff_id IS NULL) <> (resident_id IS NULL)", name=op.f("ck_web_session_staff_or_resident")
        ),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_web_session_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_web_session_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_web_session_token_hash")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_web_session_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "ballot_choice",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_ballot_choice_ballot_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_ballot_choice_project_id")),
        sa.PrimaryKeyConstraint("ballot_id", "project_id", name=op.f("pk_ballot_choice")),
    )
    with op.batch_alter_table("ballot_choice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_choice_project_id"), ["project_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_photo_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("public_id", name=op.f("uq_photo_public_id")),
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_photo_project_id"), ["project_id"], unique=False)

    op.create_table(
        "project_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("street_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("street_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("street_en", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("house", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
        sa.CheckConstraint("length(house) > 0", name=op.f("ck_project_address_house_given")),
        sa.CheckConstraint(
            "street_kk IS NOT NULL OR street_ru IS NOT NULL OR street_en IS NOT NULL",
            name=op.f("ck_project_address_has_a_street"),
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_address_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_address")),
        sa.UniqueConstraint("project_id", "position", name=op.f("uq_project_address_project_id_position")),
    )
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
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_screening_project_id"), ["project_id"], unique=False)

    op.create_table(
        "verdict",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("cost_tenge", sa.BigInteger(), nullable=False),
        sa.Column("remaining_before_tenge", sa.BigInteger(), nullable=False),
        sa.Column("remaining_after_tenge", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "won",
                "won_leftovers",
                "does_not_fit",
                "after_stop",
                "below_minimum",
                "lost_lot",
                "withdrawn",
                "ineligible",
                name="verdict_kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("missing_votes", sa.Integer(), nullable=True),
        sa.Column("missing_tenge", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_verdict_cycle_id")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_verdict_envelope_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_verdict_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_verdict")),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(
            "ix_verdict_cycle_id_envelope_id_place", ["cycle_id", "envelope_id", "place"], unique=False
        )

    op.create_table(
        "works",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "underway",
                "completed",
                "postponed",
                name="works_status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("status <> 'postponed' OR length(reason) > 0", name=op.f("ck_works_reason_given")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_works_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_works")),
    )
    op.create_table(
        "works_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "planned",
                "underway",
                "completed",
                "postponed",
                name="works_status",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("changed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_works_change_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works_change")),
    )
    with op.batch_alter_table("works_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_works_change_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("works_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_works_change_project_id"))

    op.drop_table("works_change")
    op.drop_table("works")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_verdict_cycle_id_envelope_id_place")

    op.drop_table("verdict")
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_screening_project_id"))

    op.drop_table("screening")
    op.drop_table("project_address")
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_photo_project_id"))

    op.drop_table("photo")
    with op.batch_alter_table("ballot_choice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballot_choice_project_id"))

    op.drop_table("ballot_choice")
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_web_session_staff_id"))
        batch_op.drop_index(batch_op.f("ix_web_session_resident_id"))

    op.drop_table("web_session")
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_envelope_id"))
        batch_op.drop_index("ix_project_cycle_id_state")
        batch_op.drop_index(batch_op.f("ix_project_author_id"))

    op.drop_table("project")
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ballot_cycle_id"))

    op.drop_table("ballot")
    with op.batch_alter_table("sealed_ballot", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sealed_ballot_cycle_id"))

    op.drop_table("sealed_ballot")
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resident_area_id"))

    op.drop_table("resident")
    op.drop_table("reported_figures")
    op.drop_table("phase_window")
    op.drop_table("participation")
    with op.batch_alter_table("envelope", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_envelope_cycle_id"))

    op.drop_table("envelope")
    with op.batch_alter_table("calendar_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_change_cycle_id"))

    op.drop_table("calendar_change")
    op.drop_table("ballot_count")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_cycle_id"))

    op.drop_table("audit_event")
    op.drop_table("staff")
    with op.batch_alter_table("sign_in_failure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_failure_email_key"))

    op.drop_table("sign_in_failure")
    op.drop_table("public_version")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_notice_created_at"))

    op.drop_table("notice")
    with op.batch_alter_table("login_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_code_phone_key"))

    op.drop_table("login_code")
    op.drop_table("job_claim")
    op.drop_table("district")
    op.drop_table("cycle")
    op.drop_table("area")
