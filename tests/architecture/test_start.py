"""What stops the application from starting, and what every answer of it carries."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from views import access
from views import app as factory
from views.access import public
from views.config import Config, ConfigurationError, from_environment
from views.public.blueprint import bp
from views.security import CONTENT_POLICY

GOOD = {
    "DATABASE_URL": "postgresql+psycopg:///budget",
    "SECRET_KEY": "1" * 64,
    "VOTER_KEY": "2" * 64,
    "ROLL_KEY": "3" * 64,
    "KEY_DIR": "/var/lib/participation-budget/keys",
    "TRUSTED_HOSTS": "budget.example.kz, www.budget.example.kz",
}
SECRETS = ("SECRET_KEY", "VOTER_KEY", "ROLL_KEY")
KNOWN = {
    "SECRET_KEY": "demo-secret-key-known-to-everyone!",
    "VOTER_KEY": "demo-voter-key-known-to-everyone!!",
    "ROLL_KEY": "demo-roll-key-known-to-everyone!!!",
}


# --- access ---------------------------------------------------------------------------------------------------


def test_an_endpoint_without_an_access_rule_stops_the_start(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = factory.register_api

    def with_a_forgotten_one(app: Flask) -> None:
        register(app)
        app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")

    monkeypatch.setattr(factory, "register_api", with_a_forgotten_one)
    with pytest.raises(RuntimeError, match="without an access rule: forgotten"):
        make_app(sqlite_url)


def test_an_endpoint_of_a_blueprint_is_no_exception(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bp, "deferred_functions", [*bp.deferred_functions])
    monkeypatch.setattr(bp, "_got_registered_once", False)
    bp.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(RuntimeError, match=r"public\.forgotten"):
        make_app(sqlite_url)


def test_every_endpoint_is_declared(app: Flask) -> None:
    access.check_all(app)
    assert len(app.view_functions) > 40
    assert "static" not in app.view_functions


# --- configuration --------------------------------------------------------------------------------------------


def test_a_whole_environment_is_taken_as_it_is() -> None:
    config = from_environment(GOOD)
    assert (config.demo, config.secure_cookies, config.proxy_hops) == (False, True, 0)
    assert config.trusted_hosts == ("budget.example.kz", "www.budget.example.kz")
    assert config.secret_key == b"1" * 64
    assert config.key_dir == Path("/var/lib/participation-budget/keys")


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("value", [None, ""])
def test_outside_the_demo_nothing_has_a_default(name: str, value: str | None) -> None:
    environment = {key: known for key, known in GOOD.items() if key != name}
    if value is not None:
        environment[name] = value
    with pytest.raises(ConfigurationError, match=f"^{name} is not set"):
        from_environment(environment)


@pytest.mark.parametrize("name", SECRETS)
def test_outside_the_demo_a_secret_known_to_everyone_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} is the demo's"):
        from_environment({**GOOD, name: KNOWN[name]})


@pytest.mark.parametrize("name", SECRETS)
def test_a_short_secret_is_refused_even_in_the_demo(name: str) -> None:
    for environment in (GOOD, {"DEMO": "1"}):
        with pytest.raises(ConfigurationError, match=f"^{name} is shorter than 32 characters"):
            from_environment({**environment, name: "x" * 31})


@pytest.mark.parametrize("value", ["one", "-1", "1.5"])
def test_a_number_that_is_none_is_named(value: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^PROXY_HOPS must be a whole number"):
        from_environment({**GOOD, "PROXY_HOPS": value})


def test_no_secret_is_in_the_words_of_a_refusal() -> None:
    for name in SECRETS:
        with pytest.raises(ConfigurationError) as refused:
            from_environment({**GOOD, name: "hunter2"})
        assert "hunter2" not in str(refused.value)


def test_the_secrets_of_the_demo_are_these() -> None:
    config = from_environment({"DEMO": "1"})
    assert config.demo
    for name, secret in zip(SECRETS, (config.secret_key, config.voter_key, config.roll_key), strict=True):
        assert secret == KNOWN[name].encode()


@pytest.mark.parametrize("value", ["0", "no", "false", ""])
def test_the_demo_is_on_only_when_it_is_said(value: str) -> None:
    with pytest.raises(ConfigurationError):
        from_environment({"DEMO": value})


def test_the_start_itself_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DEMO", raising=False)
    with pytest.raises(ConfigurationError, match="is not set"):
        factory.create_app()


# --- headers --------------------------------------------------------------------------------------------------


@pytest.fixture
def answers(make_app: Callable[..., Flask], sqlite_url: str) -> FlaskClient:
    """A client of an application behind HTTPS, with addresses that fail."""
    app = make_app(sqlite_url, demo=False, secure_cookies=True, trusted_hosts=("localhost",))

    @public
    def fail(how: int) -> str:
        abort(how)

    @public
    def bug() -> str:
        raise ZeroDivisionError

    app.add_url_rule("/<any(kk, ru, en):lang>/fail/<int:how>", "fail", fail)
    app.add_url_rule("/<any(kk, ru, en):lang>/bug", "bug", bug)
    app.testing = False
    return FlaskClient(app, app.response_class)


KINDS = {
    "a page": ("GET", "/kk/", 200),
    "a kept page": ("GET", "/kk/about", 200),
    "the way in": ("GET", "/kk/sign-in", None),
    "a redirect": ("GET", "/", None),
    "a redirect to sign in": ("GET", "/kk/my", 303),
    "data": ("GET", "/api/v1/cycles", 200),
    "no such data": ("GET", "/api/v1/cycles/none", 404),
    "health": ("GET", "/healthz", 200),
    "robots": ("GET", "/robots.txt", 200),
    "no such file": ("GET", "/static/none.css", 404),
    "no such photo": ("GET", "/photos/none.jpg", 404),
    "no such page": ("GET", "/kk/none", 404),
    "no such place": ("GET", "/none", 404),
    "a forged post": ("POST", "/kk/sign-in", 400),
    "a wrong method": ("POST", "/kk/about", None),
    "refused": ("GET", "/kk/fail/403", 403),
    "too large": ("GET", "/kk/fail/413", 413),
    "too many": ("GET", "/kk/fail/429", 429),
    "a bug": ("GET", "/kk/bug", 500),
    "only the head": ("HEAD", "/kk/", 200),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("again", [False, True])
def test_every_kind_of_answer_carries_the_headers(answers: FlaskClient, kind: str, again: bool) -> None:
    method, path, status = KINDS[kind]
    answer = answers.open(path, method=method)
    if again:  # from the kept pages, where there are such
        answer = FlaskClient(answers.application, answers.response_wrapper).open(path, method=method)
    assert status is None or answer.status_code == status
    headers = answer.headers
    assert headers["Content-Security-Policy"] == CONTENT_POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "geolocation=(), camera=(), microphone=()"
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Cache-Control" in headers
    names = [name for name in headers.keys() if name not in ("Set-Cookie", "Vary")]  # noqa: SIM118  # each as often as it is sent
    assert len(names) == len(set(names))
    for cookie in headers.getlist("Set-Cookie"):
        assert "HttpOnly" in cookie
        assert "Secure" in cookie
        assert "SameSite=Lax" in cookie


def test_the_policy_allows_nothing_by_default() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in CONTENT_POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["frame-ancestors"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in CONTENT_POLICY
    assert "*" not in CONTENT_POLICY


def test_without_https_no_browser_is_told_to_insist_on_it(raw_client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in raw_client.get("/kk/").headers


def test_what_is_personal_is_never_stored(answers: FlaskClient) -> None:
    for path in ("/kk/sign-in", "/kk/my", "/kk/none", "/kk/fail/403"):
        assert answers.get(path).headers["Cache-Control"] == "no-store"


def test_a_configuration_is_not_printed_with_its_secrets(app: Flask) -> None:
    config: Config = app.extensions["config"]
    secret = b"hunter2" * 8
    for name in ("secret_key", "voter_key", "roll_key"):
        assert "hunter2" not in repr(replace(config, **{name: secret}))
