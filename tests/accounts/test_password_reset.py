"""A new password by mail."""

import re
import time

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import JournalEntry
from accounts.services import settle_knocks
from messaging.models import Notification
from messaging.services import send_due
from tests.factories import UserFactory

NEW = "Une-autre-phrase-de-passe"


def ask(client, email, **headers):
    return client.post(reverse("password_reset"), {"email": email}, **headers)


def link_of(user) -> str:
    """Ask for a link and read it in the mail, without its host."""
    mail.outbox.clear()
    ask(Client(), user.email)
    assert send_due().sent == 1
    return re.search(r"https?://[^/]+(/mot-de-passe/\S+)", mail.outbox[0].body)[1]


def change(client, link, password=NEW):
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    return client.post(address, {"new_password1": password, "new_password2": password})


def test_the_link_sets_a_password_once_and_signs_nobody_in(db):
    user = UserFactory()
    link, client = link_of(user), Client()

    assert change(client, link)["Location"] == reverse("password_reset_done")

    user.refresh_from_db()
    assert user.check_password(NEW)
    assert "_auth_user_id" not in client.session
    assert JournalEntry.objects.filter(event="password_changed", subject_id=user.pk).count() == 1
    assert Client().get(link, follow=True).context["validlink"] is False
    assert client.get(reverse("password_reset_done")).status_code == 200


def test_every_session_of_the_user_ends(world):
    sessions = [Client(), Client()]
    for session in sessions:
        session.force_login(world.pending)
    assert sessions[0].get(reverse("pending")).status_code == 200

    change(Client(), link_of(world.pending))

    for session in sessions:
        assert session.get(reverse("pending"))["Location"].startswith(reverse("login"))


def test_the_link_ends_after_an_hour(db):
    user = UserFactory()
    link = link_of(user)

    with time_machine.travel(time.time() + 59 * 60):
        assert Client().get(link, follow=True).context["validlink"] is True
    with time_machine.travel(time.time() + 61 * 60):
        assert Client().get(link, follow=True).context["validlink"] is False


def test_the_answer_is_the_same_for_everybody(db):
    known, closed = UserFactory(), UserFactory(is_active=False)

    answers = []
    for email in (known.email, closed.email, "personne@ailleurs.test"):
        response = ask(Client(), email)
        headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
        answers.append((response.status_code, headers, response.content, set(response.cookies)))

    assert answers == [answers[0]] * 3
    assert mail.outbox == []
    assert settle_knocks() == 3
    assert list(Notification.objects.values_list("recipient__email", flat=True)) == [known.email]


@pytest.mark.parametrize(
    "header", ["HTTP_X_FORWARDED_HOST", "HTTP_X_HOST", "HTTP_FORWARDED", "HTTP_X_FORWARDED_SERVER"]
)
def test_the_links_host_is_ours_whatever_the_request_says(db, settings, header):
    settings.BASE_URL = "https://portail.exemple.test"
    settings.ALLOWED_HOSTS = ["*"]

    ask(Client(), UserFactory().email, HTTP_HOST="pirate.test", **{header: "pirate.test"})
    send_due()

    html = str(mail.outbox[0].alternatives[0][0])
    assert "pirate" not in mail.outbox[0].body + html + str(mail.outbox[0].message())
    assert "https://portail.exemple.test/mot-de-passe/" in mail.outbox[0].body


def test_no_token_is_kept(db):
    link = link_of(UserFactory())
    token = link.rstrip("/").rsplit("/", 1)[1]

    for row in (*Notification.objects.values(), *JournalEntry.objects.values()):
        assert token not in str(row)


def test_asking_ten_times_in_a_minute_sends_one_mail(db):
    user = UserFactory()

    with time_machine.travel("2026-03-02T10:00:05Z", tick=False):
        for _ in range(10):
            ask(Client(), user.email)

    assert send_due().sent == 1


def test_an_account_closed_meanwhile_gets_no_link(db):
    user = UserFactory()
    ask(Client(), user.email)
    settle_knocks()
    user.is_active = False
    user.save()

    assert send_due().skipped == 1


def test_a_weak_password_is_refused_in_french(db):
    user = UserFactory()

    response = change(Client(), link_of(user), "court")

    assert response.status_code == 200
    assert "12 caractères" in str(response.context["form"].errors)


def test_a_link_dies_with_the_address_it_was_sent_to(db):
    user = UserFactory()
    link = link_of(user)

    user.email = "nouvelle@exemple.test"
    user.save()

    assert Client().get(link, follow=True).context["validlink"] is False


def test_a_link_dies_with_the_next_password(db):
    user = UserFactory()
    first = link_of(user)
    Notification.objects.all().delete()
    second = link_of(user)

    change(Client(), second)

    assert Client().get(first, follow=True).context["validlink"] is False
