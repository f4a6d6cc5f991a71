"""« Envoyer mes tarifs »: versions in order, that never change, and what each cabinet received."""

import threading
import uuid
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import JournalEntry
from accounts.scope import System
from accounts.services import approve
from tariffs.models import DefaultPayer, TariffDraft, TariffRate, TariffVersion, Transmission
from tariffs.services import (
    TypedGrid,
    TypedRow,
    acknowledge,
    answer,
    parse,
    save_draft,
    send_grid,
    transmit_missing,
    typed_from_version,
)
from tests.factories import DelegationFactory, DelegationProfileFactory, LinkFactory, TariffVersionFactory

TODAY = timezone.localdate


def grid(make="", on=None, **payers):
    rows = [TypedRow(name, {"t1": rate}) for name, rate in payers.items()]
    parsed, problems = parse(TypedGrid(make, (on or TODAY()).isoformat(), rows))
    assert problems == []
    return parsed


def send(user, site, parsed, token=None):
    with scope.acting_as(user.pk) as actor:
        return send_grid(site.pk, parsed, actor=actor, token=token or uuid.uuid4())


def test_a_grid_becomes_the_next_version_and_reaches_every_cabinet(world):
    site = world.deux.establishment

    sent = send(world.deux.owner, site, grid(PUBLIC="62,50", MACIF="58"))

    assert (sent.version.number, sent.draft) == (2, None)
    assert list(sent.version.rates.values_list("payer", "t1")) == [("PUBLIC", 62.5), ("MACIF", 58)]
    received = Transmission.objects.filter(version=sent.version).values_list("cabinet__code", flat=True)
    assert set(received) == {"ALPES", "BERRY"}
    assert JournalEntry.objects.filter(event="tariff_sent", establishment=site).count() == 1


def test_the_same_click_twice_is_one_version(world):
    token = uuid.uuid4()

    first, second = (send(world.lac.owner, world.lac.establishment, grid(PUBLIC="1"), token) for _ in range(2))

    assert first.version == second.version


def test_a_version_never_changes_not_even_for_the_owner_of_the_tables(world):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        TariffRate.objects.update(t1=1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'tariffs_tariffversion'::regclass AND NOT tgisinternal"
        )
        assert ("settled",) in cursor.fetchall()


def test_a_settled_version_takes_no_further_row(world):
    old = TariffVersionFactory(site=world.lac.establishment, number=7, sent_at=timezone.now() - timedelta(days=3))

    with scope.acting_as(world.lac.owner.pk), pytest.raises(DatabaseError, match="settled"), transaction.atomic():
        TariffRate.objects.create(version=old, site=old.site, position=5, payer="X", payer_key="x")


@pytest.mark.parametrize("verb", ["UPDATE tariffs_tariffversion SET make = 'x'", "DELETE FROM tariffs_tariffrate"])
def test_the_application_may_not_even_try(verb, world):
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_a_cabinet_that_comes_later_gets_what_is_in_force_and_what_is_announced(world):
    site = world.lac.establishment
    TariffVersionFactory(site=site, number=2, applies_on=date(2025, 1, 1))
    announced = TariffVersionFactory(site=site, number=3, applies_on=TODAY() + timedelta(days=30))
    LinkFactory(cabinet=world.berry.cabinet, establishment=site)

    assert transmit_missing() == 3  # Berry: two of them; Alpes: the announced one
    assert transmit_missing() == 0

    received = Transmission.objects.filter(cabinet=world.berry.cabinet, establishment=site)
    assert {row.version for row in received} == {world.lac.tariff, announced}


def test_a_suspended_shop_sends_that_cabinet_nothing(world):
    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at=timezone.now())

    sent = send(world.deux.owner, world.deux.establishment, grid(PUBLIC="3"))

    assert [row.cabinet for row in sent.version.transmissions.all()] == [world.berry.cabinet]


def test_a_cabinet_acknowledges_once(world):
    [row] = world.lac.tariff.transmissions.all()
    with scope.acting_as(world.alpes.clerk.pk) as actor:
        assert acknowledge(row, actor=actor) is True
        assert acknowledge(row, actor=actor) is False
    row.refresh_from_db()
    assert row.acknowledged_by == "Cabinet Alpes"


def test_another_cabinet_may_not_acknowledge(world):
    [row] = world.lac.tariff.transmissions.all()

    with scope.acting_as(world.berry.clerk.pk) as actor, pytest.raises(NotAllowed):
        acknowledge(row, actor=actor)


def test_a_collaborator_who_must_be_validated_sends_a_draft_that_a_responsable_approves(world):
    site = world.lac.establishment
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=["view", "tariffs"], sites=[site], needs_validation=True
    )
    helper = DelegationFactory(profile=profile).member.user

    sent = send(helper, site, grid(PUBLIC="64"))
    assert sent.version is None
    assert sent.draft.summary.startswith("Tarifs, toutes marques : 1 ligne, à partir du ")
    with scope.acting_as(world.lac.owner.pk) as owner:
        approve(sent.draft, actor=owner)

    assert TariffVersion.objects.get(site=site, number=2).rates.get().t1 == 64


def test_without_the_right_nothing_is_sent(world):
    with pytest.raises(NotAllowed):
        send(world.mer.owner, world.lac.establishment, grid(PUBLIC="1"))


def test_a_draft_keeps_what_was_typed_until_it_is_sent(world):
    site, typed = world.lac.establishment, TypedGrid("", "demain", [TypedRow("PUBLIC", {"t1": "6O"})])
    with scope.acting_as(world.lac.owner.pk) as actor:
        kept = save_draft(site.pk, typed, actor=actor)
        assert TypedGrid.from_json(kept.content) == typed
        assert save_draft(site.pk, typed, actor=actor, based_on=kept.revision - 1) is None

    send(world.lac.owner, site, grid(PUBLIC="1"))

    assert not TariffDraft.objects.filter(site=site).exists()


def test_an_earlier_version_starts_a_new_grid(world):
    DefaultPayer.objects.all().delete()  # the seed may be there or not: a test that commits empties it away
    for position, name in enumerate(("PUBLIC", "TAUX CAPSAUTO")):
        DefaultPayer.objects.create(key=name.casefold(), name=name, position=position)

    typed = typed_from_version(world.lac.tariff)

    assert (typed.rows[0].payer, typed.rows[0].cells["t1"]) == ("PAYEUR Lac", "61,00")
    assert [row.payer for row in typed.rows[1:3]] == ["PUBLIC", "TAUX CAPSAUTO"]


def test_the_question_is_answered_rightly_before_and_after(world):
    site, soon = world.lac.establishment, TODAY() + timedelta(days=10)
    send(world.lac.owner, site, grid(PUBLIC="60", MACIF="55"))
    send(world.lac.owner, site, grid("Citroën", soon, MACIF="70"))
    versions = list(TariffVersion.objects.of_site(site.pk).with_rows())

    def rate(payer, make, on):
        return answer(versions, payer=payer, make=make, on=on).rate.t1

    assert rate("macif", "CITROEN", soon - timedelta(days=1)) == 55
    assert rate("Macif", "citroën", soon) == 70
    assert rate("MACIF", "Renault", soon) == 55
    assert rate("GMF", "Citroën", soon) == 60


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_make_two_versions_in_order():
    from tests.factories import EstablishmentFactory, ShopMemberFactory

    with scope.system(System.TESTS):
        member = ShopMemberFactory()
        site = EstablishmentFactory(organisation=member.organisation)
    barrier, numbers = threading.Barrier(8), []

    def press():
        barrier.wait()
        try:
            numbers.append(send(member.user, site, grid(PUBLIC="1")).version.number)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join(30) for thread in threads]

    assert sorted(numbers) == list(range(1, 9))
