"""Passwords others would try first: common French and English ones however disguised, and what is known of a person.

The words stand in `commonwords.txt` beside, in sections, with the rule; English ones are Django's list.
"""

import re
import string
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

_LEET = str.maketrans("01345789@$!|+€£&", "oieastbgasiitela")
_RUNS = (
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    string.ascii_lowercase,
    "aqwzsxedcrfvtgbyhnujikolpm",
)
_ENDS = string.digits + string.punctuation + string.whitespace + "°§£€«»"


@cache
def _french() -> frozenset[str]:
    lines = (Path(__file__).parent / "commonwords.txt").read_text().splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _english() -> frozenset[str]:
    return frozenset(_letters(word) for word in CommonPasswordValidator().passwords if len(word) > 3)


def fold(text: str) -> str:
    """Without case nor accents."""
    apart = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe").replace("æ", "ae"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


def _is_run(word: str) -> bool:
    """Neighbours on a keyboard or in the alphabet, one way or the other."""
    return any(word in run or word in run[::-1] for run in _RUNS)


def _is_known(word: str) -> bool:
    return word in _french() or (len(word) > 2 and _is_run(word))


def _is_common(word: str) -> bool:
    """One or two known words, a known English password, or the same few letters again and again."""
    if not word or re.fullmatch(r"(.{1,6})\1+", word) or word in _english() or _is_known(word):
        return True
    if len(word) % 2 == 0 and word[: len(word) // 2] == word[len(word) // 2 :]:
        return True
    return any(_is_known(word[:cut]) and _is_known(word[cut:]) for cut in range(1, len(word)))


def is_guessable(password: str) -> bool:
    """Whether little is left once digits and signs around, and letters in disguise, are seen through."""
    folded = fold(password)
    if len(set(folded)) < 5 or len(re.sub(r"\d", "", folded)) < 3:
        return True
    core, whole = folded.strip(_ENDS), folded.lstrip(_ENDS)
    # A digit at the end stands for a letter or for nothing: « m0td3p@ss3 » + « 1234 ».
    ends = (whole[:length].translate(_LEET) for length in range(len(core), len(whole) + 1))
    return any(_is_common(_letters(text)) for text in (core, folded.translate(_LEET), *ends))


class GuessablePasswordValidator:
    """Refuses what a list of common passwords and a few digits would find."""

    def validate(self, password: str, user: Any = None) -> None:
        if is_guessable(password):
            raise ValidationError(
                "Ce mot de passe est trop courant, même avec des chiffres en plus : choisissez plutôt trois ou quatre "
                "mots qui n’ont rien à voir entre eux.",
                code="password_guessable",
            )

    def get_help_text(self) -> str:
        return "Il ne peut pas être un mot de passe courant : prénom, club, « motdepasse », suite de touches…"


class OwnWordsValidator:
    """Refuses what holds the person's address, name, company or SIRET."""

    def validate(self, password: str, user: Any = None) -> None:
        """`user.known_words` completes what the account itself says."""
        known = [*getattr(user, "known_words", ()), getattr(user, "email", ""), getattr(user, "full_name", "")]
        typed = {fold(password), fold(password).translate(_LEET)}
        if any(word in text for word in own_words(known) for text in typed):
            raise ValidationError(
                "Ce mot de passe contient votre nom, votre entreprise, votre SIRET ou votre adresse e-mail : "
                "choisissez des mots que personne ne peut deviner.",
                code="password_own_words",
            )

    def get_help_text(self) -> str:
        return "Il ne peut contenir ni votre nom, ni votre entreprise, ni votre SIRET, ni votre adresse e-mail."


def own_words(known: list[str]) -> set[str]:
    """Words of more than three letters; of a SIRET also its SIREN."""
    words = {word for text in known for word in re.split(r"[^a-z0-9]+", fold(text)) if len(word) > 3}
    return words | {word[:9] for word in words if len(word) == 14 and word.isdigit()}
