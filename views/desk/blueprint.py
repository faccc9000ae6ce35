"""The blueprint of this audience; its routes register themselves in `routes`."""

from flask import Blueprint

bp = Blueprint("desk", __name__)
