"""The plan of a rehearsal, pure: who proposes what, what the council says, and who votes for what.

The sums are those of Saryarka's cycle of 2020 (see `data/saryarka_cycles.json`): 200,000,000 tenge, 68 projects of
which 22 come from Koktal 1, Koktal 2 and Agrogorodok, 40 admitted, 28 rejected, 8,935 ballots, 13 winners. Costs and
votes were never published, so they are invented: votes by an uneven appeal, then costs, drawn anew a little dearer or
cheaper until the rule itself (most votes first, pass over what does not fit) gives exactly 13 winners. No two costs
are equal, so no lot is needed. The same number gives the same plan.
"""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from budget.allocation import NO_LOT, AllocationRule, Candidate, EnvelopeSum, allocate
from models.enums import Criterion, Direction, Language
from seeds import demo_texts

ALLOTTED, RECEIVED, ADMITTED, BALLOTS, WINNERS = 200_000_000, 68, 40, 8_935, 13
NAMED_AREAS: Mapping[str, int] = {"koktal-1": 8, "koktal-2": 8, "agrogorodok": 6}
RULE = AllocationRule.SKIP
_ROUND = 5_000
_LEAST, _MOST = 1_500_000, 60_000_000
_EMPTY_SHARE = 0.005
_MOST_TRIES = 20_000

_WHAT: Mapping[Direction, tuple[str, str]] = {
    Direction.LANDSCAPING: ("ауланы көгалдандыру", "озеленение двора"),
    Direction.PAVEMENTS: ("жаяу жолдар төсеу", "пешеходные дорожки"),
    Direction.RAMPS: ("пандустар орнату", "установка пандусов"),
    Direction.LIGHTING: ("ауланы жарықтандыру", "освещение двора"),
    Direction.KERBS: ("бордюрлерді жаңарту", "новые бордюры"),
    Direction.DUMPS: ("қоқыс орнын тазарту", "уборка свалки"),
    Direction.PLAYGROUNDS: ("балалар алаңы", "детская площадка"),
    Direction.SPORTS: ("спорт алаңы", "спортивная площадка"),
}
_REASONS: tuple[tuple[Criterion, str, str, str], ...] = (
    (
        Criterion.COMPETENCE,
        "7",
        "Нысан қалалық басқарманың теңгерімінде, жұмыс аудан әкімдігінің құзыретіне кірмейді.",
        "Объект на балансе городского управления, работы не входят в компетенцию акимата района.",
    ),
    (
        Criterion.COMPETENCE,
        "7",
        "Үйдің ортақ мүлкін жөндеу – мүлік иелері бірлестігінің міндеті.",
        "Ремонт общего имущества дома – обязанность объединения собственников.",
    ),
    (
        Criterion.LAND,
        "9",
        "Учаске жеке меншікте, ал Ереже тек жалпыға ортақ жерлердегі жұмысты қаржыландырады.",
        "Участок в частной собственности, а Положение допускает работы только на землях общего пользования.",
    ),
    (
        Criterion.CONFORMITY,
        "5",
        "Жоба сауда нысанына қызмет етеді: бұл Ережеге сай емес.",
        "Проект служит торговому объекту: это противоречит Положению.",
    ),
)


@dataclass(frozen=True)
class Rejection:
    """Which criterion is not met, by which clause, and why, in Kazakh and Russian."""

    criterion: Criterion
    clause: str
    reason_kk: str
    reason_ru: str


@dataclass(frozen=True)
class PlannedProject:
    """One application. `cost` is None when it is rejected."""

    language: Language
    title: str
    text: str
    street: str
    house: str
    area: str
    direction: Direction
    estimate: int
    cost: int | None
    rejection: Rejection | None


@dataclass(frozen=True)
class Road:
    """What happens on the council's road, as places in the list of projects: two come back from their authors, three
    have a member who stands aside, one rejection is appealed with and one without success, and one project gets a
    similar application merged into it."""

    returned: tuple[int, int]
    recused: tuple[int, int, int]
    appeal_won: int
    appeal_lost: int
    merged_into: int


@dataclass(frozen=True)
class Plan:
    """68 projects in the order of their numbers, what happens to some of them on the way, and each ballot's choice as
    an index into them; None = empty."""

    projects: tuple[PlannedProject, ...]
    ballots: tuple[int | None, ...]
    road: Road


def make(number: int) -> Plan:
    """The plan of this number."""
    source = random.Random(f"rehearsal of 2020, number {number}")
    admitted = sorted(source.sample(range(RECEIVED), ADMITTED))
    ballots = _ballots(source, admitted)
    votes = Counter(choice for choice in ballots if choice is not None)
    costs = _costs(source, admitted, votes)
    areas = [area for area, count in NAMED_AREAS.items() for _ in range(count)]
    areas += ["rest"] * (RECEIVED - len(areas))
    source.shuffle(areas)
    streets = _streets()
    projects = [_project(source, area, streets, costs.get(place)) for place, area in enumerate(areas)]
    return Plan(tuple(projects), ballots, _road(source, admitted))


def winners(costs: Mapping[int, int], votes: Mapping[int, int]) -> tuple[str, ...]:
    """The winners by the rule, as indices in text."""
    candidates = [Candidate(str(place), cost, votes.get(place, 0), "") for place, cost in costs.items()]
    return allocate(candidates, [EnvelopeSum("", ALLOTTED)], rule=RULE, order=NO_LOT).winners


def _ballots(source: random.Random, admitted: Sequence[int]) -> tuple[int | None, ...]:
    appeal = [source.lognormvariate(0, 0.8) for _ in admitted]
    chosen = source.choices(admitted, appeal, k=BALLOTS)
    return tuple(None if source.random() < _EMPTY_SHARE else choice for choice in chosen)


def _costs(source: random.Random, admitted: Sequence[int], votes: Mapping[int, int]) -> dict[int, int]:
    """Costs by which exactly 13 projects fit: too many winners make the next draw dearer, too few cheaper."""
    median = ALLOTTED / WINNERS
    for _ in range(_MOST_TRIES):
        drawn = {place: _cost(source, median) for place in admitted}
        if len(set(drawn.values())) == len(drawn):
            found = len(winners(drawn, votes))
            if found == WINNERS:
                return drawn
            median *= 1 + 0.04 * (found - WINNERS)
            median = min(max(median, 4_000_000.0), 40_000_000.0)
    raise ValueError("no costs found by which 13 projects fit")


def _cost(source: random.Random, median: float) -> int:
    drawn = round(source.lognormvariate(0, 0.45) * median / _ROUND) * _ROUND
    return min(max(drawn, _LEAST), _MOST)


def _project(
    source: random.Random, area: str, streets: Sequence[tuple[str, str]], cost: int | None
) -> PlannedProject:
    direction = source.choice(list(Direction))
    language = source.choice((Language.KK, Language.KK, Language.RU))
    place = 0 if language is Language.KK else 1
    street, what = source.choice(streets)[place], _WHAT[direction][place]
    house = str(source.randint(1, 90)) + source.choice(("", "", "", "/1", "/2", "а"))
    address = f"{street}, {house}"
    text = (
        f"Тұрғындар мына мекенжайда жұмыс жүргізуді ұсынады: {address}. Мақсаты – {what}."
        if language is Language.KK
        else f"Жители предлагают провести работы по адресу: {address}. Цель – {what}."
    )
    believed = cost if cost is not None else _cost(source, ALLOTTED / WINNERS)
    return PlannedProject(
        language=language,
        title=f"{address}: {what}",
        text=text,
        street=street,
        house=house,
        area=area,
        direction=direction,
        estimate=round(believed * source.uniform(0.85, 1.05) / _ROUND) * _ROUND,
        cost=cost,
        rejection=Rejection(*source.choice(_REASONS)) if cost is None else None,
    )


def _road(source: random.Random, admitted: Sequence[int]) -> Road:
    first, second, aside, other, third, won, kept = source.sample(admitted, 7)
    rejected = [place for place in range(RECEIVED) if place not in admitted]
    return Road((first, second), (aside, other, third), won, source.choice(rejected), kept)


def _streets() -> list[tuple[str, str]]:
    """Streets in Kazakh and Russian."""
    return [(street[Language.KK], street[Language.RU]) for street in demo_texts.streets().values()]
