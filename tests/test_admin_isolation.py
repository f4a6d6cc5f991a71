"""The admin × the staff of two cabinets: nobody learns of, or writes into, another cabinet's rows.

Two sites are walked: the real one, and a careless twin of it in which every registration allows everything and offers
every relation, so that what protects is `TenantModelAdmin` and not the modesty of today's pages. Both are walked with
row-level security behind them and without. The last test takes each hook away and sees a walk turn red.
"""

# ruff: noqa: F811 -- fixtures are imported, and asked for by their names

import re
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, models
from django.urls import reverse

from accounts import scope
from accounts.models import CabinetMember, Establishment, JournalEntry
from accounts.tenantadmin import NamelessRawIdWidget, Scoped, ScopedForm, ScopedRelatedFilter, TenantModelAdmin
from claims.admin.queues import CABINETS_TURN
from claims.models import Dossier
from portal.admin_site import StaffAdminSite
from tests.admin_walks import (  # noqa: F401 -- three of them are fixtures
    ABSENT,
    REAL,
    WALKS,
    address,
    careless_twin,
    fences,
    is_foreign,
    masked,
    own,
    pages,
    relations,
    sides,
    silent,
    texts,
    walk_choices,
    walk_lists,
    walk_rows,
)
from tests.factories import UserFactory
from tests.world import body_of

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_the_real_admin_shows_nothing_foreign(walk, sides, world, client, fences):
    for side in sides:  # nor, of the shop both work with, its company and its people
        side.canaries += [world.deux.organisation.name, world.deux.owner.email, world.deux.owner.full_name]
    walk(REAL, sides, client)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
def test_a_careless_admin_shows_nothing_foreign(walk, careless_twin, sides, client):
    walk(careless_twin(), sides, client)


@pytest.mark.parametrize("widget", ["autocomplete", "raw_id"])
def test_a_careless_form_takes_nothing_foreign(widget, careless_twin, sides, client):
    walk_choices(careless_twin(widget), sides[:1], client)


def test_the_dashboard_counts_only_what_is_ours(sides, client, fences):
    Dossier.objects.update(state=CABINETS_TURN[0])
    for side in sides:
        client.force_login(side.ours.clerk)

        answer = silent(client.get(reverse("admin:index")), side, "index")

        counts = {item["label"]: item["count"] for item in answer.context_data["waiting"] if item["count"]}
        assert counts.pop("Mission reçue : organiser l’expertise") == len(own(Dossier, side))
        assert counts.pop("Demandes de compte à valider") == counts.pop("Dossiers dont le SIRET est à corriger") == 1
        assert counts.pop("Réparateurs à rappeler") == 4
        assert set(counts.values()) == {2}, counts  # one at each shop
        assert len(counts) == 6


def test_pages_beside_the_lists_show_nothing_foreign(sides, client, fences):
    """The queue of wrong SIRETs, the statistics and each list as a file."""
    lists = [model._meta for model, page in REAL._registry.items() if hasattr(page, "export_view")]
    exports = [f"{opts.app_label}_{opts.model_name}_export" for opts in lists]
    for side in sides:
        client.force_login(side.ours.manager)
        for view in ("claims_dossier_orphans", "claims_dossier_statistics", *exports):
            answer = client.get(reverse(f"admin:{view}"))
            body = body_of(answer).decode()
            assert answer.status_code == 200
            assert not [canary for canary in side.canaries if re.search(rf"{re.escape(canary)}(?!\d)", body)], view


def test_a_request_names_nobody_of_a_company_the_staff_do_not_see(world, client, fences):
    """The evidence looks for people of the same SIREN: the network reads their names, a cabinet nobody's."""
    candidate, shown = world.berry.request, {}
    type(candidate).objects.filter(pk=candidate.pk).update(siret=world.lac.establishment.siret)
    for who, user in (("network", world.network), ("berry", world.berry.manager)):
        client.force_login(user)
        shown[who] = client.get(address(type(candidate), "change", candidate.pk)).context_data["evidence"][
            "same_siren"
        ]

    assert {member.user for member in shown["network"]} == {world.lac.owner, world.lac.member.user}
    assert shown["berry"] == []


# The nine leaks of a correctly scoped admin, each by its name --------------------------------------------------------


@pytest.fixture
def twin(careless_twin, world, client):
    """Alpes' manager before careless pages."""

    def sign_in(widget="select"):
        client.force_login(world.alpes.manager)
        return careless_twin(widget)

    return sign_in


def test_leak_1_a_select_lists_no_foreign_choices(twin, world, client):
    twin()

    form = client.get(address(Dossier, "add")).context_data["adminform"].form

    assert set(form.fields["expert"].queryset) == set(world.alpes.cabinet.members.all())
    assert set(form.fields["establishment"].queryset) == {world.lac.establishment, world.deux.establishment}
    assert "cabinet" not in form.fields


@pytest.mark.parametrize("widget", ["autocomplete", "raw_id"])
def test_leaks_2_and_3_a_foreign_key_typed_into_the_post_is_refused(widget, twin, world, client):
    twin(widget)
    theirs = world.berry.cabinet.members.first()

    answer = client.post(address(Dossier, "add"), {"reference": "NEUF", "siret": "1", "expert": theirs.pk})
    absent = client.post(address(Dossier, "add"), {"reference": "NEUF", "siret": "1", "expert": ABSENT})

    errors = [page.context_data["adminform"].form.errors["expert"] for page in (answer, absent)]
    assert errors[0] == errors[1]
    assert not Dossier.objects.filter(reference="NEUF").exists()


def test_leak_4_what_staff_create_is_their_own_cabinets(twin, world, client):
    twin()

    answer = client.post(
        address(Dossier, "add"), {"reference": "NEUF", "siret": "1", "cabinet": world.berry.cabinet.pk}
    )

    assert answer.status_code == 302
    assert Dossier.objects.get(reference="NEUF").cabinet == world.alpes.cabinet


def test_leak_5_a_filter_names_no_foreign_rows(twin, world, client):
    twin()

    changelist = client.get(address(JournalEntry, "changelist")).context_data["cl"]
    named = {choice["display"] for spec in changelist.filter_specs for choice in spec.choices(changelist)}

    assert world.berry.cabinet.name not in named
    assert str(world.mer.establishment) not in named


def test_leak_6_deleting_a_shared_shop_is_not_for_staff_nor_does_it_name_others(twin, world, client, rf):
    site = twin()
    shop = world.deux.establishment

    single = client.get(address(Establishment, "delete", shop.pk))
    data = {"action": "delete_selected", ACTION_CHECKBOX_NAME: shop.pk}
    bulk = client.post(address(Establishment, "changelist"), data, follow=True)
    request = rf.get("/")
    with scope.acting_as(world.alpes.manager.pk) as request.actor:
        told = site.get_model_admin(Establishment).get_deleted_objects([shop], request)

    assert single.status_code == 403
    assert "BERRY" not in bulk.content.decode()
    assert Establishment.objects.filter(pk=shop.pk).exists()
    assert "BERRY" not in str(told)
    assert "ALPES" in str(told)


def test_leak_7_the_history_of_a_shared_row_names_no_other_cabinet(twin, world, client):
    twin()
    shop = world.deux.establishment
    kind = ContentType.objects.get_for_model(Establishment).pk
    LogEntry.objects.create(
        user=world.berry.manager, content_type_id=kind, object_id=shop.pk, object_repr="x", action_flag=CHANGE
    )
    for side in (world.alpes, world.berry):
        JournalEntry.objects.create(
            event="changed",
            subject_type="accounts.establishment",
            subject_id=shop.pk,
            subject_label="x",
            actor_label=side.cabinet.name,
            cabinet=side.cabinet,
        )

    answer = client.get(address(Establishment, "history", shop.pk))

    assert [entry.actor_label for entry in answer.context_data["entries"]] == ["Cabinet Alpes"]
    assert "Berry" not in answer.content.decode()
    assert world.berry.manager.email not in answer.content.decode()


def test_leak_8_there_is_no_view_on_site_by_content_type(world, client):
    client.force_login(world.alpes.manager)
    kind = ContentType.objects.get_for_model(Dossier).pk

    answers = [client.get(f"/admin/r/{kind}/{pk}/") for pk in (world.mer.dossiers["BERRY"].pk, ABSENT)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert masked(answers[0]) == masked(answers[1])
    assert all(registered.view_on_site is False for registered in REAL._registry.values())


@pytest.mark.parametrize("where", ["search_fields", "list_filter", "ordering", "list_display"])
def test_leak_9_nothing_goes_backwards_through_a_shared_row(where):
    careless = type("Careless", (TenantModelAdmin,), {where: ("cabinet_links__email",)})

    with pytest.raises(ImproperlyConfigured):
        careless(Establishment, StaffAdminSite())


# The rule that carries the others ------------------------------------------------------------------------------------


def test_only_scoped_registrations_are_taken():
    site = StaffAdminSite()
    foreign_package = type(
        "Group", (models.Model,), {"__module__": "tests", "Meta": type("Meta", (), {"app_label": "x"})}
    )

    with pytest.raises(ImproperlyConfigured):
        site.register(Dossier, admin.ModelAdmin)
    with pytest.raises(ImproperlyConfigured):
        site.register(Dossier)
    site.register(foreign_package, admin.ModelAdmin)

    assert site._registry == {}
    assert all(isinstance(registered, TenantModelAdmin) for registered in REAL._registry.values())
    assert not REAL.is_registered(LogEntry)


# Each hook carries weight: without it, something turns red -----------------------------------------------------------


def probe_declared_choices(site, sides, client):
    """A form that brings its own unscoped field: only `ScopedForm` stands before it."""

    class Form(forms.ModelForm):
        expert = forms.ModelChoiceField(CabinetMember.objects.all(), required=False)

    site.get_model_admin(Dossier).form = Form
    walk_choices(site, sides, client)


def probe_fields(site, sides, client):
    """What a field offers before any form is made of it."""
    for side, model, model_admin in pages(site, sides, client):
        request = SimpleNamespace(actor=actor(side), GET={})
        for field in relations(model):
            offered = model_admin.formfield_for_foreignkey(field, request).queryset
            assert not [row for row in offered if is_foreign(row, side)], field


def probe_deletions(site, sides, client):
    for side, model, model_admin in pages(site, sides, client):
        request = SimpleNamespace(actor=actor(side), GET={})
        for row in own(model, side):
            told = str(model_admin.get_deleted_objects([row], request))
            assert not [canary for canary in side.canaries if canary in told], row


def probe_histories(site, sides, client):
    for side in sides:
        client.force_login(side.ours.manager)
        for row in own(Establishment, side):
            for cabinet in (side.ours.cabinet, side.theirs.cabinet):
                JournalEntry.objects.create(
                    event="changed",
                    subject_type="accounts.establishment",
                    subject_id=row.pk,
                    subject_label="x",
                    actor_label=cabinet.name,
                    cabinet=cabinet,
                )
            answer = silent(client.get(address(Establishment, "history", row.pk)), side, row)
            told = [entry.actor_label for entry in answer.context_data.get("entries", [])]
            assert told == [side.ours.cabinet.name]


def probe_creations(site, sides, client):
    for side in sides:
        client.force_login(side.ours.manager)
        data = {"reference": "NEUF", "siret": "1", "cabinet": side.theirs.cabinet.pk}
        try:
            answer = client.post(address(Dossier, "add"), data)
        except DatabaseError as problem:
            raise AssertionError from problem
        assert answer.status_code == 302
        assert Dossier.objects.filter(reference="NEUF", cabinet=side.ours.cabinet).delete()[0]


def probe_owners(site, sides, client):
    """Whose a dossier is never changes, not even by the network."""
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    row = own(Dossier, sides[0])[0]
    page = client.get(address(Dossier, "change", row.pk))
    assert page.status_code == 200
    assert "cabinet" not in page.context_data["adminform"].form.fields


def probe_shared_rows(site, sides, client):
    """What several cabinets share is nobody's to write."""
    for side in sides:
        client.force_login(side.ours.manager)
        for row in own(Establishment, side):
            for view in ("change", "delete"):
                assert client.post(address(Establishment, view, row.pk), {"name": "x"}).status_code == 403


def probe_lookups(site, sides, client):
    """Only declared filters: Django takes any lookup on a model's own columns."""
    for _, model, _ in pages(site, sides, client):
        for column in texts(model):
            answer = client.get(f"{address(model, 'changelist')}?{column}__startswith=B")
            assert answer.status_code in {400, 403}, (model, column)


def actor(side):
    with scope.acting_as(side.ours.manager.pk) as found:
        return found


HOOKS = [
    (Scoped, "get_queryset", walk_lists, "select"),
    (Scoped, "get_field_queryset", probe_fields, "select"),
    (Scoped, "get_readonly_fields", probe_owners, "select"),
    (Scoped, "_may", probe_shared_rows, "select"),
    (Scoped, "formfield_for_foreignkey", walk_choices, "raw_id"),
    (ScopedForm, "__init__", probe_declared_choices, "select"),
    (ScopedRelatedFilter, "field_choices", walk_lists, "select"),
    (TenantModelAdmin, "get_list_filter", walk_lists, "select"),
    (TenantModelAdmin, "get_object", walk_rows, "select"),
    (TenantModelAdmin, "get_form", probe_declared_choices, "select"),
    (TenantModelAdmin, "get_deleted_objects", probe_deletions, "select"),
    (TenantModelAdmin, "history_view", probe_histories, "select"),
    (TenantModelAdmin, "lookup_allowed", probe_lookups, "select"),
    (ScopedForm, "_get_validation_exclusions", probe_creations, "select"),
    (NamelessRawIdWidget, "label_and_url_for_value", walk_choices, "raw_id"),
]


@pytest.mark.parametrize(("owner", "name", "walk", "widget"), HOOKS, ids=lambda part: getattr(part, "__name__", part))
def test_without_one_hook_a_walk_turns_red(owner, name, walk, widget, careless_twin, sides, client, monkeypatch):
    if name == "_may":
        monkeypatch.setattr(owner, name, lambda self, request, kinds: True)
    else:
        monkeypatch.delattr(owner, name)

    with pytest.raises((AssertionError, AttributeError)):
        walk(careless_twin(widget), sides[:1], client)


@pytest.mark.parametrize(
    "probe",
    [
        probe_lookups,
        probe_declared_choices,
        probe_fields,
        probe_deletions,
        probe_histories,
        probe_creations,
        probe_owners,
        probe_shared_rows,
    ],
    ids=lambda probe: probe.__name__,
)
def test_with_every_hook_each_probe_is_green(probe, careless_twin, sides, client):
    probe(careless_twin(), sides[:1], client)
