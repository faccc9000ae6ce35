"""The vote made worthy of trust: settings of secrecy, the log, trustees, paper, cases, the desk, turnout.

Columns of `cycle` are added in plain SQL with their CHECKs (Alembic leaves those out on SQLite); `participation` is
made anew there, because a column loses its NOT NULL.
"""

from typing import Any

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from models.migrations import guards

revision = "20261121_trust"
down_revision = "20261121_eds"
branch_labels = None
depends_on = None

OLD_SETTINGS = [
    "slug", "year", "currency", "allotted_tenge", "cost_cap_tenge", "projects_per_author", "votes_per_resident",
    "minimum_age", "minimum_votes", "rule", "leftovers", "frozen_at", "frozen_hash", "ballot_public_key",
    "ballot_length", "build_year", "title_kk", "title_ru", "title_en", "CAST(directions AS TEXT)",
    "CAST(methods AS TEXT)",
]  # fmt: skip
NEW_SETTINGS = [*OLD_SETTINGS, "paper", "revote", "objection_days", "key_holder", "opening", "log_public_key"]

CYCLE = {
    "paper": "BOOLEAN DEFAULT false NOT NULL",
    "revote": "BOOLEAN DEFAULT false NOT NULL",
    "objection_days": (
        "INTEGER DEFAULT '0' NOT NULL CONSTRAINT ck_cycle_objection_days_range"
        " CHECK (objection_days BETWEEN 0 AND 30)"
    ),
    "key_holder": (
        "VARCHAR(8) DEFAULT 'file' NOT NULL CONSTRAINT ck_cycle_key_holder"
        " CHECK (key_holder IN ('trustees', 'file'))"
    ),
    "opening": (
        "VARCHAR(10) DEFAULT 'commission' NOT NULL CONSTRAINT ck_cycle_opening"
        " CHECK (opening IN ('commission', 'public'))"
    ),
    "log_public_key": "{bytes}",
    "wrapped_ballot_key": "{bytes}",
    "opened_ballot_key": "{bytes}",
    "keys_proven_at": "{instant}",
    "log_closed_at": "{instant}",
    "voters_forgotten_at": "{instant}",
}
COUNT = {
    "leaves": "INTEGER DEFAULT '0' NOT NULL",
    "replaced": "INTEGER DEFAULT '0' NOT NULL",
    "annulled": "INTEGER DEFAULT '0' NOT NULL",
    "papers": "INTEGER DEFAULT '0' NOT NULL",
    "without_sms": "JSON",
    "draw_place": "VARCHAR DEFAULT '' NOT NULL",
    "draw_witnesses": "VARCHAR DEFAULT '' NOT NULL",
    "drawn_at": "{instant}",
}
KINDS = {
    "sqlite": {"bytes": "BLOB", "instant": "DATETIME"},
    "postgresql": {"bytes": "BYTEA", "instant": "TIMESTAMP WITH TIME ZONE"},
}
NEW_TABLES = [
    "turnout", "moved_day", "desk_visit", "annulment", "signal_member", "signal", "objection", "paper_entry",
    "paper_sheet", "paper_batch", "trustee", "replaced_ballot", "log_leaf", "log_head",
]  # fmt: skip
GUARDS = [
    (f"{table}_no_{event.lower()}", table, event)
    for table in ("log_head", "log_leaf")
    for event in ("UPDATE", "DELETE")
]
COPY = (
    "INSERT INTO participation (id, cycle_id, voter_key, channel, assurance, cast_at, sealed, receipt)"
    " SELECT id, cycle_id, voter_key, channel, assurance, cast_at, sealed, receipt FROM participation_before"
    " WHERE voter_key IS NOT NULL"
)


VOTER_OR_ANNULLED = "voter_key IS NOT NULL OR annulled_at IS NOT NULL"
ADDED: dict[str, sa.types.TypeEngine[Any]] = {
    "phone_key": sa.LargeBinary(),
    "area_id": sa.Integer(),
    "log_batch": sa.Integer(),
    "annulled_at": sqlmodel.sql.sqltypes.UTCDateTime(),
    "network_key": sa.LargeBinary(),
    "phone_block_key": sa.LargeBinary(),
    "roll_line": sa.Integer(),
    "age": sa.Integer(),
}


def upgrade() -> None:
    _add("cycle", CYCLE)
    _add("ballot_count", COUNT)
    _guard_settings(NEW_SETTINGS, until_proven=("ballot_public_key", "frozen_hash"))
    _widen_participation()
    _create_log()
    _create_trustees()
    _create_paper()
    _create_cases()
    _create_rest()
    for name, table, event in GUARDS:
        guards.make(name, table, event)


def downgrade() -> None:
    for name, table, _event in GUARDS:
        guards.drop(name, table)
    for table in NEW_TABLES:
        op.drop_table(table)
    _narrow_participation()
    _guard_settings(OLD_SETTINGS)
    for table, columns in (("ballot_count", COUNT), ("cycle", CYCLE)):
        for column in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _add(table: str, columns: dict[str, str]) -> None:
    kinds = KINDS[op.get_bind().dialect.name]
    for column, definition in columns.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {definition.format(**kinds)}")


def _guard_settings(columns: list[str], until_proven: tuple[str, ...] = ()) -> None:
    """Guard the columns; `until_proven` may change while no rehearsal of the trustees has proven the key: no ballot
    is sealed before it, and a key whose shares got lost must be made anew."""
    guards.drop("cycle_frozen", "cycle")
    settled = "NOT (OLD.key_holder = 'trustees' AND OLD.keys_proven_at IS NULL)"
    changed = " OR ".join(
        f"({_differs(column)} AND {settled})" if column in until_proven else _differs(column)
        for column in columns
    )
    guards.make("cycle_frozen", "cycle", "UPDATE", f"OLD.frozen_at IS NOT NULL AND ({changed})")


def _differs(column: str) -> str:
    """Two JSON columns are compared as text: PostgreSQL has no equality for json."""
    name = column.removeprefix("CAST(").removesuffix(" AS TEXT)")
    if column != name:
        return f"CAST(NEW.{name} AS TEXT) IS NOT CAST(OLD.{name} AS TEXT)"
    return f"NEW.{name} IS NOT OLD.{name}"


def _participation(*, wide: bool) -> None:
    added: list[sa.schema.SchemaItem] = [
        *(sa.Column(column, kind, nullable=True) for column, kind in ADDED.items()),
        sa.UniqueConstraint("cycle_id", "phone_key", name=op.f("uq_participation_cycle_id_phone_key")),
        sa.CheckConstraint(VOTER_OR_ANNULLED, name=op.f("ck_participation_voter_unless_annulled")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_participation_area_id")),
    ]
    op.create_table(
        "participation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.LargeBinary(), nullable=wide),
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
        *(added if wide else []),
    )


def _remake(*, wide: bool) -> None:
    op.rename_table("participation", "participation_before")
    _participation(wide=wide)
    op.execute(COPY)
    op.drop_table("participation_before")


def _widen_participation() -> None:
    if op.get_bind().dialect.name != "postgresql":
        _remake(wide=True)
        return
    op.alter_column("participation", "voter_key", nullable=True)
    for column, kind in ADDED.items():
        op.add_column("participation", sa.Column(column, kind, nullable=True))
    op.create_unique_constraint(
        op.f("uq_participation_cycle_id_phone_key"), "participation", ["cycle_id", "phone_key"]
    )
    op.create_check_constraint(
        op.f("ck_participation_voter_unless_annulled"), "participation", VOTER_OR_ANNULLED
    )
    op.create_foreign_key(op.f("fk_participation_area_id"), "participation", "area", ["area_id"], ["id"])


def _narrow_participation() -> None:
    """Annulled participations without a voter have no place in the older schema."""
    if op.get_bind().dialect.name != "postgresql":
        _remake(wide=False)
        return
    op.execute("DELETE FROM participation WHERE voter_key IS NULL")
    op.drop_constraint(op.f("uq_participation_cycle_id_phone_key"), "participation", type_="unique")
    op.drop_constraint(op.f("ck_participation_voter_unless_annulled"), "participation", type_="check")
    for column in reversed(ADDED):
        op.drop_column("participation", column)
    op.alter_column("participation", "voter_key", nullable=False)


def _create_log() -> None:
    op.create_table(
        "log_head",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("previous_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("signature", sqlmodel.sql.sqltypes.AutoString(length=128), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_log_head_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "number", name=op.f("pk_log_head")),
        sa.UniqueConstraint("hash", name=op.f("uq_log_head_hash")),
    )
    op.create_table(
        "log_leaf",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_log_leaf_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "position", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint("cycle_id", "leaf", name=op.f("uq_log_leaf_cycle_id_leaf")),
    )
    op.create_table(
        "replaced_ballot",
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("log_batch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_replaced_ballot_cycle_id")),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_replaced_ballot")),
    )
    op.create_index(op.f("ix_replaced_ballot_cycle_id"), "replaced_ballot", ["cycle_id"], unique=False)


def _create_trustees() -> None:
    op.create_table(
        "trustee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("organisation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=True),
        sa.Column("share_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("share_hash", sa.LargeBinary(), nullable=True),
        sa.Column("shown_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("proven_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_trustee_three_at_most")),
        sa.CheckConstraint(
            "share_sealed IS NULL OR shown_at IS NULL", name=op.f("ck_trustee_gone_once_shown")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_trustee_cycle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trustee")),
        sa.UniqueConstraint("cycle_id", "position", name=op.f("uq_trustee_cycle_id_position")),
        sa.UniqueConstraint("link_hash", name=op.f("uq_trustee_link_hash")),
    )


def _create_paper() -> None:
    op.create_table(
        "paper_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("point", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("first_serial", sa.Integer(), nullable=False),
        sa.Column("last_serial", sa.Integer(), nullable=False),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("returned_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "1 <= first_serial AND first_serial <= last_serial", name=op.f("ck_paper_batch_serials_in_order")
        ),
        sa.CheckConstraint("handed >= 0", name=op.f("ck_paper_batch_handed_not_negative")),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_paper_batch_closed_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_paper_batch_cycle_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["staff.id"], name=op.f("fk_paper_batch_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_batch")),
        sa.UniqueConstraint("cycle_id", "first_serial", name=op.f("uq_paper_batch_cycle_id_first_serial")),
        sa.UniqueConstraint("public_id", name=op.f("uq_paper_batch_public_id")),
    )
    op.create_index(op.f("ix_paper_batch_cycle_id"), "paper_batch", ["cycle_id"], unique=False)
    op.create_table(
        "paper_sheet",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "unused",
                "valid",
                "spoiled",
                name="sheet_state",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "fault",
            sa.Enum(
                "unsigned",
                "unreadable",
                "too_many",
                "several_envelopes",
                "late",
                "iin_used",
                "not_on_roll",
                "damaged",
                name="sheet_fault",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("log_batch", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'spoiled') = (fault IS NOT NULL)", name=op.f("ck_paper_sheet_spoiled_with_fault")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["paper_batch.id"], name=op.f("fk_paper_sheet_batch_id")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_paper_sheet_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "serial", name=op.f("pk_paper_sheet")),
    )
    op.create_index(op.f("ix_paper_sheet_batch_id"), "paper_sheet", ["batch_id"], unique=False)
    op.create_table(
        "paper_entry",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "unused",
                "valid",
                "spoiled",
                name="sheet_state",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "fault",
            sa.Enum(
                "unsigned",
                "unreadable",
                "too_many",
                "several_envelopes",
                "late",
                "iin_used",
                "not_on_roll",
                "damaged",
                name="sheet_fault",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("content_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("entered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "(state = 'spoiled') = (fault IS NOT NULL)", name=op.f("ck_paper_entry_spoiled_with_fault")
        ),
        sa.CheckConstraint(
            "(state = 'valid') = (sealed IS NOT NULL)", name=op.f("ck_paper_entry_valid_with_ballot")
        ),
        sa.CheckConstraint("round BETWEEN 1 AND 3", name=op.f("ck_paper_entry_three_rounds")),
        sa.ForeignKeyConstraint(
            ["cycle_id", "serial"],
            ["paper_sheet.cycle_id", "paper_sheet.serial"],
            name=op.f("fk_paper_entry_cycle_id_serial"),
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_paper_entry_staff_id")),
        sa.PrimaryKeyConstraint("cycle_id", "serial", "round", name=op.f("pk_paper_entry")),
        sa.UniqueConstraint(
            "cycle_id", "serial", "staff_id", name=op.f("uq_paper_entry_cycle_id_serial_staff_id")
        ),
    )


def _create_cases() -> None:
    op.create_table(
        "objection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column(
            "channel",
            sa.Enum("web", "desk", "paper", name="channel", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(length=16), nullable=True),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("dismissed", "upheld", name="case_outcome", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_objection_decided_with_outcome")
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR length(reason) > 0", name=op.f("ck_objection_decided_with_reason")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_objection_cycle_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_objection_decided_by")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_objection_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection")),
        sa.UniqueConstraint("participation_id", name=op.f("uq_objection_participation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_objection_public_id")),
    )
    op.create_index(op.f("ix_objection_cycle_id"), "objection", ["cycle_id"], unique=False)
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column(
            "rule",
            sa.Enum(
                "subnet",
                "phone_run",
                "age",
                "night_burst",
                "roll_order",
                name="signal_rule",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("found_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("dismissed", "upheld", name="case_outcome", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (outcome IS NULL)", name=op.f("ck_signal_decided_with_outcome")
        ),
        sa.CheckConstraint(
            "outcome IS NULL OR length(reason) > 0", name=op.f("ck_signal_decided_with_reason")
        ),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_signal_cycle_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_signal_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal")),
        sa.UniqueConstraint("cycle_id", "rule", "subject", name=op.f("uq_signal_cycle_id_rule_subject")),
        sa.UniqueConstraint("public_id", name=op.f("uq_signal_public_id")),
    )
    op.create_table(
        "signal_member",
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_signal_member_participation_id")
        ),
        sa.ForeignKeyConstraint(["signal_id"], ["signal.id"], name=op.f("fk_signal_member_signal_id")),
        sa.PrimaryKeyConstraint("signal_id", "participation_id", name=op.f("pk_signal_member")),
    )
    op.create_index(
        op.f("ix_signal_member_participation_id"), "signal_member", ["participation_id"], unique=False
    )
    op.create_table(
        "annulment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sqlmodel.sql.sqltypes.AutoString(length=10), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("voter_key", sa.LargeBinary(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("declined_by", sa.Integer(), nullable=True),
        sa.Column("declined_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name=op.f("ck_annulment_confirmed_by_someone")
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR declined_at IS NULL", name=op.f("ck_annulment_one_outcome")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_annulment_two_people")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_annulment_reason_given")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["staff.id"], name=op.f("fk_annulment_confirmed_by")),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_annulment_cycle_id")),
        sa.ForeignKeyConstraint(["declined_by"], ["staff.id"], name=op.f("fk_annulment_declined_by")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_annulment_participation_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["staff.id"], name=op.f("fk_annulment_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annulment")),
        sa.UniqueConstraint("participation_id", name=op.f("uq_annulment_participation_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_annulment_public_id")),
    )
    op.create_index(op.f("ix_annulment_cycle_id"), "annulment", ["cycle_id"], unique=False)


def _create_rest() -> None:
    op.create_table(
        "desk_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column(
            "document_kind",
            sa.Enum(
                "id_card",
                "passport",
                "residence_permit",
                "digital",
                name="document_kind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("document_last", sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_desk_visit_cycle_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_desk_visit_resident_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_desk_visit_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_visit")),
    )
    op.create_index(op.f("ix_desk_visit_cycle_id"), "desk_visit", ["cycle_id"], unique=False)
    op.create_index(op.f("ix_desk_visit_staff_id"), "desk_visit", ["staff_id"], unique=False)
    op.create_table(
        "moved_day",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_moved_day")),
    )
    op.create_table(
        "turnout",
        sa.Column("cycle_id", sa.Integer(), nullable=False),
        sa.Column("dimension", sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("voters", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.id"], name=op.f("fk_turnout_cycle_id")),
        sa.PrimaryKeyConstraint("cycle_id", "dimension", "key", name=op.f("pk_turnout")),
    )
