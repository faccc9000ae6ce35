"""Our own style sheet, script and pictures: named by content, held in memory, gzipped, immutable for a year.

`python -m views.assets.build` makes the files and a manifest (logical name -> built name). Behind nginx the same
files are served by nginx; without it this is all there is.
"""

import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from flask import Flask, Response, current_app, request

PREFIX = "/static/"
STATIC = Path(__file__).parent / "static"
_YEAR = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class StaticFile:
    """A built file: plain and compressed bytes and its type."""

    content: bytes
    compressed: bytes
    content_type: str


@dataclass(frozen=True)
class StaticFiles:
    """All built files by built name, and the built name of each logical one."""

    names: dict[str, str]
    files: dict[str, StaticFile]


def load(folder: Path) -> StaticFiles:
    """Read the manifest and what it names; nothing where nothing was built yet."""
    manifest = folder / "manifest.json"
    names: dict[str, str] = json.loads(manifest.read_text()) if manifest.exists() else {}
    return StaticFiles(names, {built: _read(folder / built) for built in names.values()})


def asset_url(name: str) -> str:
    """The address of a built file by its logical name ("main.css"); needs no routing, so error pages have it too."""
    return f"{request.script_root}{PREFIX}{_files().names.get(name, name)}"


def respond(name: str) -> Response | None:
    """The file `name` as a response, compressed where the browser takes it; None when there is none."""
    file = _files().files.get(name)
    if file is None:
        return None
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(file.compressed if zipped else file.content, content_type=file.content_type)
    response.headers["Cache-Control"] = _YEAR
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response


def init_app(app: Flask) -> None:
    """Load the built files and give templates `asset_url`."""
    app.extensions["static_files"] = load(STATIC)
    app.jinja_env.globals["asset_url"] = asset_url


def _files() -> StaticFiles:
    return cast(StaticFiles, current_app.extensions["static_files"])


def _read(path: Path) -> StaticFile:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind == "image/svg+xml":
        kind += "; charset=utf-8"
    return StaticFile(path.read_bytes(), path.with_name(f"{path.name}.gz").read_bytes(), kind)
