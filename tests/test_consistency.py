"""The house rules a linter does not know, read from the sources."""

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.template.loader import get_template

from accounts.scope import TenantModel
from portal.celery import app as celery_app
from portal.checks import WITHOUT_TENANT
from tests.load.fault_list import FAULTS

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "accounts", "claims", "tariffs", "messaging")
SOURCES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [path for path in TEMPLATES if not {"email", "pdf", "demo", "admin"} & set(path.relative_to(ROOT).parts)]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def is_front(path: Path) -> bool:
    """Views, forms and the admin: where a person's request meets rows."""
    return any(part in {"views", "forms", "admin"} for part in (*path.parts, path.stem))


@pytest.mark.parametrize("path", [path for path in SOURCES if is_front(path)], ids=name_of)
def test_rows_are_reached_only_through_visible_to(path):
    loose = re.findall(r"\w+\.objects\b(?!\s*\.(?:visible_to\(|none\(\)))[^\n]*", path.read_text())

    assert loose == [], "write Model.objects.visible_to(request.actor)"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_receivers_ring_the_bell(path):
    if path.stem != "receivers" and name_of(path) != "accounts/doorbell.py":  # which only receivers own
        assert not re.search(r"\.(delay|apply_async|delay_on_commit)\(", path.read_text())


@pytest.mark.parametrize("path", sorted((ROOT / "claims").rglob("*.py")), ids=name_of)
def test_only_advance_writes_a_state(path):
    writes = re.findall(r"(?:self|dossier)\.state = |\.update\([^)]*\bstate=", path.read_text())

    assert writes == (["self.state = "] if path.name == "dossiers.py" and path.parent.name == "models" else [])


def test_every_model_belongs_to_somebody_or_says_why_not():
    loose = {m._meta.label for m in apps.get_models() if not issubclass(m, TenantModel)}

    assert loose == set(WITHOUT_TENANT)


@pytest.mark.django_db
def test_every_tenant_table_is_fenced():
    assert run_checks(tags=["database", "models"], databases=["default"]) == []


TASKS = {  # every task, and in whose name it runs
    "accounts.tasks.announce_proposals": "System.PORTFOLIO",
    "accounts.tasks.purge_unconfirmed": "System.UPKEEP",
    "claims.tasks.remind": "System.FOLLOW_UP, in one transaction a run",
    "claims.tasks.fold_tallies": "System.UPKEEP",
    "claims.tasks.settle_search": "nobody: it reads no row",
    "claims.tasks.purge_uploads": "System.UPKEEP",
    "claims.tasks.remove_old_archives": "System.UPKEEP",
    "claims.tasks.work_due": "System.JOBS, step by step: it commits between claiming and doing",
    "portal.tasks.sing": "System.WATCH",
    "tariffs.tasks.see_to_tariffs": "System.TARIFFS, a version at a time",
    "messaging.tasks.write_digests": "System.OUTBOX, a letter at a time",
    "messaging.tasks.send_due": "System.OUTBOX, step by step: it commits between claiming and sending",
}


def test_every_task_says_in_whose_name_it_runs():
    celery_app.loader.import_default_modules()
    ours = {name for name in celery_app.tasks if name.split(".")[0] in APPS}

    assert ours == set(TASKS)


def test_every_seeded_fault_finds_the_words_it_takes_away():
    lost = [fault.number for fault in FAULTS if fault.old not in (ROOT / fault.file).read_text()]

    assert lost == []


def functions(path: Path) -> list[int]:
    tree = ast.parse(path.read_text())
    found = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return [(node.end_lineno or 0) - node.lineno + 1 for node in found]


def test_sizes_stay_within_the_budgets():
    files = [len(path.read_text().splitlines()) for path in SOURCES if path.stat().st_size]
    lengths = sorted(length for path in SOURCES for length in functions(path))

    assert max(files) <= 400
    assert statistics.median(files) <= 80
    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.95)] <= 30
    assert max(len(path.read_text().splitlines()) for path in TEMPLATES) <= 120


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_template_loads_and_is_used(path):
    name = str(path.relative_to(ROOT / "templates"))
    get_template(name)
    if {"email", "admin", "portail", "demo"} & set(path.parts):  # found by a name put together, or by a library
        return
    quoted = re.compile(rf"[\"']{re.escape(name)}[\"']")

    assert any(quoted.search(other.read_text()) for other in [*SOURCES, *TEMPLATES] if other != path)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_pages_hold_no_inline_style_or_script_and_no_foreign_address(path):
    text = path.read_text()

    assert not re.search(r"\sstyle=|\son[a-z]+=|<style", text)
    assert all(re.search(r"src=", tag) for tag in re.findall(r"<script[^>]*>", text))
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


def test_every_variable_of_the_environment_is_explained():
    settings = (ROOT / "portal" / "settings.py").read_text()
    names = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", settings))
    readme = (ROOT / "README.md").read_text()

    assert names
    assert {name for name in names if f"`{name}`" not in readme} == set()


def test_the_project_speaks_of_itself_only():
    words = re.compile("/" + r"work/|--(?:extra-)?index-" + "url|--find-" + "links")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    texts = [ROOT / name for name in tracked if Path(name).suffix not in {".ttf", ".png", ".jpg"}]

    assert [
        name_of(path)
        for path in texts
        if path != Path(__file__).resolve() and path.is_file() and words.search(path.read_text(errors="replace"))
    ] == []
