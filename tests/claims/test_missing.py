"""« Je ne vois pas mon dossier »: what is told, what is not, and the request to the cabinets."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.models import JournalEntry
from claims.models import MissingDossierRequest
from claims.models.plates import key_of
from claims.services.diagnosis import Finding, diagnose
from claims.services.missing import A_DAY, ask_for_dossier
from messaging.services import send_due
from tests.factories import DossierFactory, EstablishmentFactory, LinkFactory, MissingFactory, _luhn

PLATE = "AB-123-CD"
URL = "/aide/dossier-introuvable/"


def sibling(shop, **fields):
    """Another establishment of the same SIREN that nobody has proven."""
    nic = f"{shop.establishment.siret[:9]}0009"
    return EstablishmentFactory(siret=nic + _luhn(nic), organisation=None, **fields)


def actor_of(user):
    with scope.acting_as(user.pk) as actor:
        return actor


def finding(user, wanted=PLATE):
    with scope.acting_as(user.pk) as actor:
        return diagnose(wanted, actor=actor)


def ask(client, **data):
    return client.post(URL, {"q": PLATE, "cabinets": ["ALPES"], **data}, follow=True)


@pytest.fixture
def lac(world, client):
    client.force_login(world.lac.owner)
    return world.lac


@pytest.mark.parametrize("typed", ["ab123cd", "AB 123 CD", "ab-123-cd", "AB.123.CD", "ab\u00a0123\u00a0cd"])
@pytest.mark.parametrize("column", ["plate", "claim_number", "reference"])
def test_what_one_sees_is_linked_however_it_is_typed(typed, column, world, lac, client):
    dossier = DossierFactory(
        cabinet=world.alpes.cabinet, establishment=lac.establishment, **{"plate": "XX-1", column: PLATE}
    )

    answer = client.get(URL, {"q": typed})

    assert answer.context["diagnosis"].finding == Finding.VISIBLE
    assert f'href="{dossier.get_absolute_url()}"' in answer.content.decode()
    assert answer.context["ticket"] is None


def test_another_site_of_the_siren_is_told_and_its_cabinet_only_when_it_is_ours(world, lac, client):
    site = sibling(lac, name="Atelier Ancien")
    ours = DossierFactory(cabinet=world.alpes.cabinet, establishment=site, plate=PLATE, reference="ALPES-FRERE")
    theirs = DossierFactory(
        cabinet=world.berry.cabinet, establishment=site, plate="EF-456-GH", reference="BERRY-FRERE"
    )

    known, unknown = client.get(URL, {"q": PLATE}), client.get(URL, {"q": "EF456GH"})

    for answer, names in ((known, ("Cabinet Alpes",)), (unknown, ())):
        body = answer.content.decode()
        assert answer.context["diagnosis"].finding == Finding.SIBLING
        assert answer.context["diagnosis"].cabinet_names == names
        assert "sous un autre établissement de votre SIREN" in body
        for canary in (ours.reference, theirs.reference, site.siret, site.name, "Cabinet Berry", ours.insured_name):
            assert canary not in body


def test_a_proven_site_of_the_siren_in_other_hands_is_told_alike(world, lac):
    site = sibling(lac)
    site.organisation, site.proven_at = world.mer.organisation, timezone.now()
    site.save()
    DossierFactory(cabinet=world.berry.cabinet, establishment=site, plate=PLATE)

    assert finding(lac.owner).finding == Finding.SIBLING


def test_a_suspension_says_only_to_contact_the_cabinets(world, client):
    client.force_login(world.deux.owner)
    DossierFactory(
        cabinet=world.alpes.cabinet, establishment=world.deux.establishment, plate=PLATE, reference="CLOS-1"
    )
    world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(suspended_at=timezone.now())

    answer = client.get(URL, {"q": PLATE})

    body = answer.content.decode()
    assert answer.context["diagnosis"].finding == Finding.CLOSED
    assert "Contactez vos cabinets" in body
    assert answer.context["ticket"] is None
    assert "Cabinet Alpes" not in body
    assert "CLOS-1" not in body
    ask(client, cabinets=["BERRY"])
    assert not MissingDossierRequest.objects.filter(wanted=PLATE).exists()


def test_a_suspended_site_of_the_siren_is_closed_too(world, lac):
    site = sibling(lac)
    LinkFactory(cabinet=world.alpes.cabinet, establishment=site, suspended_at=timezone.now())
    DossierFactory(cabinet=world.alpes.cabinet, establishment=site, plate=PLATE)

    assert finding(lac.owner).finding == Finding.CLOSED


FOREIGN = ["foreign", "foreign cabinet", "orphan", "orphan of our cabinet", "orphan with our siret"]


def _elsewhere(world, case):
    """A dossier that must be nothing to Lac."""
    berry, alpes = world.berry.cabinet, world.alpes.cabinet
    lost = {"establishment": None, "plate": PLATE}
    match case:
        case "foreign":
            DossierFactory(cabinet=alpes, establishment=world.deux.establishment, plate=PLATE)
        case "foreign cabinet":
            DossierFactory(cabinet=berry, establishment=world.mer.establishment, plate=PLATE)
        case "orphan":
            DossierFactory(cabinet=berry, **lost)
        case "orphan of our cabinet":
            DossierFactory(cabinet=alpes, **lost)
        case "orphan with our siret":
            DossierFactory(cabinet=alpes, siret=world.lac.establishment.siret[:13], **lost)


def _looked_up(client, wanted):
    asked = []

    def hear(run, sql, *rest):
        asked.append(_shape(sql))
        return run(sql, *rest)

    with connection.execute_wrapper(hear):
        answer = client.get(URL, {"q": wanted})
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    new = {"Content-Length", "X-Request-ID"}
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in new)
    return body.replace(wanted, "?"), headers, asked


def _shape(sql):
    return re.sub(r"'[^']*'|\d+", "?", sql)


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_orphan_and_absent_have_one_answer_and_the_same_statements(case, world, lac, client):
    _looked_up(client, "ZZ-999-ZZ")
    nothing = _looked_up(client, PLATE)
    _elsewhere(world, case)

    something = _looked_up(client, PLATE)

    assert something == nothing
    assert _looked_up(client, "YY-888-YY") == nothing
    assert "Nous ne trouvons pas" in something[0]


@pytest.mark.parametrize("case", FOREIGN)
def test_asking_for_them_says_the_same_too(case, world, lac, client):
    _elsewhere(world, case)

    answer = ask(client)

    row = MissingDossierRequest.objects.get(wanted=PLATE)
    assert "Votre demande est transmise" in answer.content.decode()
    assert (row.finding, row.cabinet, row.establishment, row.author) == (
        Finding.NOTHING,
        world.alpes.cabinet,
        lac.establishment,
        lac.owner,
    )


def test_each_cabinet_reads_only_what_concerns_its_own_dossiers(world, client):
    client.force_login(world.deux.owner)
    DossierFactory(cabinet=world.berry.cabinet, establishment=sibling(world.deux), plate=PLATE)

    ask(client, cabinets=["ALPES", "BERRY"])

    rows = MissingDossierRequest.objects.filter(wanted=PLATE)
    assert dict(rows.values_list("cabinet__code", "finding")) == {"ALPES": "nothing", "BERRY": "sibling"}


def test_the_form_offers_own_cabinets_and_takes_no_other(world, lac, client):
    page = client.get(URL, {"q": PLATE})
    answer = ask(client, cabinets=["BERRY"])

    assert page.context["ticket"].fields["cabinets"].choices == [("ALPES", "Cabinet Alpes")]
    assert page.content.decode().count(" checked") == 1
    assert "Choisissez parmi les cabinets" in answer.content.decode()
    assert not MissingDossierRequest.objects.filter(wanted=PLATE).exists()


@pytest.mark.parametrize("typed", ["", "   ", "ab1", "----------", "a" * 41, "ab\x001234"])
def test_what_cannot_be_looked_for_is_refused_in_words(typed, lac, client):
    answer = client.get(URL, {"q": typed})

    assert answer.status_code == 200
    assert answer.context["diagnosis"] is None
    assert answer.context["form"].errors["q"]


def test_a_double_click_makes_one(world, lac, client):
    ask(client, message="Clio blanche")
    again = ask(client, q="ab 123 cd")

    assert MissingDossierRequest.objects.filter(wanted_key=key_of(PLATE)).count() == 1
    assert "déjà transmise" in again.content.decode()
    assert JournalEntry.objects.filter(event="missing_dossier_asked").count() == 1


def test_ten_dossiers_a_day(world, lac, client):
    for number in range(A_DAY - 1):
        MissingFactory(
            cabinet=world.alpes.cabinet, establishment=lac.establishment, author=lac.owner, wanted=f"N{number:04}"
        )

    refused = ask(client)
    MissingDossierRequest.objects.filter(wanted="N0000").update(created_at=timezone.now() - timedelta(hours=25))
    taken = ask(client)

    assert "10 dossiers en 24 heures" in refused.content.decode()
    assert "Votre demande est transmise" in taken.content.decode()


def test_the_database_takes_no_request_in_another_name_or_to_a_strange_cabinet(world):
    for author, cabinet, site in (
        (world.mer.owner, world.alpes.cabinet, world.lac.establishment),
        (world.lac.owner, world.berry.cabinet, world.lac.establishment),
        (world.lac.owner, world.berry.cabinet, world.mer.establishment),
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), scope.acting_as(world.lac.owner.pk):
            MissingFactory(author=author, cabinet=cabinet, establishment=site)


def test_a_cabinet_that_works_with_no_site_is_not_asked(world):
    with scope.acting_as(world.lac.owner.pk) as actor:
        found = diagnose(PLATE, actor=actor)
        asked = ask_for_dossier(found, cabinet_ids=[world.berry.cabinet.pk], message="", actor=actor)

    assert asked == []


@pytest.mark.parametrize("who", ["clerk of alpes", "network", "pending"])
def test_the_page_is_for_repairers(who, world, client):
    client.force_login({"clerk of alpes": world.alpes.clerk, "network": world.network}.get(who, world.pending))

    assert client.get(URL).headers["Location"] == reverse("help")


# The cabinet's side --------------------------------------------------------------------------------------------------


def page_of(row):
    return reverse("admin:claims_missingdossierrequest_change", args=[row.pk])


def reply(client, row, answer="Le SIRET est corrigé."):
    url = reverse("admin:claims_missingdossierrequest_reply", args=[row.pk])
    return client.post(url, {"answer": answer}, follow=True)


def test_the_cabinet_reads_its_own_dossiers_of_that_plate(world, lac, client):
    orphan = DossierFactory(cabinet=world.alpes.cabinet, establishment=None, plate=PLATE, reference="A-ORPHELIN")
    DossierFactory(cabinet=world.berry.cabinet, establishment=None, plate=PLATE, reference="B-ORPHELIN")
    ask(client, message="Clio blanche")
    row = MissingDossierRequest.objects.get(wanted=PLATE)
    client.force_login(world.alpes.clerk)

    body = client.get(page_of(row)).content.decode()

    assert reverse("admin:claims_dossier_change", args=[orphan.pk]) in body
    assert "SIRET à corriger" in body
    assert "Clio blanche" in body
    assert "B-ORPHELIN" not in body
    assert lac.owner.email not in body
    assert [item["count"] for item in client.get(reverse("admin:index")).context_data["waiting"]][2] == 3


def test_a_request_is_mailed_to_the_clerks_answered_once_and_told_to_its_author(world, lac, client):
    ask(client)
    row = MissingDossierRequest.objects.get(wanted=PLATE)
    send_due()
    client.force_login(world.alpes.clerk)

    reply(client, row)
    again = reply(client, row, "Autre chose")
    send_due()

    assert [(sent.to, PLATE in sent.body) for sent in mail.outbox] == [
        (["gestionnaire@alpes.test"], False),
        (["patron@lac.test"], False),
    ]
    assert "déjà été traitée par Cabinet Alpes" in again.content.decode()
    client.force_login(lac.owner)
    page = client.get(URL).content.decode()
    assert "Le SIRET est corrigé." in page
    assert "Autre chose" not in page
    ask(client)
    assert MissingDossierRequest.objects.filter(wanted=PLATE).count() == 2, "a closed one may be asked again"


def test_an_answer_cannot_be_empty(world, client):
    row = world.lac.missing["ALPES"]
    client.force_login(world.alpes.clerk)

    assert "Écrivez la réponse" in reply(client, row, " ").content.decode()
    row.refresh_from_db()
    assert row.is_open


@pytest.mark.parametrize("lost", ["left", "suspended"])
def test_who_lost_access_meanwhile_is_not_told(lost, world, client):
    client.force_login(world.alpes.clerk)
    reply(client, world.lac.missing["ALPES"])
    if lost == "left":
        world.lac.owner.shop_members.update(left_at=timezone.now())
    else:
        world.lac.establishment.cabinet_links.update(suspended_at=timezone.now())

    send_due()

    assert mail.outbox == []


def test_without_a_clerk_the_manager_is_told(world, lac, client):
    world.alpes.cabinet.members.filter(role="gestionnaire").update(left_at=timezone.now())

    ask(client)
    send_due()

    assert [sent.to for sent in mail.outbox] == [["responsable@alpes.test"]]
