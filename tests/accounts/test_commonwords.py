"""Passwords others would try first."""

import pytest

from accounts.commonwords import OwnWordsValidator, is_guessable, own_words
from accounts.models import User


@pytest.mark.parametrize(
    "password",
    [
        "Motdepasse2026!",
        "m0td3p@ss31234",
        "Azertyuiop123!",
        "Marseille1312!!",
        "olympiquelyonnais",
        "Juliette-Nicolas",
        "Éléonore.19.Éléonore",
        "p@ssw0rd12345",
        "iloveyou123456",
        "jetaimejetaime",
        "qsdfghjklm2024",
        "Renault.Clio.2019",
        "123456789012",
        "0612345678ab",
        "abcabcabcabc",
        "!!!!!!!!!!!!",
    ],
)
def test_common_words_are_seen_through_digits_and_disguise(password):
    assert is_guessable(password)


@pytest.mark.parametrize(
    "password",
    [
        "Trois-petits-tas-de-tôle",
        "correct horse battery",
        "vélo lampe nuage 7",
        "tGh8kLm2pQz9",
        "7$kQ!2#9@4%^xx",
        "carrosserie-bleue",
    ],
)
def test_phrases_and_chance_are_welcome(password):
    assert not is_guessable(password)


@pytest.mark.parametrize(
    "password", ["le-Mistral-souffle", "chez Dubreuil 74!", "x80185636000038x", "x801856360x", "m1str@l-en-hiver"]
)
def test_what_is_known_of_a_person_is_refused(password):
    user = User(email="mistral@garage-dubreuil.test")
    user.known_words = ["801 856 360 00038".replace(" ", "")]

    with pytest.raises(Exception, match="contient votre nom"):
        OwnWordsValidator().validate(password, user)


def test_short_words_are_nobodys_own():
    assert own_words(["Jo du Lac", ""]) == set()
