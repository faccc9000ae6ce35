"""The district that runs the service, and its residential areas."""

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
