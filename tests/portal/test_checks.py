"""Each check of ours has something that fails it (T0)."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from accounts.scope import TenantModel
from portal import checks
from portal.checks import check_fences, check_operations, check_production, check_tenancy


def found(messages) -> set[str]:
    return {message.id for message in messages}


def test_trying_out_is_not_production(settings):
    settings.DEMO, settings.SECURE = True, False
    assert found(check_production()) == {"portal.E003", "portal.E004"}
    settings.DEMO, settings.SECURE = False, True
    assert found(check_production()) == set()


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("HEALTH_TOKEN", "court", "portal.E008"),
        ("PURGE_LEDGER", "files/purge.jsonl", "portal.E009"),
        ("DATABASE_BACKUP_URL", "postgres://portal_app:x@base/portal", "portal.E010"),
    ],
)
def test_operations_are_not_configured_against_themselves(name, value, problem, settings, tmp_path):
    settings.HEALTH_TOKEN, settings.DATABASE_BACKUP_URL = "", ""
    settings.MEDIA_ROOT, settings.PURGE_LEDGER = tmp_path / "files", tmp_path / "registre" / "purge.jsonl"
    settings.DATABASES["default"]["USER"] = "portal_app"
    assert found(check_operations()) == set()

    setattr(settings, name, tmp_path / value if name == "PURGE_LEDGER" else value)

    assert found(check_operations()) == {problem}


def test_a_model_that_says_not_whose_it_is_is_found(monkeypatch):
    some = next(model for model in checks.apps.get_models() if issubclass(model, TenantModel))
    monkeypatch.setattr(some, "tenant_paths", {})
    monkeypatch.delitem(checks.WITHOUT_TENANT, "auth.Group")

    assert len(check_tenancy()) == 2


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_table_without_its_fence_is_found():
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE claims_memo NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT relforcerowsecurity", [["claims_memo"]]
        )
        assert cursor.fetchall() == [("claims_memo",)]
        cursor.execute(checks.UNFENCED, [checks.tenant_tables()])
        assert cursor.fetchall() == [("claims_memo",)]
    assert check_fences() == []  # no database was named


@pytest.mark.django_db
def test_a_role_that_escapes_is_refused_as_it_connects(monkeypatch):
    monkeypatch.setattr(checks, "UNSAFE_ROLE", "SELECT false, true, false")
    other = connections.create_connection("default")

    with pytest.raises(ImproperlyConfigured, match="échappe au cloisonnement"):
        other.ensure_connection()

    assert other.connection is None
