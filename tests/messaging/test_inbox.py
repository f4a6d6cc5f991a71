"""The inbox, the tab of a dossier and a thread: what they cost, what they show, what reading changes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from claims.models import Upload
from messaging.models import Message, Thread, ThreadRead
from messaging.models.threads import PAGE_SIZE
from tests.factories import MessageFactory, ThreadFactory, ThreadReadFactory


@pytest.fixture
def lac(world, client):
    Upload.objects.all().delete()
    client.force_login(world.lac.owner)
    return world.lac


def add(lac, number=0, **more):
    thread = ThreadFactory(
        dossier=lac.dossiers["ALPES"],
        opener=lac.owner,
        last_message_at=timezone.now() - timedelta(minutes=number + 1),
        **more,
    )
    sent = MessageFactory(thread=thread)
    ThreadReadFactory(thread=thread, user=lac.owner, told_id=sent.pk)
    return thread


def titles(answer):
    return [line.title for line in answer.context["lines"]]


@pytest.mark.parametrize("more", [0, 2])
def test_the_inbox_costs_the_same_for_one_row_and_three(more, lac, client, django_assert_num_queries):
    for number in range(more):
        add(lac, number)
    client.get("/messages/")

    # Session, user, scope, rows, what is to be done; the savepoint around them, and the test's own scope back.
    with django_assert_num_queries(3 + 3):
        answer = client.get("/messages/")

    assert len(answer.context["lines"]) == 1 + more


@pytest.mark.parametrize("query", ["?voir=non-lus", "?voir=a-repondre", "?cabinet=ALPES"])
def test_a_filter_costs_nothing_more(query, lac, client, django_assert_num_queries):
    client.get("/messages/")

    with django_assert_num_queries(3 + 3):
        client.get(f"/messages/{query}")


@pytest.mark.parametrize("more", [0, 2])
def test_the_tab_of_a_dossier_and_a_thread_cost_the_same_whatever_they_hold(
    more, lac, client, django_assert_num_queries
):
    thread = add(lac)
    for number in range(more):
        add(lac, number + 1)
        MessageFactory(thread=thread)
    tab = reverse("dossier_messages", args=["ALPES", lac.dossiers["ALPES"].reference])
    for address in (tab, thread.get_absolute_url()):
        client.get(address)

    with django_assert_num_queries(7):
        client.get(tab)
    with django_assert_num_queries(12):
        client.get(thread.get_absolute_url())


def test_what_is_unread_and_what_is_asked_are_found(lac, client):
    Thread.objects.all().update(message_count=0)
    unread, asked = add(lac, title="Non lu"), add(lac, 1, title="Question", state="shop")
    ThreadRead.objects.filter(thread=asked).update(read_id=10**12)

    assert titles(client.get("/messages/")) == ["Non lu", "Question"]
    assert titles(client.get("/messages/?voir=non-lus")) == ["Non lu"]
    assert titles(client.get("/messages/?voir=a-repondre")) == ["Question"]
    assert titles(client.get(f"/messages/?q={unread.dossier.reference}")) == ["Non lu", "Question"]
    assert titles(client.get(f"/messages/?voir=non-lus&q={unread.dossier.reference}")) == ["Non lu"]
    assert titles(client.get("/messages/?q=inconnu")) == []


def test_pages_are_walked_to_the_end_without_a_row_lost_or_twice(lac, client):
    Thread.objects.all().update(message_count=0)
    at = timezone.now()
    made = [add(lac, title=f"n° {number}") for number in range(PAGE_SIZE + 3)]
    Thread.objects.filter(pk__in=[row.pk for row in made]).update(last_message_at=at)  # all at once: the row decides

    first = client.get("/messages/")
    second = client.get(first.context["older_url"])

    assert sorted(titles(first) + titles(second)) == sorted(row.title for row in made)
    assert second.context["older_url"] == ""
    for broken in ("abc", "1-", "-1", "99999999999999999999-1"):
        assert titles(client.get(f"/messages/?avant={broken}")) == titles(first)


def test_opening_a_thread_reads_it_and_only_it(lac, client):
    first, second = add(lac), add(lac, 1)

    client.get(first.get_absolute_url())

    unread = ThreadRead.objects.filter(user=lac.owner, told_id__gt=0, read_id=0).values_list("thread", flat=True)
    assert first.pk not in unread
    assert second.pk in unread


def test_the_pages_of_subjects_offer_what_may_be_chosen_and_say_why_not(lac, client):
    dossier = lac.dossiers["ALPES"]
    type(dossier).objects.filter(pk=dossier.pk).update(is_approved_repairer=True)
    address = reverse("message_new", args=["ALPES", dossier.reference])

    choices = {row["subject"].slug: row["why_not"] for row in client.get(address).context["choices"]}

    assert len(choices) == 8
    assert [slug for slug, reason in choices.items() if reason] == ["examen-sans-deplacement"]
    answer = client.get(f"{address}examen-sans-deplacement/", follow=True)
    assert "réparateur agréé" in answer.content.decode()
    assert client.get(f"{address}inconnu/").status_code == 404


def test_a_message_is_written_without_javascript_and_what_was_typed_is_kept(lac, client):
    address = reverse("message_write", args=["ALPES", lac.dossiers["ALPES"].reference, "communication-expert"])
    key = client.get(address).context["form"].initial["cle"]

    kept = client.post(address, {"acte": "ajouter", "message": "Bonjour", "cle": key})
    wrong = client.post(address, {"acte": "envoyer", "message": " ", "cle": key})
    sent = client.post(address, {"acte": "envoyer", "message": "Bonjour", "cle": key})
    again = client.post(address, {"acte": "envoyer", "message": "Bonjour", "cle": key})

    assert "Choisissez au moins un fichier." in kept.content.decode()
    assert "Bonjour" in kept.content.decode()
    assert "Écrivez votre message." in wrong.content.decode()
    assert sent.headers["Location"] == again.headers["Location"]
    assert Message.objects.filter(body="Bonjour", side="shop").count() == 1


def test_a_question_of_the_to_do_list_leads_to_its_thread(lac, client):
    thread = add(lac, state="shop", is_question=True)
    tab = reverse("dossier_messages", args=["ALPES", thread.dossier.reference])

    assert client.get(f"{tab}?ouvrir={thread.pk}").headers["Location"] == thread.get_absolute_url()
    assert client.get(f"{tab}?ouvrir=987654321").status_code == 404


def test_a_responsable_reads_amends_and_sends_a_collaborators_message(lac, client, world):
    draft = lac.message_drafts["ALPES"]
    row = world.lac.dossiers["ALPES"]
    thread = lac.threads["ALPES"]
    type(draft).objects.filter(pk=draft.pk).update(
        payload={**draft.payload, "dossier": row.pk, "thread": thread.pk, "message": "Bojour"}
    )
    address = reverse("message_draft", args=[draft.pk])
    assert "Bojour" in client.get(address).content.decode()

    client.post(address, {"message": "Bonjour"})

    assert list(thread.messages.filter(key=f"draft:{draft.pk}").values_list("body", flat=True)) == ["Bonjour"]
    assert client.get(address).status_code == 404
