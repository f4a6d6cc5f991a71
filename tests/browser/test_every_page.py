"""Every page of the shop's side and of the street, in Chromium: the routes are those of `tests/test_isolation.py`."""

import hashlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import Browser

from accounts import scope
from accounts.models import User
from accounts.scope import System
from accounts.services.invitations import token_of
from claims.models import Document, ListPreference
from claims.models.queries import SORT_KEYS
from claims.services import expectations
from tests.browser.conftest import _photo
from tests.browser.looking import Seen, Visitor
from tests.factories import (
    PASSWORD,
    DocumentFactory,
    DossierFactory,
    NewsFactory,
    RequestFactory,
    UploadFactory,
)
from tests.test_isolation import ROUTES
from tests.world import World, build

pytestmark = pytest.mark.slow
Places = list[tuple[str, str]]
FORGED: dict[str, dict[str, str]] = {  # addresses that hold a secret, as somebody finds them who has none
    "agenda_feed": {"secret": "faux"},
    "receipt": {"number": "2026-000000-0"},
    "password_reset_confirm": {"uidb64": "MQ", "token": "perime"},
    "email_confirm": {"token": "faux"},
    "invitation": {"token": "faux"},
    "shop_invitation": {"token": "faux"},
    "sign_up_confirm": {"token": "faux"},
    "stop_mails": {"token": "faux"},
}
ASKED = [  # the same routes, asked something
    ("help", "/aide/?q=siret"),
    ("help", "/aide/?q=introuvable-partout"),
    ("dossiers", "/dossiers/?onglet=tous"),
    ("dossiers", "/dossiers/?q=208&mission_depuis=2026-01-01"),
    ("dossiers", "/dossiers/?q=introuvable"),
    ("missing_dossier", "/aide/dossier-introuvable/?q=Z"),
    ("missing_dossier", "/aide/dossier-introuvable/?q=introuvable"),
    ("agenda", "/agenda/?vue=mois"),
    ("messages", "/messages/?q=introuvable"),
    ("tariffs", "/tarifs/?le=2026-12-01&payeur=MACIF"),
    ("404", "/introuvable/"),
]
POSTED = [  # a form sent empty or wrong: its errors are looked at as well
    ("/inscription/", "Envoyer ma demande"),
    ("/connexion/", "Se connecter"),
]
REFUSED_FORMS = [("/parametres/mot-de-passe/", "Modifier"), ("/etablissements/", "Demander")]


@pytest.fixture
def world(transactional_db: None) -> World:
    with scope.system(System.TESTS):
        found = build()
        furnish(found.deux)
    return found


def furnish(shop: SimpleNamespace) -> None:
    """What pages show when there is something to show: two pages of dossiers, files of each kind, news, a deadline."""
    dossier = shop.dossiers["ALPES"]
    type(dossier).objects.filter(pk=dossier.pk).update(state="attente_documents", ve_procedure="VGE")
    DocumentFactory(dossier=dossier, replaced_at="2026-11-20T10:00:00Z")
    DocumentFactory(dossier=dossier, kind=Document.Kind.REPORT)
    DocumentFactory(dossier=dossier, kind=Document.Kind.PHOTO, content_type="image/jpeg", file__data=_photo())
    key = default_storage.save("thumbnails/essai", ContentFile(_photo()))
    for aside in (False, True):
        mine = {"dossier": dossier, "user": shop.owner, "for_supplement": aside}
        UploadFactory.create_batch(2, content_type="image/jpeg", thumbnail=key, **mine)
        UploadFactory(state="refused", refusal="Ce PDF est protégé.", thumbnail="", **mine)
    RequestFactory(dossier=dossier)
    ListPreference.objects.create(user=shop.owner, columns=list(SORT_KEYS))
    NewsFactory.create_batch(6, user=shop.owner, dossier=dossier)
    DossierFactory.create_batch(4, cabinet=dossier.cabinet, establishment=shop.establishment)
    expectations.refresh([dossier.pk])


def places(shop: SimpleNamespace, codes: tuple[str, ...]) -> Places:
    """Every route a browser may be led to, with the rows of this shop; one that only answers to POST has no page."""
    found: Places = []
    with scope.system(System.TESTS):
        for name, rule in ROUTES.items():
            if not rule.acts:
                kwargs = [rule.own(shop, code) for code in codes] if rule.own else [FORGED.get(name, {})]
                found += [(name, reverse(name, kwargs=one)) for one in kwargs]
    return [place for place in found if place[0] != "logout"] + [("logout", "/deconnexion/")]


@pytest.fixture
def visit(chromium: Browser, live_server: Any, world: World) -> Iterator[Any]:
    """A visitor for each person, in the order they come; what all of them saw is remembered."""
    seen, visitors = Seen(), []

    def come(user: Any, *, proven: bool = False) -> Visitor:
        client = Client()
        if user is not None:
            client.force_login(user)
        if proven:  # the pages of the second factor ask for the password once more
            client.post("/parametres/mot-de-passe/verifier/", {"password": PASSWORD})
        visitors.append(Visitor(chromium, str(live_server), client, seen))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.close()


def valid_links(world: World) -> Places:
    """Secrets that hold."""
    user = User.objects.get(pk=world.mer.owner.pk)
    key = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    invitation = world.lac.invitation
    secret = token_of(invitation)
    invitation.token_hash = hashlib.sha256(secret.encode()).hexdigest()
    invitation.save()
    return [("password_reset_confirm", f"/mot-de-passe/{key}/{token}/"), ("invitation", f"/invitation/{secret}/")]


def refused(visitor: Visitor, forms: list[tuple[str, str]]) -> None:
    """Send a form as nobody should, and look at what it says."""
    for path, button in forms:
        visitor.page.set_viewport_size({"width": 1366, "height": 768})
        visitor.page.goto(path)
        visitor.page.evaluate("document.querySelectorAll('main form').forEach(form => form.noValidate = true)")
        with visitor.page.expect_navigation():
            visitor.page.locator("main").get_by_role("button", name=button).first.click()
        visitor.path = f"{path} refused"
        visitor.judge(path)


def test_every_page_holds_on_each_screen_by_day_and_by_night(visit: Any, world: World) -> None:
    owner = visit(world.deux.owner, proven=True)
    owner.look("/dossiers/?onglet=tous")  # with its pop-up, which comes once
    owner.walk([*places(world.deux, ("ALPES", "BERRY")), *ASKED])
    refused(owner, REFUSED_FORMS)
    for user, shop in ((world.deux.member.user, world.deux), (world.lac.owner, world.lac), (world.pending, world.lac)):
        visitor = visit(user)
        visitor.walk(places(shop, ("ALPES",)))
        owner.problems += visitor.problems
    street = visit(None)
    with scope.system(System.TESTS):
        links = valid_links(world)
    street.walk([*places(world.lac, ("ALPES",)), *links])
    refused(street, POSTED)

    assert owner.problems + street.problems == []
