"""All public pages, by importing the modules that declare them."""

from views.public import (
    council,
    cycles,
    home,
    log,
    people,
    projects,
    protocols,
    results,
    shares,
    versions,
)
from views.public.blueprint import bp

__all__ = [
    "bp",
    "council",
    "cycles",
    "home",
    "log",
    "people",
    "projects",
    "protocols",
    "results",
    "shares",
    "versions",
]
