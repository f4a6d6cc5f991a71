"""Every page of the admin in Chromium, for each role: the registry is the universe, as in `tests/admin_walks.py`."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import models
from django.urls import NoReverseMatch

from accounts import scope
from accounts.scope import System
from tests.admin_walks import REAL, address, own, speak_of
from tests.browser.test_every_page import Places, visit, world  # noqa: F401 -- fixtures
from tests.world import World

pytestmark = pytest.mark.slow
ROLES = ("manager", "expert", "clerk")


def staff_places(ours: SimpleNamespace) -> Places:
    """The index, and of each model its list, its search, its form and one row with all its pages."""
    side = SimpleNamespace(ours=ours)
    found: Places = [("admin", "/admin/"), ("admin", "/admin/accounts/"), ("404", "/admin/introuvable/")]
    with scope.system(System.TESTS):
        for model, model_admin in REAL._registry.items():
            label = model._meta.label
            found += [(f"{label} list", address(model, "changelist") + query) for query in ("", "?q=introuvable")]
            rows = own(model, side)[:1]
            for name in {url.name for url in model_admin.urls if url.name}:
                view = name.split("_")[-1]
                if view != "changelist":
                    found += [(f"{label} {view}", path) for path in reachable(model, view, rows)]
    return found


def reachable(model: type[models.Model], view: str, rows: list[Any]) -> list[str]:
    for arguments in ([], [row.pk for row in rows]):
        try:
            return [address(model, view, *arguments)]
        except NoReverseMatch:
            continue
    return []


@pytest.fixture
def spoken(world: World) -> World:  # noqa: F811
    """With a journal entry and a notification on each side."""
    with scope.system(System.TESTS):
        for shop in (world.lac, world.deux):
            speak_of(world.alpes, shop, "ALPES")
    return world


def test_every_page_of_the_staff_holds_on_each_screen(visit: Any, spoken: World) -> None:  # noqa: F811
    problems = []
    places = staff_places(spoken.alpes)
    visitors = [visit(getattr(spoken.alpes, role)) for role in ROLES] + [visit(spoken.network)]
    for visitor in visitors:
        asked = [place for place in places if "?q=" not in place[1]]  # a search without a find is alike for all
        visitor.walk(places if visitor is visitors[0] else asked)
        problems += visitor.problems

    assert problems == []
