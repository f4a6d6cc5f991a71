"""The second factor: set up, asked, and required of staff."""

import re

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from tests.factories import PASSWORD


def code_of(secret, *, step=0):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())) + step))


def signed_in(user, client=None):
    client = client or Client()
    return client, client.post(reverse("login"), {"username": user.email, "password": PASSWORD})


def set_up(user):
    client, _ = signed_in(user)
    url = reverse("mfa_activate_totp")
    verify = client.get(url)["Location"]
    assert verify.startswith(reverse("account_reauthenticate"))
    assert client.post(verify, {"password": PASSWORD})["Location"] == url
    secret = re.search(r"<kbd>(\w+)</kbd>", client.get(url).text)[1]
    done = client.post(url, {"code": code_of(secret)})
    assert done["Location"] == reverse("mfa_view_recovery_codes")
    codes = re.findall(r"<kbd>(\d+)</kbd>", client.get(done["Location"]).text)
    return client, secret, codes


def test_a_code_is_asked_once_it_is_set_up(world):
    _, secret, codes = set_up(world.lac.owner)
    assert len(codes) == 10

    client, answer = signed_in(world.lac.owner)
    assert answer["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("dossiers")).status_code == 302
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret, step=1)})["Location"] == reverse("home")
    assert client.get(reverse("dossiers")).status_code == 200


def test_a_recovery_code_serves_once(world):
    _, _, codes = set_up(world.lac.owner)

    first, _ = signed_in(world.lac.owner)
    second, _ = signed_in(world.lac.owner)

    assert first.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert second.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 200


def test_secrets_are_not_kept_in_clear(world):
    _, secret, codes = set_up(world.lac.owner)

    kept = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert secret not in kept
    assert not any(code in kept for code in codes)


def test_the_codes_are_tried_ten_times_at_most(world):
    _, secret, _ = set_up(world.lac.owner)
    client, _ = signed_in(world.lac.owner)

    for _ in range(12):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    assert client.post(reverse("mfa_authenticate"), {"code": code_of(secret, step=1)}).status_code == 200


def test_staff_set_it_up_before_the_admin_opens(world, settings):
    settings.STAFF_SECOND_FACTOR = True
    for user in (world.alpes.clerk, world.network):
        client, _ = signed_in(user)
        assert client.get("/admin/")["Location"] == reverse("mfa_index")
        assert client.post("/admin/accounts/accountrequest/")["Location"] == reverse("mfa_index")

        client, _, _ = set_up(user)
        assert client.get("/admin/").status_code == 200

    shop, _ = signed_in(world.lac.owner)
    assert shop.get(reverse("dossiers")).status_code == 200


def test_it_may_be_removed(world):
    client, _, _ = set_up(world.lac.owner)

    assert client.get(reverse("mfa_index")).status_code == 200
    assert client.get(reverse("mfa_generate_recovery_codes")).status_code == 200
    assert client.get(reverse("mfa_deactivate_totp")).status_code == 200
    assert client.post(reverse("mfa_deactivate_totp"))["Location"] == reverse("mfa_index")
    assert signed_in(world.lac.owner)[1]["Location"] == reverse("home")
