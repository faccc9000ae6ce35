"""All routes of the coordinator, by importing the modules that declare them."""

from views.office import (
    cases,
    counting,
    cycles,
    days,
    editing,
    log,
    paper,
    paper_voters,
    staff,
    steps,
    trustees,
    works,
)
from views.office.blueprint import bp

__all__ = [
    "bp",
    "cases",
    "counting",
    "cycles",
    "days",
    "editing",
    "log",
    "paper",
    "paper_voters",
    "staff",
    "steps",
    "trustees",
    "works",
]
