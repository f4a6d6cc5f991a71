"""Asking for an account: what may be typed, and an answer that tells nothing."""

import threading

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import scope
from accounts.models import AccountRequest, JournalEntry, User
from accounts.scope import System
from messaging.models import Notification
from messaging.services import send_due
from tests.factories import CabinetFactory, CabinetMemberFactory, UserFactory, siret

SIRET = siret(424_242)


def typed(cabinet, /, **changes):
    spaced = f"{SIRET[:3]} {SIRET[3:6]} {SIRET[6:9]} {SIRET[9:]}"
    return {
        "company_name": "Carrosserie  des\nAlpes",
        "email": "Atelier@Exemple.TEST",
        "mobile": "06 12 34 56 78",
        "siret": spaced,
        "postal_code": "74000",
        "cabinet": cabinet.pk,
        "password": "Trois-petits-tas-de-tôle",
        **changes,
    }


def test_a_request_makes_a_login_that_sees_nothing(client, db):
    staff = CabinetMemberFactory()

    response = client.post(reverse("sign_up"), typed(staff.cabinet))

    assert (response.status_code, response["Location"]) == (302, reverse("sign_up_sent"))
    request = AccountRequest.objects.select_related("user").get()
    assert (request.siret, request.company_name, request.state) == (SIRET, "Carrosserie des Alpes", "pending")
    assert (request.user.email, request.user.mobile) == ("atelier@exemple.test", "+33612345678")
    assert request.user.check_password("Trois-petits-tas-de-tôle")
    assert JournalEntry.objects.get().event == "account_requested"
    assert mail.outbox == [], "no mail leaves in the request"
    assert send_due().sent == 1
    assert mail.outbox[0].to == [staff.user.email]
    assert f"/admin/accounts/accountrequest/{request.pk}/change/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("company_name", "", "Écrivez le nom de votre entreprise"),
        ("email", "atelier", "Écrivez une adresse complète"),
        ("mobile", "01 23 45 67 89", "Écrivez un numéro de mobile"),
        ("siret", "123", "exactement 14 chiffres"),
        ("siret", SIRET[:-1] + str((int(SIRET[-1]) + 1) % 10), "vérifiez chaque chiffre"),
        ("siret", "١٢٣٤٥٦٧٨٩٠١٢٣٤", "exactement 14 chiffres"),
        ("postal_code", "7400", "exactement 5 chiffres"),
        ("cabinet", "", "Choisissez le cabinet"),
        ("cabinet", "99999999", "Choisissez un cabinet de la liste"),
        ("password", "", "Choisissez un mot de passe"),
        ("password", "123456789012", "numérique"),
        ("password", "motdepasse", "12 caractères"),
        ("password", "atelier@exemple.test", "adresse e-mail"),
    ],
)
def test_each_field_says_what_to_type(client, db, field, value, message):
    cabinet = CabinetFactory()

    response = client.post(reverse("sign_up"), typed(cabinet, **{field: value}))

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field]
    assert message in str(response.context["form"].errors[field])
    assert User.objects.count() == 0


def test_closed_cabinets_are_not_offered(client, db):
    shut, opened = CabinetFactory(is_active=False), CabinetFactory()

    page = client.get(reverse("sign_up")).content.decode()

    assert opened.name in page
    assert shut.name not in page
    assert client.post(reverse("sign_up"), typed(shut)).context["form"].errors["cabinet"]


def answer(data):
    response = Client().post(reverse("sign_up"), data)
    headers = {name: value for name, value in response.items() if name != "Set-Cookie"}
    return response.status_code, headers, response.content, set(response.cookies)


def test_the_answer_is_the_same_whoever_is_known(world):
    cabinet = world.alpes.cabinet
    known_siret = world.lac.establishment.siret

    with time_machine.travel("2026-03-02T10:00Z", tick=False):
        answers = [
            answer(typed(cabinet)),
            answer(typed(cabinet, email=world.lac.owner.email)),
            answer(typed(cabinet, email="autre@exemple.test", siret=known_siret)),
            answer(typed(cabinet, email=world.pending.email)),
            answer(typed(cabinet, email=world.network.email)),
        ]

    assert answers == [answers[0]] * 5


def test_the_owner_of_a_known_address_is_told_by_mail_only(world, client):
    before = User.objects.count(), AccountRequest.objects.count()
    old_hash = world.lac.owner.password

    for _ in range(3):
        client.post(reverse("sign_up"), typed(world.alpes.cabinet, email="PATRON@lac.test"))
    send_due()

    world.lac.owner.refresh_from_db()
    assert (User.objects.count(), AccountRequest.objects.count()) == before
    assert world.lac.owner.password == old_hash
    assert [(sent.to, sent.subject) for sent in mail.outbox] == [
        (["patron@lac.test"], "Vous avez déjà un compte sur le Portail Réparateurs")
    ]
    with scope.acting_as(world.alpes.manager.pk):
        assert not Notification.objects.filter(event="account_exists").exists(), "no cabinet learns who has an account"


def test_a_double_click_is_one_request_and_one_mail(client, db):
    staff = CabinetMemberFactory()

    for _ in range(2):
        client.post(reverse("sign_up"), typed(staff.cabinet))

    assert send_due().sent == 1
    assert AccountRequest.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_make_one_user(transactional_db):
    with scope.system(System.TESTS):
        cabinet = CabinetFactory()
    barrier, statuses = threading.Barrier(50), []

    def post():
        barrier.wait()
        try:
            statuses.append(Client().post(reverse("sign_up"), typed(cabinet)).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    with scope.system(System.TESTS):
        assert statuses == [302] * 50
        assert (User.objects.count(), AccountRequest.objects.count()) == (1, 1)


def test_who_is_signed_in_goes_home(client, world):
    client.force_login(world.lac.owner)

    assert client.get(reverse("sign_up"))["Location"] == reverse("home")


def test_a_person_who_waits_sees_their_own_requests(client, world):
    mine = world.alpes.request
    client.force_login(mine.user)

    page = client.get(reverse("pending"))

    assert list(page.context["requests"]) == [mine]
    assert world.berry.request.company_name not in page.content.decode()


def test_the_waiting_page_is_for_those_who_wait(client, world):
    client.force_login(world.lac.owner)

    assert client.get(reverse("pending"))["Location"] == reverse("home")
    assert Client().get(reverse("pending"))["Location"].startswith(reverse("login"))


def test_the_known_address_takes_as_long_as_a_new_one(db, settings):
    """Both hash one password: counted, not timed."""
    from django.contrib.auth.hashers import MD5PasswordHasher

    hashed = []
    original = MD5PasswordHasher.encode
    MD5PasswordHasher.encode = lambda self, *args: hashed.append(1) or original(self, *args)
    try:
        cabinet, known = CabinetFactory(), UserFactory()
        hashed.clear()
        answer(typed(cabinet))
        new = len(hashed)
        answer(typed(cabinet, email=known.email))
    finally:
        MD5PasswordHasher.encode = original

    assert (new, len(hashed)) == (1, 2)
