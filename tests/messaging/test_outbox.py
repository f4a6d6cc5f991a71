"""The outbox: sent if and only if committed, once, and never to somebody it no longer concerns."""

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts import journal, scope, services
from accounts.scope import System
from accounts.services import Event
from messaging.models import Notification
from messaging.services import outbox, send_due
from messaging.services.letters import message_id
from messaging.tasks import send_due as send_due_task
from tests.factories import AccountRequestFactory, CabinetMemberFactory, UserFactory
from tests.messaging.conftest import again, make_due, queue


def told(**fields):
    return set(Notification.objects.filter(**fields).values_list("recipient__email", flat=True))


def test_the_same_fact_is_told_once(world):
    with scope.system(System.TESTS) as actor:
        entry = journal.record(world.alpes.request, Event.ACCOUNT_REQUESTED, actor=actor)
        for _ in range(3):
            journal.recorded.send(sender=type(entry), entry=entry, subject=world.alpes.request, actor=actor)

    assert sorted(Notification.objects.values_list("recipient__email", flat=True)) == [
        "gestionnaire@alpes.test",
        "responsable@alpes.test",
    ]


def test_a_fact_undone_is_not_told(db):
    user = UserFactory()

    with transaction.atomic():
        queue(user)
        transaction.set_rollback(True)

    assert not told()


def test_a_mail_carries_what_makes_it_recognisable(db, settings):
    settings.BASE_URL = "https://portail.exemple.test"
    row = queue()

    assert send_due().sent == 1

    [sent] = mail.outbox
    message = sent.message()
    assert sent.to == [row.recipient.email]
    assert message["Message-ID"] == message_id(row.key)
    assert message["Message-ID"].endswith("@portail.exemple.test>")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"]
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    assert "https://portail.exemple.test/connexion/" in sent.body
    assert again(row).state == "sent"


def test_sending_again_sends_nothing_more(db):
    queue()

    assert [send_due().sent, send_due().sent] == [1, 0]
    assert len(mail.outbox) == 1


def test_a_whole_queue_leaves_in_one_run(db):
    for _ in range(23):
        queue()

    assert send_due().sent == 23


def test_staff_are_not_told_of_a_request_decided_meanwhile(world):
    with scope.system(System.TESTS) as actor:
        journal.record(world.alpes.request, Event.ACCOUNT_REQUESTED, actor=actor)
    with scope.acting_as(world.alpes.manager.pk) as actor:
        services.refuse_request(world.alpes.request, actor=actor, reason="Inconnu.")

    report = send_due()

    assert (report.sent, report.skipped) == (1, 2)
    assert told(state="skipped", reason="la demande est déjà décidée") == {
        "gestionnaire@alpes.test",
        "responsable@alpes.test",
    }


@pytest.mark.parametrize("what", ["closed", "left", "other_role"])
def test_staff_who_lost_access_are_not_told(world, what):
    with scope.system(System.TESTS) as actor:
        journal.record(world.alpes.request, Event.ACCOUNT_REQUESTED, actor=actor)
    clerk = world.alpes.clerk
    match what:
        case "closed":
            clerk.is_active = False
            clerk.save()
        case "left":
            clerk.cabinet_member.left_at = "2026-01-01T00:00Z"
        case "other_role":
            clerk.cabinet_member.role = "expert"
    clerk.cabinet_member.save()

    send_due()

    assert told(state="sent") == {"responsable@alpes.test"}
    assert "n’est plus concerné" in Notification.objects.get(recipient=clerk).reason


def test_a_subject_that_vanished_is_skipped_with_a_reason(db):
    row = queue()
    Notification.objects.filter(pk=row.pk).update(subject_id=10**9)

    assert send_due().skipped == 1
    assert again(row).reason == "l’objet n’existe plus"


def test_a_mail_that_cannot_be_written_does_not_hold_the_others(db, monkeypatch):
    from messaging import rules

    broken, fine = queue(), queue(event=Event.PASSWORD_RESET)
    rule = rules.Tell("accounts/email/absent", rules.TELL[Event.ACCOUNT_EXISTS].people)
    monkeypatch.setitem(rules.TELL, Event.ACCOUNT_EXISTS, rule)

    report = send_due()

    assert (report.sent, report.postponed) == (1, 1)
    assert again(fine).state == "sent"
    assert again(broken).reason == "erreur inattendue (TemplateDoesNotExist)"


@pytest.mark.parametrize("line", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\r\n "])
def test_no_value_begins_a_header_line(db, line):
    request = AccountRequestFactory(company_name=f"Garage{line}Bcc: pirate@exemple.test")
    staff = CabinetMemberFactory(cabinet=request.cabinet).user
    with scope.system(System.TESTS) as actor:
        journal.record(request, Event.ACCOUNT_REQUESTED, actor=actor)

    assert send_due().sent == 1

    message = mail.outbox[0].message()
    assert mail.outbox[0].subject == "Un réparateur demande un compte : Garage Bcc: pirate@exemple.test"
    assert mail.outbox[0].recipients() == [staff.email]
    assert set(message.keys()) == {
        "Content-Type", "MIME-Version", "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
        "List-Unsubscribe", "List-Unsubscribe-Post",
    }  # fmt: skip


def test_an_address_with_a_line_break_fails_at_once(db):
    row = queue(UserFactory(email="atelier@exemple.test\nbcc: pirate@exemple.test"))

    assert send_due().failed == 1
    assert (again(row).state, mail.outbox) == ("failed", [])
    assert again(row).reason == "l’en-tête du message n’est pas valable"


def test_mails_about_one_object_reach_one_person_in_order(db):
    user = UserFactory()
    first, second = queue(user), queue(user, Event.PASSWORD_RESET)
    Notification.objects.filter(pk=first.pk).update(not_before="2100-01-01T00:00Z")

    assert send_due().sent == 0

    make_due()
    send_due()
    assert [sent.message()["Message-ID"] for sent in mail.outbox] == [message_id(row.key) for row in (first, second)]


def test_mails_that_wait_for_their_turn_do_not_hide_the_others(db, monkeypatch):
    monkeypatch.setattr(outbox, "WINDOW", 1)
    user = UserFactory()
    first, second, other = queue(user), queue(user, Event.PASSWORD_RESET), queue()
    Notification.objects.filter(pk=first.pk).update(not_before="2100-01-01T00:00Z")

    assert send_due().sent == 1
    assert [again(row).state for row in (second, other)] == ["queued", "sent"]


@pytest.mark.django_db(transaction=True)
def test_the_task_needs_no_scope_around_it(transactional_db):
    row = queue()

    send_due_task()

    assert again(row).state == "sent"
    assert len(mail.outbox) == 1


def test_the_command_reports_in_french_and_succeeds(db, capsys):
    queue()

    call_command("envoyer_mails")

    assert capsys.readouterr().out.strip() == (
        "E-mails envoyés : 1 ; devenus inutiles : 0 ; à réessayer : 0 ; en échec : 0."
    )


def test_the_command_fails_when_a_mail_did(db):
    queue(UserFactory(email="atelier@exemple.test\nbcc: pirate@exemple.test"))

    with pytest.raises(CommandError, match="en échec : 1"):
        call_command("envoyer_mails")
