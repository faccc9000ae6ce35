"""Staff accounts: operators and observers, the second factor, recovery codes, invitations, step-up.

Sessions of staff end: they were begun without a second factor.
"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

from models.migrations import checks

revision = "20261121_staff_accounts"
down_revision = "20261121_folded_texts"
branch_labels = None
depends_on = None

OLD_ROLES = ("visitor", "resident", "council", "coordinator", "system")
NEW_ROLES = ("visitor", "resident", "council", "coordinator", "operator", "observer", "system")
OLD_STAFF = ("council", "coordinator")
NEW_STAFF = ("council", "coordinator", "operator", "observer")
STAFF_COLUMNS = ("totp_secret", "totp_confirmed_at", "totp_last_step", "signed_in_at")


def one_of(roles: tuple[str, ...]) -> str:
    return f"role IN ({', '.join(repr(role) for role in roles)})"


def upgrade() -> None:
    for table in ("staff", "audit_event"):
        checks.replace(table, f"ck_{table}_role", old=one_of(OLD_ROLES), new=one_of(NEW_ROLES))
    checks.replace("staff", "ck_staff_staff_role", old=one_of(OLD_STAFF), new=one_of(NEW_STAFF))
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("totp_secret", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("totp_confirmed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True)
        )
        batch_op.add_column(sa.Column("totp_last_step", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("signed_in_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stepped_up_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.execute("DELETE FROM web_session WHERE staff_id IS NOT NULL")
    _create_recovery_code()
    _create_invitation()


def _create_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_code_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("staff_id", "code_hash", name=op.f("uq_recovery_code_staff_id_code_hash")),
    )


def _create_invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(length=254), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*NEW_ROLES, name="role", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column(
            "language",
            sa.Enum("kk", "ru", "en", name="language", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("invited_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("accepted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("withdrawn_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint(one_of(NEW_STAFF), name=op.f("ck_invitation_staff_role")),
        sa.ForeignKeyConstraint(["invited_by"], ["staff.id"], name=op.f("fk_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )


def downgrade() -> None:
    _refuse_new_roles()
    op.drop_table("invitation")
    op.drop_table("recovery_code")
    op.execute("ALTER TABLE web_session DROP COLUMN stepped_up_at")
    for column in STAFF_COLUMNS:
        op.execute(f"ALTER TABLE staff DROP COLUMN {column}")
    checks.replace("staff", "ck_staff_staff_role", old=one_of(NEW_STAFF), new=one_of(OLD_STAFF))
    for table in ("audit_event", "staff"):
        checks.replace(table, f"ck_{table}_role", old=one_of(NEW_ROLES), new=one_of(OLD_ROLES))


def _refuse_new_roles() -> None:
    """What operators and observers did stands in the audit chain for good: there is no way back from it."""
    for table in ("staff", "audit_event"):
        rows = sa.table(table, sa.column("role", sa.String))
        query = sa.select(sa.func.count()).select_from(rows).where(rows.c.role.in_(("operator", "observer")))
        if op.get_bind().execute(query).scalar_one():
            raise RuntimeError(f"{table} has operators or observers: the older schema can't hold them")
