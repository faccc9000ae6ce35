"""Search that forgives: case, Kazakh letters typed without a Kazakh keyboard, punctuation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from budget.reading.folding import fold, folded_project, words_of
from models.enums import Language, ProjectState
from models.project import Project, ProjectAddress

LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюяәғқңөұүһі"


@pytest.mark.parametrize(
    ("kazakh", "typed"),
    [
        ("Бейбітшілік", "бейбитшилик"),
        ("Көктал", "коктал"),
        ("Қосшығұлұлы", "косшыгулулы"),
        ("Ғабит Мүсірепов", "габит мусирепов"),
        ("Жаһангер", "жахангер"),
        ("Әл-Фараби, 7/1", "ал фараби 7 1"),
        ("Аңсаган", "ансаган"),
        ("ёлка", "елка"),
    ],
)
def test_each_letter_folds_to_the_one_people_type(kazakh: str, typed: str) -> None:
    assert fold(kazakh) == typed
    assert words_of(kazakh) == typed.split()


@given(st.text(alphabet=LETTERS + LETTERS.upper() + " 7/-,.", max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40))
def test_no_word_holds_a_sign_that_like_reads_as_anything(query: str) -> None:
    assert not set("%_\\") & set("".join(words_of(query)))


@pytest.mark.parametrize("query", ["  ", "—", "%", "_"])
def test_a_query_without_a_letter_or_digit_asks_for_nothing(query: str) -> None:
    assert words_of(query) == []


def project(state: ProjectState = ProjectState.ADMITTED) -> Project:
    return Project(
        public_id="p", cycle_id=1, number=1, language=Language.KK, state=state,
        title_kk="Ойын алаңы", title_ru="Площадка", description_kk="Жарық керек",
    )  # fmt: skip


def address(house: str, **streets: str) -> ProjectAddress:
    return ProjectAddress(project_id=1, position=1, house=house, **streets)


def test_a_project_is_found_by_titles_descriptions_and_streets_with_houses() -> None:
    houses = [address("7/1", street_kk="Күмісбеков", street_ru="Кумисбекова"), address("9а", street_kk="Тың")]
    assert folded_project(project(), houses) == (
        "ойын аланы площадка жарык керек кумисбеков 7 1 кумисбекова 7 1 тын 9а"
    )


def test_a_withdrawn_project_is_not_found_by_what_it_shows_no_more() -> None:
    withdrawn = folded_project(project(ProjectState.WITHDRAWN), [address("3", street_kk="Тың")])
    assert withdrawn == "ойын аланы площадка тын 3"
