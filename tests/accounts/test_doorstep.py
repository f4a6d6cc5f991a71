"""What strangers may learn from the portal's answers: nothing; and what the clock tidies up behind them."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import scope, services
from accounts.models import AccountRequest, Establishment, Knock, Organisation, ShopMember, SignUp, User
from accounts.scope import System
from accounts.services import settle_knocks, upkeep
from messaging.services import send_due
from tests.accounts.test_decision import at_once
from tests.accounts.test_sign_up import typed
from tests.factories import AccountRequestFactory, CabinetMemberFactory, EstablishmentFactory, SignUpFactory, siret

RESET, SIGN_UP, SIGN_IN = "/mot-de-passe/oublie/", "/inscription/", "/connexion/"


def seen(path, data):
    """The statements an answer cost, without their values, and the answer as the visitor sees it."""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = Client().post(path, data)
    shapes = [re.sub(r' (VALUES|WHERE) .*|"s\d+_x\d+"', "", query["sql"]) for query in queries]
    headers = sorted((name, value) for name, value in answer.items() if name not in {"Set-Cookie", "X-Request-ID"})
    body = answer.content if answer.status_code == 302 else len(answer.content)
    return answer.status_code, headers, body, shapes


@pytest.mark.parametrize("case", ["sign up by e-mail", "sign up by SIRET", "reset", "sign in"])
def test_the_same_work_and_the_same_answer_whoever_is_known(world, case):
    known, unknown = world.lac.owner.email, "patrie@lac.test"
    cabinet = world.alpes.cabinet
    pairs = {
        "sign up by e-mail": (SIGN_UP, typed(cabinet, email=known), typed(cabinet, email=unknown)),
        "sign up by SIRET": (SIGN_UP, typed(cabinet, siret=world.lac.establishment.siret), typed(cabinet)),
        "reset": (RESET, {"email": known}, {"email": unknown}),
        "sign in": (SIGN_IN, *({"username": who, "password": "faux"} for who in (known, unknown))),
    }
    path, first, second = pairs[case]
    Client().post(path, second)  # whatever is done once for a process

    with time_machine.travel(timezone.now(), tick=False):
        assert seen(path, first) == seen(path, second)


def test_a_knock_is_settled_once_and_forgotten(world):
    Client().post(RESET, {"email": world.lac.owner.email})
    Client().post(SIGN_UP, typed(world.alpes.cabinet))

    assert Knock.objects.filter(kind="sign_up").exists()
    assert "Trois-petits" not in json.dumps(list(Knock.objects.values_list("typed", flat=True)))
    Knock.objects.filter(typed__email="quelqu-un@exemple.test").delete()
    assert settle_knocks() == 2
    assert settle_knocks() == 0
    assert not Knock.objects.exists()


def test_a_knock_that_cannot_be_settled_holds_nobody_back(world):
    Knock.objects.create(kind="sign_up", typed={"nonsense": True})
    Client().post(RESET, {"email": world.lac.owner.email})

    settle_knocks()

    assert send_due().sent == 1
    assert not Knock.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_fifty_people_ask_for_one_siret_at_once_and_one_company_has_it(transactional_db):
    """Fifty e-mails, one SIRET: asked, confirmed and approved all at once."""
    with scope.system(System.TESTS):
        staff = CabinetMemberFactory()
    number = siret(640_000)

    def ask(rank):
        return Client().post(SIGN_UP, typed(staff.cabinet, email=f"p{rank}@exemple.test", siret=number)).status_code

    def approve(request):
        with scope.acting_as(staff.user.pk) as actor:
            return services.approve_request(request, actor=actor, how="connu")

    assert at_once(*(lambda r=rank: ask(r) for rank in range(50))) == [302] * 50
    at_once(*[settle_knocks] * 4)
    with scope.system(System.TESTS):
        tokens = [services.confirmation_token(row) for row in SignUp.objects.select_related("user")]
    at_once(*(lambda t=token: services.confirm_sign_up(t) for token in tokens))
    with scope.system(System.TESTS):
        requests = list(AccountRequest.objects.all())
    at_once(*(lambda r=request: approve(r) for request in requests[:20]))

    with scope.system(System.TESTS):
        assert (len(tokens), len(requests)) == (50, 50)
        assert (Organisation.objects.count(), Establishment.objects.count()) == (1, 1)
        roles = sorted(ShopMember.objects.values_list("role", flat=True))
        assert roles == ["collaborateur"] * 19 + ["responsable"]


def test_a_sign_up_nobody_confirmed_is_forgotten_after_a_week(db):
    late, recent, known = SignUpFactory(), SignUpFactory(), SignUpFactory()
    AccountRequestFactory(user=known.user)
    for row in (late, recent, known):
        EmailAddress.objects.create(user=row.user, email=row.user.email, primary=True, verified=False)
    SignUp.objects.exclude(pk=recent.pk).update(asked_at=timezone.now() - timedelta(days=7, minutes=1))

    assert upkeep.purge_unconfirmed() == 2
    assert upkeep.purge_unconfirmed() == 0
    assert set(SignUp.objects.all()) == {recent}
    assert not User.objects.filter(pk=late.user_id).exists()
    assert User.objects.filter(pk__in=[recent.user_id, known.user_id]).count() == 2


def test_of_a_forgotten_sign_up_no_name_stays(client, world):
    client.post(SIGN_UP, typed(world.alpes.cabinet))
    send_due()
    user = User.objects.get(email="atelier@exemple.test")

    with time_machine.travel(timezone.now() + timedelta(days=8)):
        upkeep.purge_unconfirmed()

    user.refresh_from_db()
    assert (user.full_name, user.mobile, user.is_active) == ("", "", False)
    assert "atelier" not in user.email, "the outbox keeps the number of its mail, and no more"
    client.post(SIGN_UP, typed(world.alpes.cabinet))
    assert send_due().sent == 1, "and they may ask again"


def test_a_mission_on_an_unknown_siret_of_a_known_siren_is_proposed_once(world):
    from tests.accounts.test_portfolio import _valid

    known = world.deux.establishment.siret
    other = next(f"{known[:9]}{nic:05d}" for nic in range(20, 40) if _valid(f"{known[:9]}{nic:05d}"))
    EstablishmentFactory(siret=other, organisation=None)
    EstablishmentFactory(siret=siret(650_000), organisation=None)

    assert [upkeep.announce_proposals() for _ in range(2)] == [1, 0]
    send_due()

    assert [sent.to for sent in mail.outbox] == [[world.deux.owner.email]]
    assert "/etablissements/" in mail.outbox[0].body


def test_a_responsable_welcomes_a_colleague_or_says_there_is_none(world, client):
    mine = [AccountRequestFactory(siret=world.lac.establishment.siret) for _ in range(2)]
    client.force_login(world.lac.owner)
    page = client.get("/etablissements/collaborateurs/").text
    for request, decision in zip(mine, ("accueillir", "refuser"), strict=True):
        client.post("/etablissements/collaborateurs/demandes/", {"demande": request.pk, "decision": decision})

    for request in mine:
        assert request.user.email in page
        request.refresh_from_db()
    assert [(row.state, row.checked_how) for row in mine] == [("approved", "responsable"), ("refused", "")]
    assert ShopMember.objects.get(user=mine[0].user).role == "collaborateur"


def test_nobody_else_welcomes(world, client):
    request = AccountRequestFactory(siret=world.lac.establishment.siret)
    for user in (world.mer.owner, world.lac.member.user, world.alpes.manager, request.user):
        client.force_login(user)
        form = {"demande": request.pk, "decision": "accueillir"}
        assert client.post("/etablissements/collaborateurs/demandes/", form).status_code == 404

    request.refresh_from_db()
    assert request.state == "pending"


def test_whoever_answers_for_a_siret_is_told_that_somebody_asks_to_join(world, client):
    client.post(SIGN_UP, typed(world.alpes.cabinet, siret=world.lac.establishment.siret))
    settle_knocks()
    services.confirm_sign_up(services.confirmation_token(SignUp.objects.get(user__email="atelier@exemple.test")))
    send_due()

    told = [sent for sent in mail.outbox if sent.to == [world.lac.owner.email]]
    assert len(told) == 1
    assert "/etablissements/collaborateurs/" in told[0].body


@pytest.mark.parametrize("forged", ["203.0.113.7", "1.2.3.4, 5.6.7.8", "localhost", "::1"])
def test_a_forged_forwarded_address_changes_no_limit(db, forged):
    """No proxy is trusted here: what the visitor writes in the header counts for nothing."""
    for number in range(3):
        Client().post(RESET, {"email": f"a{number}@exemple.test"}, HTTP_X_FORWARDED_FOR=f"198.51.100.{number}")
    from accounts.limits import RESETS_UNCHECKED

    assert RESETS_UNCHECKED.is_reached("127.0.0.1")
    assert not RESETS_UNCHECKED.is_reached(forged)
