"""All routes of a council member, by importing the modules that declare them."""

from views.council import eds_signing, interests, project, protocols, queue, voting
from views.council.blueprint import bp

__all__ = ["bp", "eds_signing", "interests", "project", "protocols", "queue", "voting"]
