"""The table of what is told, and its templates."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail

from accounts import journal, scope
from accounts.models import ShopMember
from accounts.scope import System
from accounts.services import Event
from claims.models import DossierFacts
from claims.services import callbacks, deposits, incidents, quarantine, reminders, requests, shots, supplements
from claims.services.appointments import Fact as DateFact
from claims.services.missing import Fact
from claims.workflow import Fact as PaperFact
from messaging.models import ChannelChoice, Notification
from messaging.models.threads import Fact as Talk
from messaging.rules import TELL
from messaging.services import send_due
from messaging.topics import LetterFact
from tariffs.services import Fact as Priced
from tests.factories import (
    AccountRequestFactory,
    AppointmentFactory,
    CabinetMemberFactory,
    DigestFactory,
    DocumentFactory,
    DraftFactory,
    EstablishmentFactory,
    ExpectationFactory,
    LetterFactory,
    MessageFactory,
    ShopInvitationFactory,
    ShopMemberFactory,
    SignUpFactory,
    SiretCodeFactory,
    SupplementFactory,
    TariffVersionFactory,
    ThreadFactory,
    TransmissionFactory,
)

TEMPLATES = Path(settings.BASE_DIR) / "templates"
PARTS = ("_subject.txt", "_body.txt", "_body.html")
OFFERED = {"status": "offered", "moved_by": "cabinet"}


@pytest.mark.parametrize("event", TELL)
def test_each_event_has_its_three_templates(event):
    assert TELL[event].template.endswith(f"/email/{event}")
    for part in PARTS:
        assert (TEMPLATES / f"{TELL[event].template}{part}").is_file()


def test_each_mail_template_is_used():
    found = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.glob("*/email/[!_]*")}

    assert found == {f"{rule.template}{part}" for rule in TELL.values() for part in PARTS}


def test_each_event_is_recorded_somewhere():
    sources = "".join(path.read_text() for path in Path(settings.BASE_DIR).glob("*/services/**/*.py"))

    for event in TELL:
        assert re.search(rf"\b\w+\.{event.upper()}\b", sources), event


def _checked(world, verdict):
    return DocumentFactory(
        dossier=world.lac.dossiers["ALPES"],
        direction="sent",
        kind="facture",
        sender=world.lac.owner,
        verdict=verdict,
        verdict_reason="Montants différents",
        verdict_at="2026-11-20T10:00Z",
    )


def _talk(world):
    """Of Mer's dossier at Berry, which nobody has looked at."""
    thread = ThreadFactory(dossier=world.mer.dossiers["BERRY"], opener=world.mer.owner, state="cabinet")
    yield Talk.MESSAGE_FOR_CABINET, MessageFactory(thread=thread, side="shop", author_label="Carrosserie d'en face")
    yield Talk.ANSWER_TO_VALIDATE, MessageFactory(thread=thread, author=world.berry.clerk, state="waiting")
    yield Talk.MESSAGE_FOR_SHOP, MessageFactory(thread=thread)
    yield Talk.ANSWER_CHANGED, MessageFactory(thread=thread, author=world.berry.clerk, state="refused", reason="<b>")
    asked = ThreadFactory(dossier=thread.dossier, opener=world.berry.expert, state="shop", is_question=True)
    yield Talk.QUESTION_FOR_SHOP, MessageFactory(thread=asked)


def _facts(world):
    """One subject for each event, in the state that the event tells."""
    new = ShopMemberFactory(organisation=world.deux.organisation, role=ShopMember.Role.COLLABORATOR)
    approved, refused = world.berry.request, world.alpes.request
    ShopMemberFactory(user=approved.user)
    yield Event.EMAIL_TO_CONFIRM, SignUpFactory()
    yield Event.ACCOUNT_REQUESTED, world.alpes.request
    yield Event.ACCOUNT_EXISTS, world.lac.owner
    yield Event.PASSWORD_RESET, world.lac.owner
    yield Event.PASSWORD_CHANGED, world.lac.owner
    yield Event.EMAIL_CHANGE_ASKED, world.lac.email_change
    yield Event.EMAIL_CHANGED, world.lac.email_change
    for event in (Event.FACTOR_ADDED, Event.FACTOR_REMOVED, Event.CODES_RENEWED):
        yield event, world.lac.owner
    yield Event.COLLEAGUE_JOINED, new
    yield from _doorstep(world)
    for event, verdict in ((PaperFact.DEPOSIT_ACCEPTED, "conforme"), (PaperFact.DEPOSIT_REFUSED, "non_conforme")):
        yield event, _checked(world, verdict)
    yield Fact.MISSING_DOSSIER_ASKED, world.lac.missing["ALPES"]
    yield Fact.MISSING_DOSSIER_ANSWERED, world.lac.missing["ALPES"]
    yield from _letters(world)
    late = ExpectationFactory(dossier=world.lac.dossiers["ALPES"], object_id=1, due_on=date(2026, 1, 5))
    yield reminders.Fact.REMINDER_LETTER, LetterFactory(user=world.lac.owner, expectations=[late.pk])
    yield DateFact.DATE_FOR_CABINET, world.lac.dates["ALPES"]
    yield DateFact.DATE_FOR_SHOP, AppointmentFactory(dossier=world.deux.dossiers["ALPES"], kind="ead", **OFFERED)
    invited = CabinetMemberFactory(cabinet=world.alpes.cabinet)
    invited.user.set_unusable_password()
    invited.user.save()
    yield Event.STAFF_INVITED, invited
    closed, opened = (shop.establishment.cabinet_links.first() for shop in (world.lac, world.mer))
    closed.suspended_at, closed.suspension_reason = "2026-01-01T00:00Z", "L'accès <b>"
    closed.save()
    yield Event.SHOP_SUSPENDED, closed
    yield Event.SHOP_RESUMED, opened
    deposit = world.lac.deposits["ALPES"]
    paper = DocumentFactory(dossier=deposit.dossier, deposit=deposit, sender=world.lac.owner)
    yield deposits.Fact.RECEIPT_ISSUED, deposit
    yield deposits.Fact.DEPOSIT_ARRIVED, deposit
    yield quarantine.Fact.DOCUMENT_INFECTED, paper
    yield quarantine.Fact.SCAN_DELAYED, paper
    priced = TariffVersionFactory(site=world.lac.establishment, number=9, sender=world.lac.owner)
    received = TransmissionFactory(version=priced, cabinet=world.alpes.cabinet)
    yield Priced.TARIFF_RECEIVED, received
    yield Priced.TARIFF_RESENT, received
    yield Priced.TARIFF_ACKNOWLEDGED, received
    yield requests.Fact.DOCUMENTS_ASKED, world.mer.requests["BERRY"]
    yield callbacks.Fact.CALLBACK_ASKED, world.lac.callbacks["ALPES"]
    unseen = world.mer.dossiers["BERRY"]
    type(unseen).objects.filter(pk=unseen.pk).update(unseen_on=date(2026, 1, 5))
    yield incidents.Fact.VEHICLE_REPORTED, DossierFacts.objects.get(dossier=unseen)
    yield shots.Fact.SHOTS_SENT, world.lac.shots["ALPES"].shot_set
    yield supplements.Fact.SUPPLEMENT_ASKED, world.lac.dossiers["ALPES"].supplements.get()
    decided = {"number": 2, "author": world.mer.owner, "decided_at": "2026-01-01T00:00Z"}
    refused_one = SupplementFactory(dossier=world.mer.dossiers["BERRY"], status="refused", reason="<b>", **decided)
    yield supplements.Fact.SUPPLEMENT_ANSWERED, refused_one
    yield from _talk(world)
    yield Event.INVITED, world.lac.invitation
    yield Event.ACCESS_GRANTED, world.lac.delegation
    yield Event.ACCESS_REVOKED, world.lac.delegation
    yield Event.DRAFT_SUBMITTED, world.lac.draft
    yield (
        Event.DRAFT_DECIDED,
        DraftFactory(
            establishment=world.mer.establishment,
            author=world.mer.member.user,
            state="refused",
            decided_at="2026-01-01T00:00Z",
            decided_by="Carrosserie Mer",
            reason="Le montant <b>",
        ),
    )
    yield Event.MEMBER_LEFT, world.lac.member
    for row, state in ((approved, "approved"), (refused, "refused")):
        row.state, row.decided_at, row.decided_by = state, "2026-01-01T00:00Z", "Le cabinet"
        row.reason = "L'adresse <b>"
        row.save()
        yield Event[f"ACCOUNT_{state.upper()}"], row


def _letters(world):
    """A report for who wants it by mail, what is kept for the morning, and what is left in the evening."""
    owner, helper = world.lac.owner, world.lac.member.user
    for user, topic, channel in ((owner, "rapport", "mail"), (helper, "rapport", "resume"), (owner, "soir", "mail")):
        ChannelChoice.objects.update_or_create(user=user, topic=topic, defaults={"channel": channel})
    yield PaperFact.DOCUMENT_ARRIVED, DocumentFactory(dossier=world.lac.dossiers["ALPES"], kind="rapport")
    morning = DigestFactory(user=helper, moment="matin")
    Notification.objects.filter(recipient=helper, state="held").update(digest=morning)
    yield LetterFact.MORNING_DIGEST, morning
    yield LetterFact.EVENING_DIGEST, DigestFactory(user=owner, moment="soir", day=date(2026, 1, 3))


def _doorstep(world):
    """What goes to and fro before somebody is let in."""
    cabinet, site = world.alpes.cabinet, world.lac.establishment
    asked = AccountRequestFactory(
        cabinet=cabinet, siret=site.siret, asked_at="2026-01-01T00:00Z", question="L'enseigne <b>"
    )
    yield Event.ACCOUNT_ASKED, asked
    yield Event.ACCOUNT_ANSWERED, asked
    yield Event.COLLEAGUE_ASKED, asked
    yield Event.SIRET_PROVEN, asked
    code = SiretCodeFactory(request=asked, link=site.cabinet_links.get())
    yield Event.SIRET_CODE_SENT, code
    yield Event.SHOP_INVITED, ShopInvitationFactory(cabinet=cabinet, inviter=world.alpes.manager)
    sister = EstablishmentFactory(siret=f"{site.siren}00099", organisation=None)
    yield Event.ESTABLISHMENT_PROPOSED, sister


def test_each_mail_is_complete(world, settings):
    settings.BASE_URL = "https://portail.exemple.test"
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = "MANQUE(%s)"
    with scope.system(System.TESTS) as actor:
        for event, subject in _facts(world):
            journal.record(subject, event, actor=actor)
            send_due()

    assert {sent.to[0] for sent in mail.outbox} >= {"patron@deux.test", "patron@lac.test", "responsable@alpes.test"}
    sent_of = Counter(Notification.objects.filter(state="sent").values_list("event", flat=True))
    assert set(sent_of) == set(TELL)
    assert len(mail.outbox) == sent_of.total() - Notification.objects.exclude(digest=None).count()
    for sent in mail.outbox:
        html = str(sent.alternatives[0][0])
        assert "MANQUE" not in sent.subject + sent.body + html
        assert 10 < len(sent.subject) < 80
        assert "https://portail.exemple.test/" in sent.body
        assert "indésirables" in sent.body
        assert "&#x27;" not in sent.subject + sent.body
        links = set(re.findall(r"https?://\S+", sent.body))
        assert links == set(re.findall(r'href="([^"]+)"', html))
        assert all(link.startswith("https://portail.exemple.test/") for link in links)
        assert "<b>" not in html
