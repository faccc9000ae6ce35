"""The published files on a disk: a directory of them, or one zip archive with the same."""

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from sqlmodel import Session

from budget.published.files import contents, sealed_lines
from models.cycle import Cycle

SEALED = "sealed.txt"


def write_directory(session: Session, cycle: Cycle, directory: Path, *, sealed: bool = False) -> list[str]:
    """Write the files into an empty or new directory, all or none; their names.

    `sealed` adds the sealed ballots for the audit commission; they are not for publication where the setting
    `opening` is "commission". Raises: NotFound (see `published_files`), FileExistsError when something is there.
    """
    if directory.exists() and any(directory.iterdir()):
        raise FileExistsError(str(directory))
    fresh = directory.with_name(f".{directory.name}.writing")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        names = []
        for name, content in contents(session, cycle):
            _write(fresh / name, content)
            names.append(name)
        if sealed and SEALED not in names:
            _write(fresh / SEALED, sealed_lines(session, cycle))
            names.append(SEALED)
        if directory.exists():
            directory.rmdir()
        fresh.rename(directory)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return names


def write_zip(session: Session, cycle: Cycle, file: IO[bytes]) -> None:
    """Write the files as a zip archive, in a folder named after the cycle; the same bytes each time.

    Raises NotFound (see `published_files`).
    """
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in contents(session, cycle):
            entry = zipfile.ZipInfo(f"{cycle.slug}/{name}")
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=True) as out:
                for part in content:
                    out.write(part)


def _write(path: Path, content: Iterable[bytes]) -> None:
    with path.open("wb") as out:
        for part in content:
            out.write(part)
