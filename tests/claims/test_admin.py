"""The cabinet's workspace: buttons along the table, documents, SIRET, requests, what waits."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AccountRequest, JournalEntry, ShopMember
from accounts.services import approve_request
from claims.admin.forms import ELSEWHERE
from claims.admin.siret import one_slip_apart
from claims.models import Document, Dossier
from claims.services import expectations
from claims.workflow import Action, State, moves
from messaging.services import send_due
from tests.factories import DossierFactory

PDF = b"%PDF-1.4\n%%EOF"
LIST_QUERIES = 7


def page(dossier):
    return reverse("admin:claims_dossier_change", args=[dossier.pk])


def post(client, view, row, **data):
    return client.post(reverse(f"admin:{view}", args=[row.pk]), data, follow=True)


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


@pytest.fixture
def clerk(world, client):
    client.force_login(world.alpes.clerk)
    return world.alpes.clerk


@pytest.fixture
def dossier(world):
    return world.lac.dossiers["ALPES"]


def test_the_page_offers_the_acts_of_the_table(world, client, clerk, dossier):
    for state in State:
        Dossier.objects.filter(pk=dossier.pk).update(state=state)

        offered = client.get(page(dossier)).context_data["actions"]

        assert offered == [action for action in Action if action not in ELSEWHERE and moves(action, state, "staff")]


@pytest.mark.parametrize("state", State)
def test_acts_drive_states_as_the_table_says_and_nothing_else(world, client, clerk, dossier, state):
    for action in [action for action in Action if action not in ELSEWHERE]:
        Dossier.objects.filter(pk=dossier.pk).update(state=state)
        allowed = moves(action, state, "staff")

        answer = post(client, "claims_dossier_act", dossier, action=action.value)

        dossier.refresh_from_db()
        assert dossier.state == (allowed[0].to if allowed else state), action
        assert ("n’est pas possible" in said(answer)) is not bool(allowed), action


@pytest.mark.parametrize("action", ["", "synchronised", "document_published", "n’importe quoi"])
def test_what_is_no_button_is_refused_politely(client, clerk, dossier, action):
    answer = post(client, "claims_dossier_act", dossier, action=action)

    assert answer.status_code == 200
    assert said(answer) in {"Choisissez une action.", "Cette action n’existe pas sur cette page."}


def test_a_published_document_is_new_for_the_shop(client, clerk, dossier):
    before = dossier.last_received_at
    file = SimpleUploadedFile("rapport.pdf", PDF)

    answer = post(client, "claims_dossier_publish", dossier, kind="rapport", label="", file=file)

    dossier.refresh_from_db()
    document = dossier.documents.get(kind="rapport")
    assert document.label == "rapport.pdf"
    assert dossier.last_received_at == document.published_at != before
    assert "est publié" in said(answer)
    assert reverse("document", args=[document.public_id]) in answer.content.decode()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"MZ\x90 un programme",
            "Ce fichier n’est ni un PDF, ni une photo JPEG ou PNG : enregistrez-le dans l’un de ces formats.",
        ),
        (b"", "Ce fichier est vide."),
    ],
)
def test_a_wrong_file_is_refused_with_a_sentence(client, clerk, dossier, content, sentence):
    file = SimpleUploadedFile("rapport.pdf", content)

    answer = post(client, "claims_dossier_publish", dossier, kind="rapport", file=file)

    assert said(answer) == sentence
    assert Document.objects.filter(dossier=dossier, kind="rapport").count() == 0


def test_only_what_a_cabinet_sends_can_be_published(client, clerk, dossier):
    file = SimpleUploadedFile("x.pdf", PDF)

    post(client, "claims_dossier_publish", dossier, kind="controle_technique", file=file)

    assert not dossier.documents.filter(kind="controle_technique").exists()


def test_a_siret_is_corrected_to_a_shop_of_the_cabinet(world, client, clerk):
    orphan, shop = world.alpes.orphan, world.lac.establishment

    answer = post(client, "claims_dossier_attach", orphan, siret=f"{shop.siret[:9]} {shop.siret[9:]}")

    orphan.refresh_from_db()
    assert orphan.establishment == shop
    assert "est rattaché" in said(answer)


@pytest.mark.parametrize("shop", ["mer", "unknown"])
def test_a_siret_of_another_cabinets_shop_is_as_unknown_as_any(world, client, clerk, shop):
    siret = world.mer.establishment.siret if shop == "mer" else world.alpes.request.siret

    answer = post(client, "claims_dossier_attach", world.alpes.orphan, siret=siret)

    assert said(answer) == "Ce SIRET n’est pas celui d’un réparateur de ce cabinet."


def test_the_network_attaches_only_to_a_shop_of_the_dossiers_cabinet(world, client):
    client.force_login(world.network)

    post(client, "claims_dossier_attach", world.alpes.orphan, siret=world.mer.establishment.siret)

    world.alpes.orphan.refresh_from_db()
    assert world.alpes.orphan.establishment is None


def test_the_page_of_a_mistyped_siret_proposes_the_shop_it_was_meant_for(world, client, clerk):
    siret = world.lac.establishment.siret
    typo = siret[:-1] + str((int(siret[-1]) + 1) % 10)
    mistyped = DossierFactory(cabinet=world.alpes.cabinet, establishment=None, siret=typo)

    likely = client.get(page(mistyped)).context_data["likely"]

    assert [found for found, _ in likely] == [siret]


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("12345", "12345", False),
        ("12345", "12945", True),
        ("12345", "1234", True),
        ("12345", "123455", True),
        ("12345", "12435", True),
        ("12345", "12453", False),
        ("12345", "99345", False),
        ("", "1", True),
        ("", "12345", False),
    ],
)
def test_one_slip(left, right, expected):
    assert one_slip_apart(left, right) is expected
    assert one_slip_apart(right, left) is expected


def listed(client, **query):
    answer = client.get(reverse("admin:claims_dossier_changelist"), query)
    return {row.reference for row in answer.context_data["cl"].result_list}


def test_the_list_is_searched_and_filtered(world, client, clerk):
    assert listed(client) == {"ALPES-LAC", "ALPES-DEUX", "ALPES-ORPHELIN"}
    assert listed(client, q="assure lac") == {"ALPES-LAC"}
    assert listed(client, q="gf531qz ALPES-DEUX") == {"ALPES-DEUX"}
    assert listed(client, q="BERRY-DEUX") == set()
    assert listed(client, siret="a-corriger") == {"ALPES-ORPHELIN"}
    expectations.refresh([world.alpes.orphan.pk])
    assert listed(client, tour="reparateur") == {"ALPES-LAC", "ALPES-DEUX"}, "asked of what is expected, not of states"
    assert listed(client, tour="cabinet", ve_procedure__exact="") == {"ALPES-ORPHELIN"}
    assert listed(client, state__exact="termine") == set()


def test_the_list_costs_the_same_whatever_it_shows(world, client, clerk, django_assert_num_queries):
    url = reverse("admin:claims_dossier_changelist")
    client.get(url)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url)
    for _ in range(3):
        DossierFactory(cabinet=world.alpes.cabinet, establishment=world.lac.establishment)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(url)


def test_the_dashboard_counts_and_leads(world, client, clerk, django_assert_max_num_queries):
    with django_assert_max_num_queries(18):  # one of them counts all that waits
        waiting = client.get(reverse("admin:index")).context_data["waiting"]

    counts = {item["label"]: item["count"] for item in waiting if item["count"]}
    assert counts == {
        "Demandes de compte à valider": 1,
        "Dossiers dont le SIRET est à corriger": 1,
        "Dossiers que des réparateurs ne voient pas": 2,
        "Dates à valider": 2,
        "Compléments à décider": 2,
        "Réparateurs à rappeler": 4,
        "Réponses à valider avant envoi": 2,
        "Grilles tarifaires à accuser": 2,
        "Mission reçue : organiser l’expertise": 3,
    }
    for item in waiting:
        found = client.get(item["url"]).context_data
        assert (found["cl"].result_count if "cl" in found else found["page"].paginator.count) == item["count"], item


def test_the_evidence_says_what_the_cabinet_knows(world, client, clerk):
    request, shop = world.alpes.request, world.lac.establishment
    AccountRequest.objects.filter(pk=request.pk).update(siret=shop.siret)
    url = reverse("admin:accounts_accountrequest_change", args=[request.pk])

    other = client.get(url).context_data["evidence"]
    shop.cabinet_links.update(email=request.user.email.upper())
    same = client.get(url).context_data["evidence"]

    assert [dossier.reference for dossier in other["dossiers"]] == ["ALPES-LAC"]
    assert (other["count"], other["email_matches"], same["email_matches"]) == (1, False, True)
    assert other["same_siren"] == []  # whose people the shop has is for the network to know


def test_a_request_is_approved_with_a_button(world, client, clerk):
    answer = post(client, "accounts_accountrequest_approve", world.alpes.request, how="appel", note="M. Roux")

    world.alpes.request.refresh_from_db()
    assert world.alpes.request.state == AccountRequest.State.APPROVED
    assert ShopMember.objects.filter(user=world.alpes.request.user).exists()
    assert "est ouvert" in said(answer)
    kept = (world.alpes.request.checked_how, world.alpes.request.check_note, world.alpes.request.evidence["dossiers"])
    assert kept == ("appel", "M. Roux", 0)


def test_nobody_is_let_in_unchecked(world, client, clerk):
    for how in ("", "code", "responsable", "invitation", "autre"):
        answer = post(client, "accounts_accountrequest_approve", world.alpes.request, how=how)
        assert "vérifi" in said(answer), how

    world.alpes.request.refresh_from_db()
    assert world.alpes.request.state == "pending"


def test_the_cabinet_asks_and_the_requester_answers(world, client, clerk):
    asked = world.alpes.request
    said_back = said(post(client, "accounts_accountrequest_ask", asked, question="Depuis quand travaillons-nous ?"))
    waits = client.get(reverse("admin:accounts_accountrequest_changelist")).content.decode()
    requester = Client()
    requester.force_login(asked.user)
    page = requester.get("/en-attente/").content.decode()
    form = {"request": asked.pk, "act": "repondre", "answer": "Depuis 2019."}
    requester.post("/etablissements/demandes/", form)
    twice = requester.post("/etablissements/demandes/", form, follow=True).content.decode()
    send_due()

    assert "prévenu de la réponse" in said_back
    assert "en attente du demandeur" in waits
    assert "Depuis quand travaillons-nous ?" in page
    assert "Aucune question n’attend" in twice
    assert (
        "Depuis 2019." in client.get(reverse("admin:accounts_accountrequest_change", args=[asked.pk])).content.decode()
    )
    told = {(to, sent.subject) for sent in mail.outbox for to in sent.to}
    assert (world.alpes.clerk.email, f"Réponse du demandeur : {asked.company_name}") in told


def test_a_request_is_refused_with_a_reason_only(world, client, clerk):
    silent = post(client, "accounts_accountrequest_refuse", world.alpes.request, reason=" ")
    world.alpes.request.refresh_from_db()
    state = world.alpes.request.state
    post(client, "accounts_accountrequest_refuse", world.alpes.request, reason="SIRET fermé")
    world.alpes.request.refresh_from_db()

    assert said(silent) == "Écrivez le motif : il est envoyé au demandeur."
    assert (state, world.alpes.request.state) == ("pending", "refused")
    assert world.alpes.request.reason == "SIRET fermé"


def test_the_second_of_two_people_is_told(world, client, clerk):
    from accounts import scope

    with scope.acting_as(world.alpes.manager.pk) as manager:
        approve_request(world.alpes.request, actor=manager, how="connu")

    answer = post(client, "accounts_accountrequest_refuse", world.alpes.request, reason="non")

    assert "déjà" in said(answer)
    world.alpes.request.refresh_from_db()
    assert world.alpes.request.state == "approved"


def test_requests_are_approved_together_after_a_confirmation(world, client, clerk):
    url = reverse("admin:accounts_accountrequest_changelist")
    data = {"action": "approve_selected", "_selected_action": [world.alpes.request.pk, world.berry.request.pk]}

    asked = client.post(url, data)
    states = set(AccountRequest.objects.values_list("state", flat=True))
    unchecked = client.post(url, data | {"confirmed": "oui"})
    answer = client.post(url, data | {"confirmed": "oui", "how": "kbis"}, follow=True)

    assert "comment vous avez vérifié" in unchecked.content.decode()
    assert [row for row, _ in asked.context_data["requests"]] == [world.alpes.request]
    assert states == {"pending"}
    assert said(answer) == "1 compte ouvert."
    world.berry.request.refresh_from_db()
    assert world.berry.request.state == "pending"


def test_pending_requests_come_first(world, client):
    client.force_login(world.network)
    AccountRequest.objects.filter(pk=world.berry.request.pk).update(
        state="refused", decided_at="2026-01-01T00:00Z", requested_at="2030-01-01T00:00Z"
    )

    rows = client.get(reverse("admin:accounts_accountrequest_changelist")).context_data["cl"].result_list

    assert [row.pk for row in rows] == [world.alpes.request.pk, world.berry.request.pk]


def test_steps_name_what_was_done(client, clerk, dossier):
    post(client, "claims_dossier_act", dossier, action=Action.REQUEST_VISIT.value)

    entries = client.get(page(dossier)).context_data["entries"]

    assert [(entry.event_label, entry.actor_label) for entry in entries] == [("Rendez-vous demandé", "Cabinet Alpes")]
    assert JournalEntry.objects.filter(subject_id=dossier.pk).count() == 1
