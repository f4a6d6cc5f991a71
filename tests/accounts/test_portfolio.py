"""« Mes établissements »: what is listed, asked for, proposed and left."""

import pytest
from django.urls import reverse

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import AccountRequest, Establishment, Organisation
from tests.factories import EstablishmentFactory, LinkFactory, siret


@pytest.fixture
def boss(world, client):
    client.force_login(world.deux.owner)
    return client


def ask(client, world, number, **more):
    typed = {"siret": number, "postal_code": "74000", "cabinet": world.alpes.cabinet.pk, **more}
    return client.post(reverse("establishments"), typed)


def test_the_list_names_each_sites_cabinets_and_who_suspended(world, boss):
    world.deux.establishment.cabinet_links.filter(cabinet=world.berry.cabinet).update(suspended_at="2026-01-01T00:00Z")

    body = boss.get(reverse("establishments")).content.decode()

    assert "Atelier Deux" in body
    assert "Cabinet Alpes" in body
    assert "Atelier Lac" not in body


def test_a_requested_establishment_joins_the_company_when_staff_approve(world, boss):
    number = siret(800_001)
    assert ask(boss, world, number).status_code == 302
    assert ask(boss, world, number).status_code == 200, "once"
    assert ask(boss, world, siret(800_002)).status_code == 302, "another may wait beside it"
    request = AccountRequest.objects.get(siret=number)
    companies = Organisation.objects.count()

    with scope.acting_as(world.alpes.manager.pk) as actor:
        services.approve_request(request, actor=actor, how="connu")

    assert Establishment.objects.get(siret=number).organisation == world.deux.organisation
    assert Organisation.objects.count() == companies
    with scope.acting_as(world.deux.owner.pk) as actor:
        assert {site.siret for site in actor.sites} == {number, world.deux.establishment.siret}
        assert actor.role == "responsable"


def test_a_known_and_an_unknown_siret_are_answered_alike(world, boss):
    assert ask(boss, world, world.mer.establishment.siret).status_code == 302
    assert Establishment.objects.get(siret=world.mer.establishment.siret).organisation == world.mer.organisation


def test_an_unknown_siret_of_a_known_siren_is_proposed_and_not_given(world, boss):
    known = world.deux.establishment.siret
    other = next(f"{known[:9]}{nic:05d}" for nic in range(20, 40) if _valid(f"{known[:9]}{nic:05d}"))
    LinkFactory(cabinet=world.alpes.cabinet, establishment=EstablishmentFactory(siret=other, organisation=None))

    assert f"siret={other}" in boss.get(reverse("establishments")).content.decode()
    with scope.acting_as(world.deux.owner.pk) as actor:
        assert other not in {site.siret for site in actor.sites}
    boss.force_login(world.lac.owner)
    assert other not in boss.get(reverse("establishments")).content.decode()
    boss.force_login(world.deux.member.user)
    assert other not in boss.get(reverse("establishments")).content.decode()


def _valid(number):
    return sum((int(d) * 2 - 9 * (int(d) > 4)) if i % 2 == 0 else int(d) for i, d in enumerate(number)) % 10 == 0


def test_leaving_ends_the_access_of_everybody_at_once(world, boss):
    url = "/dossiers/ALPES/ALPES-DEUX/"
    boss.force_login(world.deux.member.user)
    assert boss.get(url).status_code == 200
    leave = reverse("establishment_leave", args=[world.deux.establishment.pk])
    assert boss.post(leave).status_code == 403

    boss.force_login(world.deux.owner)
    assert boss.post(leave).status_code == 302

    assert boss.get(url).status_code == 404
    boss.force_login(world.deux.member.user)
    assert boss.get(url).status_code == 404
    assert Establishment.objects.get(pk=world.deux.establishment.pk).organisation is None


def test_only_owners_ask_and_leave(world):
    for user in (world.deux.member.user, world.lac.owner):
        with scope.acting_as(user.pk) as actor, pytest.raises(NotAllowed):
            services.leave_establishment(world.deux.establishment, actor=actor)
    with scope.acting_as(world.deux.member.user.pk) as actor, pytest.raises(NotAllowed):
        services.request_establishment(
            actor=actor, company_name="X", siret=siret(1), postal_code="74000", cabinet=world.alpes.cabinet
        )
