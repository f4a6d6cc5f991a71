"""How often one may try: few times for strangers, always for the owner, and without the cache as well."""

import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts import scope
from accounts.scope import System
from messaging.services import send_due
from portal.cache import PatientRedisCache
from tests.accounts.test_password_reset import NEW, change, link_of
from tests.factories import PASSWORD, UserFactory

TOO_MANY = "essais pour cette adresse"


def attempt(email, password="faux", client=None, **headers):
    client = client or Client()
    answer = client.post(reverse("login"), {"username": email, "password": password}, **headers)
    return "in" if answer.status_code == 302 else "stopped" if TOO_MANY in answer.text else "wrong"


def elsewhere(number):
    return {"REMOTE_ADDR": f"203.0.{number // 250}.{number % 250 + 1}"}


def test_ten_tries_an_account_from_any_number_of_addresses(db):
    user = UserFactory()

    seen = [attempt(user.email, **elsewhere(number)) for number in range(30)]

    assert seen == ["wrong"] * 10 + ["stopped"] * 20
    assert attempt(user.email, PASSWORD, **elsewhere(99)) == "stopped", "the right one is not told from the others"


def test_an_unknown_account_is_stopped_alike(db):
    seen = [attempt("personne@ailleurs.test", **elsewhere(number)) for number in range(12)]

    assert seen == ["wrong"] * 10 + ["stopped"] * 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_counted_too(transactional_db):
    with scope.system(System.TESTS):
        user = UserFactory()
    barrier, seen = threading.Barrier(30), []

    def post(number):
        barrier.wait()
        try:
            seen.append(attempt(user.email, **elsewhere(number)))
        finally:
            connection.close()

    threads = [threading.Thread(target=post, args=[number]) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(seen) == ["stopped"] * 20 + ["wrong"] * 10


@pytest.mark.parametrize("kept", ["browser", "address"])
def test_the_owner_still_gets_in(db, kept):
    user, browser = UserFactory(), Client()
    home = {"REMOTE_ADDR": "192.0.2.7"}
    assert attempt(user.email, PASSWORD, browser, **home) == "in"
    browser.post(reverse("logout"))

    for number in range(20):
        attempt(user.email, **elsewhere(number))

    if kept == "browser":
        assert attempt(user.email, PASSWORD, browser, REMOTE_ADDR="192.0.2.99") == "in"
    else:
        assert attempt(user.email, PASSWORD, Client(), **home) == "in"
    assert attempt(user.email, PASSWORD, Client(), **elsewhere(50)) == "stopped"


def test_a_known_browser_has_ten_tries_as_well(db):
    user, browser = UserFactory(), Client()
    attempt(user.email, PASSWORD, browser)
    browser.post(reverse("logout"))

    assert [attempt(user.email, "faux", browser) for _ in range(12)] == ["wrong"] * 10 + ["stopped"] * 2


def test_a_browser_known_to_one_account_is_a_stranger_to_others(db):
    pirate, victim, browser = UserFactory(), UserFactory(), Client()
    attempt(pirate.email, PASSWORD, browser)
    browser.post(reverse("logout"))

    seen = [attempt(victim.email, "faux", client, **elsewhere(1)) for client in (browser, Client()) for _ in range(10)]

    assert seen == ["wrong"] * 10 + ["stopped"] * 10


def test_a_new_password_by_mail_opens_the_door_again(db):
    user = UserFactory()
    for number in range(12):
        attempt(user.email, **elsewhere(number))

    change(Client(), link_of(user))

    assert attempt(user.email, NEW, **elsewhere(200)) == "in"


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_HOST"])
def test_a_forged_header_changes_nothing(db, header, settings):
    settings.ALLOWED_HOSTS = ["*"]
    user = UserFactory()

    seen = [attempt(user.email, **{header: f"198.51.100.{number}"}) for number in range(12)]

    assert seen == ["wrong"] * 10 + ["stopped"] * 2


def test_an_address_is_stopped_after_many_accounts_whatever_it_claims(db):
    seen = [attempt(f"personne{n}@ailleurs.test", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}") for n in range(205)]

    assert seen == ["wrong"] * 200 + ["stopped"] * 5


@pytest.mark.parametrize(
    ("proxies", "claimed", "expected"),
    [
        (0, "198.51.100.1", "127.0.0.1"),
        (1, "198.51.100.1, 192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.1, 192.0.2.1, 192.0.2.2", "192.0.2.1"),
        (2, "192.0.2.2", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_the_visitors_address_is_what_our_proxies_noted(rf, settings, proxies, claimed, expected):
    from accounts.browsers import client_address

    settings.TRUSTED_PROXIES = proxies

    assert client_address(rf.get("/", HTTP_X_FORWARDED_FOR=claimed)) == expected


def test_without_the_cache_people_still_sign_in(db, settings, monkeypatch, tmp_path):
    settings.CACHES = {
        "default": {
            "BACKEND": "portal.cache.PatientRedisCache",
            "LOCATION": f"unix://{tmp_path}/absent.sock",
            "OPTIONS": {"socket_connect_timeout": 1},
        },
        "fragments": settings.CACHES["fragments"],
    }
    monkeypatch.setattr(PatientRedisCache, "silent_until", 0.0)
    user = UserFactory()

    assert [attempt(user.email) for _ in range(12)] == ["wrong"] * 12
    assert attempt(user.email, PASSWORD) == "in"
    assert Client().post(reverse("password_reset"), {"email": user.email}).status_code == 302
    assert send_due().sent == 1
    assert mail.outbox
    monkeypatch.setattr(PatientRedisCache, "silent_until", 0.0)
