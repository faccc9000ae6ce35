"""The council's procedure as people walk it in Chromium: composition, interests, check, reviews, sessions, protocols."""

from collections.abc import Callable, Collection, Iterable
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlmodel import select

from budget import staff
from models.enums import ConflictKind, Criterion, Role, SessionKind
from models.people import Staff
from seeds.council import Seat
from seeds.people import Account
from tests.e2e.walker import Walk, Walker

ALMATY = ZoneInfo("Asia/Almaty")


def accounts(walk: Walk, count: int) -> list[Account]:
    """Accounts of members, made where they are missing; how one is invited, `test_staff_accounts` walks."""
    found = [
        Account(
            Role.COUNCIL,
            "",
            email=f"member-{n}@walk.example",
            password=f"saryarka-member-{n}",
            name=f"Мүше {n}",
        )
        for n in range(1, count + 1)
    ]
    with walk.database().writing() as session:
        known = set(session.exec(select(Staff.email)))
        for one in found:
            if one.email not in known:
                staff.add(
                    session,
                    email=one.email,
                    name=one.name,
                    role=one.role,
                    password=one.password,
                    now=walk.now(),
                )
    return found


def compose(coordinator: Walker, slug: str, members: Iterable[tuple[Account, Seat]]) -> None:
    """The coordinator appoints each account for a seat, the first as the chair, and publishes the composition."""
    for place, (account, seat) in enumerate(members):
        coordinator.open(f"/office/cycles/{slug}/council/appoint")
        option = coordinator.page.locator("select[name='staff'] option", has_text=account.email)
        coordinator.fill(
            staff=option.get_attribute("value") or "",
            kind=str(seat.kind),
            name_kk=seat.name[0],
            name_ru=seat.name[1],
            organisation_kk=seat.organisation[0],
            organisation_ru=seat.organisation[1],
            field_kk=seat.field[0],
            field_ru=seat.field[1],
            appointed_by="№ 41 (демо)",
        )
        if place == 0:
            coordinator.fill(is_chair="y")
        coordinator.press()
    coordinator.open(f"/office/cycles/{slug}/council/publish")
    coordinator.press()


def declare(member: Walker, slug: str, interest: tuple[str, ConflictKind] | None = None) -> None:
    """A member declares an interest in the project with this number, found by it; or none."""
    member.open(f"/council/{slug}/interests")
    if interest is not None:
        number, kind = interest
        member.fill(words=number)
        member.press("main button[name='find']")
        line = member.page.locator(".pb-marks li", has_text=f"{number}. ").first
        line.locator("select").select_option(str(kind))
    member.fill(answer="some" if interest else "none")
    member.press(".pb-ballot__bar button")


def pass_checks(coordinator: Walker, slug: str) -> None:
    """The coordinator ticks everything that waits as complete and assigns the reviewers."""
    coordinator.open(f"/office/cycles/{slug}/checks")
    for box in coordinator.page.locator("main [name='projects']").all():
        box.check()
    coordinator.press(".pb-ballot__bar button")
    coordinator.open(f"/office/cycles/{slug}/assign")
    coordinator.press()


def meets_all(member: Walker) -> None:
    """Everything the page asks for is met."""
    for criterion in Criterion:
        if member.page.locator(f"main [name='{criterion}']").count():
            member.fill(**{str(criterion): "meets"})


def review_all(member: Walker, slug: str, conclude: Callable[[Walker], None] = meets_all) -> int:
    """A member writes a conclusion on every project that is left, from one to the next; how many."""
    member.open(f"/council?cycle={slug}")
    written = 0
    link = ".pb-now a[href*='/council/projects/'], main a.govuk-button[href*='/council/projects/']"
    while member.page.locator(link).count():
        member.follow(link)
        conclude(member)
        member.press("#conclusion-form button")
        written += 1
    return written


def plan_session(coordinator: Walker, slug: str, kind: SessionKind) -> str:
    """The coordinator plans a session in an hour and puts everything that is ready on its agenda; its path."""
    coordinator.open(f"/office/cycles/{slug}/sessions/plan")
    starts_at = coordinator.walk.now() + timedelta(hours=1)
    coordinator.fill(
        kind=str(kind),
        starts_at=starts_at.astimezone(ALMATY).strftime("%Y-%m-%dT%H:%M"),
        place_kk="Әкімдік, 214-бөлме",
        place_ru="Акимат, кабинет 214",
    )
    coordinator.press()
    path = coordinator.path()
    if coordinator.page.locator("form[action$='/fill'] button").count():
        coordinator.press("form[action$='/fill'] button")
    return path


def open_session(coordinator: Walker, path: str, *, absent: Collection[str] = ()) -> None:
    """The coordinator announces the session and opens it with everybody but the `absent`, by name; puts all to the vote."""
    coordinator.open(f"{path}/announce")
    coordinator.press()
    coordinator.open(f"{path}/begin")
    for line in coordinator.page.locator("main .govuk-checkboxes__item").all():
        if not any(name in line.inner_text() for name in absent):
            line.locator("input").check()
    coordinator.press()
    coordinator.press("form[action$='/open-votes'] button")


def vote(member: Walker, path: str, choose: Callable[[Walker], None] | None = None) -> int:
    """A member marks "for" everywhere, changes what `choose` says, and casts; how many motions there were to vote on."""
    member.open(f"{path.replace('/office/', '/council/')}?choose=for")
    asked = member.page.locator("#votes-form [value='for']").count()
    assert asked == member.page.locator("#votes-form [value='for']:checked").count()
    assert asked, f"{member.page.url}: nothing to vote on: {member.main()}"
    if choose is not None:
        choose(member)
    member.press("#votes-form .pb-ballot__bar button")
    return asked


def end_session(coordinator: Walker, path: str) -> None:
    """The coordinator closes the votes and the session, makes the protocol, and publishes what was decided."""
    coordinator.open(path)
    coordinator.press("form[action$='/close-votes'] button")
    coordinator.open(f"{path}/close")
    coordinator.press()
    coordinator.open(f"{path}/protocol/make")
    coordinator.press()
    coordinator.open(f"{path}/publish")
    coordinator.press()


def sign(member: Walker) -> int:
    """A member signs every protocol that waits; how many."""
    signed = 0
    member.open("/council/protocols")
    while member.page.locator("main a[href$='/sign']").count():
        member.follow("main a[href$='/sign']")
        member.press("#sign-form button")
        signed += 1
        member.open("/council/protocols")
    return signed
