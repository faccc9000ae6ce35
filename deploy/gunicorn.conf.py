"""gunicorn for one server behind nginx, or for the demo: 2 processes of 8 threads.

Measured (see the performance page of the decisions): plain `sync` workers are silenced by eight stalled
sockets, `gevent` gains nothing. No preload: forked workers would share one database connection, so each
worker makes its own engine on its first request and closes it when it leaves.
"""

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
preload_app = False
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


def worker_exit(_server: Any, worker: Any) -> None:
    """Close the worker's database connections, so that PostgreSQL does not log them as lost."""
    app = worker.wsgi
    database = getattr(app, "extensions", {}).get("database") if app is not None else None
    if database is not None:
        database.dispose()
