"""Signing in and out for staff, the second factor, the own account, and invitations."""

from views.staff import account, annulments, invitations, set_up, signing_in
from views.staff.blueprint import bp

__all__ = ["account", "annulments", "bp", "invitations", "set_up", "signing_in"]
