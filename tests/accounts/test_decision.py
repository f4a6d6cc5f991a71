"""One decision on each request, by those who may, and what it makes."""

import threading

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import (
    AccountRequest,
    CabinetEstablishment,
    Establishment,
    JournalEntry,
    Organisation,
    ShopMember,
)
from accounts.scope import Kind, System
from messaging.services import send_due
from tests.factories import AccountRequestFactory, CabinetFactory, CabinetMemberFactory, EstablishmentFactory, siret


def approve(request, staff):
    with scope.acting_as(staff.pk) as actor:
        return services.approve_request(request, actor=actor, how="appel")


def test_approval_opens_a_new_shop(world):
    request = world.alpes.request

    member = approve(request, world.alpes.clerk)

    request.refresh_from_db()
    establishment = Establishment.objects.get(siret=request.siret)
    link = CabinetEstablishment.objects.get(establishment=establishment)
    assert (request.state, request.decided_by) == ("approved", "Cabinet Alpes")
    assert (member.user, member.role, member.organisation.name) == (request.user, "responsable", request.company_name)
    assert (establishment.organisation, establishment.proven_by) == (member.organisation, "Cabinet Alpes")
    assert (link.cabinet, link.email) == (request.cabinet, request.user.email)
    with scope.acting_as(request.user.pk) as actor:
        assert (actor.kind, actor.sites[0].siret) == (Kind.REPAIRER, request.siret)
    assert send_due().sent == 1
    assert mail.outbox[0].to == [request.user.email]


def test_the_approvers_own_scope_is_put_back(world):
    with scope.acting_as(world.alpes.clerk.pk) as actor:
        before = Establishment.objects.count()
        services.approve_request(world.alpes.request, actor=actor, how="appel")

        assert Establishment.objects.count() == before + 1, "the one now linked, and no other cabinet's"


def test_an_establishment_another_cabinet_made_is_claimed_without_telling_who(world):
    request = world.alpes.request
    imported = EstablishmentFactory(siret=request.siret, organisation=None, name="Connu de Berry")
    CabinetEstablishment.objects.create(cabinet=world.berry.cabinet, establishment=imported, email="b@exemple.test")

    member = approve(request, world.alpes.manager)

    imported.refresh_from_db()
    assert imported.organisation == member.organisation
    assert set(imported.cabinet_links.values_list("cabinet__code", "email")) == {
        ("ALPES", request.user.email),
        ("BERRY", "b@exemple.test"),
    }


def test_an_address_the_cabinet_knew_is_kept(world):
    imported = EstablishmentFactory(siret=world.alpes.request.siret, organisation=None)
    CabinetEstablishment.objects.create(cabinet=world.alpes.cabinet, establishment=imported, email="su@exemple.test")

    approve(world.alpes.request, world.alpes.manager)

    assert imported.cabinet_links.get().email == "su@exemple.test"


def test_a_second_person_joins_and_the_first_is_told(world):
    request = AccountRequestFactory(cabinet=world.alpes.cabinet, siret=world.mer.establishment.siret)

    member = approve(request, world.alpes.manager)
    send_due()

    assert (member.organisation, member.role) == (world.mer.organisation, "collaborateur")
    assert {tuple(sent.to) for sent in mail.outbox} == {(request.user.email,), ("patron@mer.test",)}
    [told] = [sent for sent in mail.outbox if sent.to == ["patron@mer.test"]]
    assert request.user.email in told.body
    assert "Alpes" not in told.body + told.subject, "who works with whom is nobody else's business"


def test_refusal_says_why(world):
    with scope.acting_as(world.alpes.manager.pk) as actor:
        services.refuse_request(world.alpes.request, actor=actor, reason="  Le SIRET est celui d’un confrère. ")
    send_due()

    world.alpes.request.refresh_from_db()
    assert (world.alpes.request.state, ShopMember.objects.filter(user=world.alpes.request.user).count()) == (
        "refused",
        0,
    )
    assert "\nLe SIRET est celui d’un confrère.\n" in mail.outbox[0].body


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 501])
def test_a_refusal_needs_a_reason_of_a_reasonable_length(world, reason):
    with scope.acting_as(world.alpes.manager.pk) as actor, pytest.raises(ValidationError):
        services.refuse_request(world.alpes.request, actor=actor, reason=reason)

    world.alpes.request.refresh_from_db()
    assert world.alpes.request.state == "pending"


def test_only_the_chosen_cabinet_or_the_network_decides(world):
    request = world.alpes.request
    for stranger in (world.berry.manager, world.lac.owner, request.user, world.pending):
        with scope.acting_as(stranger.pk) as actor:
            with pytest.raises(NotAllowed):
                services.approve_request(request, actor=actor, how="appel")
            with pytest.raises(NotAllowed):
                services.refuse_request(request, actor=actor, reason="Non.")

    with scope.system(System.TESTS) as actor, pytest.raises(NotAllowed):
        services.approve_request(request, actor=actor, how="appel")
    assert AccountRequest.objects.filter(state="pending").count() == 2
    assert approve(request, world.network).role == "responsable"


def test_the_second_decision_says_who_was_first(world):
    approve(world.alpes.request, world.alpes.manager)

    with pytest.raises(NotAllowed, match="déjà été acceptée par Cabinet Alpes le"):
        approve(world.alpes.request, world.network)
    assert JournalEntry.objects.filter(event="account_approved").count() == 1


def at_once(*acts):
    """Run each act in a thread of its own, at once; what each returned or raised."""
    barrier, results = threading.Barrier(len(acts)), []

    def run(act):
        barrier.wait()
        try:
            results.append(act())
        except NotAllowed as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def refuse(request, staff):
    with scope.acting_as(staff.pk) as actor:
        return services.refuse_request(request, actor=actor, reason="Trop tard.")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_people_deciding_at_once_one_does(transactional_db):
    for _ in range(10):
        with scope.system(System.TESTS):
            cabinet = CabinetFactory()
            one, two = (CabinetMemberFactory(cabinet=cabinet).user for _ in range(2))
            request = AccountRequestFactory(cabinet=cabinet)

        results = at_once(
            lambda request=request, staff=one: approve(request, staff),
            lambda request=request, staff=two: refuse(request, staff),
        )

        assert sorted(isinstance(result, NotAllowed) for result in results) == [False, True]
        [refusal] = [result for result in results if isinstance(result, NotAllowed)]
        assert f"par {cabinet.name} le" in str(refusal)
        with scope.system(System.TESTS):
            decided = JournalEntry.objects.filter(subject_id=request.pk, subject_type="accounts.accountrequest")
            assert decided.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_cabinets_approving_one_siret_at_once_make_one_shop(transactional_db):
    for number in range(10):
        with scope.system(System.TESTS):
            staff = [CabinetMemberFactory() for _ in range(2)]
            requests = [AccountRequestFactory(cabinet=s.cabinet, siret=siret(700_000 + number)) for s in staff]

        results = at_once(
            *(lambda r=request, s=member.user: approve(r, s) for request, member in zip(requests, staff, strict=True))
        )

        assert sorted(member.role for member in results) == ["collaborateur", "responsable"]
        with scope.system(System.TESTS):
            assert Organisation.objects.count() == number + 1
            assert Establishment.objects.get(siret=requests[0].siret).cabinet_links.count() == 2
