"""All routes of a council member, by importing the modules that declare them."""

from views.council import queue
from views.council.blueprint import bp

__all__ = ["bp", "queue"]
