"""The agenda's page, the page « Expertise », the jours de passage, and the cabinet's answers in the admin."""

from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts import scope, services
from accounts.models import Draft
from claims.forms.dates import WishForm
from claims.models import Appointment, Passage, VisitPolicy
from claims.models.appointments import Wish
from claims.models.passages import upcoming
from claims.services import passages
from claims.services.date_drafts import submit_date
from claims.workflow import Action, DateKind, State
from tests.factories import (
    AppointmentFactory,
    DelegationFactory,
    DelegationProfileFactory,
    DossierFactory,
    PassageFactory,
)

AGENDA_QUERIES, EXPERTISE_QUERIES = 8, 11


@pytest.fixture(autouse=True)
def _monday():
    with time_machine.travel("2026-11-23 09:00+01:00", tick=False):
        yield


@pytest.fixture
def dossier(world):
    Appointment.objects.all().delete()
    Passage.objects.all().delete()
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def url(world, client, dossier):
    client.force_login(world.lac.owner)
    return reverse("dossier_expertise", args=["ALPES", dossier.reference])


def card(answer, kind=DateKind.FIELD_VISIT):
    return next(card for card in answer.context["cards"] if card.kind == kind)


def propose(client, page, kind="rdv_terrain", seen="0", **typed):
    data = {"type": kind, "vu": seen, "acte": "date_proposed", **{f"{kind}-{k}": v for k, v in typed.items()}}
    return client.post(page, data, follow=True)


def told(answer):
    return " ".join(str(message) for message in answer.context["messages"])


# Passages -----------------------------------------------------------------------------------------------------------


def days(dossier, **rules):
    rows = Passage.objects.all().for_dossier(dossier)
    return [(slot.day.day, slot.half) for slot in upcoming(rows, dossier, date(2026, 11, 23), 4)]


def test_passages_follow_weekdays_absences_and_additions(dossier):
    PassageFactory(cabinet=dossier.cabinet, weekday=3, half="matin")
    assert days(dossier) == [(26, "matin"), (3, "matin"), (10, "matin"), (17, "matin")]

    PassageFactory(cabinet=dossier.cabinet, mode="absence", weekday=None, from_on="2026-12-01", to_on="2026-12-12")
    PassageFactory(cabinet=dossier.cabinet, mode="ajout", weekday=None, from_on="2026-11-24")
    dossier.refresh_from_db()

    assert days(dossier) == [(24, ""), (26, "matin"), (17, "matin"), (24, "matin")]


def test_an_absence_in_the_morning_leaves_the_afternoon(dossier):
    PassageFactory(cabinet=dossier.cabinet, weekday=3)
    PassageFactory(
        cabinet=dossier.cabinet, mode="absence", weekday=None, half="matin", from_on="2026-11-26", to_on="2026-11-26"
    )

    assert days(dossier)[:2] == [(26, "apres_midi"), (3, "")]


def test_no_expert_comes_on_a_holiday_of_the_place(dossier):
    """26 December 2026 is a Saturday, worked in Savoie, a holiday in Alsace; Christmas is one everywhere."""
    PassageFactory(cabinet=dossier.cabinet, weekday=5, from_on="2026-12-20")
    PassageFactory(cabinet=dossier.cabinet, weekday=4, from_on="2026-12-20")
    assert days(dossier)[:2] == [(26, ""), (2, "")]

    dossier.establishment.postal_code = "67000"
    dossier.establishment.save()
    dossier.refresh_from_db()
    assert days(dossier)[:2] == [(2, ""), (8, "")]


def test_a_rule_may_say_that_holidays_count_and_a_shop_reads_which_do_not(dossier, world):
    """Christmas and New Year's Day are Fridays."""
    rule = PassageFactory(cabinet=dossier.cabinet, weekday=4, from_on="2026-12-20")
    christmas = Wish(date(2026, 12, 25))
    with scope.acting_as(world.lac.owner.pk) as actor:
        slots, closed = passages.offer_for(dossier, actor=actor)
        with pytest.raises(ValidationError, match="jour férié"):
            passages.check_passage(dossier, christmas, actor=actor)
    Passage.objects.filter(pk=rule.pk).update(on_holidays=True)
    with scope.acting_as(world.lac.owner.pk) as actor:
        passages.check_passage(dossier, christmas, actor=actor)
        assert passages.offer_for(dossier, actor=actor).closed == []

    form = WishForm(kind=DateKind.FIELD_VISIT, slots=slots, closed=closed)
    assert closed == [date(2026, 12, 25), date(2027, 1, 1)]
    assert "vendredi 25 décembre" in form.fields["passage"].help_text
    assert days(dossier)[:2] == [(25, ""), (1, "")]


def test_rules_hold_for_their_expert_place_and_shop_only(world, dossier):
    PassageFactory(cabinet=dossier.cabinet, weekday=0, postal_codes="73, 01")
    PassageFactory(cabinet=dossier.cabinet, weekday=1, establishment=world.deux.establishment)
    PassageFactory(cabinet=dossier.cabinet, weekday=2, expert=world.alpes.cabinet.members.first())
    PassageFactory(cabinet=world.berry.cabinet, weekday=3)
    PassageFactory(cabinet=dossier.cabinet, weekday=4, postal_codes="73, 740")
    dossier.expert = world.alpes.cabinet.members.last()

    assert [day for day, _ in days(dossier)] == [27, 4, 11, 18]


# The shop's page ----------------------------------------------------------------------------------------------------


def test_a_passage_is_picked_and_proposed(client, url, dossier):
    PassageFactory(cabinet=dossier.cabinet, weekday=3, half="matin", sector="Annecy")
    answer = client.get(url)
    assert "jeudi 26 novembre, le matin – Annecy" in answer.content.decode()

    answer = propose(client, url, passage="2026-11-26_matin")

    row = Appointment.objects.get()
    assert (row.starts_on, row.half, row.status) == (date(2026, 11, 26), "matin", "proposed")
    assert "Votre date est proposée" in told(answer)
    assert card(answer).chip == ("them", "Proposée : le cabinet doit répondre")
    assert "Jeudi 26 novembre 2026, le matin" in answer.content.decode()


def test_another_day_is_asked_for_when_the_cabinet_takes_them(client, url, dossier):
    PassageFactory(cabinet=dossier.cabinet, weekday=3)
    empty = propose(client, url, passage="autre")
    propose(client, url, passage="autre", starts_on="2026-12-01", half="matin")
    assert "Choisissez le jour que vous proposez." in empty.content.decode()
    assert Appointment.objects.get().starts_on == date(2026, 12, 1)

    VisitPolicy.objects.filter(cabinet=dossier.cabinet).update(other_dates=False)
    refused = propose(
        client, url, seen=Appointment.objects.get().token, passage="autre", starts_on="2026-12-02", half="matin"
    )
    assert refused.status_code == 422
    assert "Ce passage n’est plus proposé" in refused.content.decode()


def test_a_full_passage_is_no_longer_offered(world, client, url, dossier):
    PassageFactory(cabinet=dossier.cabinet, weekday=3, half="matin", capacity=1)
    AppointmentFactory(dossier=world.deux.dossiers["ALPES"], starts_on=date(2026, 11, 26), half="matin")

    form = card(client.get(url)).form
    answer = propose(client, url, passage="autre", starts_on="2026-11-26", half="matin")

    assert "2026-11-26_matin" not in form.slots
    assert "2026-12-03_matin" in form.slots
    assert "Ce passage est complet" in answer.content.decode()
    assert not Appointment.objects.filter(dossier=dossier).exists()


def test_the_loser_is_told_and_sees_where_the_date_stands(client, url, dossier):
    AppointmentFactory(dossier=dossier, status="offered", moved_by="cabinet", starts_on=date(2026, 12, 8))

    answer = propose(client, url, starts_on="2026-12-01")

    assert "le cabinet a agi le premier" in told(answer)
    assert card(answer).text == "mardi 8 décembre 2026"
    assert card(answer).is_yours


def test_the_cabinets_date_is_accepted_with_one_button(client, url, dossier):
    row = AppointmentFactory(dossier=dossier, status="offered", moved_by="cabinet")

    answer = client.post(url, {"type": "rdv_terrain", "vu": row.token, "acte": "date_accepted"}, follow=True)

    dossier.refresh_from_db()
    assert "La date est validée" in told(answer)
    assert dossier.state == State.VISIT_PLANNED


def test_the_history_tells_every_date(client, url, dossier):
    propose(client, url, starts_on="2026-12-01")
    propose(client, url, seen=Appointment.objects.get().token, starts_on="2026-12-02")

    history = client.get(url).context["history"]

    assert [entry["text"] for entry in history] == [
        "RDV terrain du mercredi 2 décembre 2026",
        "RDV terrain du mardi 1er décembre 2026",
    ]


def test_who_may_not_fix_dates_reads_them_only(world, client, dossier):
    profile = DelegationProfileFactory(organisation=world.lac.organisation, sites=[world.lac.establishment])
    client.force_login(DelegationFactory(profile=profile).member.user)
    page = reverse("dossier_expertise", args=["ALPES", dossier.reference])

    answer = client.get(page)

    assert all(card.actions == [] and card.form is None for card in answer.context["cards"])
    assert propose(client, page, starts_on="2026-12-01").status_code == 403


def test_under_validation_a_date_waits_is_amended_and_leaves(world, client, dossier):
    profile = DelegationProfileFactory(
        organisation=world.lac.organisation,
        sites=[world.lac.establishment],
        rights=["view", "dates"],
        needs_validation=True,
    )
    client.force_login(DelegationFactory(profile=profile).member.user)
    page = reverse("dossier_expertise", args=["ALPES", dossier.reference])
    answer = propose(client, page, starts_on="2026-12-01")
    draft = Draft.objects.get(action="appointment", payload__dossier=dossier.pk)
    assert "un responsable de votre entreprise doit valider" in told(answer)
    assert not Appointment.objects.exists()
    assert card(answer).drafts == 1

    client.force_login(world.lac.owner)
    answer = client.post(reverse("draft_amend", args=[draft.pk]), {"rdv_terrain-starts_on": "2026-12-02"}, follow=True)

    draft.refresh_from_db()
    assert (draft.state, Appointment.objects.get().starts_on) == ("amended", date(2026, 12, 2))


def test_a_draft_approved_is_proposed_as_it_was(world, dossier):
    with scope.acting_as(world.lac.owner.pk) as actor:
        draft = submit_date(
            dossier, DateKind.DELIVERY, Action.PROPOSE_DATE, actor=actor, seen="0", wish=Wish(date(2026, 12, 4))
        )
        services.approve(draft, actor=actor)

    assert Appointment.objects.get().starts_on == date(2026, 12, 4)


def test_the_page_costs_the_same_whatever_was_said(world, client, url, dossier, django_assert_num_queries):
    client.get(url)
    AppointmentFactory(dossier=dossier)
    PassageFactory(cabinet=dossier.cabinet)
    with django_assert_num_queries(EXPERTISE_QUERIES):
        client.get(url)
    AppointmentFactory(dossier=dossier, kind="ead")
    AppointmentFactory(dossier=dossier, kind="livraison")
    PassageFactory.create_batch(3, cabinet=dossier.cabinet)
    with django_assert_num_queries(EXPERTISE_QUERIES):
        client.get(url)


# The agenda ---------------------------------------------------------------------------------------------------------


def shown(answer):
    return {entry["row"].dossier.reference for day in answer.context["days"] for entry in day.entries}


def test_the_agenda_shows_every_site_and_filters(world, client):
    client.force_login(world.deux.owner)
    Appointment.objects.update(starts_on=date(2026, 11, 25))

    assert shown(client.get("/agenda/")) == {"ALPES-DEUX", "BERRY-DEUX"}
    assert shown(client.get("/agenda/?cabinet=BERRY")) == {"BERRY-DEUX"}
    assert shown(client.get("/agenda/?objet=livraison")) == set()
    assert shown(client.get("/agenda/?vue=mois&debut=2026-11-02")) == {"ALPES-DEUX", "BERRY-DEUX"}
    assert shown(client.get("/agenda/?debut=2026-12-02")) == set()
    assert shown(client.get("/agenda/?debut=9999-99-99&vue=x&siret=zz&objet=y")) == {"ALPES-DEUX", "BERRY-DEUX"}


def test_staff_see_their_cabinets_dates(world, client):
    client.force_login(world.alpes.clerk)
    Appointment.objects.update(starts_on=date(2026, 11, 25))

    answer = client.get("/agenda/")

    assert shown(answer) == {"ALPES-LAC", "ALPES-DEUX"}
    assert f"/admin/claims/dossier/{world.lac.dossiers['ALPES'].pk}/change/#dates" in answer.content.decode()


def test_the_agenda_costs_the_same_for_one_and_three(world, client, django_assert_num_queries):
    client.force_login(world.lac.owner)
    Appointment.objects.update(starts_on=date(2026, 11, 25))
    client.get("/agenda/")
    with django_assert_num_queries(AGENDA_QUERIES):
        client.get("/agenda/")
    for _ in range(2):
        other = DossierFactory(cabinet=world.alpes.cabinet, establishment=world.lac.establishment)
        AppointmentFactory(dossier=other, starts_on=date(2026, 11, 25))
    with django_assert_num_queries(AGENDA_QUERIES):
        client.get("/agenda/")


# The admin ----------------------------------------------------------------------------------------------------------


def answer_date(client, row, act, **typed):
    url = reverse("admin:claims_dossier_date", args=[row.dossier_id])
    return client.post(url, {"type": row.kind, "vu": row.token, "acte": act, **typed}, follow=True)


def test_staff_validate_refuse_or_offer_on_the_dossiers_page(world, client, dossier):
    client.force_login(world.alpes.clerk)
    row = AppointmentFactory(dossier=dossier)

    answer = answer_date(client, row, "date_validated")
    dossier.refresh_from_db()
    assert "La date est validée" in told(answer)
    assert dossier.state == State.VISIT_PLANNED
    again = answer_date(client, row, "date_validated")
    assert "le cabinet a agi le premier" in told(again)

    row.refresh_from_db()
    typed = {"rdv_terrain-starts_on": "2026-12-08", "rdv_terrain-at": "10:30"}
    answer_date(client, row, "date_offered", **typed)
    row.refresh_from_db()
    assert (row.status, row.starts_on, f"{row.at:%H:%M}") == ("offered", date(2026, 12, 8), "10:30")


def test_the_queue_shows_what_waits_first_and_late(world, client, dossier):
    client.force_login(world.alpes.clerk)
    AppointmentFactory(dossier=dossier, kind="ead", status="validated")
    AppointmentFactory(dossier=dossier, moved_at="2026-11-16T09:00+01:00")

    answer = client.get(reverse("admin:claims_appointment_changelist"))

    assert [row.status for row in answer.context_data["cl"].result_list] == ["proposed", "validated"]
    assert "en retard" in answer.content.decode()


def test_staff_keep_their_passage_days(world, client, dossier):
    client.force_login(world.alpes.manager)
    data = {"mode": "semaine", "weekday": 2, "half": "matin", "from_on": "2026-11-23", "postal_codes": "74,73100"}

    client.post(reverse("admin:claims_passage_add"), data)
    wrong = client.post(reverse("admin:claims_passage_add"), data | {"postal_codes": "Annecy"})

    row = Passage.objects.get()
    assert (row.cabinet, row.postal_codes) == (world.alpes.cabinet, "74, 73100")
    assert "Écrivez des codes postaux" in wrong.content.decode()
