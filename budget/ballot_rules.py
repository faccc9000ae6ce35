"""What a ballot may say; pure. Approval of 1..n projects of one envelope, none twice, or "none of these".

The plain ballot is canonical JSON padded with spaces to one length per cycle, so that a sealed ballot's size
says nothing. Ids are the projects' and envelopes' public ids.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from budget.errors import (
    BudgetRefusal,
    ChosenTwice,
    EmptyWithChoices,
    NothingChosen,
    NotOnBallot,
    SeveralEnvelopes,
    TooManyChoices,
)

PUBLIC_ID_LENGTH = 10


@dataclass(frozen=True)
class BallotList:
    """The frozen list: how many may be chosen, and which envelope each project belongs to."""

    votes_per_resident: int
    envelope_of: Mapping[str, str]


@dataclass(frozen=True)
class Selection:
    """What the voter sent."""

    projects: tuple[str, ...] = ()
    none_of_these: bool = False


@dataclass(frozen=True)
class Choice:
    """A selection that keeps the rules; an empty ballot has no envelope."""

    envelope: str
    projects: tuple[str, ...]


def check(selection: Selection, ballot_list: BallotList) -> Choice:
    """Turn a selection into a choice, or refuse it.

    Raises: NothingChosen, EmptyWithChoices, ChosenTwice, NotOnBallot, TooManyChoices, SeveralEnvelopes.
    """
    chosen = selection.projects
    if selection.none_of_these:
        if chosen:
            raise EmptyWithChoices
        return Choice("", ())
    if not chosen:
        raise NothingChosen
    if len(set(chosen)) < len(chosen):
        raise ChosenTwice
    if any(project not in ballot_list.envelope_of for project in chosen):
        raise NotOnBallot
    if len(chosen) > ballot_list.votes_per_resident:
        raise TooManyChoices(allowed=ballot_list.votes_per_resident, chosen=len(chosen))
    envelopes = {ballot_list.envelope_of[project] for project in chosen}
    if len(envelopes) > 1:
        raise SeveralEnvelopes
    return Choice(envelopes.pop(), tuple(sorted(chosen)))


def ballot_length(votes_per_resident: int) -> int:
    """Bytes of the longest plain ballot of a cycle; all are padded to it."""
    longest = Choice("x" * PUBLIC_ID_LENGTH, ("x" * PUBLIC_ID_LENGTH,) * votes_per_resident)
    return len(_canonical(longest))


def encode(choice: Choice, length: int) -> bytes:
    """The plain ballot of exactly `length` bytes. Raises ValueError when it can't fit."""
    plain = _canonical(choice)
    if len(plain) > length:
        raise ValueError("ballot longer than its cycle's length")
    return plain.ljust(length)


def decode(plain: bytes, ballot_list: BallotList) -> Choice | str:
    """Read an opened ballot: a choice that keeps the rules, or the code of why it does not count."""
    try:
        content = json.loads(plain)
        projects, envelope = content["c"], content["e"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return "unreadable"
    if not isinstance(envelope, str) or not isinstance(projects, list):
        return "unreadable"
    if not all(isinstance(project, str) for project in projects):
        return "unreadable"
    try:
        choice = check(Selection(tuple(projects), none_of_these=not projects), ballot_list)
    except BudgetRefusal as refusal:
        return refusal.code
    return choice if choice.envelope == envelope else "wrong_envelope"


def order_for(voter_key: bytes, projects: Iterable[str]) -> list[str]:
    """The projects in this voter's own order, stable over reloads: no project gains by its place."""
    return sorted(projects, key=lambda project: hashlib.sha256(voter_key + project.encode()).digest())


def _canonical(choice: Choice) -> bytes:
    content = {"c": list(choice.projects), "e": choice.envelope}
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
