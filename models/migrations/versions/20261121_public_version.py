"""The one row of the public version, so that the first writers need not race to insert it."""

from alembic import op

revision = "20261121_public_version"
down_revision = "20261121_guards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "INSERT INTO public_version (id, version) SELECT 1, 1 WHERE NOT EXISTS (SELECT 1 FROM public_version)"
    )


def downgrade() -> None:
    op.execute("DELETE FROM public_version")
