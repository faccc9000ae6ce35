"""The import contracts hold, and each of them goes red on an import planted in a copy of the tree."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("budget", "models", "seeds", "views")

# contract: imports that break it, each as (module, line)
PLANTED = {
    "direction": [
        ("models/enums.py", "import budget.errors"),
        ("budget/phases.py", "import seeds"),
        ("models/base.py", "import views.config"),
    ],
    "edge": [("seeds/__init__.py", "import views.config"), ("budget/audit.py", "import wsgi")],
    "no-web": [
        ("budget/audit.py", "from flask import g"),
        ("models/base.py", "from werkzeug.security import safe_join"),
        ("budget/phases.py", "import wtforms"),
        ("budget/errors/base.py", "import marshmallow"),
        ("models/enums.py", "import jinja2"),
    ],
    "pure": [
        ("budget/phases.py", "import sqlalchemy"),
        ("budget/tally.py", "from sqlmodel import Session"),
        ("budget/permissions.py", "from models.people import Resident"),
        ("budget/ballot_rules.py", "import budget.audit"),  # impure by another's hand
        ("budget/pabulib/reader.py", "import models.base"),
        ("budget/log/merkle.py", "import sqlite3"),
        ("budget/allocation/greedy.py", "import budget.cycles"),
    ],
    "vocabulary": [("models/enums.py", "import sqlalchemy"), ("models/enums.py", "import models.base")],
    "pages": [("views/public/__init__.py", "import seeds")],
}


def contracts() -> dict[str, str]:
    """The contracts of pyproject.toml: id to name."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {table["id"]: table["name"] for table in tables}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter over a tree."""
    return subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache", "--no-logo"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "200"},
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the source tree to spoil."""
    ignored = shutil.ignore_patterns("node_modules", "static", "__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    for name in ("pyproject.toml", "wsgi.py"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def plant(tree: Path, module: str, line: str) -> None:
    """Add an import at the end of a module."""
    path = tree / module
    path.write_text(f"{path.read_text()}\n{line}\n")


def test_every_contract_is_kept() -> None:
    linted = lint(ROOT)
    assert linted.returncode == 0, linted.stdout + linted.stderr


@pytest.mark.parametrize("contract", PLANTED)
def test_a_planted_import_breaks_its_contract(contract: str, tree: Path) -> None:
    for module, line in PLANTED[contract]:
        before = (tree / module).read_text()
        plant(tree, module, line)
        linted = lint(tree)
        assert linted.returncode == 1, linted.stdout + linted.stderr
        assert f"{contracts()[contract]} BROKEN" in linted.stdout, f"{module}: {line}\n{linted.stdout}"
        (tree / module).write_text(before)


def test_every_contract_has_a_planted_import() -> None:
    assert set(PLANTED) == set(contracts())


def test_a_use_case_may_import_the_tables(tree: Path) -> None:
    plant(tree, "budget/audit.py", "import models.cycle")
    assert lint(tree).returncode == 0
