"""The supervisor of `make run`: the demo with gunicorn and the job process, until Ctrl-C.

Why our own: two programs have to live and die together, on a machine that has only Python. Uses the
standard library alone, so that `make reset` works before anything is installed.

The demo keeps everything in `.data/`: database, keys, the lock that says it is running. Its settings
override the caller's environment, so a production DATABASE_URL can never be seeded by accident.
Exit codes: 0 stopped by the user, 1 something failed, 2 wrong usage or a port that is taken.
"""

import contextlib
import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / ".data"
SEEDED = DATA / "seeded"
BIN = ROOT / ".venv" / "bin"
STOP_SECONDS = 12.0
START_SECONDS = 30.0


class Failure(Exception):
    """Something the user must know, in one line, with the exit code to leave by."""

    def __init__(self, line: str, code: int = 1) -> None:
        super().__init__(line)
        self.code = code


class Stopped(Exception):
    """Ctrl-C, or a polite signal."""


def main(arguments: list[str]) -> int:
    """Run one command: `run` or `reset`."""
    commands = {"run": run, "reset": reset}
    if len(arguments) != 1 or arguments[0] not in commands:
        print("usage: serve.py run|reset", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    try:
        commands[arguments[0]]()
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.code
    return 0


def reset() -> None:
    """Empty the demo; refused while it runs."""
    with only_one():
        shutil.rmtree(DATA)
    print("The demo is empty. `make run` fills it anew.")


def run() -> None:
    """Prepare the data, start both programs, tell the address, wait."""
    port = chosen_port()
    environment = demo_environment(port)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    children: dict[str, subprocess.Popen[bytes]] = {}
    with only_one():
        try:
            refuse_taken(port)
            prepare(environment)
            children["web server"] = start([BIN / "gunicorn", "-c", "deploy/gunicorn.conf.py"], environment)
            wait_until_up(port, children)
            children["job process"] = start([BIN / "budget", "jobs"], environment)
            announce(port)
            watch(children)
        except Stopped:
            print("\nStopping.", flush=True)
        finally:
            stop(children)


def chosen_port() -> int:
    """PORT from the environment, 8000 without it."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Failure(f"PORT must be a number from 1 to 65535, not {text!r}.", 2)
    return int(text)


def demo_environment(port: int) -> dict[str, str]:
    """The caller's environment with the demo's settings on top."""
    return {
        **os.environ,
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{DATA / 'demo.sqlite3'}",
        "KEY_DIR": str(DATA / "keys"),
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Hold the demo's lock; a second copy is told who runs."""
    DATA.mkdir(mode=0o700, exist_ok=True)
    with (DATA / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip()
            raise Failure(f"The demo is running (process {holder}): stop it first with Ctrl-C.") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def refuse_taken(port: int) -> None:
    """Fail now, in words, rather than in gunicorn's retries."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            line = f"Port {port} can't be used ({error.strerror}): choose another, PORT={port + 1} make run"
            raise Failure(line, 2) from None


def prepare(environment: dict[str, str]) -> None:
    """Bring the database to the newest tables; fill it when it is new.

    The mark is set after the seeding, so a first start that was interrupted begins again; it holds the
    accounts, so that a later start need not ask for them.
    """
    if not SEEDED.exists():
        for left in [*DATA.glob("demo.sqlite3*"), DATA / "keys"]:
            shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    call(["upgrade"], environment, "The database could not be brought up to date.")
    if not SEEDED.exists():
        call(["seed", "demo"], environment, "The demo could not be loaded.")
        command: list[str | Path] = [BIN / "budget", "demo-accounts"]
        accounts = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
        if accounts.returncode:
            raise Failure(f"The demo accounts could not be read. {accounts.stderr.decode().strip()}")
        SEEDED.write_bytes(accounts.stdout)


def call(arguments: list[str], environment: dict[str, str], failure: str) -> None:
    """Run one `budget` command to its end."""
    with start([BIN / "budget", *arguments], environment) as process:
        try:
            code = process.wait()
        except Stopped:
            stop({"command": process})
            raise
    if code:
        raise Failure(f"{failure} (budget {' '.join(arguments)} ended with {code})")


def start(command: list[str | Path], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own: Ctrl-C reaches us alone, and we stop it in order."""
    return subprocess.Popen(
        command,
        env=environment,
        cwd=ROOT,
        start_new_session=True,
        preexec_fn=_die_with_parent,  # noqa: PLW1509  # unsafe beside threads: we start none
    )


def _die_with_parent() -> None:
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def wait_until_up(port: int, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Wait for /healthz; a child that dies meanwhile ends it."""
    address = f"http://127.0.0.1:{port}/healthz"
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        refuse_dead(children)
        with (
            contextlib.suppress(OSError, HTTPException),
            urllib.request.urlopen(address, timeout=2) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise Failure(f"The web server did not answer within {START_SECONDS:.0f} seconds.")


def announce(port: int) -> None:
    """Print the address and one demo account per role."""
    print(f"\nThe participation budget is at http://127.0.0.1:{port}\n")
    print(SEEDED.read_text(encoding="utf-8"))
    print("Ctrl-C stops it.", flush=True)


def watch(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Sleep until a child dies (a failure) or a signal comes (`Stopped`)."""
    while True:
        refuse_dead(children)
        time.sleep(0.5)


def refuse_dead(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Raise when one of the programs is gone."""
    for name, process in children.items():
        if process.poll() is not None:
            raise Failure(
                f"The {name} ended by itself (exit code {process.returncode}): stopping everything."
            )


def stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End all programs: politely, then by force. A second Ctrl-C changes nothing."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    for process in children.values():
        if process.poll() is None:
            process.terminate()
    end = time.monotonic() + STOP_SECONDS
    for process in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, end - time.monotonic()))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _stop(_number: int, _frame: FrameType | None) -> Any:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
