"""A SIRET proven by a code: only the shop's own mailbox receives it, and the page never says whether one is known."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import AccountRequest, Establishment, JournalEntry, ShopMember, SiretCode
from accounts.scope import System
from accounts.services import Outcome
from accounts.services.proofs import code_of
from messaging.services import send_due
from tests.accounts.test_decision import at_once
from tests.factories import AccountRequestFactory, CabinetFactory, EstablishmentFactory, LinkFactory, UserFactory

ACT = "/etablissements/demandes/"


@pytest.fixture
def request_(world):
    """A request for a SIRET whose address another cabinet knows."""
    request = AccountRequestFactory(cabinet=world.alpes.cabinet)
    site = EstablishmentFactory(siret=request.siret, organisation=None)
    LinkFactory(cabinet=world.berry.cabinet, establishment=site, email="atelier@connu.test")
    return request


def ask(client, request, **more):
    client.force_login(request.user)
    return client.post(ACT, {"request": request.pk, "act": "code"} | more, follow=True)


def digits_in_mail():
    send_due()
    return re.search(r"^(\d{6})$", mail.outbox[-1].body, re.MULTILINE)[1]


def test_the_code_goes_to_the_known_address_and_opens_the_account(request_, client):
    page = ask(client, request_)
    digits = digits_in_mail()

    assert "Si un cabinet connaît une adresse" in page.text
    assert mail.outbox[-1].to == ["atelier@connu.test"]
    assert "connu.test" not in page.text
    answer = client.post(ACT, {"request": request_.pk, "act": "verifier", "digits": f"{digits[:3]} {digits[3:]}"})
    request_.refresh_from_db()
    assert answer.status_code == 302
    assert (request_.state, request_.checked_how, request_.evidence) == ("approved", "code", {"code_received": True})
    assert "Berry" not in f"{request_.decided_by} {request_.check_note}", "who knew the address is Berry's business"
    site = Establishment.objects.get(siret=request_.siret)
    assert ShopMember.objects.get(user=request_.user).organisation == site.organisation
    assert [link.cabinet.code for link in site.cabinet_links.all()] == ["BERRY"], "Alpes decided nothing"
    assert client.get("/dossiers/").status_code == 200


def test_nobody_learns_whether_an_address_is_known(request_, client, world):
    unknown = AccountRequestFactory(cabinet=world.alpes.cabinet, company_name=request_.company_name)
    with time_machine.travel(timezone.now(), tick=False):
        pages = [ask(client, request).text for request in (request_, unknown)]
    sent = send_due().sent

    blind = [
        re.sub(r'value="[^"]*"|personne\d+|\d{3}\W\d{3}\W\d{3}\W\d{5}|\d{2}/\d{2}/.{0,22}|-\d+"', "", page)
        for page in pages
    ]
    assert blind[0] == blind[1]
    assert sent == 1
    assert SiretCode.objects.filter(request__in=[request_, unknown]).count() == 2, "the work is the same"


def type_in(request, digits):
    with scope.acting_as(request.user.pk) as actor:
        return services.use_code(request, actor=actor, typed=digits)


def code_for(request):
    with scope.acting_as(request.user.pk) as actor:
        services.send_code(request, actor=actor)
    return digits_in_mail()


def test_five_tries_then_the_right_code_is_worthless(request_):
    right = code_for(request_)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"

    assert {type_in(request_, wrong) for _ in range(5)} == {Outcome.WRONG}
    assert type_in(request_, right) is Outcome.WRONG


@pytest.mark.parametrize("typed", ["", "١٢٣٤٥٦", "é", "1" * 40])
def test_odd_codes_are_wrong_codes(request_, typed):
    code_for(request_)

    assert type_in(request_, typed) is Outcome.WRONG


def test_a_code_lives_fifteen_minutes_and_the_newer_replaces_it(request_):
    first = code_for(request_)
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=1)):
        late = type_in(request_, first)
        second = code_for(request_)
        code_for(request_)
        replaced = type_in(request_, second)

    assert (late, replaced) == (Outcome.WRONG, Outcome.WRONG)


def test_a_siret_gets_five_codes_a_day_whoever_asks(request_):
    others = [AccountRequestFactory(siret=request_.siret) for _ in range(5)]
    for request in others:
        with scope.acting_as(request.user.pk) as actor:
            services.send_code(request, actor=actor)

    with scope.acting_as(request_.user.pk) as actor, pytest.raises(NotAllowed, match="réessayez demain"):
        services.send_code(request_, actor=actor)
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1)):
        code_for(request_)


def test_a_siret_with_an_owner_is_never_joined_by_a_code_alone(world):
    request = AccountRequestFactory(cabinet=world.alpes.cabinet, siret=world.lac.establishment.siret)

    outcome = type_in(request, code_for(request))

    request.refresh_from_db()
    assert (outcome, request.state, request.checked_how) == (Outcome.WAITS, "pending", "code")
    assert not ShopMember.objects.filter(user=request.user).exists()
    assert JournalEntry.objects.filter(event="siret_proven", subject_id=request.pk).exists()
    with scope.acting_as(world.lac.owner.pk) as actor:
        assert services.join_requests(actor) == [request]
        services.welcome(request, actor=actor)
    assert ShopMember.objects.get(user=request.user).organisation == world.lac.organisation


def test_an_owner_adds_a_second_establishment_by_a_code(world, client, request_):
    client.force_login(world.lac.owner)
    typed = {"siret": request_.siret, "postal_code": "74000", "cabinet": world.alpes.cabinet.pk}
    client.post("/etablissements/", typed)
    mine = AccountRequest.objects.get(user=world.lac.owner)

    assert "Prouver ce SIRET" in client.get("/etablissements/").text
    assert type_in(mine, code_for(mine)) is Outcome.APPROVED
    assert Establishment.objects.get(siret=request_.siret).organisation == world.lac.organisation


def test_nobody_acts_on_the_request_of_another(request_, client, world):
    client.force_login(world.lac.owner)

    answer = client.post(ACT, {"request": request_.pk, "act": "code"}, follow=True)

    assert "n’attend plus" in answer.text
    assert not SiretCode.objects.filter(request=request_).exists()
    with scope.acting_as(world.lac.owner.pk) as actor, pytest.raises(NotAllowed):
        services.use_code(request_, actor=actor, typed="000000")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_people_race_for_one_siret_and_one_company_has_it(transactional_db):
    with scope.system(System.TESTS):
        site = EstablishmentFactory(organisation=None)
        link = LinkFactory(establishment=site, cabinet=CabinetFactory(), email="atelier@connu.test")
        requests = [AccountRequestFactory(siret=site.siret, user=UserFactory()) for _ in range(20)]
        later = timezone.now() + timedelta(minutes=5)
        codes = [SiretCode.objects.create(user=row.user, request=row, link=link, expires_at=later) for row in requests]
        digits = [code_of(code) for code in codes]

    outcomes = at_once(*(lambda r=row, d=typed: type_in(r, d) for row, typed in zip(requests, digits, strict=True)))

    with scope.system(System.TESTS):
        assert sorted(outcome.value for outcome in outcomes) == ["approved"] + ["waits"] * 19
        assert ShopMember.objects.count() == 1
        assert Establishment.objects.get().organisation == ShopMember.objects.get().organisation
