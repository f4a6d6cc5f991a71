"""Personal reminders: one's own or one's colleagues', never the other side's; in the agenda and in its feed."""

from datetime import date, time

import pytest
import time_machine
from django.urls import reverse
from icalendar import Calendar

from accounts import scope
from accounts.exceptions import NotAllowed
from claims.models import AgendaFeed, Dossier, Memo
from claims.services import memos
from claims.services.agenda import secret_of, subscribe
from claims.services.dossiers import correct_siret
from tests.factories import MemoFactory

TYPED = {"on": "2026-11-25", "at": "14:30", "subject": "Rappeler le client", "who": "Mme Inventée",
         "phone": "06 12 34 56 78", "place": "exterieur"}  # fmt: skip
pytestmark = pytest.mark.usefixtures("_monday")


@pytest.fixture
def _monday():
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        yield


@pytest.fixture
def dossier(world):
    Memo.objects.all().delete()
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def shop(world, client):
    client.force_login(world.lac.owner)
    return client


def page(dossier):
    return reverse("dossier_memos", args=[dossier.pk])


def test_it_is_kept_shown_in_the_agenda_and_done(world, dossier, shop):
    shop.post(page(dossier), TYPED)
    row = Memo.objects.get()
    assert (row.user, row.side, row.phone, row.at) == (world.lac.owner, "shop", "+33612345678", time(14, 30))

    agenda = shop.get("/agenda/").content.decode()
    assert "Rappeler le client" in agenda
    assert "06\u00a012\u00a034\u00a056\u00a078" in agenda
    shop.post(reverse("memo_act", args=[row.pk]), {"acte": "fait", "suite": "/agenda/"})

    row.refresh_from_db()
    assert row.done_at is not None
    assert "Rappeler le client" not in shop.get("/agenda/").content.decode()
    again = shop.post(reverse("memo_act", args=[row.pk]), {"acte": "fait"}, follow=True)
    assert "déjà fait, par" in again.content.decode()


def test_typed_twice_it_is_one(dossier, shop):
    shop.post(page(dossier), TYPED)
    shop.post(page(dossier), TYPED)

    assert Memo.objects.count() == 1


def test_it_is_put_off_and_one_that_is_late_stands_on_today(dossier, world, shop):
    row = MemoFactory(dossier=dossier, user=world.lac.owner, on=date(2026, 11, 2), subject="Oublié")
    days = {day.on: day.memos for day in shop.get("/agenda/").context["days"]}
    assert days[date(2026, 11, 23)] == [row]

    shop.post(reverse("memo_act", args=[row.pk]), {"acte": "reporter", "on": "2026-11-27", "at": ""})

    row.refresh_from_db()
    assert (row.on, row.version) == (date(2026, 11, 27), 2)
    wrong = shop.post(reverse("memo_act", args=[row.pk]), {"acte": "reporter", "on": "2026-11-01"}, follow=True)
    assert "dans deux ans" in wrong.content.decode()


@pytest.mark.parametrize("shared", [True, False])
def test_a_colleague_sees_what_is_shared_and_the_cabinet_nothing(shared, world, dossier, client):
    row = MemoFactory(dossier=dossier, user=world.lac.owner, subject="Entre nous", is_shared=shared)
    act = reverse("memo_act", args=[row.pk])
    client.force_login(world.alpes.manager)
    assert "Entre nous" not in client.get(page(dossier)).content.decode()
    assert "Entre nous" not in client.get("/agenda/").content.decode()
    assert client.post(act, {"acte": "fait"}).status_code == 404
    client.force_login(world.network)
    assert client.post(act, {"acte": "fait"}).status_code == 404
    assert client.get(page(dossier)).status_code == 404

    client.force_login(world.lac.member.user)

    assert ("Entre nous" in client.get(page(dossier)).content.decode()) == shared
    assert client.post(act, {"acte": "retirer"}).status_code == (302 if shared else 404)
    assert Memo.objects.filter(pk=row.pk).exists(), "removed by its author alone"
    assert client.post(act, {"acte": "fait"}).status_code == (302 if shared else 404)


def test_staff_keep_theirs_apart(world, dossier, client):
    client.force_login(world.alpes.expert)
    client.post(page(dossier), TYPED | {"subject": "Revoir le longeron", "is_shared": "on"})

    client.force_login(world.alpes.clerk)
    assert "Revoir le longeron" in client.get("/agenda/").content.decode()
    client.force_login(world.lac.owner)
    assert "Revoir le longeron" not in client.get(page(dossier)).content.decode()


def test_the_feed_rings_and_names_neither_the_person_nor_the_number(world, dossier, client):
    whole = {"on": date(2026, 11, 26), "subject": "Jour entier"}
    MemoFactory(dossier=dossier, user=world.lac.owner, **whole)
    timed = {"on": date(2026, 11, 25), "at": time(14, 30), "subject": "À l’heure", "who": "Mme Secrète"}
    MemoFactory(dossier=dossier, user=world.lac.owner, phone="+33612345678", **timed)
    MemoFactory(dossier=dossier, user=world.lac.member.user, subject="Du collègue")
    AgendaFeed.objects.all().delete()
    with scope.acting_as(world.lac.owner.pk) as actor:
        secret = secret_of(subscribe(None, actor=actor))

    body = client.get(reverse("agenda_feed", args=[secret])).content.decode()

    events = {str(event["summary"]): event for event in Calendar.from_ical(body).walk("VEVENT")}
    reference = dossier.reference
    hour = events[f"Rappel : À l’heure – dossier {reference}"]
    assert f"{hour['dtstart'].dt:%d/%m %H:%M %Z}" == "25/11 14:30 CET"
    assert [alarm["trigger"].dt.total_seconds() for alarm in hour.walk("VALARM")] == [-900]
    day = events[f"Rappel : Jour entier – dossier {reference}"]
    assert [alarm["trigger"].dt.total_seconds() for alarm in day.walk("VALARM")] == [8 * 3600]
    assert not {"Secrète", "612345678", "Du collègue"} & {word for word in body.split() if word}
    assert "Secrète" not in body
    assert "Du collègue" not in body


def test_a_dossier_that_was_another_shop_s_leaves_nothing_with_it(world, dossier):
    MemoFactory(dossier=dossier, user=world.lac.owner)
    link = world.deux.establishment.cabinet_links.get(cabinet=dossier.cabinet)

    with scope.acting_as(world.alpes.manager.pk) as actor:
        correct_siret(Dossier.objects.get(pk=dossier.pk), link, actor=actor)

    assert not Memo.objects.exists()


def test_who_may_not_see_the_dossier_keeps_nothing_on_it(world, dossier, client):
    client.force_login(world.mer.owner)
    assert client.post(page(dossier), TYPED).status_code == 404
    with scope.acting_as(world.network.pk) as actor, pytest.raises(NotAllowed):
        memos.keep(dossier, actor=actor, on=date(2026, 11, 25), subject="x")


def test_the_agenda_costs_the_same_for_one_reminder_and_three(world, dossier, shop, django_assert_num_queries):
    MemoFactory(dossier=dossier, user=world.lac.owner, on=date(2026, 11, 25))
    shop.get("/agenda/")
    with django_assert_num_queries(8):
        shop.get("/agenda/")
    MemoFactory.create_batch(2, dossier=dossier, user=world.lac.owner, on=date(2026, 11, 26))
    with django_assert_num_queries(8):
        shop.get("/agenda/")
