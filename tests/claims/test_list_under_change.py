"""Counters that agree with the rows while people change them at the same moment."""

import threading

import pytest
from django.db import connections
from django.test import Client

from accounts import scope
from accounts.scope import System
from claims.models import Dossier
from claims.services.dossiers import advance
from claims.workflow import Action
from tests.factories import CabinetMemberFactory, DossierFactory, EstablishmentFactory, LinkFactory, ShopMemberFactory

ROUTE = [Action.REQUEST_VISIT, Action.PLAN_VISIT, Action.START_WORKS, Action.REQUEST_INVOICE, Action.CLOSE]


@pytest.mark.django_db(transaction=True)
def test_tabs_agree_with_their_rows_in_every_answer_and_at_the_end():
    with scope.system(System.TESTS):
        site = EstablishmentFactory()
        staff = CabinetMemberFactory()
        LinkFactory(cabinet=staff.cabinet, establishment=site)
        shop = ShopMemberFactory(organisation=site.organisation).user
        dossiers = [DossierFactory(cabinet=staff.cabinet, establishment=site) for _ in range(6)]
    threads = [threading.Thread(target=walk, args=(dossier, staff.user_id)) for dossier in dossiers]
    answers: list[str] = []
    reader = threading.Thread(target=look, args=(shop, threads, answers))

    for thread in (*threads, reader):
        thread.start()
    for thread in (*threads, reader):
        thread.join()

    assert answers
    assert set(answers) == {"agrees"}
    client = signed_in(shop)
    counts = tabs_of(client.get("/dossiers/?onglet=termine"))
    assert counts["termine"] == counts["tous"] == len(dossiers)


def walk(dossier: Dossier, user_id: int) -> None:
    for action in ROUTE:
        with scope.acting_as(user_id) as actor:
            advance(dossier, action, actor=actor)
    connections.close_all()


def look(user, others: list[threading.Thread], answers: list[str]) -> None:
    """Each tab's number is that of the rows below it."""
    client = signed_in(user)
    while any(thread.is_alive() for thread in others) or len(answers) < 6:
        for tab in ("en-cours", "termine", "attente-rdv"):
            answer = client.get("/dossiers/", {"onglet": tab})
            counts, shown = tabs_of(answer), len(answer.context["rows"])
            answers.append("agrees" if counts[tab] == shown else f"{tab}: {counts[tab]}, {shown} shown")
    connections.close_all()


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def tabs_of(answer) -> dict[str, int]:
    return {tab["slug"]: tab["count"] for tab in answer.context["tabs"]()}
