"""gunicorn as deployed: the workers share what was loaded before the fork, and no connection to the database."""

import time
from pathlib import Path

from tests.harness.processes import demo_environment, serve, stop

WORKERS = 2


def children_of(process_id: int) -> list[int]:
    """gunicorn's workers; the second is made while the first already answers."""
    end = time.monotonic() + 10
    while True:
        listed = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
        if len(listed) == WORKERS or time.monotonic() > end:
            return [int(number) for number in listed]
        time.sleep(0.05)


def connections(process_id: int) -> set[str]:
    """Open sockets by their number, and open files of SQLite."""
    names = {str(file.readlink()) for file in Path(f"/proc/{process_id}/fd").iterdir()}
    return {name for name in names if name.startswith("socket:") or ".sqlite3" in name}


def test_no_connection_is_open_before_the_fork(database_url: str, tmp_path: Path) -> None:
    settings = demo_environment(tmp_path, DATABASE_URL=database_url, WEB_WORKERS=str(WORKERS))
    server = serve(settings, tmp_path)  # one worker has answered /healthz out of the database
    try:
        before = connections(server.process.pid)
        workers = [connections(worker) - before for worker in children_of(server.process.pid)]
    finally:
        stop(server)
    assert len(workers) == WORKERS
    assert any(workers)
    assert [name.partition(":")[0] for name in before] == ["socket"]  # the one it listens on
