"""Guided photos: begun, taken in any order, checked, sent once as one file; the dossier follows."""

# ruff: noqa: F811 -- a fixture is imported, and asked for by its name

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageFilter

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import Draft, JournalEntry
from accounts.scope import Kind, System
from accounts.typography import spaced
from claims.inspection.pictures import sharpness
from claims.models import Deposit, Document, Dossier, Expectation, Job, Shot, ShotKind, ShotSet, Upload
from claims.services import jobs, shots
from claims.services.appointments import why_not_yet
from claims.workflow import BEFORE_INVOICE, DateKind, State
from messaging.models import Notification
from tests import samples
from tests.claims.test_races import crowd, people  # noqa: F401 -- a fixture
from tests.factories import DelegationFactory, DelegationProfileFactory, DossierFactory, UploadFactory

SHARP = Image.effect_noise((1600, 1200), 80)
GOOD = {"content_type": "image/jpeg", "width": 1600, "height": 1200, "sharpness": 400}


def photo(size=(1600, 1200), *, blur=0, seed=0):
    picture = SHARP.resize(size).filter(ImageFilter.GaussianBlur(blur)).convert("RGB")
    picture.putpixel((0, 0), (seed, seed, seed))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=40)
    return out.getvalue()


@pytest.fixture
def dossier(world):
    Upload.objects.all().delete()
    ShotSet.objects.all().delete()
    row = world.lac.dossiers["ALPES"]
    Dossier.objects.filter(pk=row.pk).update(state=State.AWAITING_REMOTE)
    return Dossier.objects.get(pk=row.pk)


@pytest.fixture
def owner(world):
    with scope.acting_as(world.lac.owner.pk) as actor:
        yield actor


@pytest.fixture
def shop(world, client):
    client.force_login(world.lac.owner)
    return client


def page(dossier, name="dossier_photos", *more):
    return reverse(name, args=[dossier.cabinet.code, dossier.reference, *more])


def whole(shot_set, user, **more):
    """A good photo for every view."""
    for shot in shot_set.shots.all():
        UploadFactory(dossier=shot_set.dossier, user=user, shot=shot, position=shot.position, **(GOOD | more))


# What a set is -------------------------------------------------------------------------------------------------------


def test_every_cabinet_begins_with_the_list_of_the_trade_and_changes_it(world):
    kinds = ShotKind.objects.filter(cabinet=world.alpes.cabinet).order_by("position")
    drawings = [kind.drawing for kind in kinds]

    assert drawings[:4] == ["avant_gauche", "avant_droit", "arriere_gauche", "arriere_droit"]
    assert set(drawings[4:]) == {"plaque", "vin", "compteur", "dommage_loin", "dommage_pres", "carte_grise"}
    assert [kind.label for kind in kinds if not kind.is_required] == ["Certificat d’immatriculation"]


def test_a_set_is_begun_once_and_keeps_the_list_of_its_day(dossier, owner):
    first = shots.begin(dossier, "ead", actor=owner)
    ShotKind.objects.filter(cabinet=dossier.cabinet).delete()

    assert shots.begin(dossier, "ead", actor=owner) == first
    assert first.shots.count() == 10


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("agreed", [True, False])
def test_which_exam_is_offered_is_a_matter_of_state_and_of_the_agreement(state, agreed):
    dossier = Dossier(state=state, is_approved_repairer=agreed)

    remote, smartphone = (not shots.why_not(dossier, exam) for exam in ("ead", "esd"))

    assert remote == (state == State.AWAITING_REMOTE)
    assert smartphone == (state in BEFORE_INVOICE and state != State.AWAITING_REMOTE and not agreed)


def test_an_agreed_mission_reads_why_there_is_no_esd(dossier, shop):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_VISIT, is_approved_repairer=True)

    body = shop.get(page(dossier), {"examen": "esd"}).content.decode()

    assert "n’est pas ouvert aux missions confiées à un réparateur agréé" in body
    assert "Commencer les photos" not in body
    assert shop.post(page(dossier), {"acte": "commencer:esd"}, follow=True).status_code == 200
    assert not ShotSet.objects.exists()


# The check of each photo ---------------------------------------------------------------------------------------------


def test_a_blur_takes_the_sharpness_away():
    sharp, shaken = (sharpness(SHARP.filter(ImageFilter.GaussianBlur(blur))) for blur in (0, 12))

    assert sharp > shots.BLURRED > shaken


@pytest.mark.parametrize(
    ("content", "told", "done"),
    [
        (photo(), "", 1),
        (photo(blur=14), "floue", 1),
        (photo((1000, 800)), "1 280 × 960 au moins", 1),
        (photo((500, 400)), "trop petite (500 × 400)", 0),
        (samples.pdf(text="Devis"), "Ce n’est pas une photo", 0),
        (b"hello", "ni un PDF, ni une photo", 0),
    ],
)
def test_each_photo_is_looked_at(content, told, done, dossier, shop):
    shop.post(page(dossier), {"acte": "commencer:ead"})
    shot = Shot.objects.earliest("position")
    file = SimpleUploadedFile("IMG_1.jpg", content, "image/jpeg")
    shop.post(page(dossier), {"acte": f"ajouter:{shot.pk}", "photo": file})
    jobs.run_due(seconds=60)

    answer = shop.get(page(dossier))

    assert told in answer.content.decode()
    assert answer.context["progress"].done == done
    assert f"{done} sur 10" in answer.content.decode()


def test_the_same_photo_twice_in_a_set_is_said_and_not_counted(dossier, owner):
    shot_set = shots.begin(dossier, "ead", actor=owner)
    first, second, *_ = shot_set.shots.order_by("position")
    for shot in (first, second):
        UploadFactory(dossier=dossier, user_id=owner.user_id, shot=shot, sha256="a" * 64, **GOOD)

    found = shots.progress_of(shot_set)

    assert found.done == 1
    assert found.views[1].blocks == f"C’est la même photo que « {first.label} » : reprenez celle-ci."


def test_a_photo_taken_again_takes_the_place_of_the_first_once_it_is_good(dossier, owner):
    shot_set = shots.begin(dossier, "ead", actor=owner)
    shot = shot_set.shots.earliest("position")
    add = {"dossier": dossier, "user_id": owner.user_id, "shot": shot}
    kept = UploadFactory(**add, **GOOD)
    refused = UploadFactory(**add, state="refused", refusal="Abîmé")

    view = shots.progress_of(shot_set).views[0]
    assert (view.photo, view.later, view.is_done) == (kept, refused, True)

    better = UploadFactory(**add, **GOOD)
    assert shots.progress_of(shot_set).views[0].photo == better


def test_a_broken_line_goes_on_where_it_stopped(dossier, shop):
    shop.post(page(dossier), {"acte": "commencer:ead"})
    shot, content = Shot.objects.earliest("position"), photo()
    said = {"nom": "IMG.jpg", "taille": len(content), "cle": "vue"}
    place = shop.post(reverse("shot", args=[shot.pk]), said).json()
    url = reverse("upload", args=[place["id"]])
    send = {"content_type": "application/octet-stream"}
    shop.post(url, content[:9000], headers={"Upload-Offset": "0"}, **send)
    assert "Transfert interrompu" in shop.get(page(dossier, "dossier_shots", "ead")).content.decode()

    again = shop.post(reverse("shot", args=[shot.pk]), said).json()
    assert (again["id"], again["recu"]) == (place["id"], 9000)
    shop.post(url, content[9000:], headers={"Upload-Offset": "9000"}, **send)
    jobs.run_due(seconds=60)

    assert "1 sur 10" in shop.get(page(dossier, "dossier_shots", "ead")).content.decode()
    assert shop.get(reverse("shot_preview", args=[shot.pk])).content[:2] == b"\xff\xd8"
    assert shop.get(reverse("dossier_send", args=["ALPES", dossier.reference])).context["uploads"] == []


# Sending -------------------------------------------------------------------------------------------------------------


def test_all_leaves_as_one_file_and_the_dossier_follows(world, dossier, owner):
    assert why_not_yet(dossier, DateKind.FIELD_VISIT)
    shot_set = shots.begin(dossier, "ead", actor=owner)
    extra = shots.add_view(shot_set, actor=owner)
    whole(shot_set, world.lac.owner)

    sent = shots.send(shot_set, safety="oui", comment="Porte avant", actor=owner)

    papers = Document.objects.sent().filter(dossier=dossier, kind="ead", deposit=sent.deposit)
    assert papers.count() == 11
    assert extra.label == "Autre photo 1"
    assert all(shot.document in papers for shot in sent.shots.all())
    dossier.refresh_from_db()
    assert dossier.state == State.IN_PROGRESS
    steps = JournalEntry.objects.filter(subject_type="claims.dossier", subject_id=dossier.pk, event="remote_sent")
    assert steps.get().detail["document"].startswith("Dossier EAD, 11 fichiers, accusé AR-")
    assert Dossier.objects.get(pk=dossier.pk).facts.remote_sent_at == sent.sent_at
    assert not Expectation.objects.filter(dossier=dossier, kind="attente_ead").exists()
    with scope.system(System.TESTS):
        mails = Notification.objects.filter(subject_type="claims.shotset")
        told = set(mails.values_list("recipient__email", flat=True))
    assert told == {"expert@alpes.test"}


def test_the_photos_once_sent_open_the_field_visit(dossier, world, owner):
    shot_set = shots.begin(dossier, "ead", actor=owner)
    whole(shot_set, world.lac.owner)
    shots.send(shot_set, safety="non", actor=owner)

    Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_REMOTE)

    assert why_not_yet(Dossier.objects.get(pk=dossier.pk), DateKind.FIELD_VISIT) == ""


def test_an_esd_moves_nothing_and_says_what_it_is(dossier, world, owner):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_VISIT)
    shot_set = shots.begin(Dossier.objects.get(pk=dossier.pk), "esd", actor=owner)
    whole(shot_set, world.lac.owner)

    sent = shots.send(shot_set, safety="doute", actor=owner)

    assert sent.deposit.kind == "esd"
    dossier.refresh_from_db()
    assert dossier.state == State.AWAITING_VISIT
    entry = JournalEntry.objects.get(subject_type="claims.dossier", subject_id=dossier.pk, event="documents_sent")
    assert entry.detail["document"].startswith("Examen sans déplacement (ESD), 10 fichiers")


def test_what_is_missing_is_named_and_nothing_leaves(dossier, world, owner):
    shot_set = shots.begin(dossier, "ead", actor=owner)
    whole(shot_set, world.lac.owner)
    shot_set.shots.get(drawing="vin").uploads.all().delete()
    shot_set.shots.get(drawing="carte_grise").uploads.all().delete()

    with pytest.raises(ValidationError, match="Il manque encore « Numéro de série"):
        shots.send(shot_set, safety="non", actor=owner)

    assert not Document.objects.sent().filter(kind="ead").exists()


def test_sent_twice_is_sent_once(dossier, world, owner):
    shot_set = shots.begin(dossier, "ead", actor=owner)
    whole(shot_set, world.lac.owner)

    assert shots.send(shot_set, safety="non", actor=owner).deposit == (
        shots.send(shot_set, safety="oui", actor=owner).deposit
    )
    with pytest.raises(NotAllowed, match="parties le"):
        shots.add_view(shot_set, actor=owner)


def test_what_was_photographed_again_is_forgotten_and_one_photo_can_be_taken_back(dossier, world, owner):
    shot_set = shots.begin(dossier, "ead", actor=owner)
    whole(shot_set, world.lac.owner)
    whole(shot_set, world.lac.owner)
    optional = shot_set.shots.get(drawing="carte_grise")
    shots.remove_photo(optional, actor=owner)

    shots.send(shot_set, safety="non", actor=owner)

    assert Upload.objects.filter(shot__shot_set=shot_set, deposit=None).count() == 0
    assert Deposit.objects.get(kind="ead").documents.count() == 9


def test_who_must_submit_waits_for_a_responsable(dossier, world):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=["view", "deposit"], needs_validation=True
    )
    author = DelegationFactory(profile=profile).member.user
    with scope.acting_as(author.pk) as actor:
        shot_set = shots.begin(dossier, "ead", actor=actor)
        whole(shot_set, author)
        draft = shots.send(shot_set, safety="non", comment="Voici", actor=actor)
        with pytest.raises(NotAllowed, match="accord de votre responsable"):
            shots.add_view(shot_set, actor=actor)
    assert isinstance(draft, Draft)
    with scope.acting_as(world.lac.owner.pk) as owner:
        services.refuse(draft, actor=owner, reason="Plus net")
    with scope.acting_as(author.pk) as actor:
        shot_set.refresh_from_db()
        second = shots.send(shot_set, safety="non", comment="Voici", actor=actor)
    with scope.acting_as(world.lac.owner.pk) as owner:
        services.approve(second, actor=owner)

    shot_set.refresh_from_db()
    assert shot_set.deposit.comment == "Voici"
    assert shot_set.deposit.documents.count() == 10


def test_the_page_sends_and_leads_to_the_receipt(dossier, world, shop):
    shop.post(page(dossier), {"acte": "commencer:ead"})
    shot_set = ShotSet.objects.get()
    whole(shot_set, world.lac.owner)

    silent = shop.post(page(dossier), {"acte": f"envoyer:{shot_set.pk}", "examen": "ead"})
    assert "Dites si un organe de sécurité est touché" in silent.content.decode()
    answer = shop.post(page(dossier), {"acte": f"envoyer:{shot_set.pk}", "securite": "oui"})

    number = Deposit.objects.get(kind="ead").number
    assert answer.headers["Location"] == reverse("receipt", args=[number])
    body = shop.get(page(dossier), {"examen": "ead"}).content.decode()
    assert number in body
    assert body.count("/apercu/") == 10


def test_the_cabinet_sees_the_set_once_it_is_sent(dossier, world, client):
    with scope.acting_as(world.lac.owner.pk) as owner:
        shot_set = shots.begin(dossier, "ead", actor=owner)
        whole(shot_set, world.lac.owner)
    client.force_login(world.alpes.expert)
    url = reverse("admin:claims_dossier_change", args=[dossier.pk])
    assert "En préparation chez le réparateur" in client.get(url).content.decode()

    with scope.acting_as(world.lac.owner.pk) as owner:
        shots.send(shot_set, safety="oui", comment="Porte avant", actor=owner)

    body = client.get(url).content.decode()
    assert "Numéro de série (VIN)" in body
    assert spaced("Organes de sécurité touchés : <strong>oui</strong>") in spaced(body)


def test_the_book_is_printed_into_the_dossier_once(dossier, world, owner):
    pytest.importorskip("weasyprint")
    shot_set = shots.begin(dossier, "ead", actor=owner)
    whole(shot_set, world.lac.owner)
    shots.send(shot_set, safety="non", actor=owner)
    with scope.system(System.TESTS):
        Job.objects.exclude(kind="shot_book").delete()

    jobs.run_due(limit=2, seconds=60)

    shot_set.refresh_from_db()
    assert shot_set.book.label.startswith(f"EAD_{dossier.reference}_")
    with shot_set.book.file.open("rb") as printed:
        assert printed.read(5) == b"%PDF-"


def test_the_pages_cost_the_same_for_one_photo_and_ten(dossier, world, shop, django_assert_num_queries):
    shop.post(page(dossier), {"acte": "commencer:ead"})
    shot_set = ShotSet.objects.get()
    UploadFactory(dossier=dossier, user=world.lac.owner, shot=shot_set.shots.earliest("position"), **GOOD)
    shop.get(page(dossier))
    with django_assert_num_queries(9):
        shop.get(page(dossier))
    whole(shot_set, world.lac.owner)
    with django_assert_num_queries(9):
        shop.get(page(dossier))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_begin_and_send_at_once_one_set_leaves_once(people):
    with scope.system(System.TESTS):
        dossier = DossierFactory(state=State.AWAITING_REMOTE, **people["place"])

    def begin(actor):
        return shots.begin(dossier, "ead", actor=actor).pk

    begun, _ = crowd([(people[Kind.REPAIRER][number % 2], begin) for number in range(16)])
    with scope.system(System.TESTS):
        shot_set = ShotSet.objects.select_related("dossier").get()
        whole(shot_set, shot_set.author)

    def send(actor):
        return shots.send(shot_set, safety="non", actor=actor).deposit.number

    sent, told = crowd([(people[Kind.REPAIRER][number % 2], send) for number in range(16)])

    assert (len(begun), set(begun)) == (16, {shot_set.pk})
    assert (len(sent), len(set(sent)), told) == (16, 1, [])
    with scope.system(System.TESTS):
        assert JournalEntry.objects.filter(event="shots_sent").count() == 1
