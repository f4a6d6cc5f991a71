"""A value that cannot be right stops the portal with a sentence naming its variable."""

import os
import subprocess
import sys

import pytest

BAD = [
    ("DEBUG", "peut-être", "La variable DEBUG vaut « peut-être »"),
    ("PORTAL_DEMO", "ouai", "La variable PORTAL_DEMO vaut « ouai »"),
    ("PORT", "abc", "La variable PORT vaut « abc »"),
    ("PORT", "70000", "La variable PORT vaut « 70000 »"),
    ("BASE_URL", "portail.exemple.fr", "La variable BASE_URL vaut « portail.exemple.fr »"),
    ("BASE_URL", "https://portail.exemple.fr/chemin", "La variable BASE_URL"),
    ("DATABASE_URL", "mysql://a:b@c/d", "La variable DATABASE_URL n’est pas une adresse"),
    ("DATABASE_URL", "n'importe quoi", "La variable DATABASE_URL n’est pas une adresse"),
    ("DATABASE_OWNER_URL", "sqlite:///x", "La variable DATABASE_OWNER_URL n’est pas une adresse"),
    ("REDIS_URL", "http://localhost", "La variable REDIS_URL n’est pas une adresse"),
    ("REDIS_URL", "redis://", "La variable REDIS_URL n’est pas une adresse"),
    ("EMAIL_URL", "pigeon://a", "La variable EMAIL_URL n’est pas une adresse"),
    ("ALLOWED_HOSTS", "*", "La variable ALLOWED_HOSTS ne peut pas contenir « * »"),
    ("SECRET_KEY", "", "La variable SECRET_KEY est absente"),
    ("LOG_LEVEL", "bavard", "La variable LOG_LEVEL vaut « bavard »"),
    ("CONTACT_EMAIL", "aide", "La variable CONTACT_EMAIL vaut « aide »"),
    ("TRUSTED_PROXIES", "-1", "La variable TRUSTED_PROXIES vaut « -1 »"),
]


@pytest.mark.parametrize(("name", "value", "sentence"), BAD)
def test_a_bad_value_stops_with_one_sentence(name, value, sentence, tmp_path):
    environment = os.environ | {"PORTAL_DATA": str(tmp_path), name: value}

    stopped = subprocess.run(
        [sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True, check=False
    )

    assert stopped.returncode == 2
    assert stopped.stderr.startswith(sentence)
    assert stopped.stderr.count("\n") == 1
