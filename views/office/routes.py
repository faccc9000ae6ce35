"""All routes of the coordinator, by importing the modules that declare them."""

from views.office import (
    cases,
    counting,
    cycles,
    days,
    editing,
    log,
    motions,
    paper,
    paper_voters,
    protocols,
    reserve,
    session_votes,
    sessions,
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
    "motions",
    "paper",
    "paper_voters",
    "protocols",
    "reserve",
    "session_votes",
    "sessions",
    "staff",
    "steps",
    "trustees",
    "works",
]
