"""Access: every endpoint declares who may use it, or the application does not start.

`@public` or `@requires(Action…)` on each view function; `check_all` walks the routes at start-up. The role is
checked here, the phase and the object inside `budget`. Who acts in a request comes from `views.sessions`.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, redirect, request, url_for

from budget.errors import NotPermitted
from budget.permissions import Action, Actor, has_role
from models.enums import Role
from views import sessions

View = TypeVar("View", bound=Callable[..., Any])
_DECLARED = "__access__"
_SIGN_IN = {
    Role.RESIDENT: "resident.sign_in",
    Role.COUNCIL: "staff.sign_in",
    Role.COORDINATOR: "staff.sign_in",
    Role.OPERATOR: "staff.sign_in",
    Role.OBSERVER: "staff.sign_in",
}


def public(view: View) -> View:
    """Anyone may use this endpoint."""
    setattr(view, _DECLARED, "public")
    return view


def requires(action: Action) -> Callable[[View], View]:
    """Only roles that may ever do `action`; a visitor is sent to sign in, another role gets 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            who = actor()
            if has_role(who.role, action):
                return view(*args, **kwargs)
            if who.role is Role.VISITOR:
                return redirect(url_for(_sign_in_for(action), next=request.full_path.rstrip("?")), 303)
            raise NotPermitted(action=action)

        setattr(guarded, _DECLARED, action)
        return cast(View, guarded)

    return decorate


def actor() -> Actor:
    """Who acts in this request; a visitor when nobody is signed in."""
    return sessions.current().actor


def declared(view: Callable[..., Any]) -> str | Action | None:
    """What a view function declared: "public", an Action, or None."""
    return cast(str | Action | None, getattr(view, _DECLARED, None))


def check_all(app: Flask) -> None:
    """Refuse to start when an endpoint has no declared access rule."""
    undeclared = sorted(name for name, view in app.view_functions.items() if declared(view) is None)
    if undeclared:
        raise RuntimeError(f"endpoints without an access rule: {', '.join(undeclared)}")


def _sign_in_for(action: Action) -> str:
    return next(door for role, door in _SIGN_IN.items() if has_role(role, action))
