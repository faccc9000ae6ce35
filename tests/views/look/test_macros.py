"""The macros that pages are made of, rendered without the application."""

import re
from pathlib import Path
from typing import Any

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    Form,
    FormField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
    validators,
)

from views.forms import attributes, described_by

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"
NBSP = "\u00a0"


@pytest.fixture(scope="module")
def environment() -> Environment:
    """Jinja as the application sets it up, with a gettext that marks what it was given."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        lambda text: f"[{text}]", lambda one, many, count: one if count == 1 else many, newstyle=True
    )
    made.filters |= {
        "number": lambda value: f"{value:,}".replace(",", NBSP),
        "tenge": lambda value: f"{value:,} ₸".replace(",", NBSP).replace(" ", NBSP),
    }
    made.globals |= {
        "asset_url": lambda name: f"/static/{name}",
        "switch_language_url": lambda code: f"/{code}/here",
        "page_language": lambda: "kk",
        "described_by": described_by,
        "attributes": attributes,
    }
    return made


def render(environment: Environment, source: str, **values: Any) -> str:
    """The text of a small template in a Kazakh page."""
    return environment.from_string(source).render(lang="kk", **values)


def elements(text: str, tag: str) -> list[Any]:
    """The elements with this tag, strictly parsed."""
    tree = html5lib.parseFragment(text, namespaceHTMLElements=False)
    return [e for e in tree.iter() if isinstance(e.tag, str) and e.tag.rsplit("}", 1)[-1] == tag]


class HouseForm(Form):
    """A part of a form."""

    house = StringField("House", [validators.InputRequired("Write the house")])


def refuse(_form: Form, _field: Any) -> None:
    raise ValidationError("This is refused")


CHOICES = [SelectChoice("a", "A"), SelectChoice("b", "B")]


class EveryField(Form):
    """One field of every kind the macro draws, and all of them refused."""

    title = StringField("Title", [refuse], description="Short and clear")
    about = TextAreaField("About", [validators.Length(max=5)])
    area = SelectField("Area", [refuse], choices=CHOICES)
    direction = RadioField("Direction", [refuse], choices=CHOICES)
    criteria = SelectMultipleField("Criteria", [refuse], choices=CHOICES)
    agreed = BooleanField("Agreed", [refuse])
    due_on = DateField("Due on", [refuse])
    photo = FileField("Photo", [refuse])
    password = PasswordField("Password", [refuse])
    place = FormField(HouseForm)
    houses = FieldList(StringField("House", [refuse]), min_entries=2)


FORM = """{% from "macros/forms.html" import error_summary, field %}
{{ error_summary(form) }}
{% for f in form if f.type not in ("FormField", "FieldList") %}{{ field(f) }}{% endfor %}
{{ field(form.place.form.house) }}{% for f in form.houses %}{{ field(f) }}{% endfor %}"""


@pytest.fixture
def refused() -> EveryField:
    sent = {"title": "<b>", "about": "too long", "direction": "b", "criteria": "b", "password": "secret"}
    form = EveryField(MultiDict(sent))
    assert not form.validate()
    return form


def test_the_error_summary_links_to_a_control_for_every_refused_field(
    environment: Environment, refused: EveryField
) -> None:
    text = render(environment, FORM, form=refused)
    links = {link.get("href") for link in elements(text, "a")}
    controls = {e.get("id") for tag in ("input", "select", "textarea") for e in elements(text, tag)}
    assert len(links) == len(EveryField()._fields) + 1
    assert {link.removeprefix("#") for link in links} <= controls


def test_every_control_has_its_own_label_and_no_id_repeats(
    environment: Environment, refused: EveryField
) -> None:
    text = render(environment, FORM, form=refused)
    controls = [e.get("id") for tag in ("input", "select", "textarea") for e in elements(text, tag)]
    assert len(controls) == len(set(controls))
    assert sorted(label.get("for") for label in elements(text, "label")) == sorted(controls)


def test_hints_and_errors_are_read_out_with_their_control(
    environment: Environment, refused: EveryField
) -> None:
    text = render(environment, FORM, form=refused)
    ids = {e.get("id") for tag in ("div", "p") for e in elements(text, tag)}
    described = re.findall(r'aria-describedby="([^"]+)"', text)
    assert "title-hint title-error" in described
    assert {name for names in described for name in names.split()} <= ids


def test_what_was_typed_is_kept_and_escaped_but_a_password_is_not(
    environment: Environment, refused: EveryField
) -> None:
    text = render(environment, FORM, form=refused)
    assert 'value="&lt;b&gt;"' in text
    assert [e.get("value") for e in elements(text, "input") if "checked" in e.attrib] == ["b", "b"]
    assert "secret" not in text


def test_the_words_of_a_form_are_translated(environment: Environment, refused: EveryField) -> None:
    text = render(environment, FORM, form=refused)
    for word in ("There is a problem", "Error:", "Characters:"):
        assert f"[{word}]" in text


def test_a_textarea_keeps_its_first_line_break(environment: Environment) -> None:
    form = EveryField(MultiDict({"about": "\nx"}))
    text = render(
        environment,
        '{% from "macros/forms.html" import field %}{{ field(form.about) }}',
        form=form,
    )
    assert elements(text, "textarea")[0].text == "\nx"


def test_options_stay_in_their_groups(environment: Environment) -> None:
    class Grouped(Form):
        area = SelectField(
            "Area",
            choices=[SelectChoice("a", "A", optgroup="North"), SelectChoice("b", "B", optgroup="South")],
        )

    source = '{% from "macros/forms.html" import field %}{{ field(form.area) }}'
    text = render(environment, source, form=Grouped(MultiDict({"area": "b"})))
    assert [group.get("label") for group in elements(text, "optgroup")] == ["North", "South"]
    assert [e.get("value") for e in elements(text, "option") if "selected" in e.attrib] == ["b"]


def test_the_road_marks_one_step_as_the_present_one(environment: Environment) -> None:
    steps = [{"name": n, "dates": "", "state": s} for n, s in (("a", "done"), ("b", "now"), ("c", "ahead"))]
    text = render(environment, '{% from "macros/road.html" import road %}{{ road(steps) }}', steps=steps)
    assert [step.get("aria-current") for step in elements(text, "li")] == [None, "step", None]


def test_the_parts_of_a_money_bar_stay_inside_it(environment: Environment) -> None:
    parts = [{"value": v, "label": "x", "text": "x", "tone": "done"} for v in (60, 30, 50)]
    source = '{% from "macros/bars.html" import money_bar %}{{ money_bar(100, parts, "where") }}'
    bars = [bar for bar in elements(render(environment, source, parts=parts), "rect") if bar.get("x")]
    assert [(float(b.get("x")), float(b.get("width"))) for b in bars] == [(0, 600), (600, 300), (900, 100)]


def test_an_empty_money_bar_is_drawn(environment: Environment) -> None:
    parts = [{"value": 1, "label": "x", "text": "x", "tone": "done"}]
    source = '{% from "macros/bars.html" import money_bar %}{{ money_bar(0, parts, "where") }}'
    assert len(elements(render(environment, source, parts=parts), "rect")) == 2


def test_a_copied_receipt_has_no_gaps(environment: Environment) -> None:
    source = '{% from "macros/receipt.html" import grouped %}{{ grouped("7K3QX9MDA2") }}'
    groups = elements(render(environment, source), "span")
    assert [group.text for group in groups] == ["7K3Q", "X9MD", "A2"]
    assert re.sub("<[^>]+>", "", render(environment, source)) == "7K3QX9MDA2"


def test_the_first_option_of_a_ballot_is_where_its_error_points(environment: Environment) -> None:
    source = """{% from "macros/ballot.html" import ballot_option %}
    {% for i in (1, 2) %}{{ ballot_option("choices", "p%s" % i, "Title", i, multiple=true) }}{% endfor %}"""
    assert [e.get("id") for e in elements(render(environment, source), "input")] == ["choices", "choices-2"]


@pytest.mark.parametrize(
    ("pages", "expected"), [(1, []), (3, ["1", "2", "3"]), (9, ["1", "4", "5", "6", "9"])]
)
def test_pagination_keeps_to_the_ends_and_the_neighbours(
    environment: Environment, pages: int, expected: list[str]
) -> None:
    source = '{% from "macros/pagination.html" import pagination %}{{ pagination(page, pages, href) }}'
    text = render(environment, source, page=min(5, pages), pages=pages, href=lambda number: f"?page={number}")
    shown = [
        re.sub(r"\D", "", "".join(link.itertext())) for link in elements(text, "a") if not link.get("rel")
    ]
    assert shown == expected


@pytest.mark.parametrize("code", [400, 403, 404, 413, 429, 500, 503])
def test_an_error_page_comes_out_with_the_least_there_can_be(environment: Environment, code: int) -> None:
    district = {"akimat": "Akimat", "programme": "Programme"}
    page = environment.get_template(f"errors/{code}.html").render(
        lang="kk", languages=[("kk", "ҚАЗ"), ("ru", "РУС")], district=district, code=code
    )
    tree = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parse(page)
    heading = "".join(tree.find(".//h1").itertext())
    assert tree.find(".//title").text.startswith(heading)
    assert tree.get("lang") == "kk"


def test_the_last_resort_page_needs_nothing_at_all() -> None:
    bare = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page = bare.get_template("errors/standalone.html").render(stylesheet=None)
    assert all(f'lang="{code}"' in page for code in ("kk", "ru", "en"))
