"""An import and a merger that meet: the second waits for the first, and what both leave is what each one promised."""

import threading
from io import BytesIO

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts import scope
from accounts.models import Establishment
from accounts.scope import System
from accounts.services import merge_establishments
from claims.models import Dossier
from claims.services.imports.dossiers import import_dossiers
from claims.services.imports.reading import Source
from tests.factories import CabinetFactory, DossierFactory, EstablishmentFactory, LinkFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
LONG = 30  # seconds; nothing here takes one


@pytest.fixture
def place():
    """A cabinet, a shop under two numbers, a dossier under the one made by mistake, and the network's person."""
    with scope.system(System.TESTS):
        cabinet, (kept, gone) = CabinetFactory(), EstablishmentFactory.create_batch(2, organisation=None)
        LinkFactory(cabinet=cabinet, establishment=gone)
        DossierFactory(cabinet=cabinet, establishment=gone, siret=gone.siret, reference="R1")
        return cabinet, kept, gone, UserFactory(is_staff=True, is_superuser=True)


def beside(act):
    """Do it in another thread, on a connection of its own."""

    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def bring(cabinet, gone, *numbers):
    rows = "".join(f"R{n};{gone.siret};Renault\n" for n in numbers)
    import_dossiers(cabinet, Source(BytesIO(f"reference;siret;marque\n{rows}".encode())))


def where():
    with scope.system(System.TESTS):
        rows = Dossier.objects.order_by("reference").values_list("reference", "establishment__siret", "make")
        return list(rows)


def test_a_merger_waits_for_the_import_and_takes_what_came(place, client):
    cabinet, kept, gone, person = place
    came, go_on = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            bring(cabinet, gone, 1, 2)
            came.set()
            go_on.wait(LONG)

    client.force_login(person)
    post = reverse("admin:accounts_establishment_merge", args=[kept.pk])
    thread = beside(hold)
    assert came.wait(LONG)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
        told = client.post(post, {"autre": gone.pk, "reason": "Kbis vu."}, follow=True).content.decode()
        cursor.execute("RESET lock_timeout")
    go_on.set()
    thread.join(LONG)
    client.post(post, {"autre": gone.pk, "reason": "Kbis vu."})

    assert "Réessayez dans une minute" in told
    assert where() == [("R1", kept.siret, "Renault"), ("R2", kept.siret, "Renault")]


@pytest.mark.parametrize(("numbers", "make"), [((1, 2), "Renault"), ((2,), "Peugeot")])
def test_an_import_waits_for_the_merger_and_takes_nothing_back(place, numbers, make):
    cabinet, kept, gone, person = place
    with transaction.atomic():
        with scope.acting_as(person.pk) as actor:
            merge_establishments(kept, gone, actor=actor, reason="Kbis vu.")
        thread = beside(lambda: bring(cabinet, gone, *numbers))
        thread.join(1)
        waited = thread.is_alive()
    thread.join(LONG)

    assert waited
    assert where() == [("R1", kept.siret, make), ("R2", gone.siret, "Renault")]
    with scope.system(System.TESTS):
        assert Establishment.objects.get(siret=gone.siret).organisation is None
