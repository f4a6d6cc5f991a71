"""A shop writes, its cabinet answers and asks; what waits leaves once; who reads stops being told."""

# ruff: noqa: F811 -- a fixture is imported, and asked for by its name

from datetime import date

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import scope, services
from accounts.exceptions import NotAllowed
from accounts.menus import ALL_MENUS, Menu
from accounts.models import CabinetMember, Draft, JournalEntry
from accounts.scope import Kind, System
from claims.models import Appointment, Dossier, Expectation, Upload
from claims.workflow import State
from messaging.models import Message, News, Notification, Subject, Thread, ThreadRead
from messaging.services import answers, reading, send_due, threads
from messaging.subjects import Code, Typed
from tests.claims.test_races import crowd, people  # noqa: F401 -- a fixture
from tests.factories import (
    DelegationFactory,
    DelegationProfileFactory,
    DossierFactory,
    ThreadFactory,
    UploadFactory,
)

HELLO = Typed(message="Le longeron est plié")
DUE = date(2030, 1, 15)


@pytest.fixture
def dossier(world):
    Upload.objects.all().delete()
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def owner(world):
    with scope.acting_as(world.lac.owner.pk) as actor:
        yield actor


def subject(dossier, code=Code.EXPERT):
    return Subject.objects.get(cabinet=dossier.cabinet_id, slug=code.value)


def written(dossier, actor, code=Code.EXPERT, typed=HELLO, uploads=(), **more):
    return threads.send(dossier, subject(dossier, code), list(uploads), typed=typed, actor=actor, **more)


def as_(user):
    return scope.acting_as(user.pk)


def expected(dossier, kind):
    return list(Expectation.objects.filter(dossier=dossier, kind=kind).values_list("who", "object_id"))


def test_a_message_opens_a_thread_the_cabinet_must_answer(dossier, owner):
    thread = written(dossier, owner)

    assert (thread.title, thread.state, thread.message_count) == ("Communication à l’expert", "cabinet", 1)
    assert [m.body for m in thread.messages.all()] == ["Le longeron est plié"]
    assert ("cabinet", thread.pk) in expected(dossier, "message")
    assert thread.due_on is not None


def test_a_button_pressed_twice_writes_once(dossier, owner):
    first = written(dossier, owner, key="a" * 32)

    assert written(dossier, owner, key="a" * 32) == first
    again = threads.reply(first, [], body="Encore", actor=owner, key="b" * 32)
    assert threads.reply(first, [], body="Encore", actor=owner, key="b" * 32) == again
    assert first.messages.count() == 2


def test_what_is_missing_is_said_field_by_field(dossier, owner):
    with pytest.raises(ValidationError) as refusal:
        written(dossier, owner, Code.VISIT, Typed())

    assert set(refusal.value.message_dict) == {"motif", "date"}


def test_a_subject_that_is_not_offered_is_refused_with_its_reason(dossier, owner):
    Dossier.objects.filter(pk=dossier.pk).update(is_approved_repairer=True)
    dossier.refresh_from_db()

    with pytest.raises(NotAllowed, match="agréé"):
        written(dossier, owner, Code.REMOTE_EXAM, Typed(name="Jeanne Petit"))


def test_documents_enter_the_dossier_by_their_kind_with_a_receipt_each(dossier, owner, world):
    photo = UploadFactory(dossier=dossier, user=world.lac.owner, content_type="image/jpeg")
    pdf = UploadFactory(dossier=dossier, user=world.lac.owner)

    thread = written(dossier, owner, Code.METHOD, uploads=[photo, pdf])

    papers = [joined.document for joined in thread.messages.get().attachments.all()]
    assert {paper.kind for paper in papers} == {"dommages_suppl", "supplement"}
    assert thread.document_count == 2
    assert len({paper.deposit_id for paper in papers}) == 2
    assert not JournalEntry.objects.filter(event="deposit_arrived", dossier_id=dossier.pk).exists()


def test_the_invoice_needs_its_right_and_its_file(dossier, owner, world):
    with pytest.raises(ValidationError, match="au moins un fichier"):
        written(dossier, owner, Code.INVOICE, Typed())

    sent = written(dossier, owner, Code.INVOICE, Typed(), [UploadFactory(dossier=dossier, user=world.lac.owner)])

    assert dossier.documents.filter(kind="facture", deposit__isnull=False).count() == 1
    assert sent.messages.get().body == ""


def test_a_visit_proposes_its_day(dossier, owner):
    Appointment.objects.all().delete()
    day = threads.facts_of(dossier, owner, with_days=True).days[0]

    thread = written(dossier, owner, Code.VISIT, Typed(reason="Choc caché", day=day))

    date_asked = Appointment.objects.get(dossier=dossier, kind="rdv_terrain")
    assert (date_asked.status, day) == (
        "proposed",
        f"{date_asked.starts_on}{'_' * bool(date_asked.half)}{date_asked.half}",
    )
    assert [label for label, _ in thread.messages.get().particulars] == ["Motif", "Visite demandée"]
    assert not JournalEntry.objects.filter(event="message_for_cabinet", dossier_id=dossier.pk).exists()


def test_a_visit_waits_for_the_remote_file(dossier, owner):
    Dossier.objects.filter(pk=dossier.pk).update(state=State.AWAITING_REMOTE, sent_count=0)
    dossier.refresh_from_db()

    with pytest.raises(NotAllowed, match="EAD"):
        written(dossier, owner, Code.VISIT, Typed(reason="Choc", day="2030-01-15"))


def test_ones_messages_are_in_the_file_of_ones_data(dossier, owner, world):
    written(dossier, owner)

    found = services.my_data(world.lac.owner, actor=owner)["messages_ecrits"]

    assert HELLO.message in [row["message"] for row in found]
    assert {row["dossier"] for row in found} == {dossier.reference}


# The cabinet ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def thread(dossier, world):
    with as_(world.lac.owner) as owner:
        return written(dossier, owner)


def test_an_expert_answers_at_once_and_the_shop_has_it_unread_until_it_looks(thread, world):
    with as_(world.alpes.expert) as expert:
        sent = answers.answer(thread, body="Envoyez une photo", actor=expert)

    thread.refresh_from_db()
    assert (sent.state, thread.state, thread.due_on) == ("sent", "answered", None)
    assert expected(thread.dossier, "message") == [("cabinet", row.object_id) for row in others(thread)]
    with as_(world.lac.owner) as owner:
        assert owner.beside["messages"] == 2  # and the one of the small world
        assert News.objects.filter(user=owner.user_id, thread=thread.public_id, read_at=None).count() == 1
        reading.note_read(thread, sent.pk, actor=owner)
        assert not News.objects.filter(user=owner.user_id, thread=thread.public_id, read_at=None).exists()
    with as_(world.lac.owner) as owner:
        assert owner.beside["messages"] == 1


def others(thread):
    rows = Expectation.objects.filter(dossier=thread.dossier, kind="message")
    return rows.exclude(object_id=thread.pk)


def test_reading_stops_the_mail(thread, world):
    send_due()
    mail.outbox.clear()
    with as_(world.alpes.expert) as expert:
        sent = answers.answer(thread, body="Envoyez une photo", actor=expert)
    with as_(world.lac.owner) as owner:
        reading.note_read(thread, sent.pk, actor=owner)

    send_due()

    told = Notification.objects.get(event="message_for_shop", recipient=world.lac.owner)
    assert (told.state, mail.outbox) == ("skipped", [])


def test_a_mail_names_the_dossier_and_not_what_was_written(thread, world):
    send_due()
    mail.outbox.clear()
    with as_(world.alpes.expert) as expert:
        answers.answer(thread, body="M. DUPONT doit venir", actor=expert)

    send_due()

    [letter] = mail.outbox
    assert thread.dossier.reference in letter.subject
    whole = letter.subject + str(letter.body) + letter.alternatives[0].content
    assert "DUPONT" not in whole
    assert thread.dossier.insured_name not in whole
    assert f"/messages/{thread.public_id}/" in letter.body


def test_a_question_stays_on_the_list_until_it_is_answered(dossier, world):
    with as_(world.alpes.expert) as expert:
        asked = answers.ask(
            dossier, title="Kilométrage", body="Quel kilométrage ?", due_on=DUE, reader="expert", actor=expert
        )
    assert (asked.state, asked.due_on) == ("shop", DUE)
    assert expected(dossier, "question") == [("shop", asked.pk)]

    with as_(world.lac.owner) as owner:
        threads.reply(asked, [], body="45 000 km", actor=owner)

    asked.refresh_from_db()
    assert asked.state == "cabinet"
    assert expected(dossier, "question") == []
    assert ("cabinet", asked.pk) in expected(dossier, "message")


def test_a_clerks_answer_waits_is_amended_and_leaves_once(thread, world):
    with as_(world.alpes.clerk) as clerk:
        waiting = answers.answer(thread, body="Cest bon", actor=clerk)
    assert waiting.state == "waiting"
    assert Notification.objects.filter(event="answer_to_validate", recipient=world.alpes.expert).count() == 1
    with as_(world.lac.owner) as owner:
        assert not Message.objects.visible_to(owner).filter(pk=waiting.pk).exists()

    with as_(world.alpes.expert) as expert:
        sent = answers.approve(waiting, actor=expert, body="C’est bon, commencez.")
        with pytest.raises(NotAllowed, match="déjà envoyée"):
            answers.approve(waiting, actor=expert)

    assert (sent.state, sent.body, sent.written) == ("sent", "C’est bon, commencez.", "Cest bon")
    assert Notification.objects.filter(event="answer_changed", recipient=world.alpes.clerk).count() == 1
    assert ThreadRead.objects.get(thread=thread, user=world.lac.owner).told_id == sent.pk
    thread.refresh_from_db()
    assert (thread.state, thread.message_count) == ("answered", 2)


def test_a_refused_answer_never_leaves_and_says_why(thread, world):
    with as_(world.alpes.clerk) as clerk:
        waiting = answers.answer(thread, body="Non", actor=clerk, file=_pdf())
    with as_(world.alpes.manager) as manager:
        with pytest.raises(ValidationError, match="motif"):
            answers.refuse(waiting, actor=manager, reason=" ")
        refused = answers.refuse(waiting, actor=manager, reason="Trop sec")

    assert (refused.state, refused.reason, refused.pending) == ("refused", "Trop sec", {})
    assert not thread.dossier.documents.filter(label="devis.pdf").exists()
    with as_(world.lac.owner) as owner:
        assert [m.body for m in Message.objects.visible_to(owner).filter(thread=thread)] == [HELLO.message]


def _pdf():
    return SimpleUploadedFile("devis.pdf", b"%PDF-1.4 devis", "application/pdf")


def test_a_file_that_waits_is_published_with_its_answer(thread, world):
    with as_(world.alpes.clerk) as clerk:
        waiting = answers.answer(thread, body="Voici", actor=clerk, file=_pdf())
    assert not thread.dossier.documents.filter(label="devis.pdf").exists()

    with as_(world.alpes.expert) as expert:
        sent = answers.approve(waiting, actor=expert)

    assert [joined.document.label for joined in sent.attachments.all()] == ["devis.pdf"]


def test_a_clerks_question_is_not_there_before_it_is_validated(dossier, world):
    with as_(world.alpes.clerk) as clerk:
        asked = answers.ask(dossier, title="Km", body="Km ?", due_on=DUE, reader="gestionnaire", actor=clerk)
    with as_(world.lac.owner) as owner:
        assert not Thread.objects.visible_to(owner).filter(pk=asked.pk).exists()
    assert expected(dossier, "question") == []

    with as_(world.alpes.expert) as expert:
        answers.approve(asked.messages.get(), actor=expert)

    asked.refresh_from_db()
    assert (asked.state, asked.due_on, asked.message_count) == ("shop", DUE, 1)
    assert expected(dossier, "question") == [("shop", asked.pk)]


def test_who_may_answer_alone_does_and_nobody_validates_their_own(thread, world):
    member = CabinetMember.objects.get(user=world.alpes.clerk)
    CabinetMember.objects.filter(pk=member.pk).update(menus=sorted(ALL_MENUS))
    with as_(world.alpes.clerk) as clerk:
        assert answers.answer(thread, body="Oui", actor=clerk).state == "sent"
        assert not answers.may_decide(clerk)
    own = CabinetMember.objects.get(user=world.alpes.expert)
    CabinetMember.objects.filter(pk=own.pk).update(menus=sorted(ALL_MENUS - {Menu.ANSWER}))
    with as_(world.alpes.expert) as expert:
        waiting = answers.answer(thread, body="Oui", actor=expert)
        with pytest.raises(NotAllowed):
            answers.approve(waiting, actor=expert)


def test_without_the_right_nothing_is_said(thread, world):
    CabinetMember.objects.filter(user=world.alpes.clerk).update(menus=sorted(ALL_MENUS - {Menu.MESSAGES}))

    with as_(world.alpes.clerk) as clerk, pytest.raises(PermissionDenied):
        answers.answer(thread, body="Oui", actor=clerk)


def test_a_closed_thread_awaits_nothing_and_a_word_of_the_shop_opens_it(thread, world):
    with as_(world.alpes.expert) as expert:
        answers.close(thread, actor=expert)
    assert (Thread.objects.get(pk=thread.pk).state, list(expected(thread.dossier, "message"))) == (
        "closed",
        [("cabinet", row.object_id) for row in others(thread)],
    )

    with as_(world.lac.owner) as owner:
        threads.reply(thread, [], body="Encore une chose", actor=owner)

    assert Thread.objects.get(pk=thread.pk).state == "cabinet"


def test_a_thread_is_given_to_somebody_who_sees_the_dossier(thread, world):
    stranger = CabinetMember.objects.get(user=world.berry.expert)
    own = CabinetMember.objects.get(user=world.alpes.clerk)
    with as_(world.alpes.manager) as manager:
        with pytest.raises(NotAllowed):
            answers.assign(thread, stranger, actor=manager)
        assert answers.assign(thread, own, actor=manager).assignee == own


# Validation at the shop ----------------------------------------------------------------------------------------------


@pytest.fixture
def helper(world):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation,
        rights=["view", "messages", "deposit"],
        needs_validation=True,
        sites=[world.lac.establishment],
    )
    return DelegationFactory(profile=profile).member.user


def test_a_collaborators_message_waits_and_leaves_once_as_the_responsable_wrote_it(dossier, helper, world):
    with as_(helper) as actor:
        upload = UploadFactory(dossier=dossier, user=helper)
        draft = written(dossier, actor, typed=Typed(message="Longeron", kind="devis"), uploads=[upload], key="a" * 32)
        assert isinstance(draft, Draft)
        assert written(dossier, actor, typed=Typed(message="Longeron"), key="a" * 32) == draft
    assert Thread.objects.filter(dossier=dossier, key__startswith="draft").count() == 0

    with as_(world.lac.owner) as owner:
        services.amend(draft, actor=owner, payload={**draft.payload, "message": "Le longeron est plié"})
        with pytest.raises(NotAllowed):
            services.approve(draft, actor=owner)

    sent = Thread.objects.get(opener=world.lac.owner, key=f"draft:{draft.pk}")
    assert [m.body for m in sent.messages.all()] == ["Le longeron est plié"]
    assert sent.document_count == 1


def test_a_refused_message_gives_its_files_back(dossier, helper, world):
    with as_(helper) as actor:
        upload = UploadFactory(dossier=dossier, user=helper)
        draft = written(dossier, actor, typed=Typed(message="Longeron", kind="devis"), uploads=[upload])
    with as_(world.lac.owner) as owner:
        services.refuse(draft, actor=owner, reason="Trop tôt")

    upload.refresh_from_db()
    assert (upload.draft, upload.deposit) == (None, None)


def test_a_collaborators_answer_in_a_thread_waits_too(thread, helper, world):
    with as_(helper) as actor:
        draft = threads.reply(thread, [], body="Voici", actor=actor)
    with as_(world.lac.owner) as owner:
        services.approve(draft, actor=owner)

    assert [m.body for m in thread.messages.order_by("pk")] == [HELLO.message, "Voici"]


# Two at once ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_two_experts_who_decide_one_sends_and_the_other_reads_so(people):
    first, second = people[Kind.STAFF]
    with scope.system(System.TESTS):
        dossier = DossierFactory(**people["place"])
        thread = ThreadFactory(dossier=dossier, state="cabinet", due_on=DUE)
        clerk = CabinetMember.objects.create(
            cabinet=dossier.cabinet, user=thread.opener, role=CabinetMember.Role.CLERK
        )
    with scope.acting_as(clerk.user_id) as actor:
        waiting = answers.answer(thread, body="Oui", actor=actor)

    won, told = crowd([(pk, lambda actor: answers.approve(waiting, actor=actor)) for pk in (first, second) * 4])

    assert len(won) == 1
    assert all("déjà envoyée" in text for text in told)
    with scope.system(System.TESTS):
        assert Thread.objects.get(pk=thread.pk).message_count == 2
        assert ThreadRead.objects.filter(thread=thread).values_list("told_id", flat=True).distinct().count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_button_pressed_eight_times_at_once_opens_one_thread(people):
    with scope.system(System.TESTS):
        dossier = DossierFactory(**people["place"])
        chosen = Subject.objects.get(cabinet=dossier.cabinet, slug=Code.CLERK.value)

    won, told = crowd(
        [
            (
                people[Kind.REPAIRER][0],
                lambda actor: threads.send(dossier, chosen, [], typed=HELLO, actor=actor, key="c" * 32),
            )
        ]
        * 8
    )

    assert (len({row.pk for row in won}), told) == (1, [])
    with scope.system(System.TESTS):
        assert Message.objects.filter(dossier=dossier).count() == 1
