"""All public pages, by importing the modules that declare them."""

from views.public import cycles, home, log, people, projects, results, shares, versions
from views.public.blueprint import bp

__all__ = ["bp", "cycles", "home", "log", "people", "projects", "results", "shares", "versions"]
