"""Every table, imported once, so that the metadata is complete for migrations and tests."""

from sqlmodel import SQLModel

from models import ballot, cycle, district, people, project, result, service, works

__all__ = ["ballot", "cycle", "district", "metadata", "people", "project", "result", "service", "works"]

metadata = SQLModel.metadata
