"""The staff's matrix: rights × every address of the admin, generated from its registry and tested whole.

A page fails here until it says which menu opens it, a form beside Django's own until it says which right it takes.
"""

import re
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.menus import ALL_MENUS, DEFAULT_MENUS, MENU_LABELS, Menu
from accounts.models import CabinetMember
from accounts.scope import Kind
from tests.admin_walks import own, speak_of
from tests.factories import CabinetMemberFactory

ABSENT = 987_654_321
DJANGOS = {"changelist", "add", "history", "delete", "change"}
ROLES: dict[str, frozenset[Menu]] = {
    "tout": ALL_MENUS,
    "rien": frozenset(),
    **{f"seulement {menu.value}": frozenset({menu}) for menu in Menu},
    **{f"tout sauf {menu.value}": ALL_MENUS - {menu} for menu in Menu},
}


@dataclass(frozen=True)
class Door:
    """An address of a model's pages, and the rights it takes of staff (None: it is never theirs)."""

    url: str
    method: str
    needs: frozenset[Menu] | None

    def opens_to(self, menus) -> bool:
        return self.needs is not None and self.needs <= menus


def gathered(model_admin, name):
    """The forms beside Django's own, of all the parts of a page."""
    return model_admin.gathered(name) if hasattr(model_admin, "gathered") else {}


def doors_of(model_admin, row) -> list[Door]:
    """Every address of one model's pages; the row is one the staff may see."""
    opts = model_admin.opts
    name = f"admin:{opts.app_label}_{opts.model_name}_"
    staff = Kind.STAFF in model_admin.viewers
    view = frozenset({model_admin.menu})
    act = view | {model_admin.act_menu or model_admin.menu}
    found = [
        Door(reverse(f"{name}changelist"), "get", view if staff else None),
        Door(reverse(f"{name}change", args=[row.pk]), "get", view if staff else None),
        Door(reverse(f"{name}history", args=[row.pk]), "get", view if staff else None),
        Door(reverse(f"{name}add"), "get", act if Kind.STAFF in model_admin.adders else None),
        Door(reverse(f"{name}delete", args=[row.pk]), "get", act if Kind.STAFF in model_admin.deleters else None),
    ]
    for method in gathered(model_admin, "posts").values():
        needs = view | {gathered(model_admin, "post_menus")[method]}
        found.append(Door(reverse(f"{name}{method}", args=[row.pk]), "post", needs if staff else None))
    return found


def registered():
    return sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)


def own_row(model, world):
    """A row of the cabinet; of what is the network's, whatever identifier."""
    found = own(model, type("Side", (), {"ours": world.alpes}))
    return next(iter(found), None) or model(pk=ABSENT)


@pytest.mark.parametrize(("model", "model_admin"), registered(), ids=lambda part: getattr(part, "__name__", ""))
def test_every_page_says_which_menu_opens_it_and_which_right_each_form_takes(model, model_admin):
    assert isinstance(model_admin.menu, Menu), f"{type(model_admin).__name__}: menu = Menu.…"
    assert set(gathered(model_admin, "posts").values()) == set(gathered(model_admin, "post_menus"))
    views = {
        url.name.removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_")
        for url in model_admin.urls
        if url.name
    }
    own_views = set(getattr(model_admin, "view_menus", {}))
    assert views == DJANGOS | set(gathered(model_admin, "posts").values()) | own_views


def test_every_right_is_written_in_words_and_every_role_begins_somewhere():
    assert list(MENU_LABELS) == list(Menu)
    assert set(DEFAULT_MENUS) == set(CabinetMember.Role.values)


def doors(world) -> list[Door]:
    return [door for model, model_admin in registered() for door in doors_of(model_admin, own_row(model, world))]


CELLS = sum(5 + len(gathered(model_admin, "posts")) for _, model_admin in registered())


@pytest.mark.parametrize("role", [pytest.param(role, id=f"{role}, {CELLS} cells") for role in ROLES])
def test_each_right_opens_its_pages_and_no_other(role, world, client):
    """One session, whose rights are changed from outside: the change works on the very next request."""
    member = CabinetMemberFactory(cabinet=world.alpes.cabinet, role=CabinetMember.Role.CLERK)
    client.force_login(member.user)
    speak_of(world.alpes, world.lac, "ALPES")  # an étape and a mail
    wrong, found, menus = [], doors(world), ROLES[role]
    CabinetMember.objects.filter(pk=member.pk).update(menus=sorted(menus))

    for door in found:
        status = getattr(client, door.method)(door.url).status_code
        # A form that names no row of its own is turned away with 404, but only after the right was asked.
        is_open = {200, 302, 404} if door.method == "post" else {200}
        closed = {403} if door.method == "post" else {403, 404}
        if status not in (is_open if door.opens_to(menus) else closed):
            wrong.append((door.method, door.url, status))

    assert wrong == []
    assert len(found) == CELLS


def test_no_link_of_a_page_leads_its_reader_to_a_closed_door(world, client):
    """As a gestionnaire, who holds neither « Personnel » nor « Paramètres », from a row of every page."""
    client.force_login(world.alpes.clerk)
    speak_of(world.alpes, world.lac, "ALPES")
    links = set()
    for model, _ in registered():
        opts = model._meta
        url = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[own_row(model, world).pk])
        links |= set(re.findall(r'href="(/admin/[a-z]+/[a-z]+/[^"?#]*)', client.get(url).content.decode()))

    statuses = {link: client.get(link).status_code for link in links}

    assert len(links) > 20
    assert {link: status for link, status in statuses.items() if status != 200} == {}
