"""Looking into the files of a database, as somebody would who carried them away."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import sqlalchemy as sa

from models.database import Database
from tests.harness.postgresql import Cluster

_IIN = re.compile(rb"[0-9]{12}")


def sqlite_files(database: Database) -> list[Path]:
    """The database's file with its -wal and -shm."""
    file = Path(database.url.removeprefix("sqlite:///"))
    return [path for path in sorted(file.parent.glob(file.name + "*")) if path.suffix != ".lock"]


def postgresql_files(database: Database, cluster: Cluster) -> list[Path]:
    """Every file of this database, brought up to date on the disk."""
    cluster.run("CHECKPOINT")
    with database.reading() as session:
        own = session.connection().exec_driver_sql(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        )
        directory = cluster.data / "base" / str(own.scalar_one())
    return [path for path in sorted(directory.iterdir()) if path.is_file()]


def wal_files(cluster: Cluster) -> list[Path]:
    """The write-ahead log of the whole server."""
    return [path for path in sorted((cluster.data / "pg_wal").iterdir()) if path.is_file()]


def gather_statistics(database: Database) -> None:
    """What PostgreSQL does by itself now and then: it samples values of every column for its planner."""
    if not database.is_sqlite:
        with database.writing() as session:
            session.connection().exec_driver_sql("ANALYZE")


def iins_in(files: Iterable[Path], iins: Iterable[str]) -> set[str]:
    """Which of these IINs stand anywhere in the files."""
    wanted, found = {iin.encode() for iin in iins}, set[bytes]()
    for path in files:
        content = path.read_bytes()
        found |= wanted & set(_IIN.findall(content))
        found |= {iin for iin in list(wanted)[:5] if iin in content}  # also inside a longer row of digits
    return {iin.decode() for iin in found}


def any_in(files: Iterable[Path], needles: Sequence[bytes]) -> bool:
    """Does any of the needles stand in the files?"""
    return any(needle in content for content in map(Path.read_bytes, files) for needle in needles)


def linked_pages(files: Iterable[Path], voters: Sequence[bytes], leaves: Sequence[bytes], size: int) -> int:
    """Pages of the files on which a voter and a receipt (or a sealed ballot) stand together."""
    return sum(
        any(voter in page for voter in voters) and any(leaf in page for leaf in leaves)
        for path in files
        for page in _pages(path, size)
    )


def _pages(path: Path, size: int) -> Iterator[bytes]:
    content = path.read_bytes()
    return (content[start : start + size] for start in range(0, len(content), size))


def rank_correlation(places: Sequence[int]) -> float:
    """Spearman's rho between the places and 0, 1, 2 …; the places are a permutation."""
    count = len(places)
    squares = sum((place - rank) ** 2 for rank, place in enumerate(places))
    return 1 - 6 * squares / (count * (count**2 - 1))


def transactions_of(database: Database, table: str) -> int:
    """How many transactions wrote the rows of a table (PostgreSQL)."""
    with database.reading() as session:
        found = session.connection().execute(sa.text(f"SELECT count(DISTINCT xmin::text) FROM {table}"))
        return int(found.scalar_one())
