"""The admin × the staff of two cabinets: nobody learns of, or writes into, another cabinet's rows.

Two sites are walked: the real one, and a careless twin of it in which every registration allows everything and offers
every relation, so that what protects is `TenantModelAdmin` and not the modesty of today's pages. Both are walked with
row-level security behind them and without. The last test takes each hook away and sees a walk turn red.
"""

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
from django.urls import path, reverse

from accounts import scope
from accounts.models import CabinetEstablishment, CabinetMember, Establishment, JournalEntry
from accounts.tenantadmin import (
    STAFF_KINDS,
    NamelessRawIdWidget,
    Scoped,
    ScopedForm,
    ScopedRelatedFilter,
    TenantModelAdmin,
)
from accounts.validators import display_siret
from claims.models import Dossier
from messaging.models import Notification
from portal import urls as portal_urls
from portal.admin_site import StaffAdminSite
from tests.fences import open_row_security

pytestmark = pytest.mark.slow
ABSENT = 999_999_999
REAL = admin.site


# Two sites to walk ---------------------------------------------------------------------------------------------------


def relations(model):
    return [field for field in model._meta.fields if field.is_relation]


def texts(model):
    return [field.name for field in model._meta.fields if isinstance(field, models.CharField)]


def careless(model, widget):
    """What somebody in a hurry would register: every right, every column, every relation."""
    names = [field.name for field in relations(model) if field.editable]
    options = {
        "adders": STAFF_KINDS,
        "changers": STAFF_KINDS,
        "deleters": STAFF_KINDS,
        "list_display": [field.name for field in model._meta.fields],
        "list_filter": [field.name for field in relations(model)],
        "search_fields": texts(model) or ["id"],
        "exclude": ["password", "groups", "user_permissions"],
        "change_form_template": "admin/change_form.html",
    }
    if widget != "select":
        options[f"{widget}_fields"] = names
    return type(f"Careless{model.__name__}Admin", (TenantModelAdmin,), options)


def careless_site(widget):
    site = StaffAdminSite(name="admin")
    for model in REAL._registry:
        site.register(model, careless(model, widget))
    return site


def mount(site, settings):
    """Serve this site at /admin/ instead of the real one."""
    others = [url for url in portal_urls.urlpatterns if getattr(url, "namespace", "") != "admin"]
    handlers = {name: getattr(portal_urls, name) for name in ("handler400", "handler403", "handler404")}
    settings.ROOT_URLCONF = type("Urls", (), {"urlpatterns": [path("admin/", site.urls), *others], **handlers})
    return site


@pytest.fixture(params=["both fences", "first fence alone"])
def fences(request, monkeypatch):
    if request.param == "first fence alone":
        open_row_security(monkeypatch)


@pytest.fixture
def careless_twin(settings, monkeypatch):
    """Mount a careless site without row-level security."""

    def build(widget="select"):
        open_row_security(monkeypatch)
        return mount(careless_site(widget), settings)

    return build


# Who must not see what -----------------------------------------------------------------------------------------------


@pytest.fixture
def sides(world):
    """Each cabinet's staff, with what belongs to the other alone; every registered model has rows on both sides."""
    for ours in (world.alpes, world.berry):
        code = ours.cabinet.code
        for shop in (world.lac, world.mer, world.deux):
            if code in shop.dossiers:
                speak_of(ours, shop, code)
    lac, mer = world.lac, world.mer
    return [
        SimpleNamespace(ours=world.alpes, theirs=world.berry, canaries=canaries(world.berry, mer)),
        SimpleNamespace(ours=world.berry, theirs=world.alpes, canaries=canaries(world.alpes, lac)),
    ]


def speak_of(ours, shop, code):
    dossier = shop.dossiers[code]
    JournalEntry.objects.create(
        event="closed",
        subject_type="claims.dossier",
        subject_id=dossier.pk,
        subject_label=dossier.reference,
        actor_label=ours.cabinet.name,
        cabinet=ours.cabinet,
        establishment=shop.establishment,
    )
    Notification.objects.create(
        key=f"closed:{dossier.reference}",
        event="closed",
        subject_type="claims.dossier",
        subject_id=dossier.pk,
        recipient=shop.owner,
        cabinet=ours.cabinet,
        establishment=shop.establishment,
        reason=f"rien de {dossier.reference}",
    )


def canaries(theirs, shop):
    """What only the other cabinet's people may read; the shop both work with is no secret, that both do is."""
    code = theirs.cabinet.code
    siret = shop.establishment.siret
    return [
        *(theirs.cabinet.name, f"{code}-", f"ASSURE {code}", f"RAPPORT {code}", f"Candidat chez {code}"),
        *(f"@{code.lower()}.test", f"connu-{code.lower()}", theirs.request.siret, theirs.request.user.email),
        *(siret, display_siret(siret), shop.establishment.name, shop.organisation.name, shop.owner.email),
        *(getattr(theirs, role).full_name for role in ("manager", "expert", "clerk")),
        shop.owner.full_name,
    ]


def is_foreign(row, side):
    """An oracle of its own: it asks the rows, never `visible_to`."""
    if isinstance(row, Establishment):
        return not CabinetEstablishment.objects.filter(cabinet=side.ours.cabinet, establishment=row).exists()
    if row._meta.label == "accounts.Cabinet":
        return row != side.ours.cabinet
    return getattr(row, "cabinet_id", None) != side.ours.cabinet.pk


def foreign(model, side):
    found = [row for row in models.QuerySet(model).order_by("pk") if is_foreign(row, side)]
    assert found, f"{model.__name__} has nothing that could leak"
    return found


def own(model, side):
    return [row for row in models.QuerySet(model).order_by("pk") if not is_foreign(row, side)]


def silent(answer, side, where):
    body = f"{answer.content.decode()} {answer.headers}"
    assert answer.status_code < 500, where
    for canary in side.canaries:
        assert not re.search(rf"{re.escape(canary)}(?!\d)", body), (where, canary)
    return answer


def address(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def pages(site, side, client):
    """Sign each side in, and go through the registry."""
    for one in side:
        client.force_login(one.ours.manager)
        for model, model_admin in site._registry.items():
            yield one, model, model_admin


def opened(client, url):
    """Whether these staff may open the page at all; what is closed to them is closed by one answer."""
    answer = client.get(url)
    assert answer.status_code in {200, 403}, url
    return answer.status_code == 200


# The walks -----------------------------------------------------------------------------------------------------------


def walk_lists(site, sides, client):
    for side, model, model_admin in pages(site, sides, client):
        mine = len(own(model, side))
        url = address(model, "changelist")
        queries = ["", "?_popup=1", "?_to_field=id&_popup=1", "?all=", "?_facets=True", "?e=1", "?p=1"]
        queries += [f"?o={'-' if n % 2 else ''}{n}" for n in range(1, len(model_admin.list_display) + 1)]
        for query in queries if opened(client, url) else queries[:2]:
            answer = silent(client.get(url + query), side, url + query)
            if answer.status_code == 200:
                assert answer.context_data["cl"].result_count == mine, url + query


def walk_filters(site, sides, client):
    for side, model, _ in pages(site, sides, client):
        url = address(model, "changelist")
        for field in relations(model) if opened(client, url) else ():
            for row in foreign(field.related_model, side):
                query = f"?{field.name}__id__exact={row.pk}"
                answer = silent(client.get(url + query), side, url + query)
                if answer.status_code == 200:
                    listed = {row.pk for row in answer.context_data["cl"].result_list}
                    assert listed <= {row.pk for row in own(model, side)}, url + query
            for column in texts(field.related_model):
                answer = client.get(f"{url}?{field.name}__{column}__startswith=B")
                assert answer.status_code in {302, 400, 403}, (url, field.name, column)


def walk_searches(site, sides, client):
    for side, model, model_admin in pages(site, sides, client):
        url = address(model, "changelist")
        if model_admin.search_fields and opened(client, url):
            for canary in side.canaries[::3]:
                answer = client.get(url, {"q": canary})
                assert list(answer.context_data["cl"].result_list) == [], (url, canary)
                assert answer.context_data["cl"].result_count == 0


def walk_rows(site, sides, client):
    """Every address with an identifier in it: absent, foreign and malformed are one and the same nothing."""
    for side, model, model_admin in pages(site, sides, client):
        views = [
            url.name for url in model_admin.urls if url.name and url.name.split("_")[-1] not in {"changelist", "add"}
        ]
        row = foreign(model, side)[0]
        for view in views:
            kind = view.split("_")[-1]
            for method in ("get", "post"):
                url, nowhere = address(model, kind, row.pk), address(model, kind, ABSENT)
                answer = silent(getattr(client, method)(url, {"_popup": "1"}), side, (method, url))
                absent = getattr(client, method)(nowhere, {"_popup": "1"})
                assert (answer.status_code, masked(answer)) == (absent.status_code, masked(absent)), (method, url)
                assert answer.status_code in {403, 404}, (method, url)


def masked(answer):
    return re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", answer.content.decode())


def walk_own_rows(site, sides, client):
    """What one may open names nothing foreign either: choices, inlines, history, what goes with a deletion."""
    for side, model, _ in pages(site, sides, client):
        for row in own(model, side)[:2]:
            for view in ("change", "history", "delete"):
                url = address(model, view, row.pk)
                silent(client.get(url), side, url)
                silent(client.get(f"{url}?_popup=1&_to_field=id"), side, url)


def walk_choices(site, sides, client):
    """Every relation of every form, posted with every foreign identifier: refused, in the words an absent one gets."""
    for side, model, _ in pages(site, sides, client):
        mine = own(model, side)
        urls = [address(model, "add"), *(address(model, "change", row.pk) for row in mine[:1])]
        for url in urls:
            if not opened(client, url) or client.post(url).status_code == 403:
                continue
            silent(client.get(url), side, url)
            theirs = {field.name: [row.pk for row in foreign(field.related_model, side)] for field in relations(model)}
            silent(client.get(url, {name: pks[0] for name, pks in theirs.items()}), side, url)
            nowhere = refusals(client, url, dict.fromkeys(theirs, ABSENT), side)
            for turn in range(max(map(len, theirs.values()))):
                typed = {name: pks[turn % len(pks)] for name, pks in theirs.items()}
                assert refusals(client, url, typed, side) == nowhere, (url, typed)
        assert len(own(model, side)) <= len(mine), model


def refusals(client, url, typed, side):
    """What is said of each relation; one that is in the form and is not refused fails here."""
    answer = silent(client.post(url, typed), side, (url, typed))
    if answer.status_code != 200:
        return answer.status_code  # 302: saved without any of them, which the walk verifies
    form = answer.context_data["adminform"].form
    offered = [name for name in typed if name in form.fields]
    assert not [name for name in offered if not form.errors.get(name)], (url, typed)
    return {name: str(form.errors[name]) for name in offered}


def walk_autocomplete(site, sides, client):
    for side, model, _ in pages(site, sides, client):
        for field in relations(model):
            query = {
                "app_label": model._meta.app_label,
                "model_name": model._meta.model_name,
                "field_name": field.name,
            }
            for term in ("", *side.canaries[:6]):
                answer = client.get(reverse("admin:autocomplete"), query | {"term": term})
                if answer.status_code == 200:
                    found = {int(choice["id"]) for choice in answer.json()["results"]}
                    theirs = {row.pk for row in foreign(field.related_model, side)}
                    assert not found & theirs, (query, term)


def walk_actions(site, sides, client):
    """Every action over every foreign row, and an absent one: nothing is written, nothing is said."""
    for side, model, model_admin in pages(site, sides, client):
        rows = foreign(model, side)
        before = [vars(row) | {"_state": None} for row in rows]
        names = {
            "delete_selected",
            *(name if isinstance(name, str) else name.__name__ for name in model_admin.actions),
        }
        for name in names:
            for extra in ({}, {"post": "yes", "confirmed": "oui"}, {"select_across": "1", "index": "0"}):
                data = {"action": name, ACTION_CHECKBOX_NAME: [*(row.pk for row in rows), ABSENT], **extra}
                if "select_across" not in extra:
                    silent(client.post(address(model, "changelist"), data), side, (model, name))
        assert [vars(row) | {"_state": None} for row in foreign(model, side)] == before, model


WALKS = [
    walk_lists,
    walk_filters,
    walk_searches,
    walk_rows,
    walk_own_rows,
    walk_choices,
    walk_autocomplete,
    walk_actions,
]


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
    for side in sides:
        client.force_login(side.ours.clerk)

        answer = silent(client.get(reverse("admin:index")), side, "index")

        assert [item["count"] for item in answer.context_data["waiting"]][:2] == [1, 1]


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
        assert Dossier.objects.get(reference="NEUF", cabinet=side.ours.cabinet).delete()


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
    (Scoped, "get_readonly_fields", probe_creations, "select"),
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
    (TenantModelAdmin, "save_model", probe_creations, "select"),
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
        probe_shared_rows,
    ],
    ids=lambda probe: probe.__name__,
)
def test_with_every_hook_each_probe_is_green(probe, careless_twin, sides, client):
    probe(careless_twin(), sides[:1], client)
