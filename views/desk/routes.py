"""All routes of the front office, by importing the modules that declare them."""

from views.desk import device, hand_over, home, objecting, paper, paper_entering, people
from views.desk.blueprint import bp

__all__ = ["bp", "device", "hand_over", "home", "objecting", "paper", "paper_entering", "people"]
