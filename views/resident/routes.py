"""All routes of a resident, by importing the modules that declare them."""

from views.resident import appeals, corrections, eds, mergers, my, my_vote, projects, signing_in, voting
from views.resident.blueprint import bp

__all__ = [
    "appeals",
    "bp",
    "corrections",
    "eds",
    "mergers",
    "my",
    "my_vote",
    "projects",
    "signing_in",
    "voting",
]
