"""The agenda of simulated cycles: whatever the order in which acts are planned, they are done in the order of time."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from seeds.course import Agenda

START = datetime(2027, 3, 1, tzinfo=UTC)


def run(agenda: Agenda, **limits: datetime) -> list[str]:
    done: list[str] = []
    for place, name in ((3, "c"), (1, "a"), (2, "b"), (1, "a, planned later")):
        agenda.add(
            START + timedelta(days=place), lambda _session, at, name=name: done.append(f"{at.day} {name}")
        )
    agenda.run(Session(), **limits)
    return done


def test_acts_are_done_in_the_order_of_time_and_those_of_one_instant_as_planned() -> None:
    assert run(Agenda()) == ["2 a", "2 a, planned later", "3 b", "4 c"]


def test_an_agenda_is_done_in_two_parts_without_doing_anything_twice() -> None:
    middle = START + timedelta(days=2)
    assert run(Agenda(), until=middle) == ["2 a", "2 a, planned later", "3 b"]
    assert run(Agenda(), after=middle) == ["4 c"]
