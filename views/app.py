"""The application factory: short, flat, and refusing to start when something is undeclared."""

from pathlib import Path

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from views import (
    access,
    errors,
    filters,
    forms,
    i18n,
    page_cache,
    parking,
    request_scope,
    security,
    sessions,
    static_files,
    templating,
)
from views.api.routes import register_api
from views.application import Application
from views.config import Config, from_environment
from views.council.routes import bp as council
from views.desk.routes import bp as desk
from views.office.routes import bp as office
from views.public.routes import bp as public
from views.public.service import bp as service
from views.resident.eds_phone import bp as egov
from views.resident.routes import bp as resident
from views.staff.routes import bp as staff

_ROOT = Path(__file__).parent.parent


def create_app(config: Config | None = None) -> Flask:
    """Build the application for `config` (default: the environment)."""
    settings = config or from_environment()
    app = Application(
        "views", root_path=str(_ROOT / "views"), template_folder=str(_ROOT / "templates"), static_folder=None
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes,
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
    )
    templating.init_app(app)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    request_scope.init_app(app, settings)
    i18n.init_app(app)
    parking.init_app(app)  # before anything else of a request: what is out of reach is not even looked at
    CSRFProtect(app).exempt(egov)  # a telephone has neither our cookie nor our form
    for part in (sessions, filters, forms, errors, static_files, page_cache):
        part.init_app(app)
    security.init_app(app, https=settings.secure_cookies)
    app.register_blueprint(service)
    app.register_blueprint(egov)
    for blueprint in (public, resident, staff, council, office, desk):
        app.register_blueprint(blueprint, url_prefix=i18n.PREFIX)
    register_api(app)
    access.check_all(app)
    return app
