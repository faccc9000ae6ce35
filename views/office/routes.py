"""All routes of the coordinator, by importing the modules that declare them."""

from views.office import counting, cycles, editing, log, staff, steps, works
from views.office.blueprint import bp

__all__ = ["bp", "counting", "cycles", "editing", "log", "staff", "steps", "works"]
