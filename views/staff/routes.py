"""Signing in and out for staff."""

from views.staff import signing_in
from views.staff.blueprint import bp

__all__ = ["bp", "signing_in"]
