"""Conforme, non conforme and why: said in the admin, read by the shop."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts import scope
from accounts.models import JournalEntry
from accounts.typography import spaced
from claims.models import Document
from claims.models.verdicts import USUAL_REASONS
from messaging.services import send_due
from tests.factories import DocumentFactory, VerdictReasonFactory

K = Document.Kind


@pytest.fixture
def deposit(world):
    return DocumentFactory(
        dossier=world.lac.dossiers["ALPES"],
        direction="sent",
        kind=K.INVOICE,
        label="FACTURE 12.pdf",
        sender=world.lac.owner,
    )


@pytest.fixture
def clerk(world, client):
    client.force_login(world.alpes.clerk)
    return client


def check(client, dossier, document, **data):
    url = reverse("admin:claims_document_judge", args=[getattr(document, "pk", document)])
    answer = client.post(url, data, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def again(document):
    return Document.objects.get(pk=document.pk)


def test_a_refusal_reaches_the_shop_with_its_reason_and_what_to_do(world, clerk, deposit):
    data = {"verdict": "non_conforme", "reason": "Motif de ALPES", "words": "TVA à 20 %"}

    assert "est non conforme" in check(clerk, deposit.dossier, deposit, **data)

    found = again(deposit)
    assert (found.verdict_reason, found.verdict_by) == ("Motif de ALPES : TVA à 20 %", "Cabinet Alpes")
    assert found.seen_at is not None
    clerk.force_login(world.lac.owner)
    body = clerk.get(reverse("dossier_documents", args=["ALPES", "ALPES-LAC"])).content.decode()
    assert "non conforme" in body
    assert spaced("Motif de ALPES : TVA à 20 %") in spaced(body)
    assert "renvoyez-le" in body
    steps = clerk.get(reverse("dossier_steps", args=["ALPES", "ALPES-LAC"])).context["entries"]
    assert steps[-1]["label"] == "Document non conforme"


def test_the_mail_names_neither_the_file_nor_the_reason(world, clerk, deposit):
    check(clerk, deposit.dossier, deposit, verdict="non_conforme", words="M. Dupont n’a pas signé")

    send_due()

    [letter] = mail.outbox
    assert letter.to == [world.lac.owner.email]
    assert "ALPES-LAC" in letter.subject
    assert "Facture" in letter.subject
    for private in ("Dupont", "FACTURE 12", world.lac.dossiers["ALPES"].insured_name):
        assert private not in letter.subject + letter.body


def test_a_verdict_taken_back_before_the_mail_left_is_not_announced(world, clerk, deposit):
    check(clerk, deposit.dossier, deposit, verdict="non_conforme", words="illisible")
    check(clerk, deposit.dossier, deposit, verdict="conforme")

    send_due()

    assert [letter.subject for letter in mail.outbox] == ["Dossier ALPES-LAC : « Facture » conforme"]
    assert again(deposit).verdict_reason == ""


def test_the_same_verdict_twice_is_told_once(clerk, deposit):
    for _ in range(2):
        check(clerk, deposit.dossier, deposit, verdict="conforme")

    assert JournalEntry.objects.filter(event="deposit_accepted").count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"verdict": "non_conforme"}, "Choisissez un motif"),
        ({"verdict": "non_conforme", "words": "   "}, "Choisissez un motif"),
        ({}, "Choisissez « conforme » ou « non conforme »."),
        ({"verdict": "parfait"}, "parfait"),
    ],
)
def test_an_incomplete_verdict_is_refused_in_words(data, sentence, clerk, deposit):
    assert sentence in check(clerk, deposit.dossier, deposit, **data)
    assert again(deposit).verdict == ""


def test_what_was_received_and_what_is_anothers_cannot_be_checked(world, clerk, deposit):
    foreign = DocumentFactory(dossier=world.mer.dossiers["BERRY"], direction="sent", kind=K.INVOICE)

    assert "Seul le cabinet" in check(clerk, deposit.dossier, world.lac.documents["ALPES"], verdict="conforme")
    for document in (foreign.pk, 987_654_321):
        url = reverse("admin:claims_document_judge", args=[document])
        assert clerk.post(url, {"verdict": "conforme"}).status_code == 404
    assert again(foreign).verdict == ""


def test_a_cabinet_without_a_list_of_its_own_has_the_usual_reasons(world, clerk, deposit):
    page = reverse("admin:claims_document_change", args=[deposit.pk])
    assert "Motif de ALPES" in clerk.get(page).content.decode()
    VerdictReasonFactory._meta.model.objects.filter(cabinet=world.alpes.cabinet).delete()

    body = clerk.get(page).content.decode()

    assert all(reason in body for reason in USUAL_REASONS)
    assert "Motif de BERRY" not in body


def test_what_was_sent_again_stands_beside_the_refused(world, client, deposit):
    Document.objects.filter(pk=deposit.pk).update(
        verdict="non_conforme", verdict_reason="illisible", verdict_at="2026-11-20T10:00Z"
    )
    DocumentFactory(dossier=deposit.dossier, direction="sent", kind=K.INVOICE, label="BIS.pdf", resend_of=deposit)
    client.force_login(world.lac.owner)

    body = client.get(reverse("dossier_documents", args=["ALPES", "ALPES-LAC"])).content.decode()

    assert "Renvoyé le" in body
    assert "renvoyez-le" not in body


def test_a_shop_cannot_check_its_own_papers(world, deposit):
    from accounts.exceptions import NotAllowed
    from claims.services.verdicts import qualify

    with scope.acting_as(world.lac.owner.pk) as actor, pytest.raises(NotAllowed):
        qualify(deposit, verdict=Document.Verdict.COMPLIANT, actor=actor)
