"""All public pages, by importing the modules that declare them."""

from views.public import cycles, home, people, projects, results
from views.public.blueprint import bp

__all__ = ["bp", "cycles", "home", "people", "projects", "results"]
