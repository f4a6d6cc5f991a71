"""« Être rappelé »: asked once, called by the right role, on the late list until done, and the number forgotten."""

# ruff: noqa: F811 -- a fixture is imported, and asked for by its name

from datetime import date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.exceptions import NotAllowed
from accounts.models import CabinetMember
from accounts.scope import Kind, System
from accounts.typography import spaced
from claims.models import CallBack, Dossier
from claims.services import callbacks
from messaging.models import Notification
from tests.claims.test_races import crowd, people  # noqa: F401 -- a fixture
from tests.factories import CallBackFactory, DossierFactory

TODAY = date(2026, 11, 23)
ASK = {"name": "Camille Inventée", "phone": "04 50 12 34 56", "topic": "facture", "wanted_on": "2026-11-23"}
pytestmark = pytest.mark.usefixtures("_monday")


@pytest.fixture
def _monday():
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        yield


@pytest.fixture
def dossier(world):
    CallBack.objects.all().delete()
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def owner(world):
    with scope.acting_as(world.lac.owner.pk) as actor:
        yield actor


@pytest.fixture
def shop(world, client):
    client.force_login(world.lac.owner)
    return client


def page(dossier):
    return reverse("dossier_callback", args=["ALPES", dossier.reference])


def asked(owner, dossier, **more):
    typed = {"name": "Camille", "phone": "+33450123456", "topic": "facture", "wanted_on": TODAY}
    return callbacks.ask(actor=owner, dossier=dossier, **(typed | more))[0]


def told():
    with scope.system(System.TESTS):
        rows = Notification.objects.filter(event="callback_asked")
        return sorted(rows.values_list("recipient__email", flat=True))


@pytest.mark.parametrize(
    ("on", "slot", "now", "by"),
    [
        (TODAY, "", "2026-11-23 09:00", "2026-11-23 18:00"),
        (TODAY, "", "2026-11-23 16:30", "2026-11-24 12:00"),
        (TODAY, "matin", "2026-11-23 09:00", "2026-11-23 12:00"),
        (date(2026, 11, 28), "apres_midi", "2026-11-23 09:00", "2026-11-30 18:00"),
        (date(2026, 12, 25), "matin", "2026-12-20 09:00", "2026-12-28 12:00"),
    ],
)
def test_by_when_one_is_called_is_an_hour_somebody_works(on, slot, now, by):
    paris = timezone.get_default_timezone()

    found = callbacks.due(on, slot, now=datetime.fromisoformat(now).replace(tzinfo=paris))

    assert f"{timezone.localtime(found):%Y-%m-%d %H:%M}" == by


def test_the_shop_asks_on_a_dossier_and_the_cabinet_calls(world, dossier, shop):
    body = shop.post(page(dossier), ASK, follow=True).content.decode()
    assert "Vous suivez votre demande ici" in body
    row = CallBack.objects.get()
    assert (row.phone, row.cabinet, row.dossier) == ("+33450123456", dossier.cabinet, dossier)
    assert told() == [world.alpes.clerk.email], "a gestionnaire, about an invoice"

    shop.force_login(world.alpes.clerk)
    url = reverse("admin:claims_callback_change", args=[row.pk])
    assert "04\u00a050\u00a012\u00a034\u00a056" in shop.get(url).content.decode()
    call = reverse("admin:claims_callback_call", args=[row.pk])
    vain = shop.post(call, {"outcome": "sans_reponse"}, follow=True)
    assert "reste à rappeler" in vain.content.decode()
    done = shop.post(call, {"outcome": "joint", "answer": "Facture reçue"}, follow=True)
    assert "son numéro est effacé" in done.content.decode()

    row.refresh_from_db()
    assert (row.state, row.phone, row.tries) == ("done", "", 2)
    shop.force_login(world.lac.owner)
    body = shop.get(page(dossier)).content.decode()
    assert spaced("Rappelé le 23/11/2026 à 09:00 par Cabinet Alpes : joint") in spaced(body)
    assert "Facture reçue" in body


def test_asked_twice_it_is_one(dossier, owner):
    first, second = asked(owner, dossier), asked(owner, dossier, note="Encore")

    assert first == second
    assert CallBack.objects.count() == 1


def test_an_expert_calls_about_the_expertise(world, dossier, owner):
    with scope.system(System.TESTS):
        expert = CabinetMember.objects.get(user=world.alpes.expert)
        Dossier.objects.filter(pk=dossier.pk).update(expert=expert)

    row = asked(owner, Dossier.objects.get(pk=dossier.pk), topic="complement")

    assert row.assignee_id == expert.pk
    assert told() == [world.alpes.expert.email]


def test_without_a_dossier_one_says_which_cabinet(world, dossier, client):
    client.force_login(world.deux.owner)
    choices = [value for value, _ in client.get(reverse("callback")).context["form"].fields["qui"].choices if value]
    site = world.deux.establishment.pk
    assert choices == [f"{world.alpes.cabinet.pk}-{site}", f"{world.berry.cabinet.pk}-{site}"]

    client.post(reverse("callback"), ASK | {"qui": choices[1]})

    row = CallBack.objects.get()
    assert (row.cabinet, row.dossier) == (world.berry.cabinet, None)
    foreign = f"{world.berry.cabinet.pk}-{world.lac.establishment.pk}"
    assert client.post(reverse("callback"), ASK | {"qui": foreign}).context["form"].errors


@pytest.mark.parametrize(
    ("typed", "told_back"),
    [
        ({"phone": "123"}, "numéro de téléphone"),
        ({"wanted_on": "2026-11-22"}, "d’ici deux semaines"),
        ({"wanted_on": "2027-01-01"}, "d’ici deux semaines"),
        ({"name": ""}, "Qui rappeler : écrivez-le"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(typed, told_back, dossier, shop):
    assert spaced(told_back) in spaced(shop.post(page(dossier), ASK | typed).content.decode())
    assert not CallBack.objects.exists()


def test_a_moment_gone_by_is_refused(dossier, owner):
    with time_machine.travel("2026-11-23 13:00+01:00"), pytest.raises(ValidationError, match="moment est passé"):
        asked(owner, dossier, slot="matin")


def test_a_colleague_sees_neither_the_request_nor_the_number(world, dossier, owner, client):
    row = asked(owner, dossier)
    client.force_login(world.lac.member.user)

    assert "Camille" not in client.get(page(dossier)).content.decode()
    assert client.post(reverse("callback_withdraw", args=[row.pk])).status_code == 404


def test_who_asked_may_need_it_no_longer(dossier, owner, shop):
    row = asked(owner, dossier)

    shop.post(reverse("callback_withdraw", args=[row.pk]))

    row.refresh_from_db()
    assert (row.state, row.phone) == ("withdrawn", "")
    with pytest.raises(NotAllowed, match="Déjà annulé"):
        callbacks.withdraw(row, actor=owner)


def test_the_late_stand_first_and_are_counted(world, dossier, owner, client):
    row = asked(owner, dossier)
    with time_machine.travel("2026-11-24 09:00+01:00"):
        client.force_login(world.alpes.clerk)
        body = client.get(reverse("admin:claims_callback_changelist"), {"retard": "oui"}).content.decode()
        waiting = client.get(reverse("admin:index")).context_data["waiting"]

    assert "EN RETARD" in body
    assert next(item["count"] for item in waiting if "callback" in item["url"]) == 1
    assert row.due_at < datetime.fromisoformat("2026-11-24T09:00+01:00")


def test_the_page_costs_the_same_for_one_request_and_three(world, dossier, shop, django_assert_num_queries):
    CallBackFactory(dossier=dossier, user=world.lac.owner)
    shop.get(page(dossier))
    with django_assert_num_queries(7):
        shop.get(page(dossier))
    closed = {"state": "done", "phone": "", "closed_at": "2026-11-20T10:00Z"}
    CallBackFactory.create_batch(2, dossier=dossier, user=world.lac.owner, **closed)
    with django_assert_num_queries(7):
        shop.get(page(dossier))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_sixteen_who_ask_and_sixteen_who_call_one_does(people):
    with scope.system(System.TESTS):
        dossier = DossierFactory(**people["place"])
    one = people[Kind.REPAIRER][0]
    made, _ = crowd([(one, lambda actor: asked(actor, dossier).pk) for _ in range(16)])
    with scope.system(System.TESTS):
        row = CallBack.objects.select_related("dossier").get()

    def call(actor):
        return callbacks.note_call(row, outcome="joint", actor=actor).pk

    won, told_no = crowd([(people[Kind.STAFF][number % 2], call) for number in range(16)])

    assert set(made) == {row.pk}
    assert (len(won), len(told_no)) == (1, 15)
    assert all(text.startswith("Déjà rappelé par") for text in told_no)
