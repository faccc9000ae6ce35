"""The Expert Council as data: composition, sessions with their votes and protocols, reviews, corrections, decisions.

What decides is guarded: a vote, a motion that is put to the vote, a closed item, a protocol, a signature and a
confirmation never change.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from models.migrations import guards

revision = "20261129_council"
down_revision = "20261129_counting"
branch_labels = None
depends_on = None

TABLES = [
    "reserve_use",
    "confirmation",
    "forwarding",
    "merger",
    "correction_remark",
    "correction",
    "review_answer",
    "review",
    "formal_check",
    "project_version",
    "protocol_signature",
    "protocol",
    "recusal",
    "council_vote",
    "agenda_item_answer",
    "agenda_item",
    "attendance",
    "council_session",
    "conflict",
    "cycle_criterion",
    "council_member",
    "competent_body",
]
UNCHANGING = [
    "project_version", "council_vote", "recusal", "protocol", "protocol_signature", "confirmation", "reserve_use",
]  # fmt: skip
MOTION = [
    "session_id", "kind", "project_id", "version", "outcome", "wins", "criterion", "clause", "reason_kk", "reason_ru",
    "cost_tenge", "cost_reason_kk", "cost_reason_ru", "envelope_id", "opened_at",
]  # fmt: skip
CHANGED = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in MOTION)
OPENED = "(SELECT opened_at FROM agenda_item WHERE id = {row}.item_id) IS NOT NULL"
GUARDS = [
    *(
        (f"{table}_no_{event.lower()}", table, event, "1 = 1")
        for table in UNCHANGING
        for event in ("UPDATE", "DELETE")
    ),
    ("agenda_item_closed", "agenda_item", "UPDATE", "OLD.closed_at IS NOT NULL"),
    (
        "agenda_item_opened",
        "agenda_item",
        "UPDATE",
        f"OLD.opened_at IS NOT NULL AND ({CHANGED} OR CAST(NEW.content AS TEXT) IS NOT CAST(OLD.content AS TEXT))",
    ),
    ("agenda_item_opened_no_delete", "agenda_item", "DELETE", "OLD.opened_at IS NOT NULL"),
    ("agenda_item_answer_no_insert", "agenda_item_answer", "INSERT", OPENED.format(row="NEW")),
    ("agenda_item_answer_no_update", "agenda_item_answer", "UPDATE", OPENED.format(row="OLD")),
    ("agenda_item_answer_no_delete", "agenda_item_answer", "DELETE", OPENED.format(row="OLD")),
]


def upgrade() -> None:
    _create_council()
    _create_sessions()
    _create_protocols()
    _create_screening()
    _create_decision()
    for name, table, event, condition in GUARDS:
        guards.make(name, table, event, condition)


def downgrade() -> None:
    for name, table, _event, _condition in GUARDS:
        guards.drop(name, table)
    for table in TABLES:
        op.drop_table(table)


def _create_council() -> None:
    op.create_table(
        "competent_body",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("matter_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("matter_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("matter_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_competent_body")),
        sa.UniqueConstraint("public_id", name=op.f("uq_competent_body_public_id")),
    )
    op.create_table(
        "council_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "resident",
                "public_organisation",
                "akimat",
                name="member_kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("is_chair", sa.Boolean(), nullable=False),
        sa.Column("name_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("field_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("field_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("appointed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("left_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("declared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "left_at IS NULL OR length(left_reason) > 0", name=op.f("ck_council_member_left_for_a_reason")
        ),
        sa.CheckConstraint(
            "length(name_kk) > 0 AND length(name_ru) > 0", name=op.f("ck_council_member_named_in_both")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_council_member_cycle_id")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["council_member.id"], name=op.f("fk_council_member_replaces_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_council_member_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_member")),
        sa.UniqueConstraint("public_id", name=op.f("uq_council_member_public_id")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_council_member_replaces_id")),
    )
    op.create_index(op.f("ix_council_member_cycle_id"), "council_member", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_council_member_staff_id"), "council_member", ["staff_id"], unique=False)
    op.create_index(
        "uq_council_member_in_office",
        "council_member",
        ["cycle_id", "staff_id"],
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "cycle_criterion",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
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
        sa.Column("clause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("help_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("help_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("help_en", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_cycle_criterion_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "criterion", name=op.f("pk_cycle_criterion")),
    )
    op.create_table(
        "conflict",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "own", "relative", "employer", name="conflict_kind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("declared_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["council_member.id"], name=op.f("fk_conflict_member_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_conflict_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conflict")),
        sa.UniqueConstraint("member_id", "project_id", name=op.f("uq_conflict_member_id_project_id")),
    )
    op.create_index(op.f("ix_conflict_project_id"), "conflict", ["project_id"], unique=False)


def _create_sessions() -> None:
    op.create_table(
        "council_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("screening", "decision", name="session_kind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("place_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("link", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("announced_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("published_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_council_session_opened_before_closed")
        ),
        sa.CheckConstraint(
            "opened_at IS NULL OR announced_at IS NOT NULL",
            name=op.f("ck_council_session_announced_before_opened"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR closed_at IS NOT NULL",
            name=op.f("ck_council_session_closed_before_published"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_council_session_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_council_session")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_council_session_cycle_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_council_session_public_id")),
    )
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("arrived_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("left_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("left_at IS NULL OR left_at >= arrived_at", name=op.f("ck_attendance_in_order")),
        sa.ForeignKeyConstraint(["member_id"], ["council_member.id"], name=op.f("fk_attendance_member_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["council_session.id"], name=op.f("fk_attendance_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "member_id", name=op.f("pk_attendance")),
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "screening",
                "appeal",
                "confirmation",
                "order",
                name="item_kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
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
            nullable=True,
        ),
        sa.Column("wins", sa.Boolean(), nullable=True),
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
        sa.Column("clause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cost_tenge", sa.BigInteger(), nullable=True),
        sa.Column("cost_reason_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cost_reason_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("envelope_id", sa.Integer(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "carried",
                "not_carried",
                "no_quorum",
                name="item_result",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("entitled", sa.Integer(), nullable=True),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("needed", sa.Integer(), nullable=True),
        sa.Column("votes_for", sa.Integer(), nullable=True),
        sa.Column("votes_against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'confirmation') = (wins IS NOT NULL)", name=op.f("ck_agenda_item_wins_of_confirmation")
        ),
        sa.CheckConstraint(
            "(kind = 'order') = (project_id IS NULL)", name=op.f("ck_agenda_item_about_a_project")
        ),
        sa.CheckConstraint(
            "(kind IN ('screening', 'appeal')) = (outcome IS NOT NULL)",
            name=op.f("ck_agenda_item_outcome_of_screening"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (result IS NULL)", name=op.f("ck_agenda_item_closed_with_result")
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_agenda_item_opened_before_closed")
        ),
        sa.CheckConstraint("cost_tenge IS NULL OR cost_tenge > 0", name=op.f("ck_agenda_item_cost_positive")),
        sa.ForeignKeyConstraint(["envelope_id"], ["envelope.id"], name=op.f("fk_agenda_item_envelope_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_agenda_item_project_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["council_session.id"], name=op.f("fk_agenda_item_session_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agenda_item_public_id")),
        sa.UniqueConstraint("session_id", "position", name=op.f("uq_agenda_item_session_id_position")),
    )
    op.create_index(op.f("ix_agenda_item_project_id"), "agenda_item", ["project_id"], unique=False)
    op.create_table(
        "agenda_item_answer",
        sa.Column("item_id", sa.Integer(), nullable=False),
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
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_item_answer_item_id")),
        sa.PrimaryKeyConstraint("item_id", "criterion", name=op.f("pk_agenda_item_answer")),
    )
    op.create_table(
        "council_vote",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "choice",
            sa.Enum(
                "for", "against", "abstain", name="council_choice", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("dissent", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("cast_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(dissent = '') = (language IS NULL)", name=op.f("ck_council_vote_dissent_in_a_language")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_council_vote_item_id")),
        sa.ForeignKeyConstraint(["member_id"], ["council_member.id"], name=op.f("fk_council_vote_member_id")),
        sa.PrimaryKeyConstraint("item_id", "member_id", name=op.f("pk_council_vote")),
    )
    op.create_index(op.f("ix_council_vote_member_id"), "council_vote", ["member_id"], unique=False)
    op.create_table(
        "recusal",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "own", "relative", "employer", name="conflict_kind", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_recusal_item_id")),
        sa.ForeignKeyConstraint(["member_id"], ["council_member.id"], name=op.f("fk_recusal_member_id")),
        sa.PrimaryKeyConstraint("item_id", "member_id", name=op.f("pk_recusal")),
    )


def _create_protocols() -> None:
    op.create_table(
        "protocol",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("correction_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("correction_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "corrects_id IS NULL OR (length(correction_kk) > 0 AND length(correction_ru) > 0)",
            name=op.f("ck_protocol_correction_explained"),
        ),
        sa.ForeignKeyConstraint(["corrects_id"], ["protocol.id"], name=op.f("fk_protocol_corrects_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_protocol_cycle_id")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_protocol_made_by")),
        sa.ForeignKeyConstraint(["session_id"], ["council_session.id"], name=op.f("fk_protocol_session_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_protocol")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_protocol_corrects_id")),
        sa.UniqueConstraint("cycle_id", "number", name=op.f("uq_protocol_cycle_id_number")),
        sa.UniqueConstraint("public_id", name=op.f("uq_protocol_public_id")),
    )
    op.create_index(op.f("ix_protocol_session_id"), "protocol", ["session_id"], unique=False)
    op.create_table(
        "protocol_signature",
        sa.Column("protocol_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "method",
            sa.Enum("account", "eds", name="signing_method", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("certificate", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("signed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(method = 'eds') = (length(certificate) > 0)",
            name=op.f("ck_protocol_signature_eds_with_certificate"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["council_member.id"], name=op.f("fk_protocol_signature_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["protocol.id"], name=op.f("fk_protocol_signature_protocol_id")
        ),
        sa.PrimaryKeyConstraint("protocol_id", "member_id", name=op.f("pk_protocol_signature")),
    )


def _create_screening() -> None:
    op.create_table(
        "project_version",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_version_project_id")),
        sa.PrimaryKeyConstraint("project_id", "number", name=op.f("pk_project_version")),
    )
    op.create_table(
        "formal_check",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["checked_by"], ["staff.id"], name=op.f("fk_formal_check_checked_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_formal_check_project_id")),
        sa.PrimaryKeyConstraint("project_id", "version", name=op.f("pk_formal_check")),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("concluded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("admitted_tenge", sa.BigInteger(), nullable=True),
        sa.Column("cost_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("notes", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.CheckConstraint(
            "admitted_tenge IS NULL OR admitted_tenge > 0", name=op.f("ck_review_admitted_positive")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["council_member.id"], name=op.f("fk_review_member_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_review_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint(
            "project_id", "version", "member_id", name=op.f("uq_review_project_id_version_member_id")
        ),
    )
    op.create_index(op.f("ix_review_member_id"), "review", ["member_id"], unique=False)
    op.create_table(
        "review_answer",
        sa.Column("review_id", sa.Integer(), nullable=False),
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
        sa.Column("remark", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "answer = 'meets' OR length(remark) > 0", name=op.f("ck_review_answer_remark_unless_met")
        ),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_answer_review_id")),
        sa.PrimaryKeyConstraint("review_id", "criterion", name=op.f("pk_review_answer")),
    )
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("returned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("reminded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("resubmitted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("lapsed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "lapsed_at IS NULL OR reminded_at IS NOT NULL", name=op.f("ck_correction_reminded_before_lapse")
        ),
        sa.CheckConstraint("resubmitted_at IS NULL OR lapsed_at IS NULL", name=op.f("ck_correction_one_end")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_correction_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_project_id"), "correction", ["project_id"], unique=False)
    op.create_index(
        "uq_correction_open",
        "correction",
        ["project_id"],
        unique=True,
        sqlite_where=sa.text("resubmitted_at IS NULL AND lapsed_at IS NULL"),
        postgresql_where=sa.text("resubmitted_at IS NULL AND lapsed_at IS NULL"),
    )
    op.create_table(
        "correction_remark",
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "title",
                "description",
                "addresses",
                "area",
                "direction",
                "estimate",
                "photo",
                "whole",
                name="project_part",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_correction_remark_text_given")),
        sa.ForeignKeyConstraint(
            ["correction_id"], ["correction.id"], name=op.f("fk_correction_remark_correction_id")
        ),
        sa.PrimaryKeyConstraint("correction_id", "part", name=op.f("pk_correction_remark")),
    )
    op.create_table(
        "merger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("joined_id", sa.Integer(), nullable=False),
        sa.Column("note_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("kept_agreed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("joined_agreed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("declined_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("merged_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("kept_id <> joined_id", name=op.f("ck_merger_two_projects")),
        sa.CheckConstraint(
            "merged_at IS NULL OR (kept_agreed_at IS NOT NULL AND joined_agreed_at IS NOT NULL)",
            name=op.f("ck_merger_both_agreed"),
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_merger_cycle_id")),
        sa.ForeignKeyConstraint(["joined_id"], ["project.id"], name=op.f("fk_merger_joined_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["project.id"], name=op.f("fk_merger_kept_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_merger_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merger")),
        sa.UniqueConstraint("public_id", name=op.f("uq_merger_public_id")),
    )
    op.create_index(op.f("ix_merger_cycle_id"), "merger", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_merger_joined_id"), "merger", ["joined_id"], unique=False)
    op.create_index(op.f("ix_merger_kept_id"), "merger", ["kept_id"], unique=False)
    op.create_index(
        "uq_merger_open_joined",
        "merger",
        ["joined_id"],
        unique=True,
        sqlite_where=sa.text("merged_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("merged_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_index(
        "uq_merger_open_kept",
        "merger",
        ["kept_id"],
        unique=True,
        sqlite_where=sa.text("merged_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL"),
        postgresql_where=sa.text("merged_at IS NULL AND declined_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.create_table(
        "forwarding",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("body_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ground", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("forwarded_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(ground) > 0", name=op.f("ck_forwarding_ground_given")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_forwarding_project_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_forwarding_recorded_by")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_forwarding")),
    )


def _create_decision() -> None:
    op.create_table(
        "confirmation",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("wins", sa.Boolean(), nullable=False),
        sa.Column("departs", sa.Boolean(), nullable=False),
        sa.Column("reason_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "NOT departs OR (length(reason_kk) > 0 AND length(reason_ru) > 0)",
            name=op.f("ck_confirmation_departure_explained"),
        ),
        sa.CheckConstraint("place IS NULL OR wins", name=op.f("ck_confirmation_only_winners_are_built")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_confirmation_cycle_id")),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_confirmation_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_confirmation_project_id")),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint("cycle_id", "place", name=op.f("uq_confirmation_cycle_id_place")),
    )
    op.create_table(
        "reserve_use",
        sa.Column("out_id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("in_id", sa.Integer(), nullable=True),
        sa.Column("reason_kk", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason_ru", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("document", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("length(document) > 0", name=op.f("ck_reserve_use_document_named")),
        sa.CheckConstraint(
            "length(reason_kk) > 0 AND length(reason_ru) > 0", name=op.f("ck_reserve_use_reason_given")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_reserve_use_cycle_id")),
        sa.ForeignKeyConstraint(["in_id"], ["project.id"], name=op.f("fk_reserve_use_in_id")),
        sa.ForeignKeyConstraint(["out_id"], ["project.id"], name=op.f("fk_reserve_use_out_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_reserve_use_recorded_by")),
        sa.PrimaryKeyConstraint("out_id", name=op.f("pk_reserve_use")),
        sa.UniqueConstraint("in_id", name=op.f("uq_reserve_use_in_id")),
    )
    op.create_index(op.f("ix_reserve_use_cycle_id"), "reserve_use", ["cycle_id"], unique=False)
