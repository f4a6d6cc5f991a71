"""A dossier's page, its documents, its files."""

import io
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import JournalEntry
from claims.models import Awaited, Document, Dossier, Expectation
from claims.services import expectations, jobs
from claims.services.documents import publish_document
from claims.services.dossiers import advance, correct_siret
from claims.workflow import Action
from tests.factories import AppointmentFactory, DocumentFactory, DossierFactory
from tests.world import body_of

PDF = b"%PDF-1.7 essai "


def picture():
    content = io.BytesIO()
    Image.new("RGB", (1280, 960), "teal").save(content, "JPEG")
    return content.getvalue()


def file(content=PDF, name="RAPPORT.pdf"):
    return ContentFile(content, name=name)


@pytest.fixture
def expert(world):
    with scope.acting_as(world.alpes.expert.pk) as actor:
        yield actor


@pytest.fixture
def dossier(world):
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def plain(dossier):
    """The dossier without the dates and compléments of the small world, which are expected beside its state."""
    dossier.appointments.all().delete()
    dossier.supplements.all().delete()
    Awaited.objects.filter(dossier=dossier).delete()
    return dossier


@pytest.mark.parametrize(
    "reference", ["990/05 11-A", "00012106", "a~b", "~s", "é è", "..", ".", "a.b", "100%", "a?b#c", "documents"]
)
def test_any_reference_has_an_address(reference, world, client):
    DossierFactory(cabinet=world.alpes.cabinet, establishment=world.lac.establishment, reference=reference)
    client.force_login(world.lac.owner)

    answer = client.get(reverse("dossier", args=["ALPES", reference]))

    assert answer.status_code == 200
    assert answer.context["dossier"].reference == reference


def test_the_page_costs_the_same_whatever_the_number_of_documents(dossier, world, client, django_assert_num_queries):
    client.force_login(world.lac.owner)
    url = reverse("dossier", args=["ALPES", dossier.reference])
    client.get("/dossiers/")
    client.get(url)
    for count in (1, 3):
        # Of every page, six and the count of what is to be done; dossier (with its facts and what is expected), visit,
        # papers, requests, contacts, passages. The count and the requests are the two that came with « À faire ».
        with django_assert_num_queries(8):
            client.get(url)
        for _ in range(count):
            DocumentFactory(dossier=dossier)


@pytest.mark.parametrize(
    ("state", "since", "mine", "deadline"),
    [
        ("attente_rdv", datetime(2026, 11, 10, 9, tzinfo=UTC), True, "2026-11-16"),  # 11 November is no working day
        ("en_cours", datetime(2026, 11, 20, 9, tzinfo=UTC), False, "2026-11-27"),
        ("visite_planifiee", datetime(2026, 11, 20, 9, tzinfo=UTC), False, None),
        ("termine", datetime(2026, 11, 20, 9, tzinfo=UTC), False, None),
    ],
)
def test_whose_turn_and_until_when(state, since, mine, deadline, plain, world, client):
    Dossier.objects.filter(pk=plain.pk).update(state=state, state_since=since)
    client.force_login(world.lac.owner)

    context = client.get(reverse("dossier", args=["ALPES", plain.reference])).context

    assert context["turn_is_mine"] is mine
    assert (context["deadline"] and context["deadline"].isoformat()) == deadline


def test_what_has_been_sent_is_not_asked_for_again(dossier, world, client):
    since = datetime(2026, 11, 16, 9, tzinfo=UTC)
    Dossier.objects.filter(pk=dossier.pk).update(state="attente_facture", state_since=since)
    expectations.refresh([dossier.pk])
    client.force_login(world.lac.owner)
    url = reverse("dossier", args=["ALPES", dossier.reference])
    assert "envoyer la facture" in client.get(url).content.decode()

    DocumentFactory(dossier=dossier, kind="facture", direction="sent", published_at=datetime(2026, 11, 17, tzinfo=UTC))
    expectations.refresh([dossier.pk])

    answer = client.get(url)
    assert "envoyer la facture" not in answer.content.decode()
    assert "vérifier la facture" in answer.content.decode()
    assert answer.context["turn_is_mine"] is False


@pytest.mark.parametrize(("status", "mine"), [("proposed", False), ("offered", True)])
def test_a_proposed_date_passes_the_turn_to_whoever_must_answer(status, mine, plain, world, client):
    Dossier.objects.filter(pk=plain.pk).update(state="attente_rdv", state_since=datetime(2026, 11, 10, tzinfo=UTC))
    AppointmentFactory(dossier=plain, kind="rdv_terrain", status=status)
    expectations.refresh([plain.pk])
    client.force_login(world.lac.owner)

    answer = client.get(reverse("dossier", args=["ALPES", plain.reference]))

    assert [turn["text"] for turn in answer.context["turns"]] == ["répondre à la date proposée"]
    assert answer.context["turn_is_mine"] is mine


def test_what_the_cabinet_asked_for_is_said_once(dossier, world, client):
    Dossier.objects.filter(pk=dossier.pk).update(state="attente_documents")
    expectations.refresh([dossier.pk])
    client.force_login(world.lac.owner)

    page = client.get(reverse("dossier", args=["ALPES", dossier.reference])).content.decode()

    assert "Le cabinet demande" in page
    assert "envoyer les documents demandés" not in page


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("attente_rdv", "en retard, c’était attendu le <b>lundi 16 novembre 2026</b>"),
        ("en_cours", "attendu depuis le mercredi 18 novembre 2026"),
    ],
)
def test_a_passed_deadline_is_told_as_passed(state, sentence, plain, world, client, time_machine):
    Dossier.objects.filter(pk=plain.pk).update(state=state, state_since=datetime(2026, 11, 10, 9, tzinfo=UTC))
    client.force_login(world.lac.owner)
    time_machine.move_to(datetime(2026, 11, 30, 9, tzinfo=UTC))
    client.force_login(world.lac.owner)

    page = client.get(reverse("dossier", args=["ALPES", plain.reference])).content.decode()

    assert sentence.replace("&#x27;", "'") in page.replace("\u00a0", " ")


def test_the_insured_can_be_reached_only_while_the_dossier_is_open(dossier, world, client):
    Dossier.objects.filter(pk=dossier.pk).update(insured_email="assure@exemple.test", insured_phone="0199001122")
    client.force_login(world.lac.owner)
    url = reverse("dossier", args=["ALPES", dossier.reference])
    assert "assure@exemple.test" in client.get(url).content.decode()

    Dossier.objects.filter(pk=dossier.pk).update(state="termine")

    page = client.get(url).content.decode()
    assert "assure@exemple.test" not in page
    assert "0199001122" not in page


def test_a_newer_report_makes_the_earlier_replaced(dossier, expert):
    first, _ = publish_document(dossier, file(PDF + b"1"), actor=expert, kind=Document.Kind.INTERIM_REPORT)
    last, _ = publish_document(dossier, file(PDF + b"2"), actor=expert, kind=Document.Kind.REPORT)
    letter, _ = publish_document(dossier, file(PDF + b"3"), actor=expert, kind=Document.Kind.LETTER)

    for paper in (first, last, letter):
        paper.refresh_from_db()
    assert (first.is_current, last.is_current, letter.is_current) == (False, True, True)


def test_the_same_file_twice_is_one_document(dossier, expert):
    first, created = publish_document(dossier, file(), actor=expert, kind=Document.Kind.LETTER)
    again, created_again = publish_document(dossier, file(), actor=expert, kind=Document.Kind.LETTER)

    assert (created, created_again) == (True, False)
    assert first == again


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "vide"),
        (b"<html>", "ni un PDF"),
        (b"MZ\x90", "ni un PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "ni un PDF"),
    ],
)
def test_what_is_no_document_is_refused_in_french(content, reason, dossier, expert):
    with pytest.raises(ValidationError, match=reason):
        publish_document(dossier, file(content, "rapport.pdf"), actor=expert, kind=Document.Kind.LETTER)

    assert dossier.documents.count() == 1


def test_a_shop_cannot_publish_for_the_cabinet(dossier, world):
    with scope.acting_as(world.lac.owner.pk) as actor, pytest.raises(NotAllowed):
        publish_document(dossier, file(), actor=actor, kind=Document.Kind.LETTER)


def test_a_download_is_the_file_as_received_under_a_readable_name(dossier, world, expert, client):
    paper, _ = publish_document(
        dossier, file(), actor=expert, kind=Document.Kind.LETTER, label='Courrier "été" / n° 1\r\nX: y'
    )
    client.force_login(world.lac.owner)

    answer = client.get(reverse("document", args=[paper.public_id]))

    assert body_of(answer) == PDF
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert answer.headers["Content-Disposition"].startswith("inline; filename")
    assert "\n" not in answer.headers["Content-Disposition"]
    assert "été" not in paper.file.name


def test_a_lost_file_is_a_404_not_a_500(dossier, world, client):
    paper = world.lac.documents["ALPES"]
    paper.file.storage.delete(paper.file.name)
    client.force_login(world.lac.owner)

    assert client.get(reverse("document", args=[paper.public_id])).status_code == 404


def test_photos_and_papers_have_a_small_picture_that_a_worker_made(dossier, world, expert, client):
    photo, _ = publish_document(dossier, file(picture(), "choc.jpg"), actor=expert, kind=Document.Kind.PHOTO)
    broken, _ = publish_document(dossier, file(b"\xff\xd8\xff???", "b.jpg"), actor=expert, kind=Document.Kind.PHOTO)
    jobs.run_due(seconds=60)
    client.force_login(world.lac.owner)

    small = client.get(reverse("document_preview", args=[photo.public_id]))

    assert small.headers["Content-Type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(small.content)).size) <= 320
    drawn = client.get(reverse("document_preview", args=[broken.public_id]))
    assert drawn.headers["Content-Type"] == "image/svg+xml", "what cannot be opened is drawn, never opened here"


def test_documents_are_filtered_and_counted(dossier, world, expert, client):
    publish_document(dossier, file(picture(), "choc.jpg"), actor=expert, kind=Document.Kind.PHOTO)
    client.force_login(world.lac.owner)
    url = reverse("dossier_documents", args=["ALPES", dossier.reference])

    every, photos = client.get(url).context, client.get(url, {"format": "photos"}).context

    assert every["summary"] == "2/2 documents, 1 photo, 1 autre"
    assert photos["summary"] == "1/2 documents, 1 photo, 1 autre"
    assert [paper.is_photo for paper in photos["received"]] == [True]
    assert client.get(url, {"format": "inconnu"}).status_code == 200


def test_the_steps_stand_in_both_orders_without_private_names(dossier, world, expert, client):
    advance(dossier, Action.PLAN_VISIT, actor=expert)
    publish_document(dossier, file(), actor=expert, kind=Document.Kind.REPORT, label="Le rapport")
    client.force_login(world.lac.owner)
    url = reverse("dossier_steps", args=["ALPES", dossier.reference])

    newest = client.get(url)
    oldest = client.get(url, {"ordre": "croissant"})

    labels = [entry["label"] for entry in newest.context["entries"]]
    assert labels == ["Document publié", "Visite planifiée"]
    assert [entry["label"] for entry in oldest.context["entries"]] == labels[::-1]
    assert world.alpes.expert.full_name not in newest.content.decode()
    assert "Cabinet Alpes" in newest.content.decode()


def test_correcting_the_siret_shows_dossier_and_documents_to_the_shop_at_once(world, expert, client):
    orphan = world.alpes.orphan
    paper = DocumentFactory(dossier=orphan)
    link = world.lac.establishment.cabinet_links.get()
    client.force_login(world.lac.owner)
    assert client.get(reverse("document", args=[paper.public_id])).status_code == 404

    correct_siret(orphan, link, actor=expert)

    answer = client.get(reverse("document", args=[paper.public_id]))
    assert answer.status_code == 200
    assert body_of(answer)
    assert orphan.reference in [row.dossier.reference for row in client.get("/dossiers/").context["rows"]]
    assert JournalEntry.objects.filter(event="siret_corrected", detail__received="12345").count() == 1


def test_correcting_the_siret_brings_what_is_expected_to_the_shop(world):
    """Staff may not write what is expected: whoever decides moves it."""
    orphan = world.alpes.orphan
    expectations.refresh([orphan.pk])
    link = world.lac.establishment.cabinet_links.get()

    with scope.acting_as(world.alpes.manager.pk) as actor:
        correct_siret(Dossier.objects.get(pk=orphan.pk), link, actor=actor)

    assert Expectation.objects.get(dossier=orphan).establishment == world.lac.establishment
