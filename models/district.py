"""The district that runs the service, its residential areas, and the days its government moved."""

from datetime import date

from sqlmodel import Field

from models.base import Row


class District(Row, table=True):
    """One row: whose budget this is. The programme's name is a setting (it differs by place and law)."""

    __tablename__ = "district"

    id: int | None = Field(default=None, primary_key=True)
    kato: str = Field(max_length=9, unique=True)
    name_kk: str
    name_ru: str
    name_en: str
    akimat_kk: str
    akimat_ru: str
    akimat_en: str
    programme_kk: str
    programme_ru: str
    programme_en: str


class Area(Row, table=True):
    """A residential area (тұрғын үй массиві) of the district."""

    __tablename__ = "area"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(max_length=40, unique=True)
    name_kk: str
    name_ru: str
    name_en: str


class MovedDay(Row, table=True):
    """A day that works otherwise than the calendar says: a day off moved onto a working day, or the other way
    round. The akimat edits the table each year after the government's decree."""

    __tablename__ = "moved_day"

    on: date = Field(primary_key=True)
    is_working: bool
    note: str = ""
