"""Ways through an admin site: every page, filter, search, form, action and row, as the staff of two cabinets."""

import re
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.forms import FileInput
from django.urls import path, reverse

from accounts.models import CabinetEstablishment, Establishment, JournalEntry
from accounts.tenantadmin import STAFF_KINDS, TenantModelAdmin
from accounts.validators import display_siret
from messaging.models import Digest, Notification
from portal import urls as portal_urls
from portal.admin_site import StaffAdminSite
from tariffs.models import TariffVersion
from tests.factories import DocumentFactory
from tests.fences import open_row_security

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
        "list_display": [field.name for field in model._meta.fields if not isinstance(field, models.FileField)],
        "list_filter": [field.name for field in relations(model)],
        "search_fields": texts(model) or ["id"],
        "exclude": ["password", "groups", "user_permissions"],
        "change_form_template": "admin/change_form.html",
        "formfield_overrides": {models.FileField: {"widget": FileInput}},  # no private file has an address
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
    DocumentFactory(dossier=dossier, direction="sent", label=f"RAPPORT {code} envoyé.pdf")
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
    if isinstance(row, TariffVersion):  # what was transmitted to a cabinet is known to it
        return not row.transmissions.filter(cabinet=side.ours.cabinet).exists()
    if isinstance(row, Digest):
        return row.user != side.ours.manager
    return getattr(row, "cabinet_id", None) != side.ours.cabinet.pk


def foreign(model, side):
    found = [row for row in models.QuerySet(model).order_by("pk") if is_foreign(row, side)]
    assert found, f"{model.__name__} has nothing that could leak"
    return found


def own(model, side):
    return [row for row in models.QuerySet(model).order_by("pk") if not is_foreign(row, side)]


def silent(answer, side, where):
    assert answer.status_code < 500, where
    tells_nothing(f"{answer.content.decode()} {answer.headers}", side, where)
    return answer


def tells_nothing(text, side, where):
    for canary in side.canaries:
        assert not re.search(rf"{re.escape(canary)}(?!\d)", text), (where, canary)


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
        columns = range(1, len(model_admin.list_display) + 1)  # ordered by all of them, either way
        queries += ["?o=" + ".".join(f"{'-' if n % 2 == odd else ''}{n}" for n in columns) for odd in (0, 1)]
        for query in queries if opened(client, url) else queries[:2]:
            answer = silent(client.get(url + query), side, url + query)
            if answer.status_code == 200:
                shown = answer.context_data["cl"].result_count
                assert shown == mine or (model_admin.lists_part and 0 < shown < mine), url + query


def walk_filters(site, sides, client):
    """By each relation: a foreign row alone, all of them at once, and what a foreign row says of itself."""
    for side, model, model_admin in pages(site, sides, client):
        url = address(model, "changelist")
        mine = {row.pk for row in own(model, side)}
        for field in relations(model) if opened(client, url) else ():
            theirs = [str(row.pk) for row in foreign(field.related_model, side)]
            for query in (f"?{field.name}__id__exact={theirs[0]}", f"?{field.name}__id__in={','.join(theirs)}"):
                answer = silent(client.get(url + query), side, url + query)
                if answer.status_code == 200:
                    assert {row.pk for row in answer.context_data["cl"].result_list} <= mine, url + query
            lookups = [f"{field.name}__{column}__startswith" for column in texts(field.related_model)]
            for lookup in lookups[:1]:
                answer = client.get(url, {lookup: "B"})
                assert answer.status_code in {302, 400, 403}, (url, lookup)
            for lookup in lookups[1:]:  # by what that answer rests on
                assert not model_admin.lookup_allowed(lookup, "B", answer.wsgi_request), (url, lookup)


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
        views = [url.name for url in model_admin.urls if url.name and "<" in str(url.pattern)]
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
            if not opened(client, url) or getattr(tried(client, url), "status_code", 0) == 403:
                continue
            fields = silent(client.get(url), side, url).context_data["adminform"].form.fields
            theirs = {field.name: [row.pk for row in foreign(field.related_model, side)] for field in relations(model)}
            silent(client.get(url, {name: pks[0] for name, pks in theirs.items()}), side, url)
            nowhere = refusals(client, url, dict.fromkeys(theirs, ABSENT), side)
            for end in (0, -1):
                typed = {name: pks[end] for name, pks in theirs.items()}
                assert refusals(client, url, typed, side) == nowhere, (url, typed)
            for name in theirs.keys() & fields.keys():  # and those between by the field that refused these
                for pk in theirs[name][1:-1]:
                    assert refusal(fields[name], pk) == refusal(fields[name], ABSENT), (url, name, pk)
                    tells_nothing(fields[name].widget.render(name, pk), side, (url, name, pk))
        assert len(own(model, side)) <= len(mine), model


def refusal(field, typed):
    with pytest.raises(ValidationError) as refused:
        field.clean(typed)
    return refused.value.messages


def tried(client, url, typed=None):
    """The answer, or None: a second row where each cabinet has one, from a page too careless to look first."""
    try:
        return client.post(url, typed or {})
    except IntegrityError:
        return None


def refusals(client, url, typed, side):
    """What is said of each relation; one that is in the form and is not refused fails here."""
    answer = tried(client, url, typed)
    if answer is None:
        return None
    silent(answer, side, (url, typed))
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
