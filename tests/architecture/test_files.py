"""What every committed file keeps to: sizes one can read, and nothing of the machine it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {".py", ".html", ".scss", ".js", ".sh"}
LONGEST_SOURCE = 450
LONGEST_README = 149

# Classes of one letter keep these lines from finding themselves.
FORBIDDEN = {
    "a package registry": re.compile(
        r"(?:p[y]pi|n[p]mjs|d[e]bian)\.(?:org|com)|pythonhoste[d]|https?://[^ ]*/simpl[e]/"
    ),
    "a path of one machine": re.compile(r"(?<![\w.])/(?:w[o]rk|f[a]rm|r[o]ot|h[o]me/\w+)/|\.l[i]brary"),
    "unfinished work": re.compile(
        r"(?:#|//|<!--|/\*).*\b(?:TOD[O]|FIXM[E]|XX[X])\b|NotImplementedErro[r]|mark\.(?:ski[p]|xfai[l])"
    ),
}


def committed() -> list[Path]:
    """Every file git knows, that still exists."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def faults(name: str, text: str) -> list[str]:
    """What stands against a file, by its name and text."""
    lines = text.count("\n") + 1
    suffix = Path(name).suffix
    found = []
    if suffix in SOURCES and "migrations/versions" not in name and lines > LONGEST_SOURCE + 1:
        found.append(f"{name}: {lines} lines, {LONGEST_SOURCE} at most")
    if name == "README.md" and lines > LONGEST_README + 1:
        found.append(f"README.md: {lines} lines, {LONGEST_README} at most")
    for number, line in enumerate(text.splitlines(), 1):
        for what, pattern in FORBIDDEN.items():
            if match := pattern.search(line):
                found.append(f"{name}:{number}: {what}: {match.group()!r}")
    return found


def test_committed_files_keep_to_the_rules() -> None:
    found = []
    for path in committed():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a picture
            continue
        found += faults(str(path.relative_to(ROOT)), text)
    assert not found, "\n".join(found)


def test_nothing_that_is_built_is_committed() -> None:
    built = re.compile(r"(?:^|/)(?:node_modules|__pycache__|\.venv|\.data)/|\.mo$|^views/static/|\.sqlite3")
    assert not [path for path in committed() if built.search(str(path.relative_to(ROOT)))]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("budget/long.py", "x = 1\n" * 451, "450 at most"),
        ("templates/long.html", "<p>\n" * 451, "450 at most"),
        ("README.md", "words\n" * 150, "149 at most"),
        ("deploy/README.md", "from files.pytho" + "nhosted.example", "a package registry"),
        ("Makefile", "pip -i https://py" + "pi.org", "a package registry"),
        ("a.py", "open('/wo" + "rk/main')", "a path of one machine"),
        ("a.py", "# TO" + "DO later", "unfinished work"),
    ],
)
def test_a_planted_fault_is_found(name: str, text: str, told: str) -> None:
    assert any(told in fault for fault in faults(name, text))
    assert not faults(name, "x = 1\n" * 100)
