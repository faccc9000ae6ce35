"""All routes of a resident, by importing the modules that declare them."""

from views.resident import projects, signing_in, voting
from views.resident.blueprint import bp

__all__ = ["bp", "projects", "signing_in", "voting"]
