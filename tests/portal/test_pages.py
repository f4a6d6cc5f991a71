"""Help and legal texts: what is said to whom, and found by whom."""

import re

import pytest
from django.urls import reverse

from claims.workflow import WAITING
from portal.help import THEMES
from portal.help.topics import matching

PUBLIC = ["help", "legal_notice", "privacy", "accessibility"]
QUESTIONS = [question for theme in THEMES for question in theme.questions]


def found(typed):
    return [question.slug for theme in matching(THEMES, typed) for question in theme.questions]


def test_every_anchor_is_one():
    anchors = [theme.slug for theme in THEMES] + [question.slug for question in QUESTIONS]

    assert len(anchors) == len(set(anchors))
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", anchor) for anchor in anchors)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [
        ("siret", "aucun-dossier"),
        ("MOT DE PASSE OUBLIE", "mot-de-passe-oublie"),
        ("spam", "email-pas-recu"),
        ("identifiant", "identifiant"),
        ("new", "new-et-nombres"),
        ("0 noir", "new-et-nombres"),
        ("delai", "delais"),
        ("remplacé", "a-jour-remplace"),
        ("plusieurs établissements", "plusieurs-etablissements"),
        ("j’ai oublié", "mot-de-passe-oublie"),
        ("clavier", "raccourci"),
        ("taux horaire", "envoyer-mes-tarifs"),
    ],
)
def test_the_search_finds_without_accents_or_case(typed, slug):
    assert slug in found(typed)


def test_the_search_combines_words_and_an_empty_one_finds_all():
    assert found("spam raccourci") == []
    assert len(found("  ")) == len(QUESTIONS)


def test_the_delays_told_are_those_of_the_table():
    delays = next(question for question in QUESTIONS if question.slug == "delais")

    told = " ".join(delays.steps)
    for turn in WAITING.values():
        assert not turn.who or f"{turn.expected}" in told


@pytest.mark.django_db
@pytest.mark.parametrize("name", PUBLIC)
def test_pages_are_public_and_linked_from_every_page(name, client):
    page, door = client.get(reverse(name)), client.get(reverse("login"))

    assert page.status_code == 200
    assert reverse(name) in door.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", "a" * 5000, "\x00", "%", "introuvable-partout"])
def test_the_search_takes_anything(typed, client):
    answer = client.get(reverse("help"), {"q": typed})

    assert answer.status_code == 200
    assert "<script>alert" not in answer.content.decode()


def test_the_help_names_own_sites_and_cabinets_only(world, client):
    client.force_login(world.lac.owner)
    body = client.get(reverse("help")).content.decode()

    assert world.lac.establishment.name in body
    assert world.alpes.cabinet.name in body
    assert world.berry.cabinet.name not in body
    assert world.mer.establishment.name not in body

    client.logout()
    body = client.get(reverse("help")).content.decode()
    for row in (world.lac.establishment, world.mer.establishment, world.alpes.cabinet, world.berry.cabinet):
        assert row.name not in body


@pytest.mark.django_db
def test_legal_pages_say_what_the_operator_left_out(client, settings):
    names = {"LEGAL_PUBLISHER": "Éditions du Lac", "LEGAL_DIRECTOR": "Jeanne Inventée", "LEGAL_HOST": "Hôte du Lac"}
    for name in (*names, "CONTACT_EMAIL", "DPO_EMAIL"):
        setattr(settings, name, "")
    empty = client.get(reverse("legal_notice")).content.decode()
    for name, value in names.items():
        setattr(settings, name, value)
    settings.CONTACT_EMAIL, settings.DPO_EMAIL = "aide@exemple.test", "dpo@exemple.test"
    full = client.get(reverse("legal_notice")).content.decode()

    assert empty.count("non renseigné") == 4
    assert "non renseigné" not in full
    assert all(value in full for value in (*names.values(), "mailto:aide@exemple.test"))
    assert "mailto:dpo@exemple.test" in client.get(reverse("privacy")).content.decode()


def test_the_cookies_named_are_those_that_are_set(world, client, settings):
    client.force_login(world.lac.owner)
    client.get(reverse("dossiers"))
    client.get(reverse("login"))
    told = set(re.findall(r"<code>([^<]+)</code>", client.get(reverse("privacy")).content.decode()))

    assert told == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "liste"}
    assert set(client.cookies) <= told
