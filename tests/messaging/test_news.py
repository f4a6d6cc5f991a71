"""What arrived: told once to whoever may see it, read when the dossier is opened, unseen by who lost the right."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts import journal, scope
from accounts.models import JournalEntry
from accounts.scope import Right
from claims.models import Document
from claims.services.documents import publish_document
from claims.services.dossiers import advance, correct_siret
from claims.workflow import Action, Fact, Step
from messaging.models import News
from messaging.services import news
from tests.factories import DelegationFactory, DelegationProfileFactory, DossierFactory, NewsFactory


@pytest.fixture
def dossier(world, client):
    News.objects.all().delete()
    client.force_login(world.lac.owner)
    return world.lac.dossiers["ALPES"]


def publish(world, dossier, kind=Document.Kind.REPORT, content=b"%PDF-1.7 un"):
    with scope.acting_as(world.alpes.expert.pk) as actor:
        return publish_document(dossier, ContentFile(content, name="r.pdf"), actor=actor, kind=kind)[0]


def unread(client):
    return client.get("/dossiers/").wsgi_request.actor.beside["news"]["unread"]


def is_new(client):
    return client.get("/dossiers/").context["rows"][0].is_new


def test_a_document_and_a_decision_arrive_for_owner_and_delegate(world, dossier):
    publish(world, dossier)
    with scope.acting_as(world.alpes.clerk.pk) as actor:
        advance(dossier, Action.REQUEST_VISIT, actor=actor)

    titles = sorted(News.objects.values_list("user__email", "title"))

    people = ("aide@lac.test", "patron@lac.test")
    assert titles == [(who, title) for who in people for title in ("Rapport définitif", "Rendez-vous demandé")]


def test_who_may_not_look_is_told_nothing(world, dossier):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation, rights=[Right.DEPOSIT], sites=[world.lac.establishment]
    )
    stranger = DelegationFactory(profile=profile).member.user

    publish(world, dossier)

    assert not News.objects.filter(user=stranger).exists()


def test_told_twice_is_told_once(world, dossier):
    publish(world, dossier)
    facts = list(JournalEntry.objects.filter(event=Action.PUBLISH_DOCUMENT).values_list("pk", flat=True))

    assert news.show(facts) == 0
    assert News.objects.count() == 2


def test_opening_the_dossier_reads_its_news_for_that_person_alone(world, dossier, client):
    publish(world, dossier)
    assert (unread(client), is_new(client)) == (1, True)

    client.get(reverse("dossier", args=["ALPES", dossier.reference]))

    assert (unread(client), is_new(client)) == (0, False)
    client.force_login(world.lac.member.user)
    assert (unread(client), is_new(client)) == (1, True)


def test_the_last_document_opened_from_the_centre_ends_new(world, dossier, client):
    first, second = publish(world, dossier), publish(world, dossier, content=b"%PDF-1.7 deux")
    rows = {row.document: row for row in News.objects.filter(user=world.lac.owner)}

    answer = client.get(reverse("notifications"), {"ouvrir": rows[first.public_id].pk})
    assert answer.headers["Location"] == reverse("document", args=[first.public_id])
    assert (unread(client), is_new(client)) == (1, True)

    client.get(reverse("notifications"), {"ouvrir": rows[second.public_id].pk})
    assert (unread(client), is_new(client)) == (0, False)


def test_one_or_all_are_marked_as_read(world, dossier, client):
    for _ in range(3):
        NewsFactory(user=world.lac.owner, dossier=dossier)
    one = News.objects.filter(user=world.lac.owner).first()

    client.post(reverse("notifications_read"), {"une": one.pk})
    assert unread(client) == 2
    client.post(reverse("notifications_read"))

    assert unread(client) == 0


def test_foreign_news_are_absent_and_stay_unread(world, dossier, client):
    foreign = NewsFactory(user=world.mer.owner, dossier=world.mer.dossiers["BERRY"])

    assert client.get(reverse("notifications"), {"ouvrir": foreign.pk}).status_code == 404
    assert client.post(reverse("notifications_read"), {"une": foreign.pk}).status_code == 404
    client.post(reverse("notifications_read"))

    foreign.refresh_from_db()
    assert foreign.read_at is None
    assert "BERRY" not in client.get(reverse("notifications")).content.decode()


@pytest.mark.parametrize("typed", ["0", "abc", "-1", "²", "9" * 40])
def test_a_senseless_address_is_harmless(typed, dossier, client):
    assert client.get(reverse("notifications"), {"ouvrir": typed}).status_code == 404
    assert client.get(reverse("notifications"), {"avant": typed}).status_code == 200


def test_a_lost_right_hides_what_it_had_brought(world, dossier, client):
    publish(world, dossier)
    client.force_login(world.lac.member.user)
    assert unread(client) == 1

    world.lac.delegation.delete()

    assert unread(client) == 0
    assert "Rapport définitif" not in client.get(reverse("notifications")).content.decode()


def test_a_suspended_link_and_a_corrected_siret_hide_them_too(world, client):
    News.objects.all().delete()
    moved, closed = world.deux.dossiers["ALPES"], world.deux.dossiers["BERRY"]
    for dossier in (moved, closed):
        NewsFactory(user=world.deux.owner, dossier=dossier)
    client.force_login(world.deux.owner)
    assert unread(client) == 2

    with scope.acting_as(world.alpes.manager.pk) as actor:
        correct_siret(moved, world.lac.establishment.cabinet_links.get(), actor=actor)
    assert unread(client) == 1
    world.deux.establishment.cabinet_links.filter(cabinet=closed.cabinet).update(suspended_at="2026-01-01T00:00Z")

    assert unread(client) == 0
    assert client.get(reverse("notifications")).context["news"] == []


def test_the_pop_up_shows_five_at_most_and_once_a_session(world, dossier, client):
    for number in range(7):
        NewsFactory(user=world.lac.owner, dossier=dossier, title=f"Courrier {number}")

    first, second = client.get("/dossiers/"), client.get("/dossiers/")

    assert [one.title for one in first.context["arrived"]] == [f"Courrier {number}" for number in (6, 5, 4, 3, 2)]
    assert second.context["arrived"] == []
    assert client.get(reverse("notifications")).context["arrived"] == []
    NewsFactory(user=world.lac.owner, dossier=dossier, title="Plus tard")
    assert client.get("/dossiers/").context["arrived"][0].title == "Plus tard"


@pytest.mark.parametrize("more", [0, 2])
def test_the_centre_costs_the_same_for_one_row_and_three(more, world, dossier, client, django_assert_num_queries):
    for _ in range(1 + more):
        NewsFactory(user=world.lac.owner, dossier=dossier)
    client.get(reverse("notifications"))

    with django_assert_num_queries(6):  # session, savepoint, scope with its counts, rows, release, scope back
        answer = client.get(reverse("notifications"))

    assert len(answer.context["news"]) == 1 + more


def test_pages_do_not_shift_when_something_arrives(world, dossier, client):
    for number in range(35):
        NewsFactory(user=world.lac.owner, dossier=dossier, title=f"N{number}")
    older = client.get(reverse("notifications")).context["older_url"]
    NewsFactory(user=world.lac.owner, dossier=dossier, title="Arrivée entre-temps")

    assert [one.title for one in client.get(older).context["news"]] == ["N4", "N3", "N2", "N1", "N0"]


def test_a_filter_keeps_to_one_cabinet(world, client):
    client.force_login(world.deux.owner)

    shown = client.get(reverse("notifications"), {"cabinet": "BERRY"}).context["news"]

    assert [one.title for one in shown] == ["NOUVELLE BERRY Deux"]


def test_many_facts_are_shown_in_one_statement(world, dossier, django_assert_max_num_queries):
    site = {"cabinet": world.alpes.cabinet, "establishment": world.lac.establishment}
    entries = JournalEntry.objects.bulk_create(
        JournalEntry(
            event=Action.PUBLISH_DOCUMENT,
            subject_type="claims.dossier",
            subject_id=DossierFactory(**site).pk,
            subject_label="x",
            detail={"kind": "rapport"},
            **site,
        )
        for _ in range(10)
    )

    with django_assert_max_num_queries(5):
        assert news.show([entry.pk for entry in entries]) == 20


@pytest.mark.parametrize(
    ("event", "page"),
    [
        (Action.VALIDATE_DATE, "dossier_expertise"),
        (Fact.DOCUMENT_REFUSED, "dossier_documents"),
        (Step.SUPPLEMENT_DECIDED, "dossier_supplement"),
        (Action.REQUEST_VISIT, "dossier"),
    ],
)
def test_an_answer_is_told_and_leads_to_where_it_stands(event, page, world, dossier, client):
    with scope.acting_as(world.alpes.expert.pk) as expert:
        journal.record(dossier, event, actor=expert)

    row = News.objects.get(user=world.lac.owner)

    answer = client.get(reverse("notifications"), {"ouvrir": row.pk})
    assert answer.headers["Location"] == reverse(page, args=["ALPES", dossier.reference])
