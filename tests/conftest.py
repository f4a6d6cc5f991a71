"""The test world: real PostgreSQL under the application's own role, real Valkey, and a clock one may turn."""

import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connections

from accounts import composed, scope
from accounts.scope import System
from portal.management.commands.migrate import grant_to_application
from tests.world import STANDING, world  # noqa: F401 -- a fixture

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # each has a base and a queue of its own
KEPT = bool(os.environ.get("ESSAIS_BASE_GARDEE"))  # for many short runs in a row (tests/load/faults.py)


def pytest_configure() -> None:
    settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"essai-{WORKER}:"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STAFF_SECOND_FACTOR = False  # tests of the second factor ask for it
    settings.CAPTCHA = "none"  # so do tests of the captcha
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Make the test base as the owner, with every migration, and give it to the application's role.

    The application's role may not empty tables; in the test base it may, as transactional tests do between them.
    """
    owner, application = connections["owner"], connections["default"]
    original = application.settings_dict["NAME"]
    if WORKER or KEPT:
        owner.settings_dict["TEST"]["NAME"] = f"test_{original}_{WORKER or 'gardee'}"
    with django_db_blocker.unblock():
        name = owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False, keepdb=KEPT)
        role = application.settings_dict["USER"]
        grant_to_application(role)
        with owner.cursor() as cursor:
            cursor.execute(f'GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO "{role}"')
            cursor.execute(f'GRANT TEMP ON DATABASE "{name}" TO "{role}"')
        application.close()
        application.settings_dict["NAME"] = name
    yield
    with django_db_blocker.unblock():
        application.close()
        application.settings_dict["NAME"] = original
        owner.creation.destroy_test_db(original, verbosity=0, keepdb=KEPT)


def commits(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"}.intersection(item.fixturenames)  # type: ignore[attr-defined]
    return bool(asked or (marker and marker.kwargs.get("transaction")))


def stands(item: pytest.Item) -> bool:
    """Whether a test looks at the standing world: one that asks for a world, and does not commit."""
    return "world" in item.fixturenames and not commits(item)  # type: ignore[attr-defined]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The standing world ends before any fixture: once Playwright's loop runs, Django has another connection."""
    if not stands(item) or STANDING.module != item.module.__name__:  # type: ignore[attr-defined]
        STANDING.end()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    STANDING.leaves = nextitem is None


@pytest.fixture
def _standing(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    if stands(request.node):
        STANDING.stand(request.module.__name__, django_db_blocker)
    yield
    if STANDING.leaves:
        STANDING.end()


@pytest.fixture
def _django_db_helper(_standing: None, _django_db_helper: None) -> None:
    """A test's own transaction begins within the standing world's."""


@pytest.fixture(autouse=True)
def _system_scope(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test's own queries see every row; requests, tasks and commands enter scopes of their own over it."""
    marker = request.node.get_closest_marker("django_db")
    wanted = "db" in request.fixturenames or marker is not None
    if not wanted or commits(request.node):
        yield
        return
    request.getfixturevalue("db")
    with scope.system(System.TESTS):
        yield


@pytest.fixture(autouse=True)
def _composed_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever statement is used again is the one the ORM would compose now, for this person and these values.

    None is kept from one test to the next: some take a fence away.
    """

    def again(build: Any, actor: Any, values: Any, given: Any) -> Any:
        rows, fresh = used_again(build, actor, values, given), build(actor, *values, given)
        assert rows.query.get_compiler("default").as_sql() == fresh.query.get_compiler("default").as_sql()
        return rows

    composed._kept.cache_clear()
    used_again = composed._again
    monkeypatch.setattr(composed, "_again", again)


@pytest.fixture(autouse=True)
def _private_files(tmp_path: object, settings: object) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"  # type: ignore[attr-defined, operator]


@pytest.fixture(autouse=True)
def _own_cache() -> None:
    """What one test counted limits no other."""
    prefix = f"essai-{secrets.token_hex(4)}"
    settings.CACHES["default"]["KEY_PREFIX"] = cache.key_prefix = prefix
