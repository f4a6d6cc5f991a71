"""Counters kept by triggers agree with a recount, whatever was written and however."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from claims.models import Document, Dossier, DossierTally
from claims.models.queries import by_tab
from claims.services import tallies
from claims.workflow import State, Tab
from tests.factories import CabinetFactory, DocumentFactory, DossierFactory, EstablishmentFactory


def recount():
    found = Counter()
    for row in Dossier.objects.values_list("cabinet", "establishment", "tab", "ve_procedure"):
        found[(*row[:3], bool(row[3]))] += 1
    return found


def ledger():
    found = Counter()
    for row in DossierTally.objects.values_list("cabinet", "establishment", "tab", "is_ve", "difference"):
        found[row[:4]] += row[4]
    return +found


operations = st.lists(
    st.tuples(
        st.sampled_from(["add", "state", "bulk", "ve", "move", "delete", "fold"]),
        st.integers(0, 5),
        st.sampled_from(list(State)),
    ),
    max_size=14,
)


@given(operations)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_the_ledger_agrees_with_a_recount(db, acts):
    Dossier.objects.all().delete()
    cabinet, shops = CabinetFactory(), [EstablishmentFactory(), EstablishmentFactory(), None]
    for act, number, state in acts:
        rows = Dossier.objects.order_by("pk")
        one = rows[number : number + 1]
        match act:
            case "add":
                DossierFactory(cabinet=cabinet, establishment=shops[number % 3], state=state)
            case "state":
                Dossier.objects.filter(pk__in=one.values("pk")).update(state=state)
            case "bulk":
                rows.update(state=state)
            case "ve":
                Dossier.objects.filter(pk__in=one.values("pk")).update(ve_procedure="VGE" if number % 2 else "")
            case "move":
                Dossier.objects.filter(pk__in=one.values("pk")).update(establishment=shops[number % 3])
            case "delete":
                Dossier.objects.filter(pk__in=one.values("pk")).delete()
            case "fold":
                tallies.fold()

        assert ledger() == recount()

    tallies.fold()
    assert ledger() == recount()
    assert all(DossierTally.objects.values_list("difference", flat=True))


def test_by_tab_gathers_states_and_counts_open_ve_apart(world):
    shop = world.deux.establishment
    DossierFactory(cabinet=world.alpes.cabinet, establishment=shop, state="en_cours", ve_procedure="VGE")
    DossierFactory(cabinet=world.alpes.cabinet, establishment=shop, state="termine", ve_procedure="VEI")

    counts = by_tab(DossierTally.objects.sums((shop.pk,), None))

    assert counts[Tab.ALL] == 4
    assert counts[Tab.VISIT] == 2
    assert counts[Tab.PROGRESS] == 1
    assert counts[Tab.DAMAGED] == 1
    assert counts[Tab.CLOSED] == 1
    assert by_tab(DossierTally.objects.sums((shop.pk,), world.berry.cabinet.pk))[Tab.ALL] == 1


@pytest.mark.django_db
def test_document_counters_follow_inserts_and_deletes():
    dossier = DossierFactory()
    first = DocumentFactory(dossier=dossier)
    DocumentFactory(dossier=dossier, direction=Document.Direction.SENT)

    dossier.refresh_from_db()
    assert (dossier.received_count, dossier.sent_count) == (1, 1)
    assert dossier.last_received_at == first.published_at

    first.delete()
    dossier.refresh_from_db()
    assert (dossier.received_count, dossier.sent_count) == (0, 1)
