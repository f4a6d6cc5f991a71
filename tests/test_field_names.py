"""Each form with its own fields and the names of all other columns: nobody types whose a row is, or a right (T4).

What is posted beside a form's fields names the other side's cabinet, establishment, company and people, and every
right there is. Rows that were there keep their owners; new ones belong to whoever sent them.
"""

import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse

from accounts.models import Cabinet, Establishment, Organisation, User
from accounts.scope import TenantModel
from tests.admin_walks import REAL, address, own, speak_of
from tests.load.fuzz import Page
from tests.test_isolation import ROUTES
from tests.world import body_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)] + [User]
OWNERS = ("cabinet_id", "establishment_id", "site_id", "organisation_id", "user_id")
RIGHTS = ("is_superuser", "is_staff", "is_active", "email", "password")
OWN_ACTS = re.compile(r"deconnexion|logout|quitter")  # what somebody may well do with their own


def columns(other):
    """Every name there is, with what belongs to the other side."""
    foreign = {Cabinet: other.cabinet, Establishment: other.establishment, Organisation: other.organisation}
    foreign[User] = other.owner
    typed = {}
    for field in (field for model in MODELS for field in model._meta.concrete_fields):
        target = foreign.get(field.related_model) if field.is_relation else None
        value = target.pk if target else "on" if isinstance(field, models.BooleanField) else "2"
        typed |= {field.name: value, field.attname: value}
    return typed


def owners():
    found = {}
    for model in MODELS:
        held = [
            name
            for name in (*OWNERS, *(RIGHTS if model is User else ()))
            if any(name == f.attname for f in model._meta.fields)
        ]
        for row in models.QuerySet(model).values("pk", *held):
            found[model._meta.label, row.pop("pk")] = row
    return found


def send(client, path, typed):
    """The page's forms as they stand, with every other name beside; or the names alone, where there is no page."""
    page = Page(body_of(client.get(path)).decode(errors="replace"))
    forms = [(action or path, fields) for action, method, fields in page.forms if method == "post"]
    for action, fields in [*forms, (path, {})]:
        if action.startswith("/") and not OWN_ACTS.search(action):
            body_of(client.post(action, {**typed, **fields}))
    return len(forms)


def changed(before, theirs):
    """Rows whose owner or right is another one now, and new ones that are the other side's."""
    after = owners()
    moved = [(row, before[row], after[row]) for row in before.keys() & after.keys() if before[row] != after[row]]
    new = [(row, after[row]) for row in after.keys() - before.keys()]
    return moved + [line for line in new if any(line[1].get(name) == key for name, key in theirs.items())]


def keys(other):
    site = other.establishment.pk
    return {
        "cabinet_id": other.cabinet.pk,
        "establishment_id": site,
        "site_id": site,
        "organisation_id": other.organisation.pk,
    }


def test_what_a_shop_posts_beside_its_forms_says_nothing(world, client):
    other = SimpleNamespace(cabinet=world.berry.cabinet, **vars(world.mer))
    typed, before = columns(other), owners()
    client.raise_request_exception = False  # the world's drafts hold nothing that could be let go
    sent = 0
    for name, rule in ROUTES.items():
        if not rule.public:
            client.force_login(world.lac.owner)
            sent += send(client, reverse(name, kwargs=rule.own(world.lac, "ALPES") if rule.own else {}), typed)

    assert sent > 60, sent
    assert changed(before, keys(other)) == []


def test_what_staff_post_beside_their_forms_says_nothing(world, client):
    speak_of(world.alpes, world.lac, "ALPES")
    other = SimpleNamespace(cabinet=world.berry.cabinet, **vars(world.mer))
    typed, before = columns(other), owners()
    side = SimpleNamespace(ours=world.alpes)
    client.force_login(world.alpes.manager)
    sent = 0
    for model in REAL._registry:
        pages = [address(model, "add"), *(address(model, "change", row.pk) for row in own(model, side)[:1])]
        for path in pages:
            if client.get(path).status_code == 200:
                sent += send(client, path, typed)

    assert sent > 60, sent
    assert changed(before, keys(other)) == []
