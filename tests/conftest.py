"""What all tests share: fixtures of tests.harness, an environment without the caller's settings, and where
each test runs when there are several processes."""

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("tests.harness")

from tests.harness.application import (  # noqa: E402
    app,
    app_database,
    client,
    clock,
    make_app,
    now,
    raw_client,
)
from tests.harness.browser import browser, new_page, page  # noqa: E402
from tests.harness.databases import (  # noqa: E402
    database,
    database_url,
    engine,
    lending,
    new_postgresql_url,
    postgresql_cluster,
    postgresql_template,
    postgresql_url,
    session,
    sqlite_template,
    sqlite_url,
)
from tests.harness.figures import pytest_terminal_summary  # noqa: E402
from tests.harness.gateways import gateway  # noqa: E402
from tests.harness.ncanode import ncanode  # noqa: E402
from tests.harness.processes import fresh_server, live_server, seeded_demo, start_server  # noqa: E402
from tests.harness.quick_apps import share_statements  # noqa: E402
from tests.harness.texts import compile_catalogs  # noqa: E402

__all__ = [
    "app",
    "app_database",
    "browser",
    "client",
    "clock",
    "database",
    "database_url",
    "engine",
    "fresh_server",
    "gateway",
    "lending",
    "live_server",
    "make_app",
    "ncanode",
    "new_page",
    "new_postgresql_url",
    "now",
    "page",
    "postgresql_cluster",
    "postgresql_template",
    "postgresql_url",
    "pytest_terminal_summary",
    "raw_client",
    "seeded_demo",
    "session",
    "sqlite_template",
    "sqlite_url",
    "start_server",
]

SETTINGS = (
    "DATABASE_URL", "DEMO", "EGOV_BIN", "KEY_DIR", "NCANODE_URL", "PORT", "PROXY_HOPS", "ROLL_KEY", "SECRET_KEY",
    "SECURE_COOKIES", "SMS_API_KEY", "SMS_GATEWAY", "SMS_HOURLY_CAP_TENGE", "SMS_LOGIN", "SMS_PASSWORD", "SMS_PRICE_TENGE",
    "SMS_SENDER", "SMS_URL", "TRUSTED_HOSTS", "VOTER_KEY", "WEB_THREADS", "WEB_WORKERS",
)  # fmt: skip


# Two cores shared with a browser and a database: a slow moment is no fault of the rule under test.
settings.register_profile(
    "budget", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("budget")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--untranslated=ignore` while pages are written and their translations are not."""
    parser.addoption(
        "--untranslated", choices=("fail", "ignore"), default="fail", help="texts missing in kk or ru"
    )


def pytest_configure(config: pytest.Config) -> None:
    """No test sees the caller's settings; catalogs are as fresh as their sources; several processes share the work."""
    if config.pluginmanager.hasplugin("xdist"):
        from tests.harness import workers

        config.pluginmanager.register(workers)
    for name in SETTINGS:
        os.environ.pop(name, None)
    compile_catalogs()
    share_statements()


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what lives as long as the process, and let it come less often: a test leaves an
    application behind, and to look through all there is after every other one took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
