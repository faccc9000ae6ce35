"""Accounts of staff: council, coordinators, operators of the front office, observers; and their passwords.

Passwords: argon2id with 19 MiB, two passes, one lane (OWASP's minimum; about 35 ms, so that eight sign-ins at once do
not choke two cores). An unknown e-mail costs the same time as a wrong password and gets the same answer. Hashing is
apart from writing, so that it holds up nobody: `hashed` first, then the transaction.

A fresh installation has no account. The second factor is `second_factor`, slowing down guesses `back_off`, what a
coordinator does with the accounts of others `staff_care`, accounts made by a link `invitations`.
"""

import re
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from budget import audit, web_sessions
from budget.back_off import normal_email
from budget.errors import EmailTaken, NotFound, PasswordWrong, SignInRefused, WeakPassword
from budget.permissions import SYSTEM, Actor
from budget.second_factor import actor_of, subject
from models.enums import Language, Role
from models.people import Staff

ROLES = (Role.COUNCIL, Role.COORDINATOR, Role.OPERATOR, Role.OBSERVER)
MINIMUM_PASSWORD = 12

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# The hash of a random password nobody has kept: checked for an unknown e-mail, to take the same time.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$X/ketei2/fESTlWI/Y0Q1g$Cy20JjqdTqq2WUjrQas8vBWvu1o4CC9G9uxU+Cvtg40"


def is_email(text: str) -> bool:
    """Does this look like an e-mail address? Whether it exists only a letter could tell."""
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", text.strip()) is not None


def hashed(password: str) -> str:
    """The password as it is kept. Takes 35 ms on purpose: not inside a transaction.

    Raises: WeakPassword(minimum).
    """
    if len(password) < MINIMUM_PASSWORD:
        raise WeakPassword(minimum=MINIMUM_PASSWORD)
    return _HASHER.hash(password)


def add(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    language: Language = Language.KK,
    actor: Actor = SYSTEM,
) -> Staff:
    """A new account.

    Raises: WeakPassword(minimum), EmailTaken.
    """
    member = create(
        session,
        email=email,
        name=name,
        role=role,
        language=language,
        password_hash=hashed(password),
        now=now,
    )
    audit.record(session, actor, "staff.add", now=now, subject=subject(member), role=str(role))
    return member


def create(
    session: Session,
    *,
    email: str,
    name: str,
    role: Role,
    language: Language,
    password_hash: str,
    now: datetime,
) -> Staff:
    """The row of a new account; the caller records the act. Raises: EmailTaken."""
    member = Staff(
        email=normal_email(email),
        name=name.strip(),
        role=role,
        language=language,
        password_hash=password_hash,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(member)
    except IntegrityError as fault:
        if "email" in str(fault.orig):
            raise EmailTaken from None
        raise
    return member


def by_id(session: Session, staff_id: int | None) -> Staff:
    """The account with this number. Raises: NotFound."""
    member = session.get(Staff, staff_id) if staff_id is not None else None
    if member is None:
        raise NotFound(staff=staff_id)
    return member


def by_email(session: Session, email: str) -> Staff | None:
    """The account with this e-mail."""
    return session.exec(select(Staff).where(Staff.email == normal_email(email))).first()


def authenticate(session: Session, *, email: str, password: str) -> Staff:
    """The member with this e-mail and password; takes the same time whatever is wrong. Reads only.

    Raises: SignInRefused.
    """
    member = by_email(session, email)
    is_right = _verify(_NOBODY if member is None else member.password_hash, password)
    if member is None or member.disabled_at is not None or not is_right:
        raise SignInRefused
    return member


def check_password(member: Staff, password: str) -> None:
    """Somebody signed in shows the password again. Raises: PasswordWrong."""
    if not _verify(member.password_hash, password):
        raise PasswordWrong


def change_password(
    session: Session, member: Staff, *, password_hash: str, keep_session: int | None, now: datetime
) -> None:
    """Put the new password in; every other session of the account ends."""
    member.password_hash = password_hash
    session.add(member)
    web_sessions.end_all_of(session, member.id or 0, but=keep_session)
    audit.record(session, actor_of(member), "staff.change_password", now=now, subject=subject(member))


def change_language(session: Session, member: Staff, language: Language, *, now: datetime) -> None:
    """The language in which the service writes to the member."""
    member.language = language
    session.add(member)
    audit.record(
        session,
        actor_of(member),
        "staff.language",
        now=now,
        subject=subject(member),
        language=str(language),
    )


def note_sign_in(session: Session, member: Staff, *, now: datetime) -> None:
    """The member signed in: the coordinator's list says when."""
    member.signed_in_at = now
    session.add(member)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
