"""The texts of a project as its author sent them in, each kept whole (see `budget.differences` for what differs)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from budget.differences import Content
from models.enums import Language
from models.project import Photo, Project, ProjectAddress
from models.screening import ProjectVersion


def keep(
    session: Session,
    project: Project,
    addresses: Iterable[ProjectAddress],
    *,
    area: str | None,
    now: datetime,
) -> ProjectVersion:
    """Keep the project's text as its version `project.version`."""
    language = project.language
    photo = session.exec(select(Photo.public_id).where(Photo.project_id == project.id)).first()
    content: Content = {
        "language": str(language),
        "title": getattr(project, f"title_{language}"),
        "description": getattr(project, f"description_{language}"),
        "addresses": [[_street(address, language), address.house] for address in addresses],
        "area": area,
        "direction": str(project.direction) if project.direction else None,
        "estimate_tenge": project.estimate_tenge,
        "photo": photo,
    }
    version = ProjectVersion(project_id=project.id or 0, number=project.version, made_at=now, content=content)
    session.add(version)
    session.flush()
    return version


def of_project(session: Session, project_id: int | None) -> Sequence[ProjectVersion]:
    """The kept versions, oldest first."""
    rows = select(ProjectVersion).where(ProjectVersion.project_id == project_id)
    return session.exec(rows.order_by(col(ProjectVersion.number))).all()


def _street(address: ProjectAddress, language: Language) -> str:
    streets = [getattr(address, f"street_{one}") for one in (language, *Language)]
    return next(str(street) for street in streets if street)
