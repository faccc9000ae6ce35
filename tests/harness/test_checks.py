"""Each page check is green on a good page and red on the same page with one fault planted."""

import pytest
from flask import Flask, Response

from tests.harness.client import PageClient

GOOD = """<!doctype html>
<html lang="kk"><head><meta charset="utf-8"><title>Жобалар – Қатысу бюджеті</title>
<meta name="description" content="Тұрғындардың жобалары"></head>
<body><a href="#main">Өту</a><main id="main"><h1>Жобалар</h1>
<p>Бөлінді: 200\u00a0000\u00a0000\u00a0₸ <a href="/kk/">Басты бет</a> <code>the code of it</code></p>
<p lang="en">The text of the author is in English</p>
<img src="/photo/1" alt=""><svg aria-hidden="true" viewBox="0 0 1 1"><path d="M0 0"/></svg>
<form method="post" action="/kk/"><input type="hidden" name="csrf_token" value="x">
<label for="title">Атауы</label><input id="title" name="title" aria-describedby="hint"><p id="hint">Қысқаша</p>
<fieldset><legend>Таңдау</legend><input type="radio" id="a" name="c" value="1"><label for="a">Бірінші</label></fieldset>
<button class="govuk-button">Жіберу</button><button class="govuk-button govuk-button--secondary">Сақтау</button></form>
<table><caption>Сандар</caption><tr><th scope="col">Жыл</th></tr><tr><td>2020</td></tr></table>
</main></body></html>"""

SUMMARY = '<div class="govuk-error-summary"><ul><li><a href="#title">Атауын жазыңыз</a></li></ul></div>'

FAULTS = {
    "no h1": ("<h1>Жобалар</h1>", "<p>Жобалар</p>", "0 h1"),
    "two h1": ("<h1>Жобалар</h1>", "<h1>Жобалар</h1><h1>Тағы</h1>", "2 h1"),
    "an empty h1": ("<h1>Жобалар</h1>", "<h1> </h1>", "the h1 is empty"),
    "another title": ("<title>Жобалар", "<title>Бет", "does not begin with"),
    "errors without prefix": ("<h1>", f"{SUMMARY}<h1>", "does not begin with 'Қате: Жобалар'"),
    "prefix without errors": ("<title>", "<title>Қате: ", "does not begin with 'Жобалар'"),
    "no label": ('<label for="title">Атауы</label>', "", "no label"),
    "an empty label": ('<label for="title">Атауы</label>', '<label for="title"></label>', "no label"),
    "no legend": ("<legend>Таңдау</legend>", "", "no fieldset with a legend"),
    "a silent button": (">Жіберу<", "><", "a button without text"),
    "an id twice": ('<p id="hint">', '<p id="hint"></p><p id="hint">', "id 'hint' stands 2 times"),
    "a label for nobody": ('<label for="a">', '<label for="b">', "points at no id 'b'"),
    "a description nowhere": ('<p id="hint">', "<p>", "points at no id 'hint'"),
    "a skip link nowhere": ('<main id="main">', "<main>", "points at no id 'main'"),
    "invalid nesting": ("<p>Бөлінді", "<p><table></p><p>Бөлінді", "invalid HTML"),
    "no doctype": ("<!doctype html>", "", "invalid HTML"),
    "another language": ('lang="kk"', 'lang="ru"', "the address says kk"),
    "no language": (' lang="kk"', "", "the address says kk"),
    "English text": ("Бөлінді:", "The sum of it:", "English on a kk page"),
    "English in an attribute": (
        'content="Тұрғындардың',
        'content="Projects of the people',
        "English on a kk page",
    ),
    "None": ("Бөлінді:", "Бөлінді: None", "'None' in"),
    "a template mark": ("Бөлінді:", "{{ sum }}", "'{{' in"),
    "a format mark": ("Бөлінді:", "%(sum)s", "'%(sum)' in"),
    "a brace field": ("Бөлінді:", "{count}", "'{count}' in"),
    "an object's repr": ("Бөлінді:", "&lt;budget.phases.Phase object at 0x1&gt;", "object"),
    "no alt": (' alt=""', "", "no alt"),
    "a nameless drawing": (' aria-hidden="true"', "", "a drawing neither named"),
    "an inline style": ("<p>Бөлінді", '<p style="color: red">Бөлінді', "inline style"),
    "an inline script": ("</main>", "<script>1</script></main>", "inline script"),
    "a handler": ("<p>Бөлінді", '<p onclick="x()">Бөлінді', "onclick on"),
    "a script address": ('href="/kk/"', 'href="javascript:x()"', "javascript:"),
    "a table without th": ('<th scope="col">Жыл</th>', "<td>Жыл</td>", "a table without th"),
    "a table without a caption": ("<caption>Сандар</caption>", "", "a table without a caption"),
    "a plain space before the sign": ("\u00a0₸", " ₸", "money that can break"),
    "plain spaces between groups": ("200\u00a0000\u00a0000", "200 000 000", "money that can break"),
    "two gold buttons": (" govuk-button--secondary", "", "2 gold buttons"),
    "a link to nowhere": ('<a href="/kk/">', '<a href="/kk/nowhere">', "leads nowhere (GET: 404)"),
    "an image from nowhere": ('src="/photo/1"', 'src="/photos/1"', "leads nowhere"),
    "a form to a page that takes none": ('action="/kk/"', 'action="/photo/1"', "leads nowhere (POST: 405)"),
    "a form without token": (
        '<input type="hidden" name="csrf_token" value="x">',
        "",
        "a form without csrf_token",
    ),
}


def serve(html: str, status: int = 200) -> PageClient:
    """A client of an application whose page /kk/ is `html`."""
    app = Flask(__name__, static_folder=None)
    app.test_client_class = PageClient

    @app.route("/kk/", methods=["GET", "POST"])
    def page() -> Response:
        return Response(html, status)

    @app.get("/photo/<int:number>")
    def photo(number: int) -> str:
        return str(number)

    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_a_good_page_passes_every_check() -> None:
    page = serve(GOOD).get("/kk/")
    assert page.h1 == "Жобалар"


def test_a_page_with_errors_is_good_with_its_prefix() -> None:
    html = GOOD.replace("<title>", "<title>Қате: ").replace("<h1>", f"{SUMMARY}<h1>")
    assert serve(html).get("/kk/").errors == {"title": "Атауын жазыңыз"}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    before, after, told = FAULTS[name]
    assert GOOD.count(before) >= 1
    with pytest.raises(AssertionError) as failure:
        serve(GOOD.replace(before, after)).get("/kk/")
    assert told in str(failure.value)


def test_every_check_has_a_planted_fault() -> None:
    from tests.harness.checks import CHECKS
    from tests.harness.pages import PageResponse

    red = set()
    for before, after, _ in FAULTS.values():
        app = serve(GOOD.replace(before, after)).application
        raw = app.test_client()
        page = super(PageClient, raw).open("/kk/")
        assert isinstance(page, PageResponse)
        red |= {check.__name__ for check in CHECKS if list(check(page))}
    assert red == {check.__name__ for check in CHECKS}


def test_an_error_status_must_be_expected() -> None:
    with pytest.raises(AssertionError, match="status 500, below 400 expected"):
        serve(GOOD, status=500).get("/kk/")
    with pytest.raises(AssertionError, match="status 200, 404 expected"):
        serve(GOOD).get("/kk/", status=404)
    serve(GOOD, status=404).get("/kk/", status=404)


def test_english_pages_may_speak_english() -> None:
    app = serve(GOOD).application
    english = GOOD.replace('lang="kk"', 'lang="en"').replace("Бөлінді", "The sum of it, none of these")
    app.add_url_rule("/en/", view_func=lambda: Response(english), endpoint="english")
    app.test_client().get("/en/")
