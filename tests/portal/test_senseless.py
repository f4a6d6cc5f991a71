"""What `tests.load.fuzz` found that nobody types: each has an answer, none an error page."""

import pytest
from django.urls import reverse

from claims.models import VisitPolicy
from messaging.models import Announcement, AnnouncementReading
from tests.factories import AnnouncementFactory
from tests.world import body_of

pytestmark = pytest.mark.django_db
HOURS = {"morning_from": "08:00", "morning_to": "12:00", "afternoon_from": "14:00", "afternoon_to": "18:00"}


def test_an_address_with_a_nul_is_nowhere(world, client):
    client.force_login(world.lac.owner)

    for path in ("dossiers/a%00b/12/", "dossiers/ALPES/%00/expertise/", "%00/", "dossiers/ALPES/x/messages/%00/"):
        assert client.get(f"/{path}").status_code == 404


@pytest.mark.parametrize("query", ["?state__exact=%00", "?q=%00", "?state__exact[]=x", "?_to_field=", "?e=1"])
def test_a_list_and_its_file_take_no_filter_that_is_none(query, world, client):
    client.force_login(world.alpes.manager)

    for name in ("changelist", "export"):
        answer = client.get(reverse(f"admin:claims_dossier_{name}") + query)
        body_of(answer)  # closes the file
        assert answer.status_code in {200, 302, 400}


def test_an_act_with_a_nul_in_its_reason_is_refused(world, client):
    client.force_login(world.alpes.manager)
    link = world.lac.establishment.cabinet_links.get(cabinet=world.alpes.cabinet)

    answer = client.post(f"/admin/accounts/cabinetestablishment/{link.pk}/suspendre/", {"reason": "a\0b"})

    assert answer.status_code == 400
    link.refresh_from_db()
    assert link.suspended_at is None


def test_a_page_asked_for_by_no_column_is_the_page(world, client):
    client.force_login(world.alpes.manager)
    row = world.alpes.cabinet.members.first()

    for view in ("change", "delete"):
        assert client.get(
            reverse(f"admin:accounts_cabinetmember_{view}", args=[row.pk]) + "?_to_field="
        ).status_code in {
            200,
            403,
        }


@pytest.mark.parametrize("typed", ["10000-01-01", "9" * 40, "x", "²"])
def test_a_choice_that_is_none_is_said_to_be_none(typed, world, client):
    client.force_login(world.network)

    answer = client.post(reverse("admin:accounts_shopmember_add"), {"user": typed, "organisation": typed})

    assert answer.status_code == 200
    assert set(answer.context_data["adminform"].form.errors) >= {"user", "organisation"}


def test_what_a_cabinet_has_once_is_refused_a_second_time_in_the_form(world, client):
    client.force_login(world.alpes.manager)

    answers = [client.post(reverse("admin:claims_visitpolicy_add"), HOURS) for _ in range(2)]

    assert "existe déjà" in answers[-1].content.decode()
    assert VisitPolicy.objects.filter(cabinet=world.alpes.cabinet).count() == 1


def test_a_second_click_that_the_form_could_not_see_is_told(world, client, monkeypatch):
    client.force_login(world.alpes.manager)
    monkeypatch.setattr(VisitPolicy, "validate_constraints", lambda *_args, **_kwargs: None)
    monkeypatch.setattr(VisitPolicy, "validate_unique", lambda *_args, **_kwargs: None)
    VisitPolicy.objects.get_or_create(cabinet=world.alpes.cabinet)

    answer = client.post(reverse("admin:claims_visitpolicy_add"), HOURS, follow=True)

    assert VisitPolicy.objects.filter(cabinet=world.alpes.cabinet).count() == 1
    assert "cette ligne existe déjà" in answer.content.decode()


def test_an_announcement_goes_with_its_readings(world, client):
    one, other = (AnnouncementFactory(cabinet=world.alpes.cabinet, audience="shops") for _ in range(2))
    for row in (one, other):
        AnnouncementReading.objects.create(user=world.lac.owner, announcement=row)
    client.force_login(world.alpes.manager)

    client.post(reverse("admin:messaging_announcement_delete", args=[one.pk]), {"post": "yes"})
    chosen = {"action": "delete_selected", "_selected_action": other.pk, "post": "yes"}
    client.post(reverse("admin:messaging_announcement_changelist"), chosen)

    assert not Announcement.objects.filter(pk__in=[one.pk, other.pk]).exists()
