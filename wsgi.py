"""The WSGI entry: `gunicorn wsgi:app`."""

from views.app import create_app

app = create_app()
