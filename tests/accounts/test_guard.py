"""Strangers show that they are somebody: a proof of work, a question, or Google for whoever asks for it."""

import base64
import json
import re
import time
from urllib.error import URLError

import pytest
import time_machine
from altcha import Challenge, solve_challenge
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.urls import reverse
from django_recaptcha import client as google

from accounts.models import JournalEntry, SignUp
from accounts.typography import spaced
from portal.environment import Environment
from tests.accounts.test_sign_up import typed
from tests.factories import CabinetFactory, UserFactory

SIGN_UP, RESET = "/inscription/", "/mot-de-passe/oublie/"
WORDS = {"un": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}


@pytest.fixture(autouse=True)
def _guarded(settings):
    settings.CAPTCHA = "altcha"
    settings.ALTCHA_CHALLENGE = {"cost": 1, "key_prefix": "0"}  # seconds of a browser are nothing to look at here


def proof(client):
    """What the widget sends after its work."""
    given = client.get(reverse("challenge")).json()
    solution = solve_challenge(Challenge.from_dict(given))
    payload = {"challenge": given, "solution": solution.to_dict()}
    return base64.b64encode(json.dumps(payload).encode()).decode()


def question_on(page):
    left, right, token = re.search(
        r'Combien font (\w+) plus (\w+) \?.*?name="question" value="([^"]+)"', page.content.decode(), re.DOTALL
    ).groups()
    return {"question": token, "reponse": str(WORDS[left] + WORDS[right])}


def sent(answer):
    return answer.status_code == 302


def test_without_a_proof_nothing_happens(client, db):
    answer = client.post(SIGN_UP, typed(CabinetFactory()))

    assert spaced("Cochez « Je ne suis pas un robot »") in spaced(answer.text)
    assert "Combien font" in answer.text.split("noscript")[-1], "the other way is shown, JavaScript or not"
    assert not SignUp.objects.exists()


def test_a_proof_serves_once(client, db):
    cabinet = CabinetFactory()
    work = proof(client)

    first, second = (client.post(SIGN_UP, typed(cabinet, altcha=work)) for _ in range(2))

    assert (sent(first), sent(second)) == (True, False)
    assert "refaites-la" in second.text


@pytest.mark.parametrize("forged", ["x", "e30=", "W10=", "bnVsbA==", "é", "eyJjaGFsbGVuZ2UiOnt9fQ=="])
def test_a_forged_proof_is_refused_and_breaks_nothing(client, db, forged):
    answer = client.post(SIGN_UP, typed(CabinetFactory(), altcha=forged))

    assert answer.status_code == 200
    assert "refaites-la" in answer.text


def test_a_typing_error_does_not_cost_the_proof(client, db):
    cabinet, work = CabinetFactory(), proof(client)

    client.post(SIGN_UP, typed(cabinet, altcha=work, siret="123"))

    assert sent(client.post(SIGN_UP, typed(cabinet, altcha=work)))


def test_without_javascript_a_question_takes_its_place(client, db):
    cabinet = CabinetFactory()
    answered = question_on(client.get(SIGN_UP))

    at_once = client.post(SIGN_UP, typed(cabinet, **answered))
    with time_machine.travel(time.time() + 4):
        later = [sent(client.post(SIGN_UP, typed(cabinet, **answered))) for _ in range(2)]
        wrong = client.post(SIGN_UP, typed(cabinet, **question_on(client.get(SIGN_UP)) | {"reponse": "99"}))

    assert "partie trop vite" in at_once.text
    assert later == [True, False], "it serves once"
    assert "n’est pas la bonne" in wrong.text


def test_the_question_is_answered_few_times_from_one_address(client, db):
    cabinet = CabinetFactory()

    pages = [client.post(SIGN_UP, typed(cabinet, question="x", reponse="4")).text for _ in range(11)]

    assert ["Trop de réponses" in page for page in pages] == [False] * 10 + [True]


def test_a_robot_in_the_trap_believes_that_it_passed(client, db):
    answer = client.post(SIGN_UP, typed(CabinetFactory(), site_web="https://robot.test"))

    assert (answer.status_code, answer["Location"]) == (302, reverse("sign_up_sent"))
    assert not SignUp.objects.exists()
    assert not JournalEntry.objects.exists()


def test_only_the_pages_that_ask_carry_the_script_and_the_wider_policy(client, db):
    sign_up, sign_in, reset = (client.get(path) for path in (SIGN_UP, "/connexion/", RESET))

    assert "altcha.min.js" in sign_up.text
    assert "worker-src 'self' blob:" in sign_up["Content-Security-Policy"]
    for page in (sign_in, reset):
        assert "altcha" not in page.text
        assert "worker-src" not in page["Content-Security-Policy"]


def test_a_fourth_reset_from_one_address_asks_whoever_is_typed(client, db):
    known = UserFactory()

    answers = [client.post(RESET, {"email": known.email}) for _ in range(4)]
    stranger = client.post(RESET, {"email": "inconnu@exemple.test"})
    elsewhere = Client().post(RESET, {"email": known.email}, REMOTE_ADDR="203.0.113.9")

    assert [sent(answer) for answer in answers] == [True] * 3 + [False]
    assert "Je ne suis pas un robot" in stranger.text
    assert sent(client.post(RESET, {"email": known.email, "altcha": proof(client)}))
    assert sent(elsewhere)


@pytest.fixture
def keys(settings):
    settings.CAPTCHA, settings.RECAPTCHA_PUBLIC_KEY, settings.RECAPTCHA_PRIVATE_KEY = "recaptcha", "public", "private"


@pytest.mark.usefixtures("keys")
def test_google_is_asked_nothing_before_the_visitor_wants_it(client, db):
    cabinet = CabinetFactory()
    before = client.get(SIGN_UP)
    page = client.post(SIGN_UP, typed(cabinet, verification_voulue="google"))
    back = client.post(SIGN_UP, typed(cabinet, verification="google", verification_voulue="portail"))

    for without in (before, back, client.get(f"{SIGN_UP}?verification_voulue=google&verification=google")):
        assert "altcha-widget" in without.text
        assert "google.com" not in without.text + without["Content-Security-Policy"]
    assert 'src="https://www.google.com/recaptcha/api.js?hl=fr"' in page.text
    assert "frame-src https://www.google.com/recaptcha/" in page["Content-Security-Policy"]
    assert 'value="74000"' in page.text, "what was typed is still there"
    assert "À corriger" not in page.text
    assert "Trois-petits-tas" not in page.text


class Answer:
    def __init__(self, body):
        self.read, self.close = lambda: body, lambda: None


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize(
    ("google_says", "seen"),
    [
        (URLError("no route"), "Google ne répond pas"),
        (TimeoutError(), "Google ne répond pas"),
        (Answer(b"<html>"), "Google ne répond pas"),
        (Answer(b"{}"), "Google ne répond pas"),
        (Answer(b'{"success": false}'), "refaites-la"),
        (Answer(b'{"success": true}'), None),
    ],
)
def test_what_google_answers_is_never_an_error_page(client, db, monkeypatch, google_says, seen):
    def request(_params):
        if isinstance(google_says, Exception):
            raise google_says
        return google_says

    monkeypatch.setattr(google, "recaptcha_request", request)
    fields = {"verification": "google", "g-recaptcha-response": "jeton"}

    answer = client.post(SIGN_UP, typed(CabinetFactory(), **fields))

    assert sent(answer) if seen is None else seen in answer.text


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, []),
        ({"CAPTCHA": "none"}, ["portal.E007"]),
        ({"CAPTCHA": "none", "DEBUG": True}, []),
        ({"RECAPTCHA_PUBLIC_KEY": "x"}, ["portal.E005"]),
        ({"RECAPTCHA_PRIVATE_KEY": "x"}, ["portal.E005"]),
        ({"CAPTCHA": "recaptcha"}, ["portal.E006"]),
        ({"CAPTCHA": "recaptcha", "RECAPTCHA_PUBLIC_KEY": "x", "RECAPTCHA_PRIVATE_KEY": "y"}, []),
    ],
)
def test_a_captcha_that_cannot_work_is_refused_at_the_start(settings, changes, refused):
    for name, value in changes.items():
        setattr(settings, name, value)

    found = [problem.id for problem in run_checks(tags=["security"]) if problem.id.startswith("portal")]

    assert found == refused


def test_a_captcha_nobody_knows_stops_the_portal(monkeypatch):
    monkeypatch.setenv("CAPTCHA", "hcaptcha")

    with pytest.raises(ImproperlyConfigured, match="choisissez parmi altcha, recaptcha, none"):
        Environment().choice("CAPTCHA", "altcha", among=("altcha", "recaptcha", "none"))
