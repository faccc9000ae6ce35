"""Load before the fork what the first visitors would make each worker load: templates, catalogs, locales.

Asks no database. The offices' templates are left to those who open them.
"""

from flask import Flask
from flask_babel import get_locale, get_translations

from views.i18n import LANGUAGES

_FOLDERS = ("public/", "resident/", "macros/", "errors/")


def warm(app: Flask) -> None:
    """Compile the pages of visitors and residents, and read the texts and formats of every language."""
    for name in app.jinja_env.list_templates():
        if "/" not in name or name.startswith(_FOLDERS):
            app.jinja_env.get_template(name)
    for language, _ in LANGUAGES:
        with app.test_request_context(f"/{language}/"):
            get_translations()
            locale = get_locale()
            if locale is not None:
                locale.date_formats  # noqa: B018  # Babel reads a locale's data when it is first asked
