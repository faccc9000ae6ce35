"""The text of a project as search reads it; line and index on the phone of a resident; ballots by their status.

`project.folded` is filled here with a frozen copy of budget/reading/folding.py. Columns are added and dropped in
place: rebuilding `project` on SQLite would lose its triggers.
"""

import re
from collections import defaultdict
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "20261121_folded_texts"
down_revision = "20261121_roll_at_count"
branch_labels = None
depends_on = None

LANGUAGES = ("kk", "ru", "en")
TITLES = [f"title_{language}" for language in LANGUAGES]
DESCRIPTIONS = [f"description_{language}" for language in LANGUAGES]
STREETS = [f"street_{language}" for language in LANGUAGES]

PROJECT = sa.table(
    "project",
    *(sa.column(name) for name in ("id", "state", "folded", *TITLES, *DESCRIPTIONS)),
)
ADDRESS = sa.table(
    "project_address", *(sa.column(name) for name in ("project_id", "position", "house", *STREETS))
)


def fold(text: str) -> str:
    plain = text.lower()
    for letter, typed in zip("әқөұүғңһіё", "акоуугнхие", strict=True):
        plain = plain.replace(letter, typed)
    return re.sub(r"[\W_]+", " ", plain).strip()


def folded(project: Any, addresses: list[Any]) -> str:
    texts = [project[name] for name in TITLES]
    if project["state"] != "withdrawn":
        texts += [project[name] for name in DESCRIPTIONS]
    for address in addresses:
        texts += [f"{address[name]} {address['house']}" for name in STREETS if address[name]]
    return fold(" ".join(text for text in texts if text))


def upgrade() -> None:
    op.add_column("project", sa.Column("folded", sa.Text(), nullable=False, server_default=""))
    op.add_column("resident", sa.Column("line", sa.Integer(), nullable=True))
    op.create_index("ix_resident_phone", "resident", ["phone"])
    op.drop_index("ix_ballot_cycle_id", "ballot")
    op.create_index("ix_ballot_cycle_id_status", "ballot", ["cycle_id", "status"])
    connection = op.get_bind()
    addresses = defaultdict(list)
    for row in connection.execute(sa.select(ADDRESS).order_by(ADDRESS.c.position)).mappings():
        addresses[row["project_id"]].append(row)
    rows = [
        {"row": project["id"], "text": folded(project, addresses[project["id"]])}
        for project in connection.execute(sa.select(PROJECT)).mappings()
    ]
    if rows:
        fill = sa.update(PROJECT).where(PROJECT.c.id == sa.bindparam("row"))
        connection.execute(fill.values(folded=sa.bindparam("text")), rows)


def downgrade() -> None:
    op.drop_index("ix_ballot_cycle_id_status", "ballot")
    op.create_index("ix_ballot_cycle_id", "ballot", ["cycle_id"])
    op.drop_index("ix_resident_phone", "resident")
    op.drop_column("resident", "line")
    op.drop_column("project", "folded")
