"""The district and its residential areas: one statement, because every page needs the one or the other."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from models.district import Area, District


@dataclass(frozen=True, slots=True)
class DistrictFacts:
    """Whose budget this is, in three languages."""

    name_kk: str
    name_ru: str
    name_en: str
    akimat_kk: str
    akimat_ru: str
    akimat_en: str
    programme_kk: str
    programme_ru: str
    programme_en: str


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """A residential area."""

    id: int
    code: str
    name_kk: str
    name_ru: str
    name_en: str


@dataclass(frozen=True)
class Places:
    """`district` is None in an installation nobody has named yet. Areas in the order of their Kazakh names."""

    district: DistrictFacts | None
    areas: tuple[AreaFacts, ...]


NOWHERE = Places(None, ())
_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя"
_RANKS = {letter: chr(0xE000 + rank) for rank, letter in enumerate(_ALPHABET)}
_DISTRICT = [col(getattr(District, name)) for name in DistrictFacts.__dataclass_fields__]
_AREA = [col(getattr(Area, name)) for name in AreaFacts.__dataclass_fields__]
_PLACES = sa.select(*_DISTRICT, *_AREA).select_from(
    sa.outerjoin(sa.select(sa.literal(1).label("one")).subquery(), District, sa.true()).outerjoin(
        Area, sa.true()
    )
)


def places(session: Session) -> Places:
    """Read the district and all areas."""
    rows = session.connection().execute(_PLACES).all()
    split = len(_DISTRICT)
    district = DistrictFacts(*rows[0][:split]) if rows and rows[0][0] is not None else None
    areas = (AreaFacts(*row[split:]) for row in rows if row[split] is not None)
    return Places(district, tuple(sorted(areas, key=lambda area: alphabetical(area.name_kk))))


def alphabetical(text: str) -> str:
    """A sort key by the Kazakh alphabet (А Ә Б В Г Ғ …), whatever the case; other signs come before letters."""
    return "".join(_RANKS.get(letter, letter) for letter in text.lower())
