"""People of a company: profiles, delegations, invitations; nobody gives more than they hold."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import Delegation, DelegationProfile, Invitation, JournalEntry, ShopMember, User
from accounts.scope import ALL_RIGHTS, System
from messaging.services import send_due
from tests.accounts.test_decision import at_once
from tests.factories import (
    PASSWORD,
    DelegationFactory,
    DelegationProfileFactory,
    EstablishmentFactory,
    OrganisationFactory,
    ShopMemberFactory,
    UserFactory,
)

NEW_PASSWORD = "quatre-lilas-sur-le-toit-1999"


@pytest.fixture
def boss(world, client):
    client.force_login(world.lac.owner)
    return client


def link_of_last_mail():
    send_due()
    return re.search(r"https?://[^/\s]+(/invitation/\S+/)", mail.outbox[-1].body)[1]


def invited(world, email="nouveau@exemple.test"):
    with scope.acting_as(world.lac.owner.pk) as actor:
        return services.invite(world.lac.delegation.profile, actor=actor, email=email)


def test_the_walk_from_invitation_to_the_limited_view(world, boss, client):
    EstablishmentFactory(organisation=world.lac.organisation, name="Atelier Lac Nord")
    answer = boss.post(
        reverse("people"), {"email": "Nouveau@Exemple.test", "profile": world.lac.delegation.profile_id}
    )
    assert answer.status_code == 302
    url = link_of_last_mail()
    assert mail.outbox[-1].to == ["nouveau@exemple.test"]

    client.logout()
    assert "Carrosserie Lac" in client.get(url).content.decode()
    assert client.post(url, {"full_name": "Nina", "password": "court"}).status_code == 200
    assert client.post(url, {"full_name": "Nina", "password": NEW_PASSWORD}).status_code == 302

    user = User.objects.get(email="nouveau@exemple.test")
    assert user.check_password(NEW_PASSWORD)
    with scope.acting_as(user.pk) as actor:
        assert [site.name for site in actor.sites] == ["Atelier Lac"]
        assert actor.role == "collaborateur"
    assert client.post(url, {"full_name": "Autre", "password": NEW_PASSWORD}).status_code == 404, "single use"
    assert JournalEntry.objects.filter(event="invitation_accepted").count() == 1


def test_used_late_cancelled_and_forged_links_read_the_same(world, client):
    used, late, cancelled = (invited(world, f"{name}@exemple.test") for name in ("used", "late", "cancelled"))
    urls = [f"/invitation/{services.invitations.token_of(row)}/" for row in (used, late, cancelled)]
    Invitation.objects.filter(pk=used.pk).update(accepted_at=timezone.now())
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with scope.acting_as(world.lac.owner.pk) as actor:
        services.revoke_invitation(cancelled, actor=actor)

    answers = [client.get(url) for url in [*urls, "/invitation/forge/"]]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


def test_the_service_takes_no_invitation_that_is_over(world):
    """The page asks first; whoever got past it is refused all the same."""
    row = invited(world, "used@exemple.test")
    Invitation.objects.filter(pk=row.pk).update(accepted_at=timezone.now())
    token = services.invitations.token_of(row)

    with pytest.raises(NotAllowed):
        services.invitations.accept_invitation(token, user_id=None, full_name="Deux Fois", password=NEW_PASSWORD)

    assert not User.objects.filter(email="used@exemple.test").exists()


def test_the_token_is_not_in_the_database(world):
    invitation = invited(world)
    token = services.invitations.token_of(invitation)

    assert token not in {invitation.token_hash, str(invitation.nonce)}
    assert not JournalEntry.objects.filter(detail__icontains=token).exists()


def test_an_account_that_exists_is_joined_by_its_owner_only_and_never_changed(world, client):
    known = UserFactory(email="connu@exemple.test")
    url = f"/invitation/{services.invitations.token_of(invited(world, known.email))}/"

    client.post(url, {"full_name": "Voleur", "password": NEW_PASSWORD})
    client.force_login(world.mer.owner)
    client.post(url, {"full_name": "Voleur", "password": NEW_PASSWORD})
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    assert not known.shop_members.exists()

    client.force_login(known)
    assert client.post(url).status_code == 302
    assert known.shop_members.get().organisation == world.lac.organisation


def test_inviting_again_replaces_the_former_link_and_a_second_click_does_not(world):
    first = invited(world)
    assert invited(world) == first
    Invitation.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    second = invited(world)

    first.refresh_from_db()
    assert not first.is_open
    assert second.is_open


def test_a_profile_given_by_two_clicks_is_given_once(world):
    given = {"profile": world.lac.delegation.profile, "from_on": timezone.localdate(), "to_on": None}
    with scope.acting_as(world.lac.owner.pk) as actor:
        twice = [services.grant(world.lac.member, actor=actor, **given) for _click in range(2)]
        services.revoke(twice[0], actor=actor)
        again = services.grant(world.lac.member, actor=actor, **given)

    assert twice[0] == twice[1] != again


def test_an_invitation_dies_with_the_place_of_whoever_sent_it(world):
    other = ShopMemberFactory(organisation=world.lac.organisation, role="responsable")
    with scope.acting_as(other.user_id) as actor:
        invitation = services.invite(world.lac.delegation.profile, actor=actor, email="x@exemple.test")
    with scope.acting_as(world.lac.owner.pk) as actor:
        services.end_membership(other, actor=actor)

    invitation.refresh_from_db()
    assert not invitation.is_open
    send_due()
    assert "x@exemple.test" not in {to for sent in mail.outbox for to in sent.to}


@pytest.mark.parametrize("field", ["profile", "establishments"])
def test_forged_ids_of_another_company_are_refused(field, world, boss):
    if field == "profile":
        for url in (reverse("people"), reverse("person", args=[world.lac.member.pk])):
            foreign = world.mer.delegation.profile_id
            answer = boss.post(url, {"email": "a@b.fr", "profile": foreign, "from_on": "2026-01-01"})
            assert answer.status_code == 200
            assert "profile" in answer.context["form"].errors
    else:
        typed = {"name": "Faux", "rights": ["view"], "establishments": [world.mer.establishment.pk]}
        answer = boss.post(reverse("profile_add"), typed)
        assert "establishments" in answer.context["form"].errors
        assert boss.post(f"{reverse('profile_add')}?entreprise={world.mer.organisation.pk}", typed).status_code == 403
    assert not DelegationProfile.objects.filter(name="Faux").exists()
    assert Invitation.objects.count() == 3, "those of the world"


def test_services_refuse_rows_of_another_company(world):
    profile, foreign = world.lac.delegation.profile, world.mer.delegation.profile
    today = timezone.localdate()
    with scope.acting_as(world.lac.owner.pk) as actor:
        for act in (
            lambda: services.grant(world.mer.member, actor=actor, profile=profile, from_on=today, to_on=None),
            lambda: services.grant(world.lac.member, actor=actor, profile=foreign, from_on=today, to_on=None),
            lambda: services.revoke(world.mer.delegation, actor=actor),
            lambda: services.end_membership(world.mer.member, actor=actor),
            lambda: services.invite(foreign, actor=actor, email="a@b.fr"),
            lambda: services.revoke_invitation(world.mer.invitation, actor=actor),
            lambda: services.save_profile(profile, actor=actor, establishments=[world.mer.establishment]),
        ):
            with pytest.raises(NotAllowed):
                act()


def manager_of(world, *, rights, needs_validation=False):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation,
        rights=rights,
        sites=[world.lac.establishment],
        needs_validation=needs_validation,
    )
    return DelegationFactory(profile=profile).member


def test_nobody_gives_more_than_they_hold(world):
    manager = manager_of(world, rights=["view", "people"])
    cautious = manager_of(world, rights=["view", "people"], needs_validation=True)
    north = EstablishmentFactory(organisation=world.lac.organisation)
    of_lac = {"organisation": world.lac.organisation}
    all_rights = DelegationProfileFactory(**of_lac, rights=sorted(ALL_RIGHTS), sites=[world.lac.establishment])
    elsewhere = DelegationProfileFactory(**of_lac, sites=[north])
    everywhere = DelegationProfileFactory(**of_lac)
    within = world.lac.delegation.profile

    with scope.acting_as(manager.user_id) as actor:
        assert [p.may_be_given_by(actor) for p in (within, all_rights, elsewhere, everywhere)] == [True] + [False] * 3
        within.rights = ["view", "invoice"]
        with pytest.raises(NotAllowed):
            services.save_profile(within, actor=actor, establishments=[world.lac.establishment])
    within.refresh_from_db()
    assert within.rights == ["view"]
    with scope.acting_as(cautious.user_id) as actor:
        assert not within.may_be_given_by(actor), "who must submit may not let somebody else send alone"
        within.needs_validation = True
        assert within.may_be_given_by(actor)


def test_a_profile_is_made_given_and_taken_back_through_the_pages(world, boss):
    typed = {"name": "Accueil", "rights": ["view", "dates"], "establishments": [world.lac.establishment.pk]}
    assert boss.post(reverse("profile_add"), typed).status_code == 302
    profile = DelegationProfile.objects.get(name="Accueil")
    url = reverse("person", args=[world.lac.member.pk])
    assert boss.post(url, {"profile": profile.pk, "from_on": "2026-01-01", "to_on": "2025-01-01"}).status_code == 200
    assert boss.post(url, {"profile": profile.pk, "from_on": "2026-01-01"}).status_code == 302
    delegation = Delegation.objects.get(profile=profile)
    with scope.acting_as(world.lac.member.user_id) as actor:
        assert actor.may("dates", world.lac.establishment.pk)

    assert boss.post(reverse("delegation_revoke", args=[delegation.pk])).status_code == 302
    with scope.acting_as(world.lac.member.user_id) as actor:
        assert not actor.may("dates", world.lac.establishment.pk)
    send_due()
    assert [sent.to for sent in mail.outbox] == [["aide@lac.test"]], "given and taken back meanwhile: one mail"


def test_all_and_none_need_no_script_and_save_nothing(world, boss):
    url = reverse("profile", args=[world.lac.delegation.profile_id])

    everything = boss.post(url, {"name": "Autre", "cocher": "tout"}).content.decode()
    nothing = boss.post(url, {"name": "Autre", "rights": ["view"], "cocher": "rien"}).content.decode()

    assert everything.count(" checked") == len(ALL_RIGHTS) - 1 + 1, "all but managing people, and the establishment"
    assert nothing.count(" checked") == 0
    assert DelegationProfile.objects.get(pk=world.lac.delegation.profile_id).name == "Profil Lac"


def test_a_name_is_taken_once(world, boss):
    typed = {"name": "Profil Lac", "rights": ["view"], "everywhere": "on"}

    assert "porte déjà ce nom" in boss.post(reverse("profile_add"), typed).content.decode()


def test_the_last_owner_stays(world, boss):
    owner = world.lac.owner.shop_members.get()

    assert boss.post(reverse("person_end", args=[owner.pk])).status_code == 403
    assert boss.post(reverse("person_end", args=[world.lac.member.pk])).status_code == 302
    assert ShopMember.objects.get(pk=world.lac.member.pk).left_at is not None


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_invitation_accepted_by_many_at_once_is_accepted_once(transactional_db):
    with scope.system(System.TESTS):
        owner = ShopMemberFactory(organisation=OrganisationFactory())
        profile = DelegationProfileFactory(organisation=owner.organisation)
    with scope.acting_as(owner.user_id) as actor:
        token = services.invitations.token_of(services.invite(profile, actor=actor, email="vite@exemple.test"))

    results = at_once(
        *(lambda: services.accept_invitation(token, user_id=None, full_name="N", password=NEW_PASSWORD),) * 5
    )

    assert sorted(isinstance(result, NotAllowed) for result in results) == [False] + [True] * 4
    with scope.system(System.TESTS):
        assert User.objects.filter(email="vite@exemple.test").count() == 1
        assert Delegation.objects.count() == 1
