"""gunicorn for one server behind nginx, or for the demo: 2 processes of 8 threads.

Measured (see the performance page of the decisions): plain `sync` workers are silenced by eight stalled
sockets, `gevent` gains nothing.

The application is loaded and warmed before the fork, so that the workers share its memory (a third less for each).
No connection may be shared: loading the application opens none, which a test holds, and each worker begins with a
pool of its own and closes it when it leaves. New code therefore needs a restart; a reload (HUP) keeps the old.
"""

import ctypes
import gc
import os
from pathlib import Path
from typing import Any

wsgi_app = "wsgi:app"
chdir = str(Path(__file__).resolve().parent.parent)
proc_name = "participation-budget"

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "8"))
preload_app = True
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # heartbeats off the disk

timeout = 60  # a worker that shows no sign of life is replaced; uploads from slow phones need time
graceful_timeout = 15
keepalive = 5
limit_request_line = 2048
limit_request_fields = 60

# No access log: an address line could link a person, a minute and a ballot. nginx keeps a masked one.
accesslog = None
errorlog = "-"
loglevel = os.environ.get("LOG_LEVEL", "warning").lower()


_ARENA_MAX, _TRIM_THRESHOLD = -8, -1
"""Of mallopt(3). glibc gives each thread a heap of its own and keeps what was freed: 3 MB in each worker."""


def when_ready(server: Any) -> None:
    """Before the fork: load what every worker would load, and keep the collector from writing into what they share."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other libraries of C have none
    if mallopt is not None:
        mallopt(_ARENA_MAX, 1)
        mallopt(_TRIM_THRESHOLD, 128 * 1024)
    app = server.app.wsgi()
    if "database" in getattr(app, "extensions", {}):
        from views.warming import warm  # the path to `views` is there once the application is loaded

        warm(app)
    gc.freeze()


def post_fork(server: Any, _worker: Any) -> None:
    """In the new worker: a pool of its own."""
    database = getattr(server.app.wsgi(), "extensions", {}).get("database")
    if database is not None:
        database.engine.dispose(close=False)


def worker_exit(_server: Any, worker: Any) -> None:
    """Close the worker's database connections, so that PostgreSQL does not log them as lost."""
    app = worker.wsgi
    database = getattr(app, "extensions", {}).get("database") if app is not None else None
    if database is not None:
        database.dispose()
