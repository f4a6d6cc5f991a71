"""Compléments: asked by the shop, decided once, printed, read."""

# ruff: noqa: F811 -- a fixture is imported, and asked for by its name

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import Draft, JournalEntry, User
from accounts.scope import Kind, System
from claims.models import Dossier, Expectation, Job, Supplement, Upload
from claims.services import jobs
from claims.services.supplements import decide_supplement, request_supplement, send
from claims.workflow import State
from tests import samples
from tests.claims.test_races import crowd, people  # noqa: F401 -- a fixture
from tests.factories import (
    DelegationFactory,
    DelegationProfileFactory,
    DossierFactory,
    SupplementFactory,
    UploadFactory,
)


@pytest.fixture
def dossier(world):
    Supplement.objects.all().delete()
    Upload.objects.all().delete()
    row = world.lac.dossiers["ALPES"]
    Dossier.objects.filter(pk=row.pk).update(state=State.AWAITING_INVOICE)
    return Dossier.objects.get(pk=row.pk)


@pytest.fixture
def owner(world):
    with scope.acting_as(world.lac.owner.pk) as actor:
        yield actor


def asked(dossier, actor, comment="Longeron plié", uploads=(), **more):
    return request_supplement(dossier, list(uploads), comment=comment, actor=actor, **more)


def as_expert(world):
    return scope.acting_as(world.alpes.expert.pk)


def test_requests_are_numbered_within_their_dossier(dossier, owner):
    first, second = asked(dossier, owner), asked(dossier, owner)

    assert [str(first), str(second)] == ["Complément n° 1", "Complément n° 2"]
    assert Expectation.objects.filter(dossier=dossier, kind="complement", who="cabinet").count() == 2


def test_a_button_pressed_twice_asks_once(dossier, owner):
    assert asked(dossier, owner, key="a" * 32) == asked(dossier, owner, key="a" * 32)


def test_neither_comment_nor_photo_is_no_request(dossier, owner):
    with pytest.raises(ValidationError, match="l’un des deux suffit"):
        asked(dossier, owner, comment="  ")


@pytest.mark.parametrize("state", ["mission_recue", "attente_rdv", "termine"])
def test_it_is_asked_once_the_car_was_to_be_seen(state, dossier, owner):
    Dossier.objects.filter(pk=dossier.pk).update(state=state)

    with pytest.raises(NotAllowed):
        asked(dossier, owner)


@pytest.mark.parametrize(
    ("status", "state", "amount"),
    [
        ("accepted", "en_cours", Decimal(100)),
        ("partial", "en_cours", Decimal(100)),
        ("refused", "attente_facture", None),
    ],
)
def test_a_decision_moves_the_dossier_as_the_table_says(status, state, amount, world, dossier, owner):
    row = asked(dossier, owner)

    with as_expert(world) as expert:
        row = decide_supplement(row, status=status, reason="Vu sur photo", amount=Decimal(100), actor=expert)

    dossier.refresh_from_db()
    assert (dossier.state, row.amount_accepted) == (state, amount)
    assert Expectation.objects.get(dossier=dossier, kind="reponse").who == "shop"
    assert JournalEntry.objects.filter(event="supplement_decided", subject_id=dossier.pk).count() == 1


@pytest.mark.parametrize("status", ["partial", "refused"])
def test_less_than_asked_says_why(status, world, dossier, owner):
    row = asked(dossier, owner)

    with as_expert(world) as expert, pytest.raises(ValidationError, match="motif"):
        decide_supplement(row, status=status, reason=" ", actor=expert)


def test_only_an_expert_decides(world, dossier, owner):
    row = asked(dossier, owner)

    with scope.acting_as(world.alpes.clerk.pk) as clerk, pytest.raises(NotAllowed, match="expert"):
        decide_supplement(row, status="accepted", actor=clerk)
    with pytest.raises(NotAllowed):
        decide_supplement(row, status="accepted", actor=owner)


def test_who_must_submit_waits_for_a_responsable(world, dossier):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=["view", "supplement"], needs_validation=True
    )
    user = DelegationFactory(profile=profile).member.user
    with scope.acting_as(user.pk) as actor:
        draft = send(dossier, [], comment="Longeron plié", amount=Decimal("12.50"), actor=actor)
    assert isinstance(draft, Draft)
    assert not Supplement.objects.exists()

    with scope.acting_as(world.lac.owner.pk) as owner:
        services.approve(draft, actor=owner)

    row = Supplement.objects.get()
    assert (row.comment, row.amount_asked, row.author) == ("Longeron plié", Decimal("12.50"), world.lac.owner)


# The pages -----------------------------------------------------------------------------------------------------------


def page(dossier):
    return reverse("dossier_supplement", args=["ALPES", dossier.reference])


def test_the_shop_asks_the_expert_answers_the_shop_reads(world, dossier, client):
    client.force_login(world.lac.owner)
    key = client.get(page(dossier)).context["form"]["cle"].value()
    answer = client.post(page(dossier), {"comment": "Longeron plié", "amount": "1 250,50", "cle": key}, follow=True)
    assert "Complément n° 1 envoyé" in answer.content.decode()
    assert Supplement.objects.get().amount_asked == Decimal("1250.50")

    client.force_login(world.alpes.expert)
    decide = reverse("admin:claims_dossier_decide", args=[dossier.pk])
    refused = client.post(decide, {"complement": "1", "status": "partial"}, follow=True)
    assert "Écrivez le motif" in refused.content.decode()
    data = {"complement": "1", "status": "partial", "reason": "Sans la main-d’œuvre", "amount": "900"}
    assert "accepté en partie" in client.post(decide, data, follow=True).content.decode()
    assert client.post(decide, {"complement": "9", "status": "accepted"}).status_code == 404

    client.force_login(world.lac.owner)
    assert "Lire la réponse au complément" in client.get("/a-faire/").content.decode()
    body = client.get(page(dossier)).content.decode()
    assert "Sans la main-d’œuvre" in body
    assert "900,00" in body
    assert "Lire la réponse au complément" not in client.get("/a-faire/").content.decode()


def test_a_page_without_the_right_shows_answers_and_no_form(world, dossier, client):
    SupplementFactory(dossier=dossier, author=world.lac.owner)
    client.force_login(world.lac.member.user)

    answer = client.get(page(dossier))

    assert answer.context["form"] is None
    assert "Longeron avant droit" in answer.content.decode()
    assert client.post(page(dossier), {"comment": "x"}).status_code == 403


def test_an_empty_request_is_told_what_to_do(world, dossier, client):
    client.force_login(world.lac.owner)
    key = client.get(page(dossier)).context["form"]["cle"].value()

    assert "l’un des deux suffit" in client.post(page(dossier), {"cle": key}).content.decode()


def prepared(client, dossier, url, name):
    """Add a photo on a page, as one does without JavaScript; it is checked at once."""
    file = SimpleUploadedFile(name, samples.image(size=(640 + len(name), 480)), "image/jpeg")
    client.post(url, {"acte": "ajouter", "fichiers": [file]})
    Upload.objects.filter(name=name).update(state="ready", content_type="image/jpeg", sha256=f"{len(name):064x}")


def test_photos_left_on_the_other_page_do_not_go_along(world, dossier, client):
    client.force_login(world.lac.owner)
    send_page = reverse("dossier_send", args=["ALPES", dossier.reference])
    prepared(client, dossier, send_page, "oubliee.jpg")
    prepared(client, dossier, page(dossier), "longeron.jpg")
    shown = client.get(page(dossier))
    assert [row.name for row in shown.context["uploads"]] == ["longeron.jpg"]

    key = shown.context["form"]["cle"].value()
    client.post(page(dossier), {"comment": "Longeron plié", "cle": key})

    sent = Supplement.objects.get().deposit.documents.values_list("label", flat=True)
    assert list(sent) == ["longeron.jpg"]
    assert [row.name for row in client.get(send_page).context["uploads"]] == ["oubliee.jpg"]


@pytest.mark.parametrize("route", ["dossier_supplement", "dossier_send"])
def test_what_was_typed_survives_a_file_added_without_a_script_until_it_is_sent(route, dossier, client, world):
    client.force_login(world.lac.owner)
    url = reverse(route, args=[dossier.cabinet.code, dossier.reference])
    file = SimpleUploadedFile("a.pdf", samples.pdf(text="Devis"), "application/pdf")

    client.post(url, {"acte": "ajouter", "fichiers": [file], "comment": "Longeron <plié>", "amount": "1 905,60"})

    first, second = (client.get(url) for _ in range(2))
    jobs.run_due(seconds=60)
    cle = second.context["form"]["cle"].value()
    client.post(url, {"comment": "Longeron", "kind": "devis", "cle": cle})
    first, second, after = (shown.content.decode() for shown in (first, second, client.get(url)))
    assert "Longeron &lt;plié&gt;" in first
    assert ("1 905,60" in first) == (route == "dossier_supplement")
    assert "Longeron &lt;plié&gt;" in second, "the page was only loaded again"
    assert "Longeron &lt;plié&gt;" not in after


def test_photos_of_a_request_become_one_pdf_of_it_and_nothing_is_sent(world, dossier, client):
    client.force_login(world.lac.owner)
    for name in ("a.jpg", "bb.jpg"):
        prepared(client, dossier, page(dossier), name)

    client.post(page(dossier), {"acte": "reunir"})

    book = Upload.objects.get(name__startswith="Photos_")
    assert (book.for_supplement, len(book.parts)) == (True, 2)
    assert not Supplement.objects.exists()


def test_the_page_costs_the_same_for_one_request_and_three(world, dossier, client, django_assert_num_queries):
    client.force_login(world.lac.owner)
    client.get(page(dossier))
    for number in (1, 2, 3):
        SupplementFactory(dossier=dossier, author=world.lac.owner, number=number)
        if number != 2:
            with django_assert_num_queries(9):
                client.get(page(dossier))


def test_the_request_is_printed_into_the_dossier(world, dossier, owner):
    pytest.importorskip("weasyprint")
    upload = UploadFactory(dossier=dossier, user=world.lac.owner, state="ready", content_type="image/jpeg")
    row = asked(dossier, owner, uploads=[upload], amount=Decimal("1250.50"))

    with scope.system(System.TESTS):
        Job.objects.exclude(kind="supplement_pdf").delete()
    jobs.run_due(limit=1, seconds=60)

    row.refresh_from_db()
    assert row.pdf.label == f"Complement_1_{dossier.reference}.pdf"
    with row.pdf.file.open("rb") as printed:
        assert printed.read(5) == b"%PDF-"
    assert row.pdf.direction == "sent"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_deciding_at_once_one_decides(people):
    with scope.system(System.TESTS):
        asker = User.objects.get(pk=people[Kind.REPAIRER][0])
        row = SupplementFactory(dossier=DossierFactory(state=State.AWAITING_INVOICE, **people["place"]), author=asker)

    def act(actor):
        status = "accepted" if actor.user_id == people[Kind.STAFF][0] else "refused"
        return decide_supplement(row, status=status, reason="Vu", actor=actor).status

    won, told = crowd([(people[Kind.STAFF][number % 2], act) for number in range(16)])

    assert (len(won), len(told)) == (1, 15)
    with scope.system(System.TESTS):
        row = Supplement.objects.select_related("dossier").get(pk=row.pk)
        assert row.status == won[0]
        assert row.dossier.state == ("en_cours" if won == ["accepted"] else "attente_facture")
