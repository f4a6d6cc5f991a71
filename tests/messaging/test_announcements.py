"""Announcements: to their audience, between two moments, at each sign-in until they are marked as read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import CabinetEstablishment
from messaging.models import Announcement, AnnouncementReading
from tests.factories import AnnouncementFactory


@pytest.fixture
def quiet(world):
    Announcement.objects.all().delete()
    return world


def titles(client, user):
    client.force_login(user)
    page = client.get(reverse("announcements"))
    return sorted(row.title for row in page.context["unread"])


def test_each_side_reads_what_is_meant_for_it(quiet, client):
    alpes = quiet.alpes.cabinet
    for cabinet, whose in ((None, "réseau"), (alpes, "alpes")):
        for audience in ("all", "shops", "staff"):
            AnnouncementFactory(cabinet=cabinet, audience=audience, title=f"{whose} {audience}")

    of_network = ["réseau all", "réseau shops"]
    assert titles(client, quiet.lac.owner) == ["alpes all", "alpes shops", *of_network]
    assert titles(client, quiet.mer.owner) == of_network
    assert titles(client, quiet.alpes.clerk) == ["alpes all", "alpes staff", "réseau all", "réseau staff"]
    assert titles(client, quiet.berry.clerk) == ["réseau all", "réseau staff"]
    assert titles(client, quiet.network) == ["réseau all", "réseau staff"]
    assert titles(client, quiet.pending) == []


def test_a_suspended_shop_no_longer_reads_the_cabinet(quiet, client):
    AnnouncementFactory(cabinet=quiet.alpes.cabinet, title="Fermeture")
    CabinetEstablishment.objects.filter(establishment=quiet.lac.establishment).update(suspended_at="2026-01-01T00:00Z")

    assert titles(client, quiet.lac.owner) == []


def test_it_begins_and_ends_at_its_moments(quiet, client):
    now = timezone.now()
    AnnouncementFactory(title="Demain", published_from=now + timedelta(days=1))
    AnnouncementFactory(title="Hier", published_until=now - timedelta(hours=1))
    AnnouncementFactory(title="Maintenant", published_until=now + timedelta(hours=1))

    assert titles(client, quiet.lac.owner) == ["Maintenant"]


def test_it_is_shown_at_each_sign_in_until_it_is_marked_as_read(quiet, client):
    one = AnnouncementFactory(title="Photos plus rapides", text="Une ligne.\n\n<b>Une autre</b>")
    for _ in range(2):
        client.force_login(quiet.lac.owner)
        body = client.get(reverse("dossiers")).content.decode()
        assert "Photos plus rapides" in body
        assert "<p>&lt;b&gt;Une autre&lt;/b&gt;</p>" in body
        assert "Photos plus rapides" not in client.get(reverse("dossiers")).content.decode()
        client.logout()

    client.force_login(quiet.lac.owner)
    answer = client.post(reverse("announcements_read"), {"une": one.pk, "retour": "accueil"})
    assert answer.headers["Location"] == reverse("home")
    client.logout()

    client.force_login(quiet.lac.owner)
    assert "Photos plus rapides" not in client.get(reverse("dossiers")).content.decode()
    archive = client.get(reverse("announcements"))
    assert archive.context["unread"] == []
    assert [row for row, _at in archive.context["read"]] == [one]


def test_reading_is_each_person_s_own_and_twice_is_once(quiet, client):
    one = AnnouncementFactory()
    client.force_login(quiet.lac.owner)
    for _ in range(2):
        client.post(reverse("announcements_read"), {"une": one.pk})

    assert AnnouncementReading.objects.count() == 1
    assert titles(client, quiet.lac.member.user) == [one.title]


def test_all_are_marked_at_once(quiet, client):
    AnnouncementFactory.create_batch(3)
    client.force_login(quiet.lac.owner)

    client.post(reverse("announcements_read"))

    assert titles(client, quiet.lac.owner) == []


@pytest.mark.parametrize("typed", ["abc", "0", "9" * 40])
def test_nothing_foreign_is_marked(quiet, client, typed):
    foreign = AnnouncementFactory(cabinet=quiet.berry.cabinet)
    client.force_login(quiet.lac.owner)

    for one in (typed, foreign.pk):
        assert client.post(reverse("announcements_read"), {"une": one}).status_code == 404
    assert not AnnouncementReading.objects.exists()


def test_staff_read_theirs_on_the_first_page_of_the_admin(quiet, client):
    AnnouncementFactory(audience="staff", title="Pour le personnel")
    AnnouncementFactory(audience="shops", title="Pour les réparateurs")
    client.force_login(quiet.alpes.clerk)

    for _ in range(2):
        body = client.get(reverse("admin:index")).content.decode()
        assert "Pour le personnel" in body
        assert "Pour les réparateurs" not in body


def test_a_cabinet_writes_for_itself_alone(quiet, client):
    client.force_login(quiet.alpes.manager)
    typed = {
        "audience": "shops",
        "title": "Fermés vendredi",
        "text": "Bonne semaine.",
        "published_from_0": "2026-01-01",
        "published_from_1": "08:00",
        "cabinet": quiet.berry.cabinet.pk,
    }

    client.post(reverse("admin:messaging_announcement_add"), typed)

    assert Announcement.objects.get().cabinet == quiet.alpes.cabinet
    assert titles(client, quiet.lac.owner) == ["Fermés vendredi"]
    assert titles(client, quiet.mer.owner) == []
    client.force_login(quiet.alpes.clerk)
    assert client.get(reverse("admin:messaging_announcement_add")).status_code == 403


def test_a_cabinet_does_not_change_the_network_s(quiet, client):
    one = AnnouncementFactory(title="Du réseau")
    client.force_login(quiet.alpes.manager)

    assert client.get(reverse("admin:messaging_announcement_change", args=[one.pk])).status_code == 404


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_costs_the_same_for_one_row_and_three(quiet, client, django_assert_num_queries, more):
    AnnouncementFactory.create_batch(1 + more)
    client.force_login(quiet.lac.owner)
    client.get(reverse("announcements"))

    with django_assert_num_queries(7):
        assert len(client.get(reverse("announcements")).context["unread"]) == 1 + more
