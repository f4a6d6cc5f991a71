"""The letters of a day: once, at their hour, with what is still to be told, and nothing of what was seen."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.urls import reverse

from accounts import journal, scope
from accounts.scope import System
from claims.models import Document, DocumentRequest
from claims.services.documents import publish_document
from claims.services.requests import Fact as Asked
from claims.workflow import Fact as PaperFact
from messaging.models import ChannelChoice, Digest, Notification
from messaging.services import digests, send_due
from messaging.services.letters import message_id
from messaging.tasks import write_digests
from tests.factories import ExpectationFactory
from tests.messaging.test_crashes import in_threads

PARIS = ZoneInfo("Europe/Paris")
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=PARIS)  # a Tuesday
EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=PARIS)
REPORT = Document.Kind.REPORT


def wants(user, **chosen):
    for topic, channel in chosen.items():
        ChannelChoice.objects.update_or_create(user=user, topic=topic, defaults={"channel": channel})


def publish(world, content=b"%PDF-1.7 un", kind=REPORT):
    with scope.acting_as(world.alpes.expert.pk) as actor:
        file = ContentFile(content, name="Rapport MARTIN.pdf")
        return publish_document(world.lac.dossiers["ALPES"], file, actor=actor, kind=kind)[0]


@pytest.fixture
def kept(world):
    """The owner has a report waiting for the morning."""
    Notification.objects.all().delete()
    ChannelChoice.objects.all().delete()
    Digest.objects.all().delete()
    wants(world.lac.owner, rapport="resume")
    with time_machine.travel(datetime(2026, 11, 23, 15, tzinfo=PARIS), tick=False):
        publish(world)
    return world


def letter(at=MORNING):
    with time_machine.travel(at, tick=False):
        digests.write_due()
        send_due()
    return [sent for sent in mail.outbox if "résumé" in sent.subject or "reste" in sent.subject]


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("2026-11-24T07:29", []),
        ("2026-11-24T07:30", ["matin"]),
        ("2026-11-24T11:59", ["matin"]),
        ("2026-11-24T12:00", []),
        ("2026-11-24T17:30", ["soir"]),
        ("2026-11-24T20:30", []),
        ("2026-11-22T08:00", []),  # Sunday
        ("2026-11-11T08:00", []),  # Armistice
        ("2027-03-29T08:00", []),  # Easter Monday, the day after the clocks changed
        ("2026-03-30T07:30", ["matin"]),  # the Monday after they changed
        ("2026-10-26T07:30", ["matin"]),
    ],
)
def test_a_letter_has_its_hours_in_paris_on_working_days(at, due):
    assert digests.moments_due(datetime.fromisoformat(at).replace(tzinfo=PARIS)) == due


def test_the_morning_tells_what_was_kept_without_any_name(kept):
    [sent] = letter()

    assert sent.to == ["patron@lac.test"]
    assert sent.subject == "Votre résumé du 24 novembre"
    dossier = kept.lac.dossiers["ALPES"]
    assert f"23/11 15:00 – Rapport définitif : dossier {dossier.reference}" in sent.body
    assert "MARTIN" not in sent.body
    assert dossier.insured_name not in sent.body
    line, told = Notification.objects.order_by("pk")
    assert (line.state, line.reason, told.state) == ("sent", "dans le résumé du matin", "sent")


def test_the_same_day_twice_is_once(kept):
    for _ in range(3):
        letter()
    publish(kept, b"%PDF-1.7 deux", Document.Kind.MINUTES)
    with time_machine.travel(MORNING, tick=False):
        write_digests()

    assert len(letter()) == 1
    assert Digest.objects.count() == 1


def test_what_comes_after_waits_for_the_next_morning(kept):
    letter()
    with time_machine.travel(MORNING.replace(hour=10), tick=False):
        publish(kept, b"%PDF-1.7 deux")

    assert len(letter(MORNING.replace(hour=11))) == 1
    assert len(letter(MORNING.replace(day=25))) == 2


def test_what_was_seen_meanwhile_leaves_no_letter(kept, client):
    with time_machine.travel(MORNING.replace(day=23, hour=19), tick=False):
        client.force_login(kept.lac.owner)
        client.get(reverse("dossier", args=["ALPES", kept.lac.dossiers["ALPES"].reference]))

    assert letter() == []
    line, told = Notification.objects.order_by("pk")
    assert (line.state, line.reason) == ("skipped", "lu entre-temps")
    assert (told.state, told.reason) == ("skipped", "rien à annoncer")


def test_what_was_mailed_at_once_is_in_no_letter(kept):
    wants(kept.lac.owner, pv="mail", autres_documents="mail")
    publish(kept, kind=Document.Kind.MINUTES)
    send_due()

    [sent] = letter()

    assert "PV" not in sent.body


def test_a_right_lost_overnight_is_silence(kept):
    kept.lac.establishment.cabinet_links.update(suspended_at="2026-01-01T00:00Z")

    assert letter() == []
    assert "plus concerné" in Notification.objects.order_by("pk").first().reason


def test_a_letter_too_late_leaves_its_lines_to_the_next(kept):
    with time_machine.travel(MORNING, tick=False):
        digests.write_due()
    with time_machine.travel(MORNING.replace(hour=15), tick=False):
        send_due()
    assert Notification.objects.get(event="morning_digest").reason.startswith("trop tard")

    [sent] = letter(MORNING.replace(day=25))
    assert "Rapport définitif" in sent.body


def test_a_letter_sent_twice_after_a_crash_says_the_same(kept):
    [first] = letter()
    told = Notification.objects.get(event="morning_digest")
    Notification.objects.filter(pk=told.pk).update(state="queued", sent_at=None)
    Notification.objects.filter(digest=told.subject_id).update(state="held", sent_at=None)
    publish(kept, b"%PDF-1.7 autre", Document.Kind.LETTER)

    _, again = letter()

    assert first.message()["Message-ID"] == again.message()["Message-ID"] == message_id(told.key)
    assert first.body == again.body


def test_what_waits_is_told_morning_and_evening_to_who_asked(world):
    Notification.objects.all().delete()
    ChannelChoice.objects.all().delete()
    Digest.objects.all().delete()
    wants(world.lac.owner, matin="mail")
    wants(world.lac.member.user, soir="mail")
    ExpectationFactory(dossier=world.lac.dossiers["ALPES"], object_id=7, due_on=date(2026, 11, 20))

    [morning] = letter()
    assert (morning.to, "Attendu de vous, en retard : " in morning.body) == (["patron@lac.test"], True)
    _, evening = letter(EVENING)
    assert (evening.to, evening.subject) == (["aide@lac.test"], "Ce qui reste ce 24 novembre")


def test_an_evening_with_nothing_left_is_silent(world):
    Notification.objects.all().delete()
    ChannelChoice.objects.all().delete()
    Digest.objects.all().delete()
    wants(world.alpes.clerk, soir="mail")
    from messaging.services import sections

    assert sections.waiting_for(scope.ANONYMOUS) == []
    world.alpes.clerk.cabinet_member.menus = []
    world.alpes.clerk.cabinet_member.save()

    assert letter(EVENING) == []


def test_staff_have_their_summary_too(world):
    Notification.objects.all().delete()
    ChannelChoice.objects.all().delete()
    Digest.objects.all().delete()
    wants(world.alpes.clerk, envois="resume")
    with scope.system(System.TESTS) as actor:
        journal.record(world.lac.deposits["ALPES"], "deposit_arrived", actor=actor)

    sent = next(one for one in letter() if one.to == ["gestionnaire@alpes.test"])

    assert world.lac.dossiers["ALPES"].reference in sent.body
    assert "/admin/" in sent.body


def test_withdrawn_requests_are_not_in_it(world):
    Notification.objects.all().delete()
    ChannelChoice.objects.all().delete()
    Digest.objects.all().delete()
    wants(world.lac.owner, demandes="resume")
    request = world.lac.requests["ALPES"]
    with scope.system(System.TESTS) as actor:
        journal.record(request, Asked.DOCUMENTS_ASKED, actor=actor)
    DocumentRequest.objects.filter(pk=request.pk).update(withdrawn_at="2026-11-23T10:00Z")

    assert letter() == []


@pytest.mark.django_db(transaction=True)
def test_several_writers_write_one_letter(transactional_db):
    from tests.factories import UserFactory

    with scope.system(System.TESTS):
        users = [UserFactory() for _ in range(5)]
        for user in users:
            wants(user, soir="mail")

    with time_machine.travel(EVENING, tick=False):
        written = in_threads(digests.write_due, 4)

    assert sum(written) == 5
    with scope.system(System.TESTS):
        assert Notification.objects.filter(event="evening_digest").count() == 5


def test_the_command_tells_in_french_and_may_be_forced(kept, capsys):
    with time_machine.travel(datetime(2026, 11, 22, 15, tzinfo=PARIS), tick=False):
        call_command("digest")
        assert "Ce n’est l’heure d’aucun résumé" in capsys.readouterr().out
        for count in (1, 0):
            call_command("digest", moment="matin")
            assert f"{count} résumé(s) écrit(s)" in capsys.readouterr().out


def test_each_optional_fact_has_a_line(kept):
    """What `line_of` shows of a document is what its own mail would have been called."""
    row = Notification.objects.get()

    assert row.event == PaperFact.DOCUMENT_ARRIVED
    from messaging.services.letters import line_of

    paper = Document.objects.get(pk=row.subject_id)
    assert line_of(row, paper)[1].endswith(f"/{paper.dossier.reference}/documents/")
