"""Our templates say what Jinja would say of the same text: values escaped once, calls made, imports shared."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment, StrictUndefined, nodes, pass_context, pass_environment
from markupsafe import Markup, escape

from views.templating import PageEnvironment, piece

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
MACROS = """{% macro bold(text, note="") %}<b>{{ text }}</b>{{ note }}{{ varargs }}{{ kwargs }}{% endmacro %}
{% macro around() %}<i>{{ caller("<in>") }}</i>{% endmacro %}"""
IMPORTED = '{% from "macros.html" import bold, around %}'
SOURCES = [
    "{{ text }}{{ number }}{{ nothing }}{{ markup }}{{ missing }}{{ shown }}",
    "{{ text ~ markup }}{{ text | upper }}{{ [text, markup] | join('&') }}",
    IMPORTED + "{{ bold(text) }}{{ bold(markup, note=text) }}{{ bold(text, '', 1, two=2) }}",
    IMPORTED + "{% call(said) around() %}{{ said }}{{ bold(said) }}{% endcall %}",
    IMPORTED + "{{ bold(*[text, number], **{'class': 3}) }}",
    "{{ plain(text, key=number) }}{{ in_page(text) }}{{ of_jinja() }}",
    "{% for one in [1, 2] %}{{ in_loop() }}{{ loop.index }}{{ plain(one) }}{{ loop.cycle('a', '<') }}{% endfor %}",
    "{% for one in [[1, [2]], [3]] recursive %}{{ one if one is number else loop(one) }}{% endfor %}",
    "{% set kept %}{{ text }}{% endset %}{{ kept }}{% filter upper %}{{ text }}{% endfilter %}",
    "{% block first %}{{ text }}{% endblock %}{{ self.first() }}",
    "{% autoescape false %}{{ text }}{{ plain(text) }}{% endautoescape %}",
    "{{ range(3) | list }}{{ dict(a=text).a }}{{ {'b': text}['b'] }}{{ text.upper() }}",
]


class Shown:
    """Something that says itself how it looks."""

    def __html__(self) -> str:
        return "<u>shown</u>"


@pass_context
def in_page(context: Any, text: str) -> str:
    return f"{context['number']}{text}"


@pass_context
def in_loop(context: Any) -> str:
    return str(context.get("one"))


@pass_environment
def of_jinja(environment: Environment) -> str:
    return str(environment.trim_blocks)


def plain(text: Any, key: Any = None) -> str:
    return f"<{text}{key}>"


VALUES = {
    "text": '<a href="\'&">',
    "number": 5,
    "nothing": None,
    "markup": Markup("<b>&amp;</b>"),
    "shown": Shown(),
}


def rendered(kind: type[Environment], source: str) -> str:
    options: dict[str, Any] = {"app": Flask(__name__)} if kind is PageEnvironment else {}
    loader = DictLoader({"macros.html": MACROS})
    environment = kind(**options, loader=loader, autoescape=True, trim_blocks=True)
    marked = {"plain": plain, "in_page": in_page, "in_loop": in_loop, "of_jinja": of_jinja}
    environment.globals |= marked
    return environment.from_string(source).render(VALUES)


@pytest.mark.parametrize("source", SOURCES)
def test_a_template_says_what_it_says_in_jinja(source: str) -> None:
    assert rendered(PageEnvironment, source) == rendered(Environment, source)


@given(st.text() | st.integers() | st.floats() | st.none() | st.booleans() | st.text().map(Markup))
def test_a_piece_is_the_value_escaped(value: Any) -> None:
    assert piece(value) == escape(value)


def test_a_name_nobody_gave_is_still_an_error_where_it_is_asked_to_be() -> None:
    environment = PageEnvironment(Flask(__name__), autoescape=True, undefined=StrictUndefined)
    with pytest.raises(Exception, match="'absent' is undefined"):
        environment.from_string("{{ absent }}").render()
    with pytest.raises(Exception, match="'absent' is undefined"):
        environment.from_string("{{ absent() }}").render()


def _templates() -> list[str]:
    return sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def _drawn_by_views() -> set[tuple[str, str]]:
    """Files and macros that views draw themselves."""
    views = [path for path in (ROOT / "views").rglob("*.py") if "assets" not in path.parts]
    found = {
        pair for path in views for pair in re.findall(r'drawn\(\s*"([^"]+)",\s*"(\w+)"', path.read_text())
    }
    assert len(found) >= 3
    return found


def test_an_imported_file_holds_macros_and_constants_alone(app: Flask) -> None:
    """It is run once for all pages: what it would do beside its macros, it would do for the first page alone."""
    trees = {name: app.jinja_env.parse((TEMPLATES / name).read_text()) for name in _templates()}
    imports = [one for tree in trees.values() for one in tree.find_all((nodes.FromImport, nodes.Import))]
    assert len(imports) > 300
    assert not any(one.with_context for one in imports)
    for name in {one.template.value for one in imports} | {file for file, _macro in _drawn_by_views()}:
        for part in trees[name].body:
            assert isinstance(part, nodes.Macro | nodes.FromImport) or _is_the_same_for_all(part), (
                name,
                part,
            )


def test_a_macro_reads_nothing_of_the_page_but_what_it_is_given(app: Flask) -> None:
    environment = app.jinja_env
    trees = {name: environment.parse((TEMPLATES / name).read_text()) for name in _templates()}
    imported = {one.template.value for tree in trees.values() for one in tree.find_all(nodes.FromImport)}
    for name in sorted(imported | {file for file, _macro in _drawn_by_views()}):
        code = environment.compile((TEMPLATES / name).read_text(), raw=True)
        own = {one.name for one in trees[name].find_all(nodes.Name) if one.ctx == "store"}
        read = set(re.findall(r"resolve\('(\w+)'\)", code))
        assert read <= own | set(environment.globals), name


def test_every_macro_is_used(app: Flask) -> None:
    trees = {name: app.jinja_env.parse((TEMPLATES / name).read_text()) for name in _templates()}
    used = {one.name for tree in trees.values() for one in tree.find_all(nodes.Name) if one.ctx == "load"}
    used |= {
        name if isinstance(name, str) else name[0]
        for tree in trees.values()
        for one in tree.find_all(nodes.FromImport)
        for name in one.names
    }
    used |= {macro for _file, macro in _drawn_by_views()}
    made = {one.name for tree in trees.values() for one in tree.find_all(nodes.Macro)}
    assert len(made) > 80
    assert made <= used


def _is_the_same_for_all(part: nodes.Node) -> bool:
    if isinstance(part, nodes.Assign):
        return not list(part.find_all((nodes.Call, nodes.Filter)))
    return isinstance(part, nodes.Output) and all(
        isinstance(one, nodes.TemplateData) and not one.data.strip() for one in part.nodes
    )
