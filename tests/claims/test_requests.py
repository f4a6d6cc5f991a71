"""Documents a cabinet asks for: asked in the admin, seen first by the shop, answered by what is sent."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail
from django.urls import reverse

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import JournalEntry
from accounts.typography import spaced
from claims.models import Awaited, CabinetRules, Document, DocumentRequest, Dossier, Expectation
from claims.services.requests import extend_deadline, request_documents, withdraw_request
from claims.workflow import Action, State
from messaging.services import send_due
from tests.factories import DocumentFactory

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)  # the Monday before 11 November


@pytest.fixture
def dossier(world):
    """One about which nothing is expected but what its state says."""
    Expectation.objects.all().delete()
    DocumentRequest.objects.all().delete()
    world.lac.dossiers["ALPES"].appointments.all().delete()
    world.lac.dossiers["ALPES"].supplements.all().delete()
    Awaited.objects.all().delete()
    Dossier.objects.filter(pk=world.lac.dossiers["ALPES"].pk).update(state=State.IN_PROGRESS, state_since=NOON)
    return Dossier.objects.get(pk=world.lac.dossiers["ALPES"].pk)


@pytest.fixture
def clerk(world, time_machine):
    time_machine.move_to(NOON)
    with scope.acting_as(world.alpes.clerk.pk) as actor:
        yield actor


def asked(dossier, actor, *kinds, **more):
    return request_documents(dossier, kinds=kinds or ["devis"], actor=actor, **more)


def expected(dossier):
    return list(Expectation.objects.filter(dossier=dossier).order_by("kind").values_list("who", "kind", "due_on"))


def deposit(dossier, kind="devis", **more):
    """What the deposit will do: a document, and a fact in the journal."""
    paper = DocumentFactory(dossier=dossier, kind=kind, direction=Document.Direction.SENT, **more)
    with scope.system(scope.System.TESTS) as actor:
        journal.record(dossier, "document_deposited", actor=actor)
    return paper


def test_a_request_moves_the_state_and_has_a_working_days_deadline(dossier, clerk):
    request = asked(dossier, clerk, "devis", "photo")

    dossier.refresh_from_db()
    assert dossier.state == State.AWAITING_DOCUMENTS
    assert request.due_on == date(2026, 11, 17)  # five working days, the 11th is none
    assert request.label == "Devis, photo"
    assert expected(dossier) == [("shop", "demande", date(2026, 11, 17))]


@pytest.mark.parametrize(
    "state",
    [
        State.RECEIVED,
        State.AWAITING_REMOTE,
        State.AWAITING_VISIT,
        State.AWAITING_DOCUMENTS,
        State.AWAITING_INVOICE,
    ],
)
def test_elsewhere_a_request_leaves_the_state(state, dossier, clerk):
    Dossier.objects.filter(pk=dossier.pk).update(state=state)

    asked(dossier, clerk, due_on=date(2026, 11, 30))

    dossier.refresh_from_db()
    assert dossier.state == state
    assert ("shop", "demande", date(2026, 11, 30)) in expected(dossier)


def test_a_closed_dossier_is_asked_nothing(dossier, clerk):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.CLOSED)

    with pytest.raises(NotAllowed):
        asked(dossier, clerk)


def test_a_request_is_answered_when_every_kind_was_sent_since(dossier, clerk, time_machine):
    DocumentFactory(dossier=dossier, kind="photo", direction="sent", published_at=datetime(2026, 11, 1, tzinfo=UTC))
    request = asked(dossier, clerk, "devis", "photo")
    time_machine.move_to(datetime(2026, 11, 12, 9, tzinfo=UTC))
    deposit(dossier, "devis")
    request.refresh_from_db()
    assert request.answered_at is None

    deposit(dossier, "photo")

    request.refresh_from_db()
    assert request.answered_at.replace(microsecond=0) == datetime(2026, 11, 12, 9, tzinfo=UTC)
    assert expected(dossier) == [("cabinet", "demande", date(2026, 11, 17))]
    assert JournalEntry.objects.filter(event="request_answered", subject_id=dossier.pk).count() == 1


def test_a_refused_document_was_not_sent(dossier, clerk):
    request = asked(dossier, clerk)
    paper = deposit(dossier)
    Document.objects.filter(pk=paper.pk).update(verdict="non_conforme", verdict_reason="Illisible", verdict_at=NOON)
    journal.record(dossier, "document_judged", actor=clerk)

    request.refresh_from_db()
    assert request.answered_at is None
    assert expected(dossier)[0][0] == "shop"


def test_more_time_is_given_as_often_as_the_cabinet_says(world, dossier, clerk):
    CabinetRules.objects.filter(cabinet=world.alpes.cabinet).update(extension_times=2, extension_days=3)
    request = asked(dossier, clerk)
    with scope.acting_as(world.lac.owner.pk) as owner:
        extend_deadline(request, reason="Pièce en attente", actor=owner)
        request = extend_deadline(request, reason="Pièce encore en attente", actor=owner)
        with pytest.raises(NotAllowed, match="prolongé 2 fois"):
            extend_deadline(request, reason="Encore", actor=owner)

    assert request.due_on == date(2026, 11, 25)
    assert expected(dossier) == [("shop", "demande", date(2026, 11, 25))]
    reasons = JournalEntry.objects.filter(event="deadline_extended").order_by("pk").values_list("detail__reason")
    assert [reason for (reason,) in reasons] == ["Pièce en attente", "Pièce encore en attente"]


def test_a_withdrawn_request_expects_nothing(dossier, clerk):
    request = asked(dossier, clerk)

    withdraw_request(request, actor=clerk)

    assert expected(dossier) == [("shop", "attente_documents", date(2026, 11, 17))]
    with pytest.raises(NotAllowed, match="close"):
        withdraw_request(request, actor=clerk)


def test_the_shop_sees_the_request_first_and_asks_for_time(world, dossier, clerk, client):
    request = asked(dossier, clerk, text="Toutes les pages, s’il vous plaît")
    client.force_login(world.lac.owner)
    page = client.get(dossier.get_absolute_url()).content.decode()
    assert "Toutes les pages" in page
    assert page.index("Le cabinet demande") < page.index("<h2>Véhicule</h2>")

    url = reverse("request_extend", args=["ALPES", dossier.reference, request.pk])
    typed = {"reason": "Client absent", "vu": "0"}
    answer = client.post(url, typed, follow=True)

    assert "Délai prolongé jusqu’au 24/11/2026" in answer.content.decode()
    assert "vient d’être prolongé, jusqu’au 24/11/2026" in client.post(url, typed, follow=True).content.decode()
    refused = client.post(url, {"reason": " "}, follow=True)
    assert "Écrivez pourquoi" in refused.content.decode()


def test_staff_ask_withdraw_verify_and_give_time(world, dossier, client, time_machine):
    time_machine.move_to(NOON)
    client.force_login(world.alpes.clerk)
    ask = reverse("admin:claims_dossier_ask", args=[dossier.pk])
    settle = reverse("admin:claims_dossier_settle", args=[dossier.pk])
    answer = client.post(ask, {"kinds": ["facture"], "due_on": "2026-11-20"}, follow=True)
    assert spaced("Demandé pour le 20/11/2026 : Facture") in spaced(answer.content.decode())
    request = DocumentRequest.objects.get()

    for decision, said in (("prolonger", "Écrivez pourquoi"), ("", "Choisissez"), ("verifier", "close")):
        answer = client.post(settle, {"demande": request.pk, "decision": decision}, follow=True)
        assert said in answer.content.decode(), decision
    assert client.post(settle, {"demande": "x"}).status_code == 404
    assert client.post(ask, {}, follow=True).content.decode().count("Cochez au moins un document") == 1
    assert client.post(ask, {"kinds": ["devis"], "due_on": "2026-11-01"}, follow=True).content.decode().count("passée")


def test_no_button_moves_to_waiting_for_documents_without_saying_which(world, dossier, client):
    client.force_login(world.alpes.clerk)

    offered = client.get(reverse("admin:claims_dossier_change", args=[dossier.pk])).context_data

    assert Action.REQUEST_DOCUMENTS not in offered["actions"]
    assert offered["ask_form"] is not None


def test_the_shop_is_told_by_mail_without_the_insured_or_what_staff_typed(dossier, world, clerk):
    Dossier.objects.filter(pk=dossier.pk).update(insured_name="Zélie Quidam", plate="AB-123-CD")
    withdrawn = asked(dossier, clerk, "facture")
    withdraw_request(withdrawn, actor=clerk)
    asked(dossier, clerk, "devis", text="Pour Mme Quidam")

    send_due()

    (told,) = [sent for sent in mail.outbox if sent.subject == "Cabinet Alpes vous demande des documents"]
    assert told.to == [world.lac.owner.email]
    assert "Devis" in told.body
    assert dossier.reference in told.body
    assert not any(word in told.body + told.subject for word in ("Quidam", "AB-123-CD"))
