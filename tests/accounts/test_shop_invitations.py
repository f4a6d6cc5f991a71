"""A cabinet invites a shop: its check proves the SIRET, the invited person alone chooses a password."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.models import AccountRequest, CabinetMember, Establishment, ShopInvitation, ShopMember, User
from accounts.services import accept_shop_invitation
from messaging.services import send_due
from tests.accounts.test_decision import at_once
from tests.factories import siret

SIRET = siret(630_000)
ADD = "admin:accounts_shopinvitation_add"
ENTER = {"full_name": "Paule Forge", "password": "Trois-petits-tas-de-tôle"}


@pytest.fixture
def clerk(world, client):
    client.force_login(world.alpes.clerk)
    return client


def invite(client, **changes):
    typed = {
        "company_name": "Carrosserie Forge",
        "siret": f"{SIRET[:3]} {SIRET[3:6]} {SIRET[6:9]} {SIRET[9:]}",
        "postal_code": "74000",
        "email": "Forge@Exemple.test",
        "checked_how": "appel",
        "check_note": "Mme Forge, au numéro du registre",
    }
    return client.post(reverse(ADD), typed | changes)


def link():
    send_due()
    return re.search(r"https?://[^/]+(/invitation/reparateur/\S+)", mail.outbox[-1].body)[1]


def test_the_invited_person_enters_once_with_their_own_password(world, clerk):
    assert invite(clerk).status_code == 302
    path = link()
    visitor = Client()

    assert (mail.outbox[-1].to, "Cabinet Alpes" in mail.outbox[-1].subject) == (["forge@exemple.test"], True)
    assert "Carrosserie Forge" in visitor.get(path).text
    assert visitor.post(path, ENTER).status_code == 302
    assert visitor.post(path, ENTER).status_code == 404
    user = User.objects.get(email="forge@exemple.test")
    request = AccountRequest.objects.get(user=user)
    assert user.check_password(ENTER["password"])
    assert (request.state, request.checked_how) == ("approved", "invitation")
    assert "appel au numéro du registre officiel Mme Forge" in request.check_note
    assert ShopMember.objects.get(user=user).role == "responsable"
    assert [row.cabinet.code for row in Establishment.objects.get(siret=SIRET).cabinet_links.all()] == ["ALPES"]


def test_the_admin_says_what_is_wrong_with_an_invitation(world, clerk):
    for field, wrong in {"siret": "123", "email": "x", "postal_code": "7", "checked_how": ""}.items():
        answer = invite(clerk, **{field: wrong})
        assert list(answer.context_data["adminform"].form.errors) == [field]
    assert not ShopInvitation.objects.filter(siret=SIRET).exists()


def test_no_column_holds_what_opens_the_door(world, clerk):
    invite(clerk)
    token = link().strip("/").split("/")[-1]

    row = ShopInvitation.objects.values().get(siret=SIRET)
    assert token not in str(row)


def test_sent_again_the_former_link_is_dead_and_cancelled_so_is_the_new(world, clerk):
    invite(clerk)
    first = link()
    row = ShopInvitation.objects.get(siret=SIRET)
    clerk.post(reverse("admin:accounts_shopinvitation_resend", args=[row.pk]))
    second = link()
    seen = [Client().get(path).status_code for path in (first, second)]
    clerk.post(reverse("admin:accounts_shopinvitation_revoke", args=[row.pk]))

    assert seen == [404, 200]
    assert Client().get(second).status_code == 404


def test_an_invitation_lives_fourteen_days(world, clerk):
    invite(clerk)
    path = link()

    for days, status in ((13.9, 200), (14.1, 404)):
        with time_machine.travel(timezone.now() + timedelta(days=days)):
            assert Client().get(path).status_code == status


def test_whoever_has_an_account_signs_in_to_accept(world, clerk):
    invite(clerk, email=world.mer.owner.email)
    path, visitor = link(), Client()

    assert "Connectez-vous" in visitor.get(path).text
    visitor.force_login(world.lac.owner)
    assert "Connectez-vous" in visitor.post(path).text, "somebody else's"
    visitor.force_login(world.mer.owner)
    assert visitor.post(path).status_code == 302
    answered = {row.organisation.name for row in ShopMember.objects.filter(user=world.mer.owner, left_at=None)}
    assert answered == {"Carrosserie Mer", "Carrosserie Forge"}, "one person, two companies"
    with scope.acting_as(world.mer.owner.pk) as actor:
        assert {site.siret for site in actor.sites} == {SIRET, world.mer.establishment.siret}


def test_an_invitation_of_somebody_who_left_the_cabinet_is_not_sent(world, clerk):
    invite(clerk)
    CabinetMember.objects.filter(user=world.alpes.clerk).update(left_at=timezone.now())

    assert send_due().sent == 0


def test_another_cabinet_neither_sees_nor_touches_it(world, client):
    row = ShopInvitation.objects.get(cabinet=world.alpes.cabinet)
    client.force_login(world.berry.manager)

    for act in ("change", "resend", "revoke"):
        assert client.post(reverse(f"admin:accounts_shopinvitation_{act}", args=[row.pk])).status_code == 404


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_account(transactional_db):
    from accounts.scope import System
    from accounts.services.shopinvitations import invite_shop, token_of
    from tests.factories import CabinetMemberFactory

    with scope.system(System.TESTS):
        staff = CabinetMemberFactory()
    with scope.acting_as(staff.user.pk) as actor:
        row = ShopInvitation(cabinet=staff.cabinet, company_name="Forge", siret=SIRET, postal_code="74000")
        row.email, row.checked_how = "forge@exemple.test", "connu"
        token = token_of(invite_shop(row, actor=actor))

    results = at_once(*[lambda: accept_shop_invitation(token, user_id=None, **ENTER)] * 2)

    assert sorted(type(result).__name__ for result in results) == ["NotAllowed", "ShopMember"]
