"""All routes of a resident, by importing the modules that declare them."""

from views.resident import eds, my, my_vote, projects, signing_in, voting
from views.resident.blueprint import bp

__all__ = ["bp", "eds", "my", "my_vote", "projects", "signing_in", "voting"]
