"""One's own account: what may be changed there, what it ends, who is told."""

import json
import re
import time

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.browsers import browser_name
from accounts.models import Draft, JournalEntry, User
from accounts.validators import display_mobile
from claims.models import Document
from messaging.services import send_due
from tests.factories import PASSWORD, DocumentFactory, DraftFactory, UserFactory
from tests.test_isolation import _passkey, _session

NEW = "Une-autre-phrase-de-passe"
CHROME = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"


def signed_in(user, **meta):
    client = Client(**meta)
    client.post(reverse("login"), {"username": user.email, "password": PASSWORD})
    return client


def is_in(client):
    return client.get(reverse("settings")).status_code == 200


@pytest.mark.parametrize("who", ["owner", "member", "pending", "clerk", "network"])
def test_everybody_finds_their_settings(world, who):
    users = {"owner": world.lac.owner, "member": world.lac.member.user, "pending": world.pending}
    user = {**users, "clerk": world.alpes.clerk, "network": world.network}[who]

    page = signed_in(user).get(reverse("settings"))

    assert user.email in page.text


def test_the_mobile_is_kept_as_e164_and_shown_the_french_way(world):
    client = signed_in(world.lac.owner)

    refused = client.post(reverse("settings"), {"mobile": "01 23 45"})
    done = client.post(reverse("settings"), {"mobile": "06.12.34.56.78"}, follow=True)

    assert "Écrivez un numéro de mobile" in refused.text
    assert User.objects.get(pk=world.lac.owner.pk).mobile == "+33612345678"
    assert "06\u00a012\u00a034\u00a056\u00a078" in done.text
    assert [display_mobile(number) for number in ("", "+32470123456")] == ["", "+32\u00a0470\u00a012\u00a034\u00a056"]


def change_password(client, current=PASSWORD, password=NEW):
    return client.post(reverse("settings_password"), {"current": current, "password": password})


def test_a_new_password_ends_every_other_session_and_is_told(world):
    here, there = signed_in(world.lac.owner), signed_in(world.lac.owner)
    key = here.session.session_key

    assert change_password(here)["Location"] == reverse("settings")

    assert (is_in(here), is_in(there)) == (True, False)
    assert here.session.session_key != key
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [here.session.session_key]
    assert send_due().sent == 1
    assert (mail.outbox[0].to, mail.outbox[0].subject) == (
        [world.lac.owner.email],
        "Votre mot de passe a été changé",
    )


@pytest.mark.parametrize(
    ("current", "password", "said"),
    [
        ("faux", NEW, "pas votre mot de passe actuel"),
        (PASSWORD, "court", "12 caractères"),
        (PASSWORD, "Motdepasse2026!", "trop courant"),
        (PASSWORD, "patron-bleu-sur-tôle", "contient votre nom"),
        (PASSWORD, "la-Carrosserie-rouge", "contient votre nom"),
    ],
)
def test_a_wrong_or_weak_password_changes_nothing(world, current, password, said):
    answer = change_password(signed_in(world.lac.owner), current, password)

    assert said in answer.text
    assert User.objects.get(pk=world.lac.owner.pk).check_password(PASSWORD)


def test_the_current_password_is_tried_ten_times_at_most(world):
    client = signed_in(world.lac.owner)
    for _ in range(10):
        change_password(client, "faux")

    assert "Trop d’essais" in change_password(client).text
    assert User.objects.get(pk=world.lac.owner.pk).check_password(PASSWORD)


def ask_new_address(client, email):
    return client.post(reverse("settings_email"), {"email": email, "current": PASSWORD}, follow=True)


def last_link(name):
    pattern = {"email": r"(/parametres/adresse/confirmer/\S+)", "reset": r"(/mot-de-passe/\S+/\S+/)"}[name]
    return re.search(pattern, mail.outbox[-1].body)[1]


def test_a_new_address_counts_once_its_link_was_opened(world):
    user, client = world.mer.owner, signed_in(world.mer.owner)
    world.mer.email_change.delete()
    Client().post(reverse("password_reset"), {"email": user.email})
    send_due()
    reset = last_link("reset")

    ask_new_address(client, "Neuf@Mer.test")
    send_due()
    link = last_link("email")
    assert mail.outbox[-1].to == ["neuf@mer.test"]
    assert "neuf@mer.test" in Client().get(link).text
    assert User.objects.get(pk=user.pk).email == user.email, "a scanner that follows links confirms nothing"

    assert "Adresse e-mail changée" in Client().post(link).text
    send_due()

    assert User.objects.get(pk=user.pk).email == "neuf@mer.test"
    assert (mail.outbox[-1].to, "neuf@mer.test" in mail.outbox[-1].body) == ([user.email], False)
    assert Client().get(reset, follow=True).context["validlink"] is False
    assert "plus valable" in Client().post(link).text
    changed = User(email="neuf@mer.test")
    assert is_in(signed_in(changed))


def test_an_address_that_has_an_account_is_told_to_its_owner_only(world):
    client = signed_in(world.lac.owner)
    free, taken = (ask_new_address(client, email) for email in ("libre@lac.test", world.mer.owner.email))
    send_due()

    assert free.text.count("Un lien vient d’être envoyé") == taken.text.count("Un lien vient d’être envoyé") == 1
    assert {sent.to[0]: sent.subject for sent in mail.outbox}[world.mer.owner.email].startswith(
        "Vous avez déjà un compte"
    )
    assert not any("confirmer" in sent.body for sent in mail.outbox if sent.to == [world.mer.owner.email])


@pytest.mark.parametrize("what", ["late", "password", "replaced", "taken", "forged"])
def test_the_link_of_a_new_address_dies(world, what):
    client = signed_in(world.lac.owner)
    ask_new_address(client, "neuf@lac.test")
    send_due()
    link = last_link("email")
    if what == "password":
        change_password(client)
    if what == "replaced":
        ask_new_address(client, "autre@lac.test")
    if what == "taken":
        UserFactory(email="neuf@lac.test")
    if what == "forged":
        link = link[:-3] + "xx/"

    with time_machine.travel(time.time() + (86_401 if what == "late" else 0)):
        assert "plus valable" in Client().post(link).text
    assert User.objects.get(pk=world.lac.owner.pk).email == world.lac.owner.email


def test_sessions_are_listed_and_ended(world):
    here = signed_in(world.lac.owner, HTTP_USER_AGENT=CHROME)
    there = signed_in(world.lac.owner, HTTP_USER_AGENT="Mozilla/5.0 (iPhone; CPU OS 18) Version/18 Safari/604")
    signed_in(world.mer.owner)

    page = here.get(reverse("sessions"))
    listed = page.context["sessions"]

    assert [(entry["browser"], entry["is_here"]) for entry in listed] == [
        ("Chrome sur Windows", True),
        ("Safari sur iPhone", False),
    ]
    assert here.post(reverse("session_end", args=[listed[1]["row"].pk])).status_code == 302
    assert (is_in(here), is_in(there)) == (True, False)

    assert here.post(reverse("sessions_end"))["Location"] == reverse("login")
    assert not is_in(here)
    assert UserSession.objects.get().user == world.mer.owner


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_sessions_costs_the_same_for_one_and_three(world, rows, django_assert_num_queries):
    clients = [signed_in(world.lac.owner) for _ in range(rows)]

    with django_assert_num_queries(6):
        assert len(clients[0].get(reverse("sessions")).context["sessions"]) == rows


def test_a_session_is_noted_as_seen_every_five_minutes(world):
    client = signed_in(world.lac.owner)
    first = UserSession.objects.get().last_seen_at

    with time_machine.travel(time.time() + 290):
        is_in(client)
        assert UserSession.objects.get().last_seen_at == first
    with time_machine.travel(time.time() + 310):
        is_in(client)
        assert UserSession.objects.get().last_seen_at > first


@pytest.mark.parametrize("make", [_passkey, _session])
def test_nobody_ends_a_colleagues_session_or_key(world, make):
    kwargs = make(world.lac, "ALPES")
    name = "passkey_remove" if make is _passkey else "session_end"

    for user in (world.lac.owner, world.mer.owner, world.alpes.manager, world.network):
        client = Client()
        client.force_login(user)
        assert client.post(reverse(name, kwargs=kwargs)).status_code == 404


def test_browsers_are_called_as_their_owners_do():
    assert browser_name("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0") == "Firefox sur Linux"
    assert browser_name(CHROME + " Edg/140.0") == "Edge sur Windows"
    assert browser_name("") == "Navigateur inconnu"


def test_ones_data_are_all_there_and_nobody_elses(world):
    helper, owner = world.lac.member.user, world.lac.owner
    dossier = world.lac.dossiers["ALPES"]
    for sender in (helper, owner):
        DocumentFactory(dossier=dossier, sender=sender, direction="sent", label=f"FACTURE de {sender.email}")
    DraftFactory(establishment=world.lac.establishment, author=owner, summary="Brouillon du patron")
    client = signed_in(helper)

    answer = client.post(reverse("my_data"))

    assert answer["Content-Disposition"].startswith('attachment; filename="mes-donnees-portail-')
    found = json.loads(answer.content)
    assert found["compte"]["adresse"] == helper.email
    assert [row["entreprise"] for row in found["entreprises"]] == [world.lac.organisation.name]
    assert [row["nom"] for row in found["documents_envoyes"]] == [f"FACTURE de {helper.email}"]
    assert len(found["sessions"]) == len(found["delegations"]) == 1
    assert len(found["brouillons"]) == Draft.objects.filter(author=helper).count() > 0
    assert {row["fait"] for row in found["journal"]} == {"data_exported"}
    for other in (owner, world.mer.owner, world.alpes.clerk):
        assert other.email not in answer.text
    assert "Brouillon du patron" not in answer.text
    assert PASSWORD not in answer.text
    assert helper.password not in answer.text
    assert Document.objects.filter(sender=owner).exists()


def test_asking_for_ones_data_is_noted(world):
    signed_in(world.alpes.clerk).post(reverse("my_data"))

    assert JournalEntry.objects.get(event="data_exported").user_id == world.alpes.clerk.pk
