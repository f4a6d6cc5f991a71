"""What delegations in force let somebody see, on their very next request, in both fences."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import scope
from accounts.models import Delegation, Establishment, ProfileEstablishment
from accounts.scope import ALL_RIGHTS, RIGHT_LABELS, Right, TenantQuerySet
from claims.models import Dossier
from tests.factories import (
    DelegationFactory,
    DelegationProfileFactory,
    DossierFactory,
    EstablishmentFactory,
    LinkFactory,
    ShopMemberFactory,
)
from tests.fences import open_row_security


@pytest.fixture
def second_site(world):
    """A second establishment of Lac, with a dossier of its own."""
    site = EstablishmentFactory(organisation=world.lac.organisation, name="Atelier Lac Nord")
    LinkFactory(cabinet=world.alpes.cabinet, establishment=site)
    DossierFactory(cabinet=world.alpes.cabinet, establishment=site, reference="ALPES-NORD")
    return site


@pytest.fixture
def limited(world, second_site):
    """A collaborator of Lac who may look at its second establishment only."""
    profile = DelegationProfileFactory(organisation=world.lac.organisation, sites=[second_site])
    return DelegationFactory(profile=profile)


def seen_by(user):
    with scope.acting_as(user.pk) as actor:
        return (
            set(Dossier.objects.visible_to(actor).values_list("reference", flat=True)),
            {site.name for site in actor.sites},
        )


def test_every_right_has_a_french_name():
    assert set(RIGHT_LABELS) == set(Right) == ALL_RIGHTS


def test_whoever_answers_for_the_company_may_do_everything_at_its_sites(world, second_site):
    with scope.acting_as(world.lac.owner.pk) as actor:
        assert actor.owned == (world.lac.organisation.pk,)
        for right in Right:
            assert actor.may(right, world.lac.establishment.pk)
            assert actor.may(right, second_site.pk)
            assert not actor.may(right, world.mer.establishment.pk)
            assert not actor.may(right, None)
            assert not actor.must_submit(right, second_site.pk)


@pytest.mark.parametrize("fences", ["both fences", "query alone", "database alone"])
def test_a_collaborator_of_one_siret_sees_only_it(fences, world, second_site, limited, client, monkeypatch):
    if fences == "query alone":
        open_row_security(monkeypatch)
    if fences == "database alone":
        monkeypatch.setattr(TenantQuerySet, "visible_to", lambda rows, _actor: rows.all())
    client.force_login(limited.member.user)

    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 200
    assert client.get("/dossiers/ALPES/ALPES-LAC/").status_code == 404
    for url in ("/dossiers/", "/dossiers/?q=assure", f"/dossiers/?siret={world.lac.establishment.siret}"):
        body = client.get(url).content.decode()
        assert "ALPES-LAC" not in body
    with scope.acting_as(limited.member.user.pk) as actor:
        assert set(Establishment.objects.visible_to(actor).values_list("pk", flat=True)) == {second_site.pk}
        assert actor.may(Right.VIEW, second_site.pk)
        assert not actor.may(Right.DEPOSIT, second_site.pk)


def test_a_profile_for_all_covers_an_establishment_that_joins_later(world):
    delegation = DelegationFactory(profile__organisation=world.lac.organisation)
    assert seen_by(delegation.member.user)[1] == {"Atelier Lac"}

    EstablishmentFactory(organisation=world.lac.organisation, name="Atelier Lac Sud")

    assert seen_by(delegation.member.user)[1] == {"Atelier Lac", "Atelier Lac Sud"}


def test_without_delegation_a_collaborator_sees_nothing(world, client):
    member = ShopMemberFactory(organisation=world.lac.organisation, role="collaborateur")
    client.force_login(member.user)

    assert seen_by(member.user) == (set(), set())
    for url in ("/dossiers/", "/dossiers/?q=assure", "/dossiers/?onglet=tous"):
        answer = client.get(url)
        assert answer.status_code == 200
        assert "ALPES-LAC" not in answer.content.decode()


def test_revoking_works_on_the_next_request_of_an_open_session(limited, client):
    client.force_login(limited.member.user)
    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 200

    Delegation.objects.filter(pk=limited.pk).update(revoked_at=timezone.now())

    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 404
    assert "ALPES-NORD" not in client.get("/dossiers/").content.decode()


def test_changing_a_profile_works_on_the_next_request(limited, client):
    client.force_login(limited.member.user)
    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 200

    limited.profile.rights = ["deposit"]
    limited.profile.save()

    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 404
    assert "ALPES-NORD" not in client.get("/dossiers/").content.decode()


def test_suspension_by_the_cabinet_works_on_the_next_request(world, second_site, limited, client):
    client.force_login(limited.member.user)
    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 200

    second_site.cabinet_links.update(suspended_at=timezone.now())

    assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == 404


def test_an_establishment_that_left_the_company_is_gone_for_its_people(world, second_site, limited):
    Establishment.objects.filter(pk=second_site.pk).update(organisation=world.mer.organisation)

    assert seen_by(limited.member.user) == (set(), set())


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        (datetime(2026, 7, 9, 21, 59, 59, tzinfo=UTC), False),  # 9 July 23:59:59 in Paris
        (datetime(2026, 7, 9, 22, 0, 0, tzinfo=UTC), True),  # 10 July 00:00 in Paris, still the 9th in UTC
        (datetime(2026, 7, 12, 21, 59, 59, tzinfo=UTC), True),  # 12 July 23:59:59, the last day
        (datetime(2026, 7, 12, 22, 0, 0, tzinfo=UTC), False),
    ],
)
def test_days_begin_and_end_at_midnight_in_paris(moment, open_, limited, client):
    Delegation.objects.filter(pk=limited.pk).update(from_on=date(2026, 7, 10), to_on=date(2026, 7, 12))

    with time_machine.travel(moment, tick=False):
        client.force_login(limited.member.user)
        assert client.get("/dossiers/ALPES/ALPES-NORD/").status_code == (200 if open_ else 404)
        limited.refresh_from_db()
        assert limited.is_in_force == open_


def test_the_database_alone_uses_the_day_in_paris(limited):
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'portal_enter_user' AND pronargs = 1")
        assert "(now() AT TIME ZONE 'Europe/Paris')::date" in cursor.fetchone()[0]
        cursor.execute("SELECT portal_enter_user(%s)->'sites'->0->>'name'", [limited.member.user_id])
        assert cursor.fetchone() == ("Atelier Lac Nord",)


def test_what_a_cautious_profile_sends_must_be_submitted_unless_another_lets_it_go(world, second_site):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=["view", "invoice"], needs_validation=True
    )
    member = DelegationFactory(profile=profile).member
    free = DelegationProfileFactory(organisation=world.lac.organisation, rights=["invoice"], sites=[second_site])
    DelegationFactory(profile=free, member=member)

    with scope.acting_as(member.user_id) as actor:
        assert actor.must_submit(Right.INVOICE, world.lac.establishment.pk)
        assert not actor.must_submit(Right.INVOICE, second_site.pk)
        assert not actor.must_submit(Right.DATES, second_site.pk), "what one may not do is not submitted either"


def test_the_database_refuses_to_mix_two_companies(world, limited):
    with scope.acting_as(world.lac.owner.pk):
        with pytest.raises(DatabaseError), transaction.atomic():
            ProfileEstablishment.objects.create(profile=limited.profile, establishment=world.mer.establishment)
        with pytest.raises(DatabaseError), transaction.atomic():
            Delegation.objects.create(
                organisation=world.lac.organisation,
                member_id=_member_of(world.mer),
                profile=limited.profile,
            )


def _member_of(shop):
    """The key of another company's member, which the acting person cannot read."""
    with scope.system(scope.System.TESTS):
        return shop.owner.shop_members.get().pk


def test_the_scope_that_was_left_open_while_entering_is_closed(limited):
    with scope.acting_as(limited.member.user_id), connection.cursor() as cursor:
        cursor.execute("SELECT scope_all(), current_setting('portal.establishments')")
        assert cursor.fetchone() == (False, f"{{{limited.profile.establishments.get().pk}}}")


def test_entering_is_one_statement(limited, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        scope._apply(("user", limited.member.user_id))


def test_dates_that_lie_wholly_ahead_or_behind_give_nothing(limited):
    today = timezone.localdate()
    for from_on, to_on in ((today + timedelta(1), None), (today - timedelta(9), today - timedelta(1))):
        Delegation.objects.filter(pk=limited.pk).update(from_on=from_on, to_on=to_on)
        assert seen_by(limited.member.user) == (set(), set())
