"""The roll of residents: every bad line is reported, good ones are imported, and whose phone proves whom."""

import calendar
import threading
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from budget import audit, residents
from budget.identity.iin import iin_with_check_digit
from budget.keys import KeyRing
from budget.residents import age_on, eligibility_fault
from budget.roll import RollUnreadable, masked
from models import public_version
from models.district import Area
from models.people import Resident
from models.service import AuditEvent
from tests.harness.queries import asking_in

KEYS = KeyRing(Path("keys"), b"v" * 32, b"r" * 32)
HEADER = "iin;birth_date;area;street;house;phone"
PHONE = "+77011234567"


def iin(serial):
    """The serial-th test IIN (month 99: nobody's); one in a hundred does not exist and is passed over."""
    valid = (found for n in range(10**5) if (found := iin_with_check_digit(f"909901{n:05d}")))
    return next(found for place, found in enumerate(valid) if place == serial)


IINS = [iin(n) for n in range(12)]


def line(who=0, birth="1990-05-17", area="koktal-1", street="Есенберлин", house="7/1", phone="87011234567"):
    return f"{IINS[who]};{birth};{area};{street};{house};{phone}"


@pytest.fixture
def area(session):
    row = Area(code="koktal-1", name_kk="Көктал 1", name_ru="Коктал 1", name_en="Koktal 1")
    session.add(row)
    session.commit()
    return row


def load(session, now, *lines, header=HEADER):
    return residents.import_roll(session, [header, *lines], keyring=KEYS, now=now)


def faults(report):
    return [(fault.line, fault.code) for fault in report.faults]


def person(session, who=0):
    session.expire_all()
    return session.exec(select(Resident).where(Resident.roll_key == KEYS.roll_key_of(IINS[who]))).one()


def test_a_good_line_becomes_a_person_known_by_a_key(session, now, area):
    report = load(session, now, line())
    assert (report.imported, report.updated, report.faults) == (1, 0, ())
    row = person(session)
    assert (row.birth_on, row.area_id, row.street, row.house, row.phone, row.imported_at) == (
        date(1990, 5, 17), area.id, "Есенберлин", "7/1", PHONE, now,
    )  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        ["\ufeffiin;birth_date;area;street;house;phone", line()],
        ["IIN, Birth_date ,area,street,house,phone", line().replace(";", ",")],
        ["phone;house;street;area;birth_date;iin", ";".join(reversed(line().split(";")))],
        [HEADER, line(birth="17.05.1990")],
        [HEADER, line(area="Көктал 1")],
        [HEADER, line(area=" коктал  1 ")],
        [HEADER, line(area="KOKTAL 1")],
        [HEADER, "", line(), " ;;;;; ", "\r\n"],
        [HEADER + "\r\n", line() + "\r\n"],
        [HEADER, line().replace("Есенберлин", '"Есенберлин"')],
    ],
)
def test_the_file_is_read_as_officials_save_it(session, now, area, lines):
    report = residents.import_roll(session, lines, keyring=KEYS, now=now)
    assert report.faults == ()
    assert (person(session).area_id, person(session).birth_on) == (area.id, date(1990, 5, 17))


def test_the_phone_column_may_be_missing_and_the_area_empty(session, now, area):
    short = line(area="").rsplit(";", 1)[0]
    assert load(session, now, short, header="iin;birth_date;area;street;house").faults == ()
    assert (person(session).area_id, person(session).phone) == (None, None)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("990230300607;1990-05-17;koktal-1;Есенберлин;7;", "iin"),
        (";1990-05-17;koktal-1;Есенберлин;7;", "iin"),
        (line(birth="31.02.1990"), "birth_date"),
        (line(birth="1990/05/17"), "birth_date"),
        (line(birth="2027-03-02"), "birth_date"),
        (line(birth="1890-01-01"), "birth_date"),
        (line(area="Nowhere"), "area"),
        (line(street=""), "street"),
        (line(house=""), "house"),
        (line(house="7\x00"), "house"),
        (line(phone="+79161234567"), "phone_foreign"),
        (line(phone="87172555555"), "phone_not_mobile"),
        (line(phone="8701"), "phone_unreadable"),
        (line() + ";more", "columns"),
        (line().rsplit(";", 1)[0], "columns"),
        (line(street='"Есенберлин'), "columns"),
    ],
)
def test_a_bad_line_is_reported_with_its_number_and_reason_and_good_ones_are_imported(
    session, now, area, bad, code
):
    report = load(session, now, line(1), bad, line(2, phone=""))
    assert faults(report) == [(3, code)]
    assert report.imported == 2


def test_a_person_twice_in_the_file_is_reported_with_both_lines(session, now, area):
    report = load(session, now, line(), line(1, phone=""), line(street="Абай"))
    assert faults(report) == [(4, "iin_twice")]
    assert report.faults[0].first_line == 2
    assert person(session).street == "Есенберлин"


def test_a_stray_quotation_mark_costs_its_own_line_only(session, now, area):
    report = load(session, now, line(0, street='"Абай'), *(line(n, phone="") for n in range(1, 5)))
    assert faults(report) == [(2, "columns")]
    assert report.imported == 4


def test_no_report_shows_an_iin_or_a_phone(session, now, area):
    shifted = ";".join([line(birth=IINS[3]), line(phone=IINS[3])])
    report = load(session, now, line(birth=IINS[3]), line(phone="8701123456"), line(area=IINS[3]), shifted)
    assert len(report.faults) == 4
    shown = "".join(fault.value_masked for fault in report.faults)
    assert not any(character.isdigit() for character in shown)
    assert masked("31.02.1990") == "31.02.1990"


@pytest.mark.parametrize(
    ("lines", "fault", "missing"),
    [
        ([], "empty", ("iin", "birth_date", "area", "street", "house")),
        (["", "\ufeff"], "empty", ("iin", "birth_date", "area", "street", "house")),
        ([line()], "header", ("iin", "birth_date", "area", "street", "house")),
        (["iin;birth_date;street;house;phone"], "header", ("area",)),
        (["iin;iin;birth_date;area;street;house"], "header", ()),
    ],
)
def test_a_file_without_its_header_is_refused_whole(session, now, area, lines, fault, missing):
    with pytest.raises(RollUnreadable) as refusal:
        residents.import_roll(session, lines, keyring=KEYS, now=now)
    assert (refusal.value.facts["fault"], refusal.value.facts["missing"]) == (fault, missing)
    assert session.exec(select(Resident)).all() == []


def test_a_file_in_another_encoding_is_refused_whole_with_the_line(session, now, area, tmp_path):
    path = tmp_path / "roll.csv"
    path.write_bytes(f"{HEADER}\n{line()}\n".encode() + line(1, street="Абая").encode("cp1251"))
    with path.open(encoding="utf-8") as lines, pytest.raises(RollUnreadable) as refusal:
        residents.import_roll(session, lines, keyring=KEYS, now=now)
    assert refusal.value.facts["fault"] == "encoding"
    assert session.exec(select(Resident)).all() == []


def test_a_second_import_updates_and_keeps_a_phone_the_new_file_lacks(session, now, area):
    load(session, now, line(), line(1, phone=""))
    later = now + timedelta(days=1)
    report = load(session, later, line(house="9а", phone=""), line(2, phone=""))
    assert (report.imported, report.updated) == (1, 1)
    assert (person(session).house, person(session).phone, person(session).imported_at) == ("9а", PHONE, later)
    load(session, later, line(phone="87017654321"))
    assert person(session).phone == "+77017654321"


def test_a_person_keeps_the_number_of_their_line_in_the_newest_file(session, now, area):
    load(session, now, line(), "bad", line(1, phone=""))
    assert (person(session).line, person(session, 1).line) == (2, 4)
    load(session, now, "", line(1, phone=""), line(2, phone=""))
    assert [person(session, who).line for who in range(3)] == [2, 3, 4]


def test_an_import_is_recorded_by_its_counts(session, now, area):
    load(session, now, line(), "bad")
    event = session.exec(select(AuditEvent)).one()
    assert (event.action, event.facts) == ("roll.import", '{"faults":1,"imported":1,"updated":0}')
    assert audit.verify(session) == []


def test_an_import_refreshes_public_pages(session, now, area):
    before = public_version.current(asking_in(session))
    load(session, now, line())
    session.commit()
    assert public_version.current(asking_in(session)) == before + 1


def test_an_import_larger_than_a_batch_is_whole(session, now, area, monkeypatch):
    monkeypatch.setattr(residents, "BATCH", 4)
    report = load(session, now, *(line(n, phone="") for n in range(11)))
    assert report.imported == 11


# --- whose phone ------------------------------------------------------------------------------


def confirm(session, who, phone):
    return residents.confirmed(session, KEYS, iin=IINS[who], phone=phone)


def test_the_phone_of_the_roll_confirms_its_person_and_another_does_not(session, now, area):
    load(session, now, line())
    assert confirm(session, 0, PHONE).id == person(session).id
    assert confirm(session, 0, "+77017654321") is None
    assert confirm(session, 1, PHONE) is None


def test_the_first_proven_phone_becomes_the_persons_where_the_roll_has_none(session, now, area):
    load(session, now, line(phone=""))
    assert confirm(session, 0, PHONE) is not None
    assert person(session).phone == PHONE
    assert confirm(session, 0, PHONE) is not None
    assert confirm(session, 0, "+77017654321") is None


def test_a_list_of_iins_and_one_phone_give_one_person(session, now, area):
    load(session, now, *(line(n, phone="") for n in range(12)))
    confirmed = [n for n in range(12) if confirm(session, n, PHONE) is not None]
    assert confirmed == [0]


def test_a_phone_of_the_roll_can_not_be_taken_for_somebody_else(session, now, area):
    load(session, now, line(0), line(1, phone=""))
    assert confirm(session, 1, PHONE) is None
    assert person(session, 1).phone is None


@pytest.mark.race
def test_one_phone_is_claimed_once_however_many_try_at_once(database, now):
    with database.writing() as session:
        load(session, now, *(line(n, area="", phone="") for n in range(12)))
    confirmed = []

    def claim(who):
        with database.writing() as session:
            if confirm(session, who, PHONE):
                confirmed.append(who)

    threads = [threading.Thread(target=claim, args=(n,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(confirmed) == 1


# --- old enough ------------------------------------------------------------------------------

days = st.dates(date(1900, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2009, 3, 1), date(2027, 3, 1), 18),
        (date(2009, 3, 2), date(2027, 3, 1), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2027, 3, 1), date(2027, 3, 1), 0),
    ],
)
def test_a_year_is_complete_on_the_birthday(born, on, age):
    assert age_on(born, on) == age


@given(days, days, st.integers(0, 120))
def test_nobody_becomes_too_young_again(born, day, minimum_age):
    if eligibility_fault(born, minimum_age, day) is None:
        assert eligibility_fault(born, minimum_age, day + timedelta(days=1)) is None
    else:
        assert eligibility_fault(born, minimum_age, day) == "too_young"


@given(days, days)
def test_the_age_is_the_number_of_birthdays_so_far(born, day):
    def birthday(year):
        is_leap_day = (born.month, born.day) == (2, 29) and not calendar.isleap(year)
        return date(year, 3, 1) if is_leap_day else date(year, born.month, born.day)

    passed = [year for year in range(born.year + 1, day.year + 1) if birthday(year) <= day]
    assert born > day or age_on(born, day) == len(passed)
