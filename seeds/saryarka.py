"""The district of Saryarka and its cycles of 2019 and 2020, exactly as the akimat reported them.

Source: `data/saryarka_cycles.json` (it names the printed report). What the report does not say is not written: no
dates, costs, votes or settings, and `ReportedFigures.unpublished` lists what is missing. A known yard becomes a
project; the report names fewer yards than projects, so these rows are not the list of winners.

Loading twice changes nothing. Public ids are derived from the facts, so an address of a page stays the same when an
installation is set up anew.
"""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, select

from budget import audit
from budget.permissions import SYSTEM
from budget.reading.folding import folded_project
from models.cycle import Cycle, ReportedFigures
from models.district import Area, District
from models.enums import Language, Origin, ProjectState, WorksStatus
from models.project import Project, ProjectAddress
from models.works import Works

DATA = Path(__file__).parent / "data" / "saryarka_cycles.json"

AREAS: tuple[tuple[str, str, str, str], ...] = (
    ("koktal-1", "Көктал 1", "Коктал 1", "Koktal 1"),
    ("koktal-2", "Көктал 2", "Коктал 2", "Koktal 2"),
    ("agrogorodok", "Агроқалашық", "Агрогородок", "Agrogorodok"),
    ("rest", "Сарыарқаның басқа бөлігі", "Остальная часть Сарыарки", "Rest of Saryarka"),
)
"""Code and names: the residential areas the report names, and the rest of the district."""

_AKIMAT = ("Сарыарқа ауданының әкімдігі", "Акимат района Сарыарка", "Akimat of Saryarka district")
_YARD = {Language.KK: "Аула", Language.RU: "Двор", Language.EN: "Yard"}
_NEVER_PUBLISHED = (
    "costs",
    "votes",
    "dates",
    "rejection_reasons",
    "regulation",
    "applications",
    "yards_complete",
    "spent",
    "works_dates",
)
_REPORT: dict[str, str] = {
    Language.KK: (
        "Б. Туребеков, Сарыарқа ауданы әкімінің орынбасары. «Халық үніне құлақ асатын мемлекеттен» – «әділетті "
        "мемлекетке», конференция материалдары, ҚСЗИ, Нұр-Сұлтан, 2020 жылғы 14 қазан. Қазақша, орысша және "
        "ағылшынша мәтіндегі сандар бірдей."
    ),
    Language.RU: (
        "Б. Туребеков, заместитель акима района Сарыарка, в сборнике «Халық үніне құлақ асатын мемлекеттен» – "
        "«әділетті мемлекетке», материалы конференции, КИСИ, Нур-Султан, 14 октября 2020 года. Числа в казахском, "
        "русском и английском текстах совпадают."
    ),
}
"""The source of the data file in the other two languages of the pages."""
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"


class SlugTakenByOther(Exception):
    """A cycle of another origin has the address of an archive cycle; the text is that address."""


def read_source() -> dict[str, Any]:
    """The data file as it is."""
    content: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return content


def load(session: Session, *, now: datetime) -> list[str]:
    """Write the district and the two cycles where they are missing; the slugs written.

    Raises SlugTakenByOther.
    """
    source = read_source()
    load_district(session, source)
    return [
        str(facts["year"])
        for facts in source["cycles"]
        if _load_cycle(session, facts, {**_REPORT, Language.EN: source["source"]}, now=now)
    ]


def load_district(session: Session, source: dict[str, Any] | None = None) -> None:
    """Write the district and its residential areas where they are missing."""
    source = source or read_source()
    names, programme = source["district"], source["programme"]
    if session.exec(select(District).where(District.kato == names["kato"])).first() is None:
        akimat = dict(zip(Language, _AKIMAT, strict=True))
        texts = {"name": names, "akimat": akimat, "programme": programme}
        columns = {
            f"{what}_{language}": text[language] for what, text in texts.items() for language in Language
        }
        session.add(District(kato=names["kato"], **columns))
    known = set(session.exec(select(Area.code)).all())
    for code, kk, ru, en in AREAS:
        if code not in known:
            session.add(Area(code=code, name_kk=kk, name_ru=ru, name_en=en))
    session.flush()


def _load_cycle(session: Session, facts: dict[str, Any], source: dict[str, str], *, now: datetime) -> bool:
    slug = str(facts["year"])
    found = session.exec(select(Cycle).where(Cycle.slug == slug)).first()
    if found is not None and found.origin is not Origin.ARCHIVE:
        raise SlugTakenByOther(slug)
    if found is not None:
        return False
    programme = read_source()["programme"]
    cycle = Cycle(
        slug=slug,
        origin=Origin.ARCHIVE,
        year=facts["year"],
        title_kk=f"{programme['kk']} – {facts['year']}",
        title_ru=f"{programme['ru']} – {facts['year']}",
        title_en=f"{programme['en']} {facts['year']}",
        allotted_tenge=facts["allotted_tenge"],
        created_at=now,
        published_at=now,
        results_published_at=now,
    )
    session.add(cycle)
    session.flush()
    session.add(_figures(cycle.id or 0, facts, source))
    for number, yard in enumerate(facts["addresses"], start=1):
        _load_yard(session, cycle, number, yard)
    audit.record(session, SYSTEM, "archive.load", now=now, cycle_id=cycle.id, subject=slug)
    return True


def _figures(cycle_id: int, facts: dict[str, Any], source: dict[str, str]) -> ReportedFigures:
    missing = [name for name in ("voters", "rejected") if facts[name] is None]
    return ReportedFigures(
        cycle_id=cycle_id,
        received=facts["received"],
        admitted=facts["admitted"],
        rejected=facts["rejected"],
        voters=facts["voters"],
        winners=facts["winners"],
        works_completed=facts["works"]["completed_yards"],
        works_underway=facts["works"]["underway_yards"],
        received_by_area=facts.get("received_by_area", []),
        unpublished=[*missing, *_NEVER_PUBLISHED],
        **{f"source_{language}": text for language, text in source.items()},
    )


def _load_yard(session: Session, cycle: Cycle, number: int, yard: dict[str, Any]) -> None:
    """One yard of the report. A yard of 2019 has no status of its own: the report says all were implemented."""
    titles: dict[str, Any] = {
        f"title_{language}": f"{word}: {yard[language]}, {', '.join(yard['houses'])}"
        for language, word in _YARD.items()
    }
    project = Project(
        public_id=_lasting_id(f"{cycle.slug}/{number}"),
        cycle_id=cycle.id or 0,
        number=number,
        language=Language.KK,
        state=ProjectState.ADMITTED,
        **titles,
    )
    streets: dict[str, Any] = {f"street_{language}": yard[language] for language in Language}
    houses = [
        ProjectAddress(project_id=0, position=position, house=house, **streets)
        for position, house in enumerate(yard["houses"], start=1)
    ]
    project.folded = folded_project(project, houses)
    session.add(project)
    session.flush()
    for house in houses:
        house.project_id = project.id or 0
    session.add_all(houses)
    status = WorksStatus(yard.get("status", "completed"))
    session.add(Works(project_id=project.id or 0, status=status))


def _lasting_id(facts: str) -> str:
    """Ten characters of the alphabet of public ids, always the same for the same facts."""
    digest = hashlib.sha256(f"saryarka/{facts}".encode()).digest()
    return "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in digest[:10])
