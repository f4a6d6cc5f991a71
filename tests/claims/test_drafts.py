"""What a collaborator submits is corrected by a responsable, and leaves as it was corrected."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import scope
from accounts.models import JournalEntry
from claims.models import Document, Dossier, Supplement, Upload
from claims.services import deposits, supplements
from claims.workflow import State
from tests.factories import DelegationFactory, DelegationProfileFactory, UploadFactory


@pytest.fixture
def dossier(world):
    Upload.objects.all().delete()
    row = world.lac.dossiers["ALPES"]
    Dossier.objects.filter(pk=row.pk).update(state=State.AWAITING_INVOICE)
    return Dossier.objects.get(pk=row.pk)


@pytest.fixture
def helper(world):
    """Somebody who may send, under validation."""
    rights = ["view", "deposit", "supplement"]
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, sites=[world.lac.establishment], rights=rights, needs_validation=True
    )
    return DelegationFactory(profile=profile).member.user


@pytest.fixture
def sent(dossier, helper):
    file = UploadFactory(dossier=dossier, user=helper, state="ready", content_type="image/jpeg", name="a.jpg")
    with scope.acting_as(helper.pk) as actor:
        return deposits.send(dossier, [file], kind=Document.Kind.OTHER, comment="Voici", actor=actor)


@pytest.fixture
def asked(dossier, helper):
    with scope.acting_as(helper.pk) as actor:
        return supplements.send(dossier, [], comment="Longeron", amount=Decimal("12.50"), actor=actor)


def page(draft):
    return reverse("draft_amend", args=[draft.pk])


def test_the_type_and_the_comment_of_a_deposit_are_corrected(sent, world, client):
    client.force_login(world.lac.owner)
    shown = client.get(page(sent))
    assert (shown.context["form"]["kind"].value(), shown.context["form"]["comment"].value()) == ("autre", "Voici")
    assert "a.jpg" in shown.content.decode()
    assert page(sent) in client.get(reverse("drafts")).content.decode()

    client.post(page(sent), {"kind": "photo", "comment": "Le choc"})

    paper = Document.objects.sent().get(label="a.jpg")
    assert (paper.kind, paper.deposit.comment) == ("photo", "Le choc")
    sent.refresh_from_db()
    assert sent.state == "amended"
    assert JournalEntry.objects.get(event="draft_decided").detail["former"]["kind"] == "autre"


def test_what_cannot_be_sent_so_is_told_and_waits_on(sent, world, client):
    client.force_login(world.lac.owner)

    answer = client.post(page(sent), {"kind": "facture", "comment": ""})

    assert "s’envoie en PDF" in answer.content.decode().replace("&#x27;", "’")
    sent.refresh_from_db()
    assert (sent.state, sent.payload["kind"]) == ("pending", "autre")


def test_a_request_for_more_is_corrected(asked, world, client):
    client.force_login(world.lac.owner)
    assert "12,5" in client.get(page(asked)).content.decode()

    client.post(page(asked), {"comment": "Longeron plié", "amount": "1 250,50"})

    row = Supplement.objects.get(comment="Longeron plié")
    assert row.amount_asked == Decimal("1250.50")


def test_only_a_responsable_corrects_and_once(asked, helper, world, client):
    client.force_login(helper)
    assert client.get(page(asked)).status_code == 403
    client.force_login(world.mer.owner)
    assert client.get(page(asked)).status_code == 404

    client.force_login(world.lac.owner)
    client.post(page(asked), {"comment": "Longeron plié"})
    assert client.post(page(asked), {"comment": "Encore"}).status_code == 404
