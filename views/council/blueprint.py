"""The blueprint of this audience; its routes register themselves in `routes`."""

from flask import Blueprint

bp = Blueprint("council", __name__)
