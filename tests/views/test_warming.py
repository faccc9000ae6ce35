"""What is loaded before the fork: pages and texts, and no connection that workers could share."""

from flask import Flask

from models.database import Database
from views.warming import warm


def kept_templates(app: Flask) -> set[str]:
    assert app.jinja_env.cache is not None
    return {name for _, name in app.jinja_env.cache}


def test_pages_of_visitors_and_residents_are_compiled_and_the_offices_not(app: Flask) -> None:
    warm(app)
    kept = kept_templates(app)
    assert {"base.html", "public/home.html"} <= kept
    assert any(name.startswith("resident/") for name in kept)
    assert not any(name.startswith(("office/", "council/")) for name in kept)


def test_the_database_is_not_asked(app: Flask) -> None:
    database: Database = app.extensions["database"]
    database.engine.dispose()
    warm(app)
    assert "Connections in pool: 0" in database.engine.pool.status()
    assert "Checked out connections: 0" in database.engine.pool.status()
