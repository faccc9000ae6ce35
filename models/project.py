"""A project from its submission on: text, addresses, photo."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, enum_type
from models.enums import Direction, Language, ProjectState


class Project(Row, table=True):
    """An application to improve a yard.

    `language` is the author's; the text in that language is always there, the others may be None and are
    then shown in the author's language, marked as such. Costs are None where an archive did not publish them.
    `version` counts the texts the author sent in; the earlier ones are kept as `ProjectVersion`. A merged project goes
    on as another one. `folded` is what search reads: who writes a text or an address writes it too (budget/reading/folding.py). The
    database refuses a project without it, which nobody could find.
    """

    __tablename__ = "project"
    __table_args__ = (
        sa.UniqueConstraint("cycle_id", "number"),
        sa.CheckConstraint("estimate_tenge IS NULL OR estimate_tenge > 0", name="estimate_positive"),
        sa.CheckConstraint("cost_tenge IS NULL OR cost_tenge > 0", name="cost_positive"),
        sa.CheckConstraint("(state = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into_another"),
        sa.CheckConstraint(
            "title_kk IS NOT NULL OR title_ru IS NOT NULL OR title_en IS NOT NULL", name="has_a_title"
        ),
        sa.Index("ix_project_cycle_id_state", "cycle_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    cycle_id: int = Field(foreign_key="cycle.id")
    number: int
    external_id: str | None = Field(default=None, max_length=80)
    author_id: int | None = Field(default=None, foreign_key="resident.id", index=True)
    language: Language = Field(sa_type=enum_type(Language))
    title_kk: str | None = None
    title_ru: str | None = None
    title_en: str | None = None
    description_kk: str | None = None
    description_ru: str | None = None
    description_en: str | None = None
    area_id: int | None = Field(default=None, foreign_key="area.id")
    envelope_id: int | None = Field(default=None, foreign_key="envelope.id", index=True)
    direction: Direction | None = Field(default=None, sa_type=enum_type(Direction))
    estimate_tenge: int | None = Field(default=None, sa_type=sa.BigInteger)
    cost_tenge: int | None = Field(default=None, sa_type=sa.BigInteger)
    state: ProjectState = Field(sa_type=enum_type(ProjectState))
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    merged_into_id: int | None = Field(default=None, foreign_key="project.id", index=True)
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    withdrawn_at: datetime | None = None
    folded: str = Field(default=None, sa_type=sa.Text, nullable=False)


class ProjectAddress(Row, table=True):
    """One house of a project; house numbers look like 7/1 and 9а, streets may be numbers (187-көше)."""

    __tablename__ = "project_address"
    __table_args__ = (
        sa.UniqueConstraint("project_id", "position"),
        sa.CheckConstraint(
            "street_kk IS NOT NULL OR street_ru IS NOT NULL OR street_en IS NOT NULL", name="has_a_street"
        ),
        sa.CheckConstraint("length(house) > 0", name="house_given"),
    )

    id: int | None = Field(default=None, primary_key=True)
    project_id: int = Field(foreign_key="project.id")
    position: int
    street_kk: str | None = None
    street_ru: str | None = None
    street_en: str | None = None
    house: str = Field(max_length=12)


class Photo(Row, table=True):
    """A picture of the yard, re-encoded by us (no EXIF); kept in the database so that one backup holds all."""

    __tablename__ = "photo"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = Field(max_length=10, unique=True)
    project_id: int = Field(foreign_key="project.id", index=True)
    width: int
    height: int
    content: bytes
    thumbnail: bytes
    added_at: datetime
