"""What stands in deploy/ agrees with the code: every variable is documented, the server starts as configured."""

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCUMENTED = re.compile(r"^#? ?([A-Z_]+)=", re.MULTILINE)
READ = re.compile(
    r"""(?:os\.environ(?:\.get\(|\[)|\benv(?:\.get\(|\[)|_required\(env, |_secret\(env, |_whole\(env, )["']([A-Z_]+)["']"""
)


def documented() -> set[str]:
    """Variables of deploy/environment.example."""
    return set(DOCUMENTED.findall((DEPLOY / "environment.example").read_text()))


def read() -> set[str]:
    """Variables the code reads."""
    files = [*(ROOT / "views").glob("*.py"), *(ROOT / "views" / "cli").glob("*.py"), *DEPLOY.glob("*.py")]
    return {name for path in files for name in READ.findall(path.read_text())}


def test_every_variable_is_documented_and_every_documented_one_is_read() -> None:
    assert {"DATABASE_URL", "VOTER_KEY", "PORT"} <= read()
    assert documented() == read()


def test_an_undocumented_variable_would_be_seen() -> None:
    assert READ.findall('os.environ.get("NEW_ONE", "")') == ["NEW_ONE"]
    assert READ.findall("_whole(env, 'NEW_ONE', 0)") == ["NEW_ONE"]


def test_the_web_server_is_configured_as_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    settings = runpy.run_path(str(DEPLOY / "gunicorn.conf.py"))
    assert settings["bind"] == "127.0.0.1:8123"
    assert (settings["worker_class"], settings["workers"], settings["threads"]) == ("gthread", 2, 8)
    assert settings["preload_app"] is True
    assert settings["control_socket_disable"] is True
    assert settings["accesslog"] is None


def test_gunicorn_accepts_its_configuration() -> None:
    gunicorn = Path(sys.executable).parent / "gunicorn"
    checked = subprocess.run(
        [gunicorn, "-c", DEPLOY / "gunicorn.conf.py", "--print-config", "wsgi:app"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"DEMO": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert checked.returncode == 0, checked.stderr
    assert re.search(r"^control_socket_disable += True$", checked.stdout, re.MULTILINE)


def test_constraints_name_exact_versions_and_nothing_else() -> None:
    lines = (DEPLOY / "constraints.txt").read_text().splitlines()
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9._!+-]+", line)] == []


@pytest.mark.parametrize("unit", ["participation-budget.service", "participation-budget-jobs.service"])
def test_units_start_programs_that_exist(unit: str) -> None:
    found = re.search(
        r"^ExecStart=/opt/participation-budget/\.venv/bin/(\S+)", (DEPLOY / unit).read_text(), re.MULTILINE
    )
    assert found is not None
    assert (Path(sys.executable).parent / found.group(1)).exists()
