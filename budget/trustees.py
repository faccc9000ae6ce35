"""Trustees: three named people, each with a share of the key that opens the ballots; two open it, one opens nothing.

The key is made at the freeze, in memory: its public half seals the ballots, its private half is wrapped with a random
key that is split (`key_shares`). A share lies sealed in the database under a token that only the link of its trustee
holds, until it is shown, once. A rehearsal with all three must open a ballot before voting can start.

Who loses a share gets another when the other two are present: the key is wrapped anew and all three shares are new.
The old ones open until the new ones have passed a rehearsal (or a lost link would lose the election), then nothing.
Before the first rehearsal there is no ballot that could be lost: then the whole key is made anew (`make_anew`).
"""

import hashlib
import hmac
import itertools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from nacl.public import PrivateKey
from nacl.secret import SecretBox
from sqlmodel import Session, col, select

from budget import audit, cycles, key_shares
from budget.errors import (
    AlreadyDone,
    Frozen,
    KeyMissing,
    NotFound,
    NotPermitted,
    NotReady,
    ShareShown,
    ShareWrong,
    TrusteesFault,
)
from budget.key_shares import NEEDED, SHARES, WRAPPED_BYTES
from budget.keys import KeyRing
from budget.permissions import Action, Actor
from budget.sealing import seal, unseal
from budget.settings import frozen_hash
from models.cycle import Cycle
from models.enums import KeyHolder, Role
from models.trustee import Trustee

Entered = Mapping[int, str]
"""The words typed, by the trustee's position; empty where a trustee is absent."""
_SAMPLE = 64


@dataclass(frozen=True)
class Named:
    """Whom the coordinator names as a trustee."""

    name: str
    organisation: str


@dataclass(frozen=True)
class Link:
    """What is handed to a trustee, once: the token of the page that shows the share."""

    position: int
    name: str
    token: str = field(repr=False)


@dataclass(frozen=True)
class Share:
    """A share as its trustee sees it."""

    trustee: Trustee
    share: bytes = field(repr=False)


def of_cycle(session: Session, cycle_id: int) -> Sequence[Trustee]:
    """The trustees of a cycle by position; () where none are named."""
    query = select(Trustee).where(Trustee.cycle_id == cycle_id).order_by(col(Trustee.position))
    return session.exec(query).all()


def name_trustees(
    session: Session, actor: Actor, slug: str, people: Sequence[Named], *, now: datetime
) -> Sequence[Trustee]:
    """Say who the three are, until the freeze.

    Raises: NotPermitted, NotFound, Frozen, TrusteesFault(why: missing|twice).
    """
    cycle = cycles.own(session, actor, Action.FREEZE, slug)
    if cycle.frozen_at is not None:
        raise Frozen(frozen_at=cycle.frozen_at)
    tidy = [Named(one.name.strip(), one.organisation.strip()) for one in people]
    if len(tidy) != SHARES or not all(one.name and one.organisation for one in tidy):
        raise TrusteesFault(why="missing")
    if len({one.name.casefold() for one in tidy}) != SHARES:
        raise TrusteesFault(why="twice")
    rows = {row.position: row for row in of_cycle(session, cycle.id or 0)}
    for position, one in enumerate(tidy, start=1):
        row = rows.get(position) or Trustee(
            cycle_id=cycle.id or 0, position=position, name="", organisation=""
        )
        row.name, row.organisation = one.name, one.organisation
        session.add(row)
    session.flush()
    names = [f"{one.name}, {one.organisation}" for one in tidy]
    audit.record(session, actor, "trustees.name", now=now, cycle_id=cycle.id, subject=slug, names=names)
    return of_cycle(session, cycle.id or 0)


def freeze(session: Session, actor: Actor, slug: str, keyring: KeyRing, *, now: datetime) -> tuple[Link, ...]:
    """Freeze a cycle whose key the trustees hold; the links to hand to them.

    Raises what `cycles.freeze` does; NotPermitted for a job, which has nobody to hand the links.
    """
    if actor.role is Role.SYSTEM:
        raise NotPermitted(action=Action.FREEZE)
    key = PrivateKey.generate()
    public = bytes(key.public_key)
    cycle = cycles.freeze(session, actor, slug, keyring, now=now, ballot_public_key=public)
    return _hand_out(session, actor, cycle, bytes(key), now=now)


def make_anew(session: Session, actor: Actor, slug: str, *, now: datetime) -> tuple[Link, ...]:
    """Another key with another three shares, while no ballot can have been sealed: before the first rehearsal.

    The frozen hash covers the public key and changes with it; the log holds both hashes.
    Raises: NotPermitted, NotFound, NotReady(unmet=("frozen",)), AlreadyDone(at) after the rehearsal.
    """
    cycle = _with_trustees(session, actor, slug)
    if cycle.keys_proven_at is not None:
        raise AlreadyDone(at=cycle.keys_proven_at)
    key, before = PrivateKey.generate(), cycle.frozen_hash
    cycle.ballot_public_key = bytes(key.public_key)
    cycle.wrapped_ballot_key = None
    cycle.frozen_hash = frozen_hash(cycles.document_to_freeze(session, cycle))
    audit.record(
        session, actor, "trustees.key_anew", now=now, cycle_id=cycle.id, subject=slug, hash=cycle.frozen_hash,
        hash_before=before,
    )  # fmt: skip
    return _hand_out(session, actor, cycle, bytes(key), now=now)


def by_token(session: Session, token: str) -> Trustee:
    """The trustee this link is for, before and after the share was shown. Raises NotFound."""
    row = session.exec(select(Trustee).where(Trustee.link_hash == _token_hash(token))).first()
    if row is None:
        raise NotFound(trustee="token")
    return row


def show(session: Session, token: str, *, now: datetime) -> Share:
    """The share of this link; from now on it is with its trustee only. Raises: NotFound, ShareShown(at)."""
    row = session.exec(
        select(Trustee).where(Trustee.link_hash == _token_hash(token)).with_for_update()
    ).first()
    if row is None:
        raise NotFound(trustee="token")
    if row.share_sealed is None or row.shown_at is not None:
        raise ShareShown(at=row.shown_at or now)
    share = _link_box(token).decrypt(row.share_sealed)
    row.share_sealed, row.shown_at = None, now
    session.add(row)
    audit.record(
        session, _NOBODY, "trustees.show", now=now, cycle_id=row.cycle_id, position=row.position,
        generation=row.generation,
    )  # fmt: skip
    return Share(row, share)


def rehearse(session: Session, actor: Actor, slug: str, entered: Entered, *, now: datetime) -> None:
    """All three enter their shares, and each two of them must open a ballot sealed for this cycle.

    Raises: NotPermitted, NotFound, NotReady(unmet=("frozen",)), ShareWrong.
    """
    cycle = _with_trustees(session, actor, slug)
    rows = of_cycle(session, cycle.id or 0)
    shares = _checked(cycle, rows, {row.position: entered.get(row.position, "") for row in rows})
    for pair in itertools.combinations(sorted(shares), NEEDED):
        key = _open(cycle, {number: shares[number] for number in pair}, _newest(cycle))
        if key is None or not _opens_a_ballot(cycle, key):
            raise ShareWrong(why="pair", position=pair[1], name=rows[pair[1] - 1].name)
    for row in rows:
        row.proven_at = now
        session.add(row)
    cycle.wrapped_ballot_key = _newest(cycle)
    cycle.keys_proven_at = cycle.keys_proven_at or now
    session.add(cycle)
    facts = {"generation": rows[0].generation}
    audit.record(session, actor, "trustees.rehearse", now=now, cycle_id=cycle.id, subject=slug, **facts)


def replace_shares(
    session: Session, actor: Actor, slug: str, entered: Entered, *, now: datetime
) -> tuple[Link, ...]:
    """Two trustees are present: the key is wrapped anew, and all three get new shares.

    Raises: NotPermitted, NotFound, NotReady(unmet=("frozen",)), AlreadyDone once the ballots are opened, ShareWrong.
    """
    cycle = _with_trustees(session, actor, slug)
    if cycle.opened_at is not None:
        raise AlreadyDone(at=cycle.opened_at)
    key = private_key(session, cycle, entered)
    return _hand_out(session, actor, cycle, key, now=now, keep=cycle.wrapped_ballot_key or b"")


def private_key(session: Session, cycle: Cycle, entered: Entered) -> bytes:
    """The private key of the ballots from two shares or three. Raises: NotReady(unmet=("shares",)), ShareWrong."""
    rows = of_cycle(session, cycle.id or 0)
    given = {row.position: entered.get(row.position, "") for row in rows}
    present = {number: text for number, text in given.items() if text.strip()}
    if len(present) < NEEDED:
        raise NotReady(unmet=("shares",))
    wrapped = cycle.wrapped_ballot_key or b""
    try:
        shares = _checked(cycle, rows, present)
    except ShareWrong as wrong:
        key = _open_as_before(cycle, present, wrapped) if wrong.facts["why"] == "foreign" else None
        if key is None:
            raise
        return key
    pair = sorted(shares)[:NEEDED]
    key = _open(cycle, {number: shares[number] for number in pair}, wrapped[:WRAPPED_BYTES])
    if key is None:
        raise ShareWrong(why="pair", position=pair[1], name=rows[pair[1] - 1].name)
    return key


def is_proven(rows: Sequence[Trustee]) -> bool:
    """Have these shares passed a rehearsal?"""
    return bool(rows) and all(row.proven_at is not None for row in rows)


def _with_trustees(session: Session, actor: Actor, slug: str) -> Cycle:
    cycle = cycles.own(session, actor, Action.FREEZE, slug)
    if cycle.key_holder is not KeyHolder.TRUSTEES or cycle.frozen_at is None:
        raise NotReady(unmet=("frozen",))
    return cycle


def _hand_out(
    session: Session, actor: Actor, cycle: Cycle, private: bytes, *, now: datetime, keep: bytes = b""
) -> tuple[Link, ...]:
    """Wrap the key, split what wraps it, and put each share under its link; `keep` is the wrapping until now."""
    key, shares = key_shares.split()
    cycle.wrapped_ballot_key = key_shares.wrap(private, key) + keep[:WRAPPED_BYTES]
    links = []
    rows = of_cycle(session, cycle.id or 0)
    for row, share in zip(rows, shares, strict=True):
        token = secrets.token_urlsafe(32)
        row.generation += 1
        row.link_hash = _token_hash(token)
        row.shown_at = row.proven_at = None
        row.share_hash = key_shares.share_hash(cycle.slug, row.generation, row.position, share)
        row.share_sealed = bytes(_link_box(token).encrypt(share))
        session.add(row)
        links.append(Link(row.position, row.name, token))
    session.add(cycle)
    facts = {"generation": rows[0].generation}
    audit.record(session, actor, "trustees.split", now=now, cycle_id=cycle.id, subject=cycle.slug, **facts)
    return tuple(links)


def _checked(cycle: Cycle, rows: Sequence[Trustee], texts: Entered) -> dict[int, bytes]:
    """The shares typed, each known to be its trustee's. Raises ShareWrong with the trustee and why."""
    shares = {}
    for row in rows:
        if row.position not in texts:
            continue
        try:
            share = key_shares.read(texts[row.position])
        except ShareWrong as wrong:
            raise ShareWrong(**wrong.facts, position=row.position, name=row.name) from None
        owner = next((one for one in rows if _is_of(cycle, one, share)), None)
        if owner is None:
            raise ShareWrong(why="foreign", position=row.position, name=row.name)
        if owner.position != row.position:
            raise ShareWrong(why="other", position=row.position, name=row.name, other=owner.name)
        shares[row.position] = share
    return shares


def _is_of(cycle: Cycle, row: Trustee, share: bytes) -> bool:
    known = key_shares.share_hash(cycle.slug, row.generation, row.position, share)
    return row.share_hash is not None and hmac.compare_digest(known, row.share_hash)


def _open_as_before(cycle: Cycle, texts: Entered, wrapped: bytes) -> bytes | None:
    """The key by shares of the split before, while the new ones have not passed a rehearsal."""
    before = wrapped[WRAPPED_BYTES:]
    if not before:
        return None
    try:
        shares = {number: key_shares.read(text) for number, text in texts.items()}
    except ShareWrong:
        return None
    for pair in itertools.combinations(sorted(shares), NEEDED):
        key = _open(cycle, {number: shares[number] for number in pair}, before)
        if key is not None:
            return key
    return None


def _open(cycle: Cycle, shares: Mapping[int, bytes], wrapped: bytes) -> bytes | None:
    """The private key, or None where it is not this cycle's."""
    key = key_shares.unwrap(wrapped, key_shares.join(shares))
    if key is None or bytes(PrivateKey(key).public_key) != cycle.ballot_public_key:
        return None
    return key


def _opens_a_ballot(cycle: Cycle, key: bytes) -> bool:
    if cycle.ballot_public_key is None:
        raise KeyMissing(slug=cycle.slug)
    sample = secrets.token_bytes(_SAMPLE)
    return unseal(seal(sample, cycle.ballot_public_key), key) == sample


def _newest(cycle: Cycle) -> bytes:
    return (cycle.wrapped_ballot_key or b"")[:WRAPPED_BYTES]


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _link_box(token: str) -> SecretBox:
    return SecretBox(hmac.new(token.encode(), b"seals the share of a trustee", hashlib.sha256).digest())


_NOBODY = Actor(Role.VISITOR)
