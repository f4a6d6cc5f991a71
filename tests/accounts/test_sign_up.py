"""Asking for an account: what may be typed, and an answer that tells nothing."""

import re
import threading
import time

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import scope
from accounts.models import AccountRequest, JournalEntry, SignUp, User
from accounts.scope import System
from accounts.services import settle_knocks
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


def link_in_mail(sent):
    return re.search(r"https?://[^/]+(/inscription/confirmer/\S+)", sent.body)[1]


def test_a_request_reaches_the_cabinet_once_the_address_is_confirmed(client, db):
    staff = CabinetMemberFactory()

    response = client.post(reverse("sign_up"), typed(staff.cabinet))

    assert (response.status_code, response["Location"]) == (302, reverse("sign_up_sent"))
    settle_knocks()
    user = User.objects.get(email="atelier@exemple.test")
    assert user.mobile == "+33612345678"
    assert user.check_password("Trois-petits-tas-de-tôle")
    assert JournalEntry.objects.get().event == "email_to_confirm"
    assert mail.outbox == [], "no mail leaves in the request"
    assert send_due().sent == 1
    assert [sent.to for sent in mail.outbox] == [[user.email]], "the cabinet is told nothing yet"
    with scope.acting_as(staff.user.pk) as actor:
        assert not AccountRequest.objects.visible_to(actor).exists()
        assert not SignUp.objects.exists(), "nor does the database show it what waits"
        assert not JournalEntry.objects.exists()

    link = link_in_mail(mail.outbox[0])
    page = client.get(link)
    assert not AccountRequest.objects.exists(), "a scanner that follows links confirms nothing"
    assert "Carrosserie des Alpes" in page.content.decode()
    assert client.post(link)["Location"] == reverse("sign_up_confirmed")

    request = AccountRequest.objects.select_related("user").get()
    assert (request.siret, request.company_name, request.state) == (SIRET, "Carrosserie des Alpes", "pending")
    assert request.user == user
    assert not SignUp.objects.exists()
    assert send_due().sent == 1
    assert mail.outbox[1].to == [staff.user.email]
    assert f"/admin/accounts/accountrequest/{request.pk}/change/" in mail.outbox[1].body
    assert client.get(reverse("sign_up_confirmed")).status_code == 200


def sign_in(user_email, password="Trois-petits-tas-de-tôle"):
    client = Client()
    return client, client.post(reverse("login"), {"username": user_email, "password": password})


def test_nobody_signs_in_before_the_address_is_confirmed_then_they_wait(client, db):
    client.post(reverse("sign_up"), typed(CabinetFactory()))
    send_due()

    visitor, response = sign_in("atelier@exemple.test")

    assert response["Location"] == reverse("sign_up_sent")
    assert "_auth_user_id" not in visitor.session
    assert send_due().sent == 1, "the link is sent again"

    client.post(link_in_mail(mail.outbox[-1]))
    visitor, response = sign_in("atelier@exemple.test")

    assert response["Location"] == reverse("home")
    assert visitor.get("/")["Location"] == reverse("pending")
    assert visitor.get(reverse("pending")).status_code == 200


def test_a_link_confirms_once_and_not_after_three_days(client, db):
    client.post(reverse("sign_up"), typed(CabinetFactory()))
    send_due()
    link = link_in_mail(mail.outbox[0])

    with time_machine.travel(time.time() + 3 * 86400 + 1):
        assert client.post(link).status_code == 200
    assert not AccountRequest.objects.exists()
    assert [client.post(link).status_code for _ in range(3)] == [302, 200, 200]
    assert AccountRequest.objects.count() == 1
    for false in ("x", link.split("/")[-2][:-2], "é:1:2"):
        assert client.get(reverse("sign_up_confirm", args=[false])).context["found"] is None


def test_a_link_confirms_what_was_typed_with_it_only(client, db):
    """Whoever asks in somebody's name first, or after them, gets nothing confirmed by that person's link."""
    cabinet = CabinetFactory()
    client.post(reverse("sign_up"), typed(cabinet, password="Le-mot-de-passe-du-pirate"))
    send_due()
    Client().post(reverse("sign_up"), typed(cabinet))
    send_due()
    theirs, mine = (link_in_mail(sent) for sent in mail.outbox)

    assert client.get(theirs).context["found"] is None
    assert client.post(mine).status_code == 302
    assert "_auth_user_id" not in sign_in("atelier@exemple.test", "Le-mot-de-passe-du-pirate")[0].session
    assert "_auth_user_id" in sign_in("atelier@exemple.test")[0].session


@pytest.mark.parametrize("header", ["HTTP_HOST", "HTTP_X_FORWARDED_HOST", "HTTP_FORWARDED"])
def test_the_host_of_the_confirmation_link_is_ours(client, db, settings, header):
    settings.BASE_URL = "https://portail.exemple.test"
    settings.ALLOWED_HOSTS = ["*"]

    client.post(reverse("sign_up"), typed(CabinetFactory()), **{header: "pirate.test"})
    send_due()

    assert "pirate" not in str(mail.outbox[0].message())
    assert "https://portail.exemple.test/inscription/confirmer/" in mail.outbox[0].body


def test_one_address_does_not_ask_without_end(client, db):
    cabinet = CabinetFactory()

    answers = {client.post(reverse("sign_up"), typed(cabinet)).status_code for _ in range(8)}

    assert answers == {302}
    assert settle_knocks() == 5
    assert JournalEntry.objects.filter(event="email_to_confirm").count() == 5


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
    headers = {name: value for name, value in response.items() if name not in {"Set-Cookie", "X-Request-ID"}}
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
    assert (User.objects.count(), SignUp.objects.count()) == (2, 1)


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

    settle_knocks()
    with scope.system(System.TESTS):
        assert statuses == [302] * 50
        assert (User.objects.count(), SignUp.objects.count()) == (1, 1)


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

    assert client.get(reverse("pending"))["Location"] == reverse("establishments")
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
