"""A real file system filled to the last byte under the database: what the systems then really say.

`test_disk_full.py` tells in detail what people see; here the errors are the kernel's own, for SQLite's file and WAL
and for PostgreSQL's table of ballots, each on a tmpfs of its own. Mounting one needs root; without it both are left out.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from tests.faults.test_disk_full import SAYS, browsers, press
from tests.harness.ballots import ballots_in, ids, open_vote
from tests.harness.figures import FIGURES
from tests.harness.postgresql import Cluster

pytestmark = pytest.mark.slow

VOTERS = 150


class SmallDisk:
    """A mounted tmpfs; a file of zeros takes what room is left, and gives it back."""

    def __init__(self, at: Path) -> None:
        self.at = at
        self._zeros = at / "zeros"

    def fill(self) -> None:
        """Not a byte more."""
        with self._zeros.open("ab", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                return

    def free(self) -> None:
        """Somebody has made room."""
        self._zeros.unlink()


@pytest.fixture
def small_disk() -> Iterator[SmallDisk]:
    """Outside the directories of pytest, which other users may not enter."""
    at = Path(tempfile.mkdtemp(prefix="budget-small-disk-"))
    at.chmod(0o755)
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", at]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        at.rmdir()
        pytest.skip("mounting a small disk needs root")
    yield SmallDisk(at)
    subprocess.run(["umount", "--lazy", at], check=True)
    at.rmdir()


@pytest.fixture
def sqlite_on_it(small_disk: SmallDisk, sqlite_template: Path) -> str:
    """The whole database."""
    path = small_disk.at / "budget.sqlite3"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def tablespace(small_disk: SmallDisk, postgresql_cluster: Cluster) -> Iterator[str]:
    place = small_disk.at / "postgresql"
    place.mkdir(mode=0o700)
    owner = pwd.getpwnam("postgres")
    os.chown(place, owner.pw_uid, owner.pw_gid)
    postgresql_cluster.run(f"CREATE TABLESPACE small LOCATION '{place}'")
    yield "small"
    postgresql_cluster.run("DROP TABLESPACE small")


@pytest.fixture
def postgresql_on_it(tablespace: str, new_postgresql_url: str) -> str:
    """The table of ballots: its room is what a vote takes."""
    import psycopg

    with psycopg.connect(new_postgresql_url.replace("+psycopg", "")) as connection:
        connection.execute("ALTER TABLE participation SET TABLESPACE small")
    return new_postgresql_url


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_disk_filled_to_the_last_byte_takes_no_ballot_and_goes_on_when_there_is_room(
    kind: str,
    request: pytest.FixtureRequest,
    small_disk: SmallDisk,
    make_app: Callable[..., Flask],
    now: datetime,
    record_property: Callable[[str, object], None],
) -> None:
    app = make_app(request.getfixturevalue(f"{kind}_on_it"))
    election = open_vote(app, now)
    voters = browsers(app, VOTERS)
    small_disk.fill()
    answers = []
    while not answers or answers[-1].status_code == 303:
        answers.append(press(voters[len(answers)], "kk", ids(election)[:1]))
    refused, accepted = answers[-1], len(answers) - 1
    assert (refused.status_code, refused.h1) == (503, SAYS["kk"])
    assert len(ballots_in(app)) == accepted
    voters[0].get("/kk/cycles/test-2027", status=200)
    small_disk.free()
    done = voters[accepted].submit(refused, follow_redirects=True)
    assert done.request.path == "/kk/cycles/test-2027/receipt"
    assert len(ballots_in(app)) == accepted + 1
    record_property(FIGURES, f"{accepted} found room, then 503; with room again {accepted + 1} in the box")
