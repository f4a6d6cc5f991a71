"""A shop sends files: they arrive in pieces, are checked by a worker, leave together, and a receipt proves it."""

import io
import secrets
from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts import scope, services
from accounts.models import Draft, JournalEntry
from accounts.privatefiles import store
from accounts.scope import System
from accounts.typography import spaced
from claims.models import Document, Dossier, Upload
from claims.services import deposits, jobs, uploads
from messaging.services import send_due
from tests import samples
from tests.factories import DelegationFactory, DelegationProfileFactory, DocumentFactory, DossierFactory, UploadFactory
from tests.world import body_of

PDF = samples.pdf(text="Devis")
PHOTO = samples.located_photo()


@pytest.fixture
def dossier(world):
    Upload.objects.all().delete()
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def shop(world, client):
    client.force_login(world.lac.owner)
    return client


def address(dossier, name="dossier_send"):
    return reverse(name, args=[dossier.cabinet.code, dossier.reference])


def bytes_of(row):
    with row.file.open() as file:
        return file.read()


def announce(client, dossier, content, name="devis.pdf", key="k"):
    return client.post(address(dossier, "dossier_uploads"), {"nom": name, "taille": len(content), "cle": key})


def put(client, place, content, size=1000):
    """Send the rest of a file, in pieces."""
    while place["etat"] == "receiving":
        place = piece(client, place, content[place["recu"] : place["recu"] + size]).json()
    return place


def piece(client, place, content, offset=None):
    url = reverse("upload", args=[place["id"]])
    headers = {"Upload-Offset": str(place["recu"] if offset is None else offset)}
    return client.post(url, content, content_type="application/octet-stream", headers=headers)


def upload(client, dossier, content, name="devis.pdf", key=None):
    put(client, announce(client, dossier, content, name, key or secrets.token_hex(4)).json(), content, 600_000)
    jobs.run_due(seconds=60)
    return Upload.objects.latest("pk")


def send(client, dossier, kind="devis", key=None, **more):
    return client.post(address(dossier), {"kind": kind, "cle": key or secrets.token_hex(16), **more})


def test_a_file_arrives_in_pieces_is_checked_and_sent(dossier, shop):
    row = upload(shop, dossier, PDF, "Devis été.PDF")
    assert (row.state, row.name, row.pages, row.refusal) == ("ready", "Devis été.pdf", 1, "")

    answer = send(shop, dossier, comment="Voici.")

    paper = Document.objects.sent().get(dossier=dossier)
    assert answer.headers["Location"] == reverse("receipt", args=[paper.deposit.number])
    assert (paper.kind, paper.label, paper.size, paper.content_type) == (
        "devis",
        row.name,
        len(PDF),
        "application/pdf",
    )
    assert bytes_of(paper) == PDF, "the original, to the byte"
    assert paper.sender_label == "Carrosserie Lac"
    assert body_of(shop.get(reverse("document_preview", args=[paper.public_id])))[:2] == b"\xff\xd8"
    dossier.refresh_from_db()
    assert dossier.sent_count == 1
    assert "Voici." in shop.get(answer.headers["Location"]).content.decode()


def test_a_broken_transfer_goes_on_where_it_stopped(dossier, shop):
    place = announce(shop, dossier, PDF).json()
    assert piece(shop, place, PDF[:500]).json()["recu"] == 500

    assert piece(shop, place, PDF[:500], offset=0).json()["recu"] == 500, "sent again: not written twice"
    assert piece(shop, place, PDF[900:950], offset=900).status_code == 409, "a hole"
    again = announce(shop, dossier, PDF).json()
    assert (again["id"], again["recu"]) == (place["id"], 500)
    assert shop.get(reverse("upload", args=[place["id"]])).json()["recu"] == 500

    assert put(shop, again, PDF)["etat"] == "checking"
    jobs.run_due(seconds=30)
    assert bytes_of(Upload.objects.get()) == PDF


def test_what_a_failed_request_wrote_is_overwritten(dossier, shop):
    place = announce(shop, dossier, PDF).json()
    row = Upload.objects.get()
    store().append(row.file.name, 0, b"written, never committed" * 50)

    put(shop, place, PDF)
    jobs.run_due(seconds=30)

    assert bytes_of(Upload.objects.get()) == PDF


@pytest.mark.parametrize(
    ("offset", "status"), [("", 400), ("-1", 400), ("x", 400), ("٣", 400), ("9" * 13, 400), ("99999", 409)]
)
def test_an_offset_that_makes_no_sense_writes_nothing(offset, status, dossier, shop):
    place = announce(shop, dossier, PDF).json()

    assert piece(shop, place, b"x", offset=offset).status_code == status
    assert piece(shop, place, b"x" * (len(PDF) + 1)).status_code == 400
    assert Upload.objects.get().received == 0


@pytest.mark.parametrize(
    ("size", "told"), [(0, "vide"), (26 * 1024 * 1024, "25 Mo"), (-1, "de nouveau"), ("x", "de nouveau")]
)
def test_sizes_that_are_refused_before_anything_is_sent(size, told, dossier, shop):
    answer = shop.post(address(dossier, "dossier_uploads"), {"nom": "a.pdf", "taille": size, "cle": "k"})

    assert answer.status_code == 400
    assert told in answer.json()["erreur"]


@pytest.mark.parametrize(
    ("limit", "value", "told"),
    [
        ("FILES", 1, "200 fichiers"),
        ("BYTES", 3000, "200 fichiers"),
        ("DOSSIER_FILES", 1, "contenir"),
        ("DAY_BYTES", 3000, "2 Go"),
    ],
)
def test_what_may_be_stored_is_limited(limit, value, told, dossier, shop, monkeypatch):
    monkeypatch.setattr(uploads, limit, value)
    assert announce(shop, dossier, b"x" * 2000, key="a").status_code == 201

    answer = announce(shop, dossier, b"x" * 2000, key="b")

    assert answer.status_code == 400
    assert told in answer.json()["erreur"]


@pytest.mark.parametrize("name", ["script.pdf", "cut.jpg", "text.pdf"])
def test_a_refused_file_says_why_and_is_never_sent(name, dossier, shop):
    row = upload(shop, dossier, samples.REFUSED[name][0], name)
    assert row.state == "refused"

    page = shop.get(address(dossier)).content.decode()
    assert spaced(row.refusal.split(".")[0]) in page
    assert "rien à envoyer" in send(shop, dossier).content.decode()
    assert not Document.objects.sent().filter(dossier=dossier).exists()


def test_another_dossiers_plate_is_a_warning_that_lets_go_on(dossier, shop, world):
    DossierFactory(
        cabinet=dossier.cabinet, establishment=dossier.establishment, plate="ZZ-999-ZZ", reference="AUTRE-1"
    )
    DossierFactory(
        cabinet=world.berry.cabinet, establishment=world.mer.establishment, plate="YY-888-YY", reference="M-2"
    )

    row = upload(shop, dossier, samples.pdf(text="Plaque ZZ 999 ZZ et YY-888-YY"))

    assert [note for note in row.warnings if "AUTRE-1" in note]
    assert "M-2" not in str(row.warnings), "of the person's own scope only"
    assert send(shop, dossier).status_code == 302
    assert upload(shop, dossier, samples.pdf(text=f"ZZ-999-ZZ, {dossier.plate}")).warnings == []


def test_a_file_chosen_twice_is_told_and_sent_once(dossier, shop):
    upload(shop, dossier, PDF, name="devis.pdf", key="a")
    again = upload(shop, dossier, PDF, name="copie.pdf", key="b")

    assert "déjà dans cette liste, « devis.pdf »" in again.warnings[0]
    send(shop, dossier)
    assert dossier.documents.sent().count() == 1


def test_what_was_sent_already_is_told_and_not_sent_twice(dossier, shop):
    upload(shop, dossier, PDF)
    send(shop, dossier)

    assert "déjà été envoyé dans ce dossier" in upload(shop, dossier, PDF).warnings[0]
    assert "rien n’est renvoyé" in send(shop, dossier).content.decode().replace("&#x27;", "'")
    assert Document.objects.sent().filter(dossier=dossier).count() == 1


def test_pressed_twice_is_sent_once(dossier, shop):
    upload(shop, dossier, PDF)
    key = secrets.token_hex(16)

    first, second = send(shop, dossier, key=key), send(shop, dossier, key=key)

    assert first.headers["Location"] == second.headers["Location"]
    assert Document.objects.sent().filter(dossier=dossier).count() == 1


def test_without_javascript_it_is_a_plain_form(dossier, shop):
    files = [ContentFile(PDF, "devis.pdf"), ContentFile(PHOTO, "photo.jpg"), ContentFile(PHOTO, "photo bis.jpg")]
    assert shop.post(address(dossier), {"acte": "ajouter", "fichiers": files}).status_code == 302
    assert Upload.objects.count() == 2, "the same photo chosen twice is one"
    jobs.run_due(seconds=60)

    photo = Upload.objects.get(content_type="image/jpeg")
    shop.post(address(dossier), {"acte": f"monter:{photo.public_id}"})
    assert [row.name for row in Upload.objects.order_by("position")] == ["photo.jpg", "devis.pdf"]
    shop.post(address(dossier), {"acte": f"retirer:{photo.public_id}"})
    assert send(shop, dossier).status_code == 302
    assert [paper.label for paper in Document.objects.sent().filter(dossier=dossier)] == ["devis.pdf"]
    assert shop.post(address(dossier), {"acte": "monter:x"}).status_code == 404


def test_an_invoice_is_a_pdf_and_photos_become_one_on_request(dossier, shop):
    for number in range(2):
        upload(shop, dossier, samples.image(size=(640 + number, 480)), f"p{number}.jpg")
    assert "réunissez vos photos" in send(shop, dossier, kind="facture").content.decode()

    shop.post(address(dossier), {"acte": "reunir"})
    jobs.run_due(seconds=60)

    book = Upload.objects.get()
    assert (book.state, book.content_type, book.pages) == ("ready", "application/pdf", 2)
    assert send(shop, dossier, kind="facture").status_code == 302


def test_the_cabinet_gets_the_original_and_the_shop_the_clean_copy(dossier, shop, world, client):
    upload(shop, dossier, PHOTO, "photo.jpg")
    send(shop, dossier, kind="photo")
    paper = Document.objects.sent().get(dossier=dossier)
    url = reverse("document", args=[paper.public_id])

    copy = body_of(shop.get(url))
    assert b"SECRET" not in copy
    assert Image.open(io.BytesIO(copy)).size == (480, 640)
    client.force_login(world.alpes.clerk)
    assert body_of(client.get(url)) == PHOTO


def test_photos_of_a_remote_expertise_move_the_dossier_and_an_invoice_does_not(dossier, shop):
    Dossier.objects.filter(pk=dossier.pk).update(state="attente_ead")
    upload(shop, dossier, PHOTO, "photo.jpg")
    send(shop, dossier, kind="photo")
    dossier.refresh_from_db()
    assert dossier.state == "en_cours"

    Dossier.objects.filter(pk=dossier.pk).update(state="attente_facture")
    upload(shop, dossier, PDF)
    send(shop, dossier, kind="facture")
    dossier.refresh_from_db()
    assert dossier.state == "attente_facture"
    steps = JournalEntry.objects.filter(subject_type="claims.dossier", subject_id=dossier.pk).order_by("pk")
    assert [entry.event for entry in steps] == ["remote_sent", "documents_sent"]


def test_sender_and_cabinet_are_told_by_mail_without_names_of_files(dossier, shop, world):
    upload(shop, dossier, PDF, "Devis Mme DURAND.pdf")
    send(shop, dossier)
    send_due()

    told = {letter.to[0]: letter for letter in mail.outbox}
    receipt = told[world.lac.owner.email]
    paper = Document.objects.sent().get(dossier=dossier)
    assert paper.sha256 in receipt.body
    assert paper.deposit.number in receipt.subject
    assert set(told) == {world.lac.owner.email, world.alpes.clerk.email}
    assert not any("DURAND" in letter.body + letter.subject for letter in mail.outbox)


@pytest.fixture
def apprentice(world):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation,
        rights=["view", "deposit"],
        sites=[world.lac.establishment],
        needs_validation=True,
    )
    return DelegationFactory(profile=profile).member.user


def test_what_must_be_validated_waits_and_leaves_when_approved(dossier, client, world, apprentice):
    client.force_login(apprentice)
    upload(client, dossier, PDF)
    assert send(client, dossier, kind="facture").status_code == 200, "no right to invoice: the type is not offered"
    send(client, dossier)
    draft = Draft.objects.get(action="deposit")
    assert not Document.objects.sent().filter(dossier=dossier).exists()
    assert Upload.objects.get().expires_at > timezone.now() + deposits.DRAFT_KEPT / 2

    with scope.acting_as(world.lac.owner.pk) as actor:
        services.approve(draft, actor=actor)

    paper = Document.objects.sent().get(dossier=dossier)
    assert (paper.label, paper.deposit.user) == ("devis.pdf", world.lac.owner)


def test_an_amended_draft_is_sent_as_the_other_type_and_a_refused_one_gives_its_files_back(
    dossier, client, world, apprentice
):
    client.force_login(apprentice)
    upload(client, dossier, PDF)
    send(client, dossier)
    draft = Draft.objects.get(action="deposit")
    with scope.acting_as(world.lac.owner.pk) as actor:
        services.amend(draft, actor=actor, payload=draft.payload | {"kind": "autre"})
    assert Document.objects.sent().get(dossier=dossier).kind == "autre"

    upload(client, dossier, samples.pdf(text="autre"))
    send(client, dossier)
    with scope.acting_as(world.lac.owner.pk) as actor:
        services.refuse(Draft.objects.get(state="pending", action="deposit"), actor=actor, reason="Non.")
    assert len(client.get(address(dossier)).context["uploads"]) == 1


def test_a_colleagues_preparation_is_nobodys_business(dossier, client, world):
    mine = UploadFactory(dossier=dossier, user=world.lac.owner)
    boss = DelegationFactory(
        profile=DelegationProfileFactory(organisation=world.lac.organisation, rights=["view", "deposit"])
    )
    client.force_login(boss.member.user)

    assert client.get(address(dossier)).context["uploads"] == []
    assert client.get(reverse("upload", args=[mine.public_id])).status_code == 404
    assert client.post(reverse("upload_remove", args=[mine.public_id])).status_code == 404


def test_what_was_not_sent_is_gone_after_a_day_and_what_was_sent_stays(
    dossier, shop, time_machine, django_capture_on_commit_callbacks
):
    upload(shop, dossier, PDF)
    send(shop, dossier)
    upload(shop, dossier, PHOTO, "photo.jpg")
    row = Upload.objects.latest("pk")
    files = [row.file.name, row.shown, row.thumbnail]
    assert all(default_storage.exists(name) for name in files)

    time_machine.move_to(timezone.now() + timedelta(hours=25))
    with scope.system(System.UPKEEP), django_capture_on_commit_callbacks(execute=True):
        uploads.purge_uploads()

    assert not Upload.objects.exists()
    assert not any(default_storage.exists(name) for name in files)
    assert bytes_of(Document.objects.sent().get(dossier=dossier)) == PDF


def test_the_page_costs_the_same_whatever_the_number_of_files(dossier, shop, world, django_assert_num_queries):
    for count in (1, 2):
        for _ in range(count):
            UploadFactory(dossier=dossier, user=world.lac.owner)
        shop.get(address(dossier))
        with django_assert_num_queries(7):  # those of every page, what is to be done, requests, and the files
            shop.get(address(dossier))


def test_a_published_document_gets_its_small_picture_from_a_worker(world, client):
    paper = DocumentFactory(dossier=world.lac.dossiers["ALPES"], file__data=PDF)
    client.force_login(world.lac.owner)
    url = reverse("document_preview", args=[paper.public_id])
    assert client.get(url).headers["Content-Type"] == "image/svg+xml"

    jobs.run_due(seconds=30)

    assert client.get(url).headers["Content-Type"] == "image/jpeg"


def test_the_service_refuses_what_the_page_would_not_offer(dossier, world):
    other = UploadFactory(dossier=world.deux.dossiers["ALPES"], user=world.lac.owner)
    with scope.acting_as(world.lac.owner.pk) as actor, pytest.raises(ValidationError, match="rien à envoyer"):
        deposits.deposit(dossier, [other], kind="devis", actor=actor)
