"""The web server's log: it cuts off the links that work for whoever holds them."""

import re
from pathlib import Path

import pytest
from flask import Flask

CONF = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
TOKEN = "Zm9yZ290dGVuLXRva2VuLW9mLXNvbWVib2R5LWVsc2U"


def logged(path: str) -> str:
    """The page as the log names it: nginx takes the first pattern that fits, and PCRE's names are Python's."""
    table = re.search(r"map \$uri \$page \{(.*?)\n\}", CONF.read_text(), re.DOTALL)
    assert table is not None
    for pattern, value in re.findall(r'"~(.+?)"\s+"(.+?)";', table.group(1)):
        if found := re.search(pattern.replace("?<", "?P<"), path):
            return re.sub(r"\$(\w+)", lambda name: found.group(name.group(1)), value)
    return path


def test_the_log_writes_what_the_map_gives_and_no_address_beside_it() -> None:
    formats = re.findall(r"log_format .*?;", CONF.read_text(), re.DOTALL)
    assert len(formats) == 1
    assert "$page" in formats[0]
    assert not re.search(r"\$(uri|request|request_uri|args|http_referer)\b", formats[0])


def test_no_link_with_a_token_is_in_the_log(app: Flask) -> None:
    checked = 0
    for rule in app.url_map.iter_rules():
        if "token" not in rule.arguments:
            continue
        known = {"lang": "kk", "token": TOKEN}
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{name: known.get(name, "1") for name in rule.arguments})
        assert TOKEN in path
        assert TOKEN not in logged(path), rule.endpoint
        checked += 1
    assert checked >= 1


@pytest.mark.parametrize("path", ["/kk/", "/ru/projects/a2b3c4d5e6", "/en/staff/sign-in", "/api/v1/cycles"])
def test_other_pages_are_named_whole(path: str) -> None:
    assert logged(path) == path
