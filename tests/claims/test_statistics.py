"""Delays the shop and the cabinet both accept: what begins and what ends each step."""

from datetime import UTC, date, datetime

from accounts import scope
from claims.models import Document
from claims.services.statistics import Period, delays
from claims.workflow import DateKind, DateStatus
from tests.factories import AppointmentFactory, DocumentFactory

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


def test_an_invoice_is_late_from_the_last_day_of_the_works_that_was_agreed(world):
    dossier = world.lac.dossiers["ALPES"]
    works = {"dossier": dossier, "kind": DateKind.REPAIR, "starts_on": date(2026, 11, 3)}
    AppointmentFactory(status=DateStatus.VALIDATED, ends_on=date(2026, 11, 10), **works)
    sent = {"dossier": dossier, "kind": Document.Kind.INVOICE, "direction": Document.Direction.SENT}
    DocumentFactory(published_at=datetime(2026, 11, 14, 15, tzinfo=UTC), **sent)
    DocumentFactory(published_at=datetime(2026, 11, 6, 9, tzinfo=UTC), **sent)  # an instalment, before the end

    with scope.acting_as(world.alpes.manager.pk) as actor:
        found = {step.label: step for step in delays(actor, NOVEMBER, smallest=1)}
    with scope.acting_as(world.berry.manager.pk) as actor:
        theirs = {step.label: step for step in delays(actor, NOVEMBER, smallest=1)}

    step = "De la fin des travaux à la facture"
    assert (found[step].count, found[step].median, found[step].ninetieth) == (1, 4.0, 4.0)
    assert (theirs[step].count, theirs[step].median) == (0, None)
