"""Accounts of staff: adding, signing in with a password, changing it."""

import pytest
from sqlmodel import select

from budget import audit, staff, web_sessions
from budget.errors import EmailTaken, NotFound, PasswordWrong, SignInRefused, WeakPassword
from models.enums import Language, Role
from models.people import Staff
from models.service import AuditEvent
from tests.harness.queries import asking_in

PASSWORD = "correct horse battery"


def add(session, now, **other):
    given = {"email": "chair@demo.kz", "name": "Demo chair", "role": Role.COUNCIL, "password": PASSWORD}
    return staff.add(session, now=now, **{**given, **other})


def test_a_fresh_installation_has_no_account(session):
    assert session.exec(select(Staff)).all() == []


def test_a_member_signs_in_with_e_mail_and_password(session, now):
    member = add(session, now)
    assert staff.authenticate(session, email=" Chair@Demo.KZ ", password=PASSWORD) is member


@pytest.mark.parametrize(
    ("email", "password"), [("chair@demo.kz", "wrong horse battery"), ("nobody@demo.kz", PASSWORD), ("", "")]
)
def test_a_refusal_never_says_what_was_wrong(session, now, email, password):
    add(session, now)
    with pytest.raises(SignInRefused) as refusal:
        staff.authenticate(session, email=email, password=password)
    assert refusal.value.facts == {}


def test_a_disabled_member_is_refused_like_an_unknown_one(session, now):
    add(session, now).disabled_at = now
    session.flush()
    with pytest.raises(SignInRefused):
        staff.authenticate(session, email="chair@demo.kz", password=PASSWORD)


def test_the_password_is_kept_as_argon2id_with_our_parameters(session, now):
    kept = add(session, now).password_hash
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert staff._NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in kept


def test_an_unknown_e_mail_costs_the_same_hashing_as_a_wrong_password(session, now, monkeypatch):
    """Work is counted and not seconds: a loaded machine would tell of itself."""
    add(session, now)
    asked = []
    verify = staff._verify

    def counted(password_hash, password):
        asked.append(password_hash)
        return verify(password_hash, password)

    monkeypatch.setattr(staff, "_verify", counted)
    for email in ("nobody@demo.kz", "chair@demo.kz"):
        with pytest.raises(SignInRefused):
            staff.authenticate(session, email=email, password="wrong horse battery")
    nobody, chair = asked
    assert nobody != chair
    assert nobody.split("$")[1:4] == chair.split("$")[1:4]  # the same kind, memory and passes


def test_short_passwords_are_refused(session, now):
    with pytest.raises(WeakPassword) as refusal:
        add(session, now, password="eleven char")
    assert refusal.value.facts == {"minimum": 12}
    add(session, now, password="twelve chars")


def test_an_e_mail_belongs_to_one_member(session, now):
    add(session, now)
    with pytest.raises(EmailTaken):
        add(session, now, email="CHAIR@demo.kz", name="Another")
    assert len(session.exec(select(Staff)).all()) == 1  # and the transaction lives on


def test_adding_is_recorded_without_e_mail_and_password(session, now):
    member = add(session, now)
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.subject) == ("staff.add", f"staff:{member.id}")
    assert "demo.kz" not in event.facts
    assert audit.verify(session) == []


@pytest.mark.parametrize("role", staff.ROLES)
def test_every_role_of_staff_can_have_an_account(session, now, role):
    assert add(session, now, role=role).role is role


def test_the_own_password_is_shown_again(session, now):
    member = add(session, now)
    staff.check_password(member, PASSWORD)
    with pytest.raises(PasswordWrong):
        staff.check_password(member, "wrong horse battery")


def test_a_changed_password_ends_every_other_session(session, now):
    member = add(session, now)
    this, other = (web_sessions.start(session, now=now, staff_id=member.id) for _ in range(2))
    keep = web_sessions.find(asking_in(session), this, now=now).session_id
    new = staff.hashed("another horse battery")
    staff.change_password(session, member, password_hash=new, keep_session=keep, now=now)
    session.expire_all()
    assert web_sessions.find(asking_in(session), this, now=now) is not None
    assert web_sessions.find(asking_in(session), other, now=now) is None
    staff.check_password(member, "another horse battery")
    with pytest.raises(PasswordWrong):
        staff.check_password(member, PASSWORD)
    event = session.exec(select(AuditEvent).where(AuditEvent.action == "staff.change_password")).one()
    assert (event.actor_id, event.facts) == (member.id, "{}")


def test_a_new_password_is_as_long_as_the_first(session, now):
    with pytest.raises(WeakPassword):
        staff.hashed("eleven char")


def test_the_language_and_the_last_sign_in_are_kept(session, now):
    member = add(session, now)
    assert member.signed_in_at is None
    staff.change_language(session, member, Language.RU, now=now)
    staff.note_sign_in(session, member, now=now)
    session.commit()
    session.expire_all()
    assert (member.language, member.signed_in_at) == (Language.RU, now)


def test_an_unknown_number_is_not_found(session):
    for number in (None, 77):
        with pytest.raises(NotFound):
            staff.by_id(session, number)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("a@demo.kz", True), (" A@b.kz ", True), ("a@kz", False), ("a b@c.kz", False), ("", False)],
)
def test_what_looks_like_an_e_mail(text, is_one):
    assert staff.is_email(text) is is_one
