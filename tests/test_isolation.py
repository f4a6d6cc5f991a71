"""Every address × every stranger: nobody learns that somebody else's row exists.

The universe is the URL resolver: a new route fails here until it declares whose rows it shows. Each case runs three
times: with both fences, with the query's alone (row-level security opened wide) and with the database's alone
(`visible_to` lets everything through).
"""

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import JournalEntry
from accounts.scope import TenantQuerySet
from tests.fences import open_row_security
from tests.world import body_of

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")


@dataclass(frozen=True)
class Rule:
    """What a route shows: `own` makes the arguments that lead to a shop's row, None for pages without a row."""

    own: Any = None
    public: bool = False
    acts: bool = False  # answers to POST only


def _dossier(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"cabinet": code, "reference": shop.dossiers[code].reference}


def _document(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"public_id": shop.documents[code].public_id}


def _deposit(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"number": shop.deposits[code].number}


def _upload(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"public_id": shop.uploads[code].public_id}


def _shots(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {**_dossier(shop, code), "exam": "ead"}


def _shot(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"pk": shop.shots[code].pk}


def _callback(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"pk": shop.callbacks[code].pk}


def _dossier_pk(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"pk": shop.dossiers[code].pk}


def _memo(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"pk": shop.memos[code].pk}


def _export(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"public_id": shop.exports[code].public_id}


def _member(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"pk": shop.member.pk}


def _delegation(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"pk": shop.delegation.pk}


def _profile(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"pk": shop.delegation.profile_id}


def _site(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"pk": shop.establishment.pk}


def _draft(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"pk": shop.draft.pk}


def _invitation(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"pk": shop.invitation.pk}


def _request(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {**_dossier(shop, code), "pk": shop.requests[code].pk}


def _tariff(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"public_id": shop.tariff.public_id}


def _siret(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    return {"siret": shop.establishment.siret}


def _passkey(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    rows = Authenticator.objects
    kept = {"type": Authenticator.Type.WEBAUTHN, "defaults": {"data": {"name": "Clé", "credential": {}}}}
    return {"pk": rows.get_or_create(user=shop.member.user, **kept)[0].pk}


def _session(shop: SimpleNamespace, _code: str) -> dict[str, Any]:
    rows = UserSession.objects.filter(user=shop.member.user)
    if not rows.exists():
        (client := Client()).force_login(shop.member.user)
        rows.create(user=shop.member.user, ip="127.0.0.1", session_key=client.session.session_key)
    return {"pk": rows.get().pk}


def _date_draft(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"pk": shop.date_drafts[code].pk}


def _thread(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"public_id": shop.threads[code].public_id}


def _subject(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {**_dossier(shop, code), "slug": "communication-expert"}


def _message_draft(shop: SimpleNamespace, code: str) -> dict[str, Any]:
    return {"pk": shop.message_drafts[code].pk}


ROUTES: dict[str, Rule] = {
    "home": Rule(public=True),
    "alive": Rule(public=True),
    "ready": Rule(public=True),
    "operations": Rule(public=True),
    "metrics": Rule(public=True),
    "login": Rule(public=True),
    "account_login": Rule(public=True),
    "logout": Rule(public=True),
    "sign_up": Rule(public=True),
    "challenge": Rule(public=True),
    "sign_up_sent": Rule(public=True),
    "sign_up_confirm": Rule(public=True),
    "sign_up_confirmed": Rule(public=True),
    "password_reset": Rule(public=True),
    "password_reset_sent": Rule(public=True),
    "password_reset_confirm": Rule(public=True),
    "password_reset_done": Rule(public=True),
    "help": Rule(public=True),
    "guide_shops": Rule(public=True),
    "guide_cabinets": Rule(public=True),
    "manifest": Rule(public=True),
    "service_worker": Rule(public=True),
    "offline": Rule(public=True),
    "components": Rule(),  # staff's, of samples alone
    "legal_notice": Rule(public=True),
    "privacy": Rule(public=True),
    "accessibility": Rule(public=True),
    "pending": Rule(),
    "missing_dossier": Rule(),
    "people": Rule(),
    "profile_add": Rule(),
    "person": Rule(own=_member),
    "profile": Rule(own=_profile),
    "person_end": Rule(own=_member, acts=True),
    "delegation_revoke": Rule(own=_delegation, acts=True),
    "invitation_revoke": Rule(own=_invitation, acts=True),
    "establishments": Rule(),
    "establishment_leave": Rule(own=_site, acts=True),
    "drafts": Rule(),
    "draft_decide": Rule(own=_draft, acts=True),
    "invitation": Rule(public=True),
    "shop_invitation": Rule(public=True),
    "request_act": Rule(),
    "join_decide": Rule(),
    "mfa_authenticate": Rule(public=True),
    "account_reauthenticate": Rule(),
    "settings": Rule(),
    "settings_password": Rule(),
    "settings_email": Rule(),
    "email_confirm": Rule(public=True),
    "sessions": Rule(),
    "session_end": Rule(own=_session, acts=True),
    "sessions_end": Rule(acts=True),
    "my_data": Rule(acts=True),
    "mfa_add_webauthn": Rule(),
    "mfa_reauthenticate_webauthn": Rule(),
    "mfa_login_webauthn": Rule(public=True),
    "passkey_remove": Rule(own=_passkey, acts=True),
    "mfa_index": Rule(),
    "mfa_reauthenticate": Rule(),
    "mfa_activate_totp": Rule(),
    "mfa_deactivate_totp": Rule(),
    "mfa_view_recovery_codes": Rule(),
    "mfa_generate_recovery_codes": Rule(),
    "todo": Rule(),
    "request_extend": Rule(own=_request, acts=True),
    "tariffs": Rule(),
    "tariff_grid": Rule(own=_siret),
    "tariff_file": Rule(own=_siret, acts=True),
    "tariff": Rule(own=_tariff),
    "tariff_csv": Rule(own=_tariff),
    "tariff_pdf": Rule(own=_tariff),
    "tariff_resend": Rule(own=_tariff, acts=True),
    "dossiers": Rule(),
    "dossiers_csv": Rule(),
    "dossiers_xlsx": Rule(),
    "list_display": Rule(),
    "notifications": Rule(),
    "notifications_read": Rule(),
    "messages": Rule(),
    "thread": Rule(own=_thread),
    "dossier_messages": Rule(own=_dossier),
    "message_new": Rule(own=_dossier),
    "message_write": Rule(own=_subject),
    "message_draft": Rule(own=_message_draft),
    "settings_notifications": Rule(),
    "announcements": Rule(),
    "announcements_read": Rule(acts=True),
    "stop_mails": Rule(public=True),  # a signed link; what a forged one finds: tests/messaging/test_stopping.py
    "dossier": Rule(own=_dossier),
    "dossier_documents": Rule(own=_dossier),
    "dossier_steps": Rule(own=_dossier),
    "dossier_facts": Rule(own=_dossier),
    "dossier_supplement": Rule(own=_dossier),
    "dossier_send": Rule(own=_dossier),
    "dossier_uploads": Rule(own=_dossier),
    "callback": Rule(),
    "callback_withdraw": Rule(own=_callback, acts=True),
    "dossier_callback": Rule(own=_dossier),
    "dossier_memos": Rule(own=_dossier_pk),
    "memo_act": Rule(own=_memo, acts=True),
    "dossier_incidents": Rule(own=_dossier),
    "dossier_photos": Rule(own=_dossier),
    "dossier_shots": Rule(own=_shots),
    "shot": Rule(own=_shot, acts=True),
    "shot_preview": Rule(own=_shot),
    "upload": Rule(own=_upload),
    "upload_remove": Rule(own=_upload, acts=True),
    "upload_preview": Rule(own=_upload),
    "receipt": Rule(public=True),  # whoever holds a number may ask; what it says: tests/claims/test_receipts.py
    "receipt_pdf": Rule(own=_deposit),
    "dossier_expertise": Rule(own=_dossier),
    "draft_amend": Rule(own=_date_draft),
    "agenda": Rule(),
    "agenda_subscription": Rule(acts=True),
    "agenda_feed": Rule(public=True),
    "document": Rule(own=_document),
    "document_preview": Rule(own=_document),
    "document_acknowledge": Rule(own=_document, acts=True),
    "export": Rule(own=_export),
}
SECRET_ADDRESSES = {
    "agenda_feed",
    "receipt",
    "password_reset_confirm",
    "email_confirm",
    "invitation",
    "shop_invitation",
    "sign_up_confirm",
    "stop_mails",
}
NOWHERE = {"siret": "00000000000000", "public_id": "00000000-0000-4000-8000-000000000000"}
WITH_ROWS = [name for name, rule in ROUTES.items() if rule.own]


def _names(patterns: Any) -> set[str]:
    found = set()
    for entry in patterns:
        if isinstance(entry, URLResolver):
            if entry.namespace != "admin":  # walked by test_admin_isolation
                found |= _names(entry.url_patterns)
        elif isinstance(entry, URLPattern):
            found.add(entry.name or str(entry.pattern))
    return found


def test_every_route_declares_whose_rows_it_shows():
    assert _names(get_resolver().url_patterns) == set(ROUTES)


@pytest.fixture(params=["both fences", "query alone", "database alone"])
def fences(request, monkeypatch):
    if request.param == "query alone":
        open_row_security(monkeypatch)
    if request.param == "database alone":
        monkeypatch.setattr(TenantQuerySet, "visible_to", lambda rows, _actor: rows.all())
    return request.param


def canaries(shop: SimpleNamespace, code: str) -> list[str]:
    dossier, document, export = shop.dossiers[code], shop.documents[code], shop.exports[code]
    names = [
        shop.uploads[code].name,
        shop.deposits[code].number,
        shop.member.user.email,
        shop.delegation.profile.name,
        shop.invitation.email,
        shop.missing[code].wanted,
        shop.threads[code].title,
        shop.shots[code].label,
        shop.callbacks[code].name,
        shop.memos[code].subject,
    ]
    return [dossier.reference, dossier.insured_name, document.label, str(document.public_id), export.name, *names]


def everything(world):
    return [(shop, code) for shop in (world.lac, world.mer, world.deux) for code in shop.dossiers]


def strangers(world, shop, code):
    """Everybody who may not see this shop's row of this cabinet, by name."""
    owners = {"lac": world.lac.owner, "mer": world.mer.owner, "deux": world.deux.owner}
    found = {name: user for name, user in owners.items() if user != shop.owner}
    for side in (world.alpes, world.berry):
        if side.cabinet.code != code:
            found |= {f"{role} of {side.cabinet.code}": getattr(side, role) for role in ("manager", "expert", "clerk")}
    return found | {"pending": world.pending}


@pytest.mark.parametrize("name", WITH_ROWS)
def test_a_stranger_finds_the_same_nothing_everywhere(name, world, client, fences):
    for shop, code in everything(world):
        url = reverse(name, kwargs=ROUTES[name].own(shop, code))
        for who, user in strangers(world, shop, code).items():
            client.force_login(user)
            for method in METHODS if fences == "both fences" else ("get", "post"):
                answer = getattr(client, method)(url)

                assert answer.status_code in {404, 405}, (who, method, url, fences)
                for canary in canaries(shop, code):
                    assert canary not in answer.content.decode(), (who, method, url, canary, fences)


@pytest.mark.parametrize("name", WITH_ROWS)
def test_absent_and_foreign_answers_are_the_same(name, world, client):
    kwargs = ROUTES[name].own(world.mer, "BERRY")
    absent = {
        key: NOWHERE.get(key) or {str: "ABSENT", int: 987_654_321}.get(type(value), NOWHERE["public_id"])
        for key, value in kwargs.items()
    }
    client.force_login(world.lac.owner)

    ask = client.post if ROUTES[name].acts else client.get
    foreign, nothing = ask(reverse(name, kwargs=kwargs)), ask(reverse(name, kwargs=absent))

    assert foreign.status_code == nothing.status_code == 404
    assert _masked(foreign) == _masked(nothing)


def _masked(answer):
    """The answer without its anti-forgery token, which differs every time."""
    body = re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)
    return body, sorted(
        (name, value) for name, value in answer.headers.items() if name not in {"Content-Length", "X-Request-ID"}
    )


@pytest.mark.parametrize(
    "name", [name for name in WITH_ROWS if not (ROUTES[name].acts or name == "document_preview")]
)  # photos alone have one
def test_the_owner_finds_the_row(name, world, client):
    client.force_login(world.deux.owner)

    for code in ("ALPES", "BERRY"):
        answer = client.get(reverse(name, kwargs=ROUTES[name].own(world.deux, code)))

        assert answer.status_code == 200, name
        assert body_of(answer)


@pytest.mark.parametrize("name", sorted(set(ROUTES) - SECRET_ADDRESSES))
def test_anonymous_is_sent_to_sign_in(name, world, client):
    rule = ROUTES[name]
    url = reverse(name, kwargs=rule.own(world.lac, "ALPES") if rule.own else {})

    for method in METHODS:
        answer = getattr(client, method)(url)

        if not rule.public:
            assert answer.status_code == 302, (name, method)
            assert answer.headers["Location"].startswith("/connexion/?next="), name
        # Whether the fences hold is asked without a scope; here the test's own shows every row.
        assert answer.status_code < 500 or name == "ready"


@pytest.mark.parametrize("onglet", ["tous", "attente-rdv", ""])
def test_the_list_holds_own_rows_only(onglet, world, client, fences):
    for user, own in ((world.lac.owner, {"ALPES-LAC"}), (world.deux.owner, {"ALPES-DEUX", "BERRY-DEUX"})):
        client.force_login(user)
        for query in ({}, {"q": "assure"}, {"cabinet": "BERRY"}, {"siret": world.mer.establishment.siret}):
            answer = client.get("/dossiers/", {"onglet": onglet, **query})

            assert answer.status_code == 200
            body = answer.content.decode()
            for shop, code in everything(world):
                reference = shop.dossiers[code].reference
                if reference not in own:
                    assert not any(canary in body for canary in canaries(shop, code)), (reference, query, fences)
            assert {row.dossier.reference for row in answer.context["rows"]} <= own


def test_what_is_to_be_done_is_ones_own(world, client, fences):
    for user, own in ((world.lac.owner, {"ALPES-LAC"}), (world.deux.owner, {"ALPES-DEUX", "BERRY-DEUX"})):
        client.force_login(user)
        for query in ({}, {"cabinet": "BERRY"}, {"siret": world.mer.establishment.siret}):
            answer = client.get("/a-faire/", query)

            assert {line["dossier"].reference for line in answer.context["rows"]} <= own, (query, fences)
            assert answer.context["total"] <= len(own)
        assert {line["dossier"].reference for line in client.get("/a-faire/").context["rows"]} == own


def test_the_missing_page_holds_own_rows_only(world, client, fences):
    for user, own in ((world.lac.owner, {"ALPES-LAC"}), (world.deux.owner, {"ALPES-DEUX", "BERRY-DEUX"})):
        client.force_login(user)
        for shop, code in everything(world):
            reference = shop.dossiers[code].reference
            answer = client.get("/aide/dossier-introuvable/", {"q": reference.lower()})

            assert answer.status_code == 200
            body = answer.content.decode()
            for other, its_code in everything(world):
                if other.dossiers[its_code].reference not in own:
                    assert not any(canary in body for canary in canaries(other, its_code)), (reference, fences)


def test_the_inbox_holds_own_rows_only(world, client, fences):
    for user, own in ((world.lac.owner, {"ALPES-LAC"}), (world.deux.owner, {"ALPES-DEUX", "BERRY-DEUX"})):
        client.force_login(user)
        for query in ({}, {"cabinet": "BERRY"}, {"voir": "non-lus"}, {"q": "assure"}, {"voir": "a-repondre"}):
            answer = client.get("/messages/", query)

            assert {line.dossier.reference for line in answer.context["lines"]} <= own, (query, fences)
            assert "A VALIDER" not in answer.content.decode()
        assert {line.dossier.reference for line in client.get("/messages/").context["lines"]} == own


def test_what_waits_for_its_validation_stays_at_the_cabinet(world, client, fences):
    client.force_login(world.deux.owner)

    for code in ("ALPES", "BERRY"):
        page = client.get(reverse("thread", kwargs=_thread(world.deux, code))).content.decode()
        assert f"REPONSE {code} Deux" in page
        assert "ATTENTE" not in page
        assert (
            "A VALIDER"
            not in client.get(reverse("dossier_messages", kwargs=_dossier(world.deux, code))).content.decode()
        )


def test_who_waits_sees_their_own_request_only(world, client, fences):
    for side in (world.alpes, world.berry):
        client.force_login(side.request.user)

        assert list(client.get(reverse("pending")).context["requests"]) == [side.request]


def test_the_tabs_count_own_rows_only(world, client, fences):
    client.force_login(world.deux.owner)
    assert _counted(client) == 2

    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at="2026-01-01T00:00Z")

    assert _counted(client) == 1


def _counted(client):
    return max(tab["count"] for tab in client.get("/dossiers/").context["tabs"]())


def test_the_steps_tell_nothing_of_a_former_shop(world, client, fences):
    """A corrected SIRET moves the dossier; what was written for the shop it had by mistake stays that shop's."""
    dossier = world.lac.dossiers["ALPES"]
    for shop in (world.lac, world.mer):
        JournalEntry.objects.create(
            event="closed",
            subject_type="claims.dossier",
            subject_id=dossier.pk,
            subject_label=dossier.reference,
            actor_label=shop.organisation.name,
            cabinet=dossier.cabinet,
            establishment=shop.establishment,
        )
    client.force_login(world.lac.owner)

    answer = client.get(reverse("dossier_steps", kwargs=_dossier(world.lac, "ALPES")))

    assert [entry["by"] for entry in answer.context["entries"]] == [world.lac.organisation.name]


def test_suspension_works_on_the_next_request_of_an_open_session(world, client, fences):
    client.force_login(world.deux.owner)
    url = reverse("dossier", kwargs=_dossier(world.deux, "ALPES"))
    assert client.get(url).status_code == 200

    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at="2026-01-01T00:00Z")

    assert client.get(url).status_code == 404
    assert client.get(reverse("document", kwargs=_document(world.deux, "ALPES"))).status_code == 404
    assert "ALPES-DEUX" not in client.get("/dossiers/").content.decode()
    assert "ALPES-PERDU" not in client.get("/aide/dossier-introuvable/").content.decode()
    assert client.get(reverse("dossier", kwargs=_dossier(world.deux, "BERRY"))).status_code == 200


def test_leaving_and_being_disabled_work_on_the_next_request(world, client):
    url = reverse("dossier", kwargs=_dossier(world.lac, "ALPES"))
    client.force_login(world.lac.owner)
    assert client.get(url).status_code == 200

    world.lac.owner.shop_members.update(left_at="2026-01-01T00:00Z")
    assert client.get(url).status_code == 404

    world.lac.owner.shop_members.update(left_at=None)
    assert client.get(url).status_code == 200

    type(world.lac.owner).objects.filter(pk=world.lac.owner.pk).update(is_active=False)
    assert client.get(url).status_code == 302
