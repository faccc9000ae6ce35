"""Where each role begins after signing in."""

from flask import url_for

from models.enums import Role

FIRST_PAGE = {
    Role.COUNCIL: "council.queue",
    Role.COORDINATOR: "office.home",
    Role.OPERATOR: "desk.home",
    Role.OBSERVER: "office.log",
}


def first_page(role: Role) -> str:
    """The address of the role's first page."""
    return url_for(FIRST_PAGE[role])
