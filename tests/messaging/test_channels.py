"""How each person is told: their choice, asked when a notification is written and again when it leaves."""

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts import journal, scope
from accounts.scope import Kind, Right, System
from accounts.services import Event
from claims.models import Document
from claims.services.documents import publish_document
from claims.services.requests import Fact as Asked
from messaging.models import Channel, ChannelChoice, News, Notification
from messaging.rules import TELL
from messaging.services import send_due
from messaging.services.channels import lines_for
from messaging.topics import LINES, OPTIONAL, Topic
from tests.factories import DelegationFactory, DelegationProfileFactory

KIND = Document.Kind
# What nobody may do without: accounts, security, receipts, and what a company's people decide among themselves.
MANDATORY = {
    *(event for event in Event if event in TELL and event not in OPTIONAL),
    "receipt_issued",
    "document_infected",
    "scan_delayed",
}


@pytest.fixture
def dossier(world):
    Notification.objects.all().delete()
    ChannelChoice.objects.all().delete()
    return world.lac.dossiers["ALPES"]


def wants(user, **chosen):
    for topic, channel in chosen.items():
        ChannelChoice.objects.update_or_create(user=user, topic=topic, defaults={"channel": channel})


def publish(world, dossier, kind=KIND.REPORT, content=b"%PDF-1.7 un"):
    with scope.acting_as(world.alpes.expert.pk) as actor:
        return publish_document(dossier, ContentFile(content, name="r.pdf"), actor=actor, kind=kind)[0]


def states():
    return dict(Notification.objects.values_list("recipient__email", "state"))


def test_every_mail_is_optional_or_said_to_be_mandatory():
    assert set(TELL) == set(OPTIONAL) | MANDATORY
    assert not set(OPTIONAL) & MANDATORY
    topics = {
        topic for found in OPTIONAL.values() for topic in ([found] if isinstance(found, str) else found.values())
    }
    assert topics == set(Topic) == set(LINES)


def test_documents_stay_on_the_portal_until_somebody_chooses_otherwise(world, dossier):
    publish(world, dossier)

    assert states() == {}
    assert News.objects.filter(user=world.lac.owner, title="Rapport définitif").exists()


@pytest.mark.parametrize(
    ("kind", "topic"),
    [
        (KIND.COVERAGE, Topic.COVERAGE),
        (KIND.INTERIM_REPORT, Topic.INTERIM_REPORT),
        (KIND.REPORT, Topic.REPORT),
        (KIND.MINUTES, Topic.PAPERS),
        (KIND.LETTER, Topic.PAPERS),
    ],
)
def test_each_kind_of_document_follows_its_line(world, dossier, kind, topic):
    wants(world.lac.owner, **{topic: Channel.MAIL})
    wants(world.lac.member.user, **{other: Channel.MAIL for other in Topic if other != topic})

    publish(world, dossier, kind)

    assert states() == {"patron@lac.test": "queued"}
    send_due()
    [sent] = mail.outbox
    assert sent.subject == f"{KIND(kind).label} : dossier {dossier.reference}"
    assert dossier.insured_name not in sent.body


def test_the_choice_is_asked_again_when_the_mail_leaves(world, dossier):
    people = [world.lac.owner, world.lac.member.user]
    for user in people:
        wants(user, rapport=Channel.MAIL)
    publish(world, dossier)
    wants(people[0], rapport=Channel.PORTAL)
    wants(people[1], rapport=Channel.DIGEST)

    report = send_due()

    assert (report.sent, report.skipped, report.held) == (0, 1, 1)
    assert states() == {"patron@lac.test": "skipped", "aide@lac.test": "held"}
    assert Notification.objects.get(state="skipped").reason == "le destinataire a choisi de le lire sur le portail"


@pytest.mark.parametrize("channel", Channel)
def test_what_is_not_optional_leaves_whatever_was_chosen(world, dossier, channel):
    wants(world.lac.owner, **dict.fromkeys(Topic, channel))
    with scope.system(System.TESTS) as actor:
        journal.record(world.lac.owner, Event.PASSWORD_CHANGED, actor=actor)
        journal.record(world.lac.deposits["ALPES"], "receipt_issued", actor=actor)

    assert send_due().sent == 2


def test_what_waits_for_the_summary_does_not_leave_now(world, dossier):
    wants(world.lac.owner, demandes=Channel.DIGEST)
    with scope.system(System.TESTS) as actor:
        journal.record(world.lac.requests["ALPES"], Asked.DOCUMENTS_ASKED, actor=actor)

    assert send_due().sent == 0
    assert states()["patron@lac.test"] == "held"


@pytest.mark.parametrize("how", ["dossier", "line", "all"])
def test_what_was_read_on_any_device_is_not_told_again(world, dossier, client, how):
    wants(world.lac.owner, rapport=Channel.MAIL)
    publish(world, dossier)
    client.force_login(world.lac.owner)
    line = News.objects.get(user=world.lac.owner, title="Rapport définitif")
    match how:
        case "dossier":
            client.get(reverse("dossier", args=["ALPES", dossier.reference]))
        case "line":
            client.get(reverse("notifications"), {"ouvrir": line.pk})
        case "all":
            client.post(reverse("notifications_read"))

    assert send_due().skipped == 1
    assert Notification.objects.get(recipient=world.lac.owner).reason == "lu entre-temps"


def test_a_newer_version_takes_the_place_of_the_mail_of_the_old_one(world, dossier):
    wants(world.lac.owner, rapport=Channel.MAIL)
    publish(world, dossier)
    publish(world, dossier, content=b"%PDF-1.7 deux")

    assert (send_due().sent, len(mail.outbox)) == (1, 1)
    assert Notification.objects.get(state="skipped").reason == "une version plus récente le remplace"


@pytest.mark.parametrize("loss", ["delegation", "link", "account"])
def test_who_lost_the_right_meanwhile_is_told_nothing(world, dossier, loss):
    helper = world.lac.member.user
    wants(helper, rapport=Channel.MAIL)
    publish(world, dossier)
    match loss:
        case "delegation":
            world.lac.delegation.delete()
        case "link":
            world.lac.establishment.cabinet_links.update(suspended_at="2026-01-01T00:00Z")
        case "account":
            helper.is_active = False
            helper.save()

    assert send_due().skipped == 1
    assert "plus concerné" in Notification.objects.get(recipient=helper).reason


def test_who_may_not_look_is_not_told_even_if_they_wish(world, dossier):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=[Right.DEPOSIT], sites=[world.lac.establishment]
    )
    stranger = DelegationFactory(profile=profile).member.user
    for user in (stranger, world.mer.owner, world.deux.owner):
        wants(user, rapport=Channel.MAIL)

    publish(world, dossier)

    assert states() == {}


# The page ------------------------------------------------------------------------------------------------------------


def posted(kind=Kind.REPAIRER, **other):
    topics, _letters = lines_for(kind)
    return {line.topic.value: Channel.PORTAL for line in topics} | other


def test_the_page_shows_what_holds_and_keeps_what_is_chosen(world, client):
    client.force_login(world.lac.owner)
    page = client.get(reverse("settings_notifications"))
    assert page.context["form"]["rapport"].value() == "portail"
    assert page.context["form"]["dates"].value() == "mail"

    answer = client.post(reverse("settings_notifications"), posted(rapport="resume", soir="on"), follow=True)

    assert "enregistrés pour tous vos dossiers" in answer.content.decode()
    chosen = dict(ChannelChoice.objects.filter(user=world.lac.owner).values_list("topic", "channel"))
    assert (chosen["rapport"], chosen["dates"], chosen["soir"], chosen["matin"]) == (
        "resume",
        "portail",
        "mail",
        "portail",
    )
    assert answer.context["form"]["rapport"].value() == "resume"


def test_staff_have_the_lines_of_their_side(world, client):
    client.force_login(world.alpes.clerk)
    body = client.get(reverse("settings_notifications")).content.decode()

    assert "Envois des réparateurs" in body
    assert "Rapport définitif" not in body


@pytest.mark.parametrize("wrong", [{"rapport": ""}, {"rapport": "fax"}])
def test_an_incomplete_table_says_which_line_and_keeps_nothing(world, client, wrong):
    client.force_login(world.lac.owner)

    body = client.post(reverse("settings_notifications"), posted(**wrong)).content.decode()

    assert "Choisissez une colonne sur chaque ligne" in body
    assert not ChannelChoice.objects.filter(user=world.lac.owner).exists()


def test_one_person_s_choices_are_not_another_s(world, client):
    ChannelChoice.objects.all().delete()
    client.force_login(world.lac.owner)
    client.post(reverse("settings_notifications"), posted())

    assert set(ChannelChoice.objects.values_list("user", flat=True)) == {world.lac.owner.pk}
    with scope.acting_as(world.lac.member.user.pk) as actor:
        assert not ChannelChoice.objects.exists()
        assert not ChannelChoice.objects.visible_to(actor).exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_however_much_was_chosen(world, client, django_assert_num_queries, rows):
    client.force_login(world.lac.owner)
    wants(world.lac.owner, **dict.fromkeys(list(Topic)[:rows], Channel.MAIL))
    client.get(reverse("settings_notifications"))

    with django_assert_num_queries(6):
        client.get(reverse("settings_notifications"))
