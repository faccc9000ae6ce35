"""Load before the fork what the first visitors would make each worker load: templates and catalogs.

Asks no database. The offices' templates are left to those who open them.
"""

from importlib import import_module

from flask import Flask

from models.enums import Language
from views import texts

_FOLDERS = ("public/", "resident/", "macros/", "errors/")


def warm(app: Flask) -> None:
    """Compile the pages of visitors and residents, read the texts of every language, and load what Werkzeug takes to
    read the name of the host."""
    import_module("encodings.idna")
    for name in app.jinja_env.list_templates():
        if "/" not in name or name.startswith(_FOLDERS):
            app.jinja_env.get_template(name)
    for language in Language:
        texts.catalog(language)
