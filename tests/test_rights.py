"""The rights matrix: role × right × route, generated from the resolver and tested whole.

A new route fails here until it says which right it needs.
"""

import pytest
from django.urls import reverse

from accounts.models import ShopMember
from accounts.scope import ALL_RIGHTS, Right
from claims.models import Document
from tests.factories import DelegationFactory, DelegationProfileFactory, DocumentFactory
from tests.test_isolation import ROUTES
from tests.world import body_of

# What a route of a row needs; without it the row is one a person may not see.
NEEDS: dict[str, Right] = {
    "dossier": Right.VIEW,
    "dossier_documents": Right.VIEW,
    "dossier_steps": Right.VIEW,
    "dossier_supplement": Right.VIEW,
    "dossier_expertise": Right.VIEW,
    "thread": Right.VIEW,
    "dossier_messages": Right.VIEW,
    "document": Right.VIEW,
    "document_preview": Right.VIEW,
    "tariff_grid": Right.TARIFFS,
    "tariff": Right.TARIFFS,
    "tariff_csv": Right.TARIFFS,
    "tariff_pdf": Right.TARIFFS,
    "document_acknowledge": Right.VIEW,
    "export": Right.VIEW,
    "receipt_pdf": Right.VIEW,
    "shot_preview": Right.VIEW,
    "dossier_callback": Right.VIEW,
    "dossier_memos": Right.VIEW,
    "memo_act": Right.VIEW,
}
# What is posted to a row one may see: 403 without the right.
ACTS: dict[str, Right] = {"request_extend": Right.DEPOSIT, "shot": Right.DEPOSIT, "dossier_facts": Right.DATES}
# Pages from which one sends: 404 without « consulter », 403 without one of these.
SENDING = {Right.DEPOSIT, Right.INVOICE, Right.SUPPLEMENT}
WRITING = {Right.MESSAGES}
SENDS = {
    "dossier_send": SENDING,
    "dossier_uploads": SENDING,
    "message_new": WRITING,
    "message_write": WRITING,
}
SENDS |= {
    "dossier_incidents": {Right.DATES, Right.MESSAGES},
    "dossier_photos": {Right.DEPOSIT},
    "dossier_shots": {Right.DEPOSIT},
}
# What is posted to a row: 404 without the right.
HIDDEN_ACTS: dict[str, Right] = {"tariff_file": Right.TARIFFS, "tariff_resend": Right.TARIFFS}
MANAGES = {
    "person",
    "profile",
    "person_end",
    "delegation_revoke",
    "invitation_revoke",
    "draft_decide",
    "draft_amend",
    "message_draft",
    "establishment_leave",
}  # a colleague's row: 403
# Pages of a right held at one establishment at least: 403 without it.
SOMEWHERE: dict[str, Right] = {"tariffs": Right.TARIFFS, "people": Right.PEOPLE, "profile_add": Right.PEOPLE}
# One's own second factor and questions need no right; what they show is one's own.
OWN = {name for name in ROUTES if name.startswith(("mfa_", "settings", "sessions"))}
OWN |= {"account_login", "account_reauthenticate", "my_data"}
# Rows of one person: nobody else's, whatever their right (tests/accounts/test_settings.py, claims/test_deposits.py).
PERSONAL = {"session_end", "passkey_remove", "upload", "upload_remove", "upload_preview", "callback_withdraw"}
FREE = (
    {
        "request_act",
        "join_decide",
        "home",
        "login",
        "pending",
        "dossiers",
        "todo",
        "establishments",
        "missing_dossier",
        "components",
    }
    | {"agenda", "agenda_subscription", "callback"}
    | {"dossiers_csv", "dossiers_xlsx", "list_display", "notifications", "notifications_read", "messages"}
    | {"announcements", "announcements_read"}
    | OWN & set(ROUTES)
    | {name for name, rule in ROUTES.items() if rule.public}
)


def may_manage(rights, name):
    """A page may be looked at; an act on « consulter » needs that right too, and ending a membership the owner."""
    return Right.PEOPLE in rights and (
        name in {"person", "profile"}
        or (
            name not in {"person_end", "draft_decide", "draft_amend", "message_draft", "establishment_leave"}
            and Right.VIEW in rights
        )
    )


ROLES = {
    "responsable": ALL_RIGHTS,
    "sans délégation": frozenset(),
    "tous les droits": ALL_RIGHTS,
    **{f"seulement {right.value}": frozenset({right}) for right in Right},
    **{f"tout sauf {right.value}": ALL_RIGHTS - {right} for right in Right},
}


def test_every_route_says_which_right_it_needs():
    rows = set(NEEDS) | set(SENDS) | set(ACTS) | set(HIDDEN_ACTS) | MANAGES | PERSONAL
    assert rows | set(SOMEWHERE) | {"drafts"} | FREE == set(ROUTES)
    assert rows == {name for name, rule in ROUTES.items() if rule.own}


def person(world, role):
    if role == "responsable":
        return world.lac.owner
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=sorted(ROLES[role]) or ["view"], sites=[world.lac.establishment]
    )
    delegation = DelegationFactory(profile=profile)
    if not ROLES[role]:
        delegation.delete()
    assert delegation.member.role == ShopMember.Role.COLLABORATOR
    return delegation.member.user


@pytest.mark.parametrize("role", ROLES)
def test_each_right_opens_its_routes_and_no_other(role, world, client):
    photo = DocumentFactory(
        dossier=world.lac.dossiers["ALPES"], kind=Document.Kind.PHOTO, content_type="image/png", file__filename="a.png"
    )
    world.lac.documents["ALPES"] = photo
    somebody = person(world, role)
    type(world.lac.exports["ALPES"]).objects.filter(dossier=world.lac.dossiers["ALPES"]).update(user=somebody)
    client.force_login(somebody)

    for name, right in NEEDS.items():
        if name == "document_preview":
            continue  # needs a true picture; `document_or_404` is the same door
        ask, found = (client.post, 302) if ROUTES[name].acts else (client.get, 200)
        answer = ask(reverse(name, kwargs=ROUTES[name].own(world.lac, "ALPES")))
        assert answer.status_code == (found if right in ROLES[role] else 404), (role, name)
        body_of(answer)
    for name, right in ACTS.items():
        answer = client.post(reverse(name, kwargs=ROUTES[name].own(world.lac, "ALPES")))
        done = 400 if name == "shot" else 302  # nothing is announced here
        wanted = 404 if Right.VIEW not in ROLES[role] else done if right in ROLES[role] else 403
        assert answer.status_code == wanted, (role, name)
    for name, rights in SENDS.items():
        answer = client.get(reverse(name, kwargs=ROUTES[name].own(world.lac, "ALPES")))
        expected = 404 if Right.VIEW not in ROLES[role] else 200 if rights & ROLES[role] else 403
        assert answer.status_code == expected, (role, name)
    for name, right in SOMEWHERE.items():
        answer = client.get(reverse(name))
        assert answer.status_code == (200 if right in ROLES[role] else 403), (role, name)
    for name in ("dossiers", "dossiers_csv"):
        body = body_of(client.get(reverse(name))).decode()
        assert ("ALPES-LAC" in body) == (Right.VIEW in ROLES[role]), (role, name)
    assert client.get(reverse("drafts")).status_code == (200 if role == "responsable" else 403)
    # Leaving comes last: then nothing is left.
    for name in sorted(MANAGES, key=lambda name: name == "establishment_leave"):
        ask = client.post if ROUTES[name].acts else client.get
        status = ask(reverse(name, kwargs=ROUTES[name].own(world.lac, "ALPES"))).status_code
        if name in {"draft_decide", "draft_amend", "message_draft", "establishment_leave"} and not ROLES[role]:
            assert status == 404, "a row of an establishment where one may do nothing"
            continue
        assert (status != 403) == (role == "responsable" or may_manage(ROLES[role], name)), (role, name, status)


@pytest.mark.parametrize("role", ROLES)
def test_each_right_lets_its_acts_through_and_no_other(role, world, client):
    client.force_login(person(world, role))

    for name, right in HIDDEN_ACTS.items():
        answer = client.post(reverse(name, kwargs=ROUTES[name].own(world.lac, "ALPES")))
        assert answer.status_code == (302 if right in ROLES[role] else 404), (role, name)
