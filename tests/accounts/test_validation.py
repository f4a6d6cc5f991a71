"""Validation before sending: one decision on each draft, and what it then does."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.models import Draft, JournalEntry
from accounts.scope import Right, System
from accounts.services import validation
from messaging.services import send_due
from tests.accounts.test_decision import at_once
from tests.factories import DelegationFactory, DelegationProfileFactory, EstablishmentFactory, ShopMemberFactory

sent = []


@pytest.fixture(autouse=True)
def essay(monkeypatch):
    """An action of this test alone."""
    monkeypatch.setattr(validation, "_handlers", {})
    sent.clear()
    services.register("essay", lambda draft, actor: sent.append((draft.payload, actor.role)), right=Right.INVOICE)


@pytest.fixture
def author(world):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation,
        rights=["view", "invoice"],
        sites=[world.lac.establishment],
        needs_validation=True,
    )
    return DelegationFactory(profile=profile).member.user


def submit(user, site, **more):
    with scope.acting_as(user.pk) as actor:
        return services.submit(
            "essay", actor=actor, establishment_id=site.pk, summary="Facture 12", payload={"n": 1}, **more
        )


def decide(act, user, draft, **more):
    with scope.acting_as(user.pk) as actor:
        return act(draft, actor=actor, **more)


def test_what_is_submitted_leaves_when_it_is_approved(world, author):
    draft = submit(author, world.lac.establishment, cabinet_id=world.alpes.cabinet.pk)
    assert sent == []
    send_due()
    assert [letter.to for letter in mail.outbox] == [["patron@lac.test"]]

    decide(services.approve, world.lac.owner, draft)

    assert sent == [({"n": 1}, "responsable")]
    send_due()
    assert mail.outbox[-1].to == [author.email]


def test_amending_sends_the_other_content_and_keeps_the_first(world, author):
    draft = submit(author, world.lac.establishment)

    decide(services.amend, world.lac.owner, draft, payload={"n": 2}, reason="Total faux.")

    assert sent == [({"n": 2}, "responsable")]
    assert JournalEntry.objects.get(event="draft_decided").detail["former"] == {"n": 1}


def test_refusing_sends_nothing_and_says_why(world, author):
    draft = submit(author, world.lac.establishment)
    with pytest.raises(ValidationError):
        decide(services.refuse, world.lac.owner, draft, reason=" ")

    decide(services.refuse, world.lac.owner, draft, reason="Mauvais dossier.")
    send_due()

    assert sent == []
    assert "Mauvais dossier." in mail.outbox[-1].body


def test_a_handler_that_fails_leaves_the_draft_waiting(world, author, monkeypatch):
    def fail(_draft, _actor):
        raise NotAllowed("Trop tard.")

    monkeypatch.setitem(validation._handlers, "essay", (Right.INVOICE, fail))
    draft = submit(author, world.lac.establishment)
    with pytest.raises(NotAllowed, match="Trop tard"):
        decide(services.approve, world.lac.owner, draft)

    draft.refresh_from_db()
    assert draft.state == "pending"


def test_who_may_not_act_may_not_submit_and_only_owners_decide(world, author):
    north = EstablishmentFactory(organisation=world.lac.organisation)
    for site in (north, world.mer.establishment):
        with pytest.raises(NotAllowed):
            submit(author, site)
    with pytest.raises(NotAllowed):
        submit(world.lac.member.user, world.lac.establishment)
    with pytest.raises(NotAllowed):
        submit(author, world.lac.establishment, cabinet_id=world.berry.cabinet.pk)
    draft = submit(author, world.lac.establishment)
    for stranger in (author, world.lac.member.user, world.mer.owner, world.alpes.manager, world.network):
        with pytest.raises(NotAllowed):
            decide(services.approve, stranger, draft)
    assert sent == []


def test_the_second_of_two_decisions_says_who_was_first(world, author):
    draft = submit(author, world.lac.establishment)
    decide(services.approve, world.lac.owner, draft)

    with pytest.raises(NotAllowed, match="Déjà validé par Carrosserie Lac"):
        decide(services.refuse, world.lac.owner, draft, reason="Non.")


def test_the_page_lists_and_decides(world, author, client):
    draft = submit(author, world.lac.establishment)
    client.force_login(author)
    assert client.get(reverse("drafts")).status_code == 403
    assert client.post(reverse("draft_decide", args=[draft.pk]), {"decision": "approve"}).status_code == 403
    client.force_login(world.mer.owner)
    assert "Facture 12" not in client.get(reverse("drafts")).content.decode()
    assert client.post(reverse("draft_decide", args=[draft.pk]), {"decision": "approve"}).status_code == 404

    client.force_login(world.lac.owner)
    assert "Facture 12" in client.get(reverse("drafts")).content.decode()
    assert client.post(reverse("draft_decide", args=[draft.pk]), {"decision": "refuse"}).status_code == 302
    assert client.post(reverse("draft_decide", args=[draft.pk]), {"decision": "autre"}).status_code == 302
    assert Draft.objects.get(pk=draft.pk).state == "pending", "no reason, no such decision"
    assert client.post(reverse("draft_decide", args=[draft.pk]), {"decision": "approve"}).status_code == 302
    assert sent == [({"n": 1}, "responsable")]
    assert "Facture 12" not in client.get(reverse("drafts")).content.decode().split("<main")[1].split("</ul>")[-1]


def test_a_suspended_cabinets_drafts_are_not_seen(world, author, client):
    submit(author, world.lac.establishment, cabinet_id=world.alpes.cabinet.pk)
    world.lac.establishment.cabinet_links.update(suspended_at=timezone.now())
    client.force_login(world.lac.owner)

    assert "Facture 12" not in client.get(reverse("drafts")).content.decode()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_people_deciding_at_once_one_does(transactional_db):
    with scope.system(System.TESTS):
        site = EstablishmentFactory()
        one, two = (ShopMemberFactory(organisation=site.organisation).user for _ in range(2))
    for _ in range(5):
        sent.clear()
        draft = submit(one, site)

        results = at_once(
            lambda draft=draft: decide(services.approve, one, draft),
            lambda draft=draft: decide(services.approve, two, draft),
        )

        assert sorted(isinstance(result, NotAllowed) for result in results) == [False, True]
        assert len(sent) == 1
