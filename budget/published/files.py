"""The files of a published cycle: rules, log, ballots, sums, lot, result, and the verifier that recomputes them.

Nothing of a voter is in them. The sealed ballots and the private key are there only where the setting `opening` is
"public"; the audit commission gets the sealed ones apart (`sealed_lines`). Everything stands in an order that
follows from its content, so the same cycle always gives the same bytes.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from budget.allocation import lot_seed
from budget.ballot_log import final_head, head_of
from budget.cycles import document_to_freeze, envelopes, projects_on_ballot
from budget.errors import NotFound
from budget.exports import export_pb
from budget.log.heads import head_time
from budget.published.ballots import ballot_lines
from budget.results import ranks_by_draw
from models.ballot import Participation, SealedBallot
from models.cycle import Cycle
from models.enums import Channel, Opening, Origin, VerdictKind
from models.log import LogHead, LogLeaf
from models.project import Project
from models.result import Count, VerdictRow

HASHES = "SHA256SUMS"
_HERE = Path(__file__).parent
_AT_ONCE = 10_000

Content = Iterable[bytes]


def published_files(session: Session, cycle: Cycle) -> dict[str, Callable[[], Content]]:
    """What makes each file, by name; none is made before it is asked for.

    Raises NotFound: results not published, not a cycle run in this service, or one from before there were logs.
    """
    head, count = final_head(session, cycle.id or 0), session.get(Count, cycle.id)
    if (
        cycle.results_published_at is None
        or cycle.origin is not Origin.SERVICE
        or head is None
        or count is None
    ):
        raise NotFound(slug=cycle.slug)
    files: dict[str, Callable[[], Content]] = {
        "README.txt": lambda: [(_HERE / "README.txt").read_bytes()],
        "verify.py": lambda: [(_HERE / "verify.py").read_bytes()],
        "frozen.json": lambda: [document_to_freeze(session, cycle)],
        "projects.csv": lambda: _projects(session, cycle),
        "heads.jsonl": lambda: _heads(session, cycle),
        "leaves.txt": lambda: _leaves(session, cycle.id or 0),
        "ballots.csv": lambda: ballot_lines(session, cycle),
        "sums.json": lambda: [_json(_sums(session, cycle, count))],
        "lot.json": lambda: [_json(_lot(session, cycle, head, count))],
        "result.json": lambda: [_result(session, cycle)],
    }
    for row in envelopes(session, cycle.id or 0):
        files[f"{row.position}.pb"] = partial(_pabulib, session, cycle, row.position)
    if cycle.opening is Opening.PUBLIC:
        key = (cycle.opened_ballot_key or b"").hex()
        files |= {
            "sealed.txt": lambda: sealed_lines(session, cycle),
            "key.txt": lambda: [f"{key}\n".encode()],
        }
    return dict(sorted(files.items()))


def contents(session: Session, cycle: Cycle) -> Iterator[tuple[str, Content]]:
    """Name and content of each file, the list of their hashes last. Read each content to its end before the next.

    Raises what `published_files` does.
    """
    listed = []
    for name, make in published_files(session, cycle).items():
        digest = hashlib.sha256()
        yield name, _through(make(), digest.update)
        listed.append(f"{digest.hexdigest()}  {name}\n")
    yield HASHES, ["".join(listed).encode()]


def sealed_lines(session: Session, cycle: Cycle) -> Content:
    """The sealed ballots in hex, one a line, sorted."""
    stored = session.exec(select(SealedBallot.sealed).where(SealedBallot.cycle_id == cycle.id))
    return (f"{sealed.hex()}\n".encode() for sealed in sorted(stored))


def _through(content: Content, hear: Callable[[bytes], None]) -> Iterator[bytes]:
    for part in content:
        hear(part)
        yield part


def _projects(session: Session, cycle: Cycle) -> Content:
    """The frozen list with titles; `withdrawn` as it was at the count."""
    stored = select(VerdictRow.project_id).where(
        VerdictRow.cycle_id == cycle.id, VerdictRow.kind == VerdictKind.WITHDRAWN
    )
    withdrawn = set(session.exec(stored).all())
    parts = {row.id: row.public_id for row in envelopes(session, cycle.id or 0)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    titles = ("title_kk", "title_ru", "title_en")
    writer.writerow(["id", "number", "envelope", "cost", "withdrawn", *titles])
    for project in projects_on_ballot(session, cycle):
        words = [" ".join((getattr(project, title) or "").split()) for title in titles]
        mark = "yes" if project.id in withdrawn else ""
        part = parts[project.envelope_id]
        writer.writerow([project.public_id, project.number, part, project.cost_tenge, mark, *words])
    return [out.getvalue().encode()]


def _heads(session: Session, cycle: Cycle) -> Content:
    """What was signed, with the signature, one head a line."""
    rows = session.exec(select(LogHead).where(LogHead.cycle_id == cycle.id).order_by(col(LogHead.number)))
    for row in rows:
        line = json.dumps(
            asdict(head_of(row, cycle.slug)) | {"signature": row.signature},
            sort_keys=True,
            separators=(",", ":"),
        )
        yield f"{line}\n".encode()


def _leaves(session: Session, cycle_id: int) -> Content:
    stored = sa.select(col(LogLeaf.leaf)).where(col(LogLeaf.cycle_id) == cycle_id)
    ordered = stored.order_by(col(LogLeaf.position))
    rows = session.connection().execute(ordered, execution_options={"yield_per": _AT_ONCE})
    for part in rows.scalars().partitions():
        yield "".join(f"{leaf.hex()}\n" for leaf in part).encode()


def _sums(session: Session, cycle: Cycle, count: Count) -> dict[str, Any]:
    """The numbers as counted, and the voters by web and desk, which the log has a leaf of each for."""
    names = ("leaves", "replaced", "annulled", "papers", "valid", "empty", "invalid", "participations")
    numbers: dict[str, Any] = {name: getattr(count, name) for name in names}
    numbers["opened"] = count.valid + count.empty + count.invalid
    numbers["voters_web_desk"] = _voters_web_desk(session, cycle)
    numbers["ballots_root"] = count.ballots_root
    return numbers


def _lot(session: Session, cycle: Cycle, head: LogHead, count: Count) -> dict[str, Any]:
    """The draw and the order it gives all projects of the ballot list."""
    ranks = ranks_by_draw(session, cycle, count.draw) if count.draw else {}
    return {
        "draw": count.draw,
        "place": count.draw_place,
        "witnesses": count.draw_witnesses,
        "drawn_at": head_time(count.drawn_at) if count.drawn_at else None,
        "final_root": head.root,
        "seed": lot_seed(bytes.fromhex(head.root), count.draw).hex() if count.draw else "",
        "order": sorted(ranks, key=lambda public_id: ranks[public_id]),
    }


def _pabulib(session: Session, cycle: Cycle, position: int) -> Content:
    return [export_pb(session, cycle, position).encode()]


def _result(session: Session, cycle: Cycle) -> bytes:
    """Every project in the official order: id, place, votes, cost, money before and after its turn, verdict."""
    verdicts = (
        select(VerdictRow, Project.public_id)
        .join(Project, col(Project.id) == VerdictRow.project_id)
        .where(VerdictRow.cycle_id == cycle.id)
        .order_by(col(VerdictRow.position))
    )
    rows = [
        [
            public_id,
            row.place,
            row.votes,
            row.cost_tenge,
            row.remaining_before_tenge,
            row.remaining_after_tenge,
            str(row.kind),
        ]
        for row, public_id in session.exec(verdicts)
    ]
    listed = ",\n  ".join(json.dumps(row) for row in rows)
    return f'{{\n "cycle": {json.dumps(cycle.slug)},\n "projects": [\n  {listed}\n ]\n}}\n'.encode()


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _voters_web_desk(session: Session, cycle: Cycle) -> int:
    """People who voted by web or at the desk, annulled ones too: the log has a leaf of each."""
    electronic = col(Participation.channel) != Channel.PAPER
    mine = (
        select(sa.func.count())
        .select_from(Participation)
        .where(Participation.cycle_id == cycle.id, electronic)
    )
    return session.exec(mine).one()
