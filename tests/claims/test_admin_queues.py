"""The cabinet's queues: each decided where it is read, several at once after a confirmation, told as a file."""

import io
import re
from datetime import timedelta
from html import unescape

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.adminlists import COUNTED
from accounts.menus import ALL_MENUS, Menu
from accounts.models import CabinetMember, RowChange
from claims.admin import figures
from claims.models import Appointment, Document, Dossier, DossierFile, Supplement
from claims.services import jobs
from claims.services.imports import files
from tariffs.models import Transmission
from tests.factories import AppointmentFactory, CabinetMemberFactory, DocumentFactory, DossierFactory
from tests.world import body_of

FILE = "reference;siret;assure_nom\n{new};{siret};Dupont\nFAUX;{siret};=1+1\n;{siret};Sans référence\n"

NEWEST = F("claim_on").desc(nulls_last=True)


@pytest.fixture
def clerk(world, client):
    client.force_login(world.alpes.clerk)
    return client


@pytest.fixture
def deposits(world):
    dossier = world.lac.dossiers["ALPES"]
    return [DocumentFactory(dossier=dossier, direction="sent", label=f"devis {n}.pdf") for n in (1, 2, 3)]


def said(answer):
    return " ".join(str(message) for message in answer.context["messages"])


def address(model, view, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{view}", args=args)


def listed_at(client, url):
    found = client.get(url).context_data
    return found["cl"].result_count if "cl" in found else found["page"].paginator.count


def act(client, model, action, rows, **data):
    chosen = {"action": action, "_selected_action": [row.pk for row in rows], **data}
    return client.post(address(model, "changelist"), chosen, follow=True)


def test_deciding_a_document_leads_to_the_next_and_then_to_the_list(clerk, deposits):
    first = clerk.get(address(Document, "changelist")).context_data["cl"].result_list[0]
    assert first == deposits[0], "the oldest first"
    page = clerk.get(address(Document, "change", first.pk))
    assert "frame-src 'self'" in page["Content-Security-Policy"]

    for paper, left in zip(deposits, (2, 1, 0), strict=True):
        answer = clerk.post(address(Document, "judge", paper.pk), {"verdict": "conforme"})
        following = deposits[deposits.index(paper) + 1] if left else None
        url = address(Document, "change", following.pk) if following else address(Document, "changelist")
        assert answer["Location"] == url

    assert clerk.get(address(Document, "changelist")).context_data["cl"].result_count == 0


def test_a_document_refused_without_a_reason_stays_where_it_is(clerk, deposits):
    answer = clerk.post(address(Document, "judge", deposits[0].pk), {"verdict": "non_conforme"}, follow=True)

    assert "motif" in said(answer)
    assert answer.request["PATH_INFO"] == address(Document, "change", deposits[0].pk)


def test_only_the_page_itself_may_frame_a_file(clerk, deposits):
    deposits[0].file.save("original", SimpleUploadedFile("x.pdf", b"%PDF-1.4"))
    answer = clerk.get(address(Document, "file", deposits[0].pk))

    assert (answer.status_code, body_of(answer)) == (200, b"%PDF-1.4")
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    clerk.logout()
    assert clerk.get(address(Document, "file", deposits[0].pk)).status_code == 302


def test_several_documents_are_found_compliant_after_a_confirmation(clerk, deposits):
    asked = act(clerk, Document, "accept_selected", deposits)
    states = set(Document.objects.filter(pk__in=[one.pk for one in deposits]).values_list("verdict", flat=True))
    done = act(clerk, Document, "accept_selected", deposits, confirmed="oui")

    assert asked.context_data["chosen"] == deposits
    assert states == {""}
    assert said(done) == "Documents conformes, réparateurs prévenus : 3."


def test_several_dossiers_move_and_those_that_may_not_say_why(clerk, world):
    dossiers = [world.lac.dossiers["ALPES"], world.deux.dossiers["ALPES"], world.deux.dossiers["BERRY"]]
    Dossier.objects.filter(pk=dossiers[1].pk).update(state="termine")

    act(clerk, Dossier, "advance_selected", dossiers)
    answer = act(clerk, Dossier, "advance_selected", dossiers, confirmed="oui", step="visit_requested")

    states = [Dossier.objects.get(pk=one.pk).state for one in dossiers]
    assert states == ["attente_rdv", "termine", "mission_recue"]
    assert "dossiers avancés : 1." in said(answer)
    assert "ALPES-DEUX : « Demander un rendez-vous » n’est pas possible" in said(answer)
    assert "BERRY" not in said(answer)


def test_several_dates_are_validated_as_they_were_shown(clerk, world):
    owner = {"cabinet": world.alpes.cabinet, "establishment": world.lac.establishment, "state": "attente_rdv"}
    day = {"starts_on": timezone.localdate() + timedelta(days=2), "kind": "ead"}
    shown, moved, gone = (AppointmentFactory(dossier=DossierFactory(**owner), **day) for _ in range(3))
    dates = [shown, moved, gone]
    asked = act(clerk, Appointment, "validate_selected", dates)
    seen = dict(re.findall(r'name="(vu-\d+)" value="([\d-]+)"', asked.content.decode()))
    Appointment.objects.filter(pk=moved.pk).update(version=7)
    Appointment.objects.filter(pk=gone.pk).update(status="withdrawn")

    answer = act(clerk, Appointment, "validate_selected", dates, confirmed="oui", **seen)

    states = [Appointment.objects.get(pk=one.pk).status for one in dates]
    assert states == ["validated", "proposed", "withdrawn"]
    assert "Dates validées : 1." in said(answer)
    assert said(answer).count("Rien n’a été changé") == 2
    export = body_of(clerk.get(address(Appointment, "export"))).decode("utf-8-sig")
    assert shown.dossier.reference in export
    assert "BERRY" not in export


def test_rates_are_acknowledged_after_a_confirmation(client, world):
    client.force_login(world.alpes.manager)
    waiting = list(Transmission.objects.filter(cabinet=world.alpes.cabinet).order_by("pk"))

    asked = act(client, Transmission, "acknowledge_all", waiting)
    assert not Transmission.objects.exclude(acknowledged_at=None).exists()
    done = act(client, Transmission, "acknowledge_all", waiting, confirmed="oui")

    assert asked.context_data["chosen"] == waiting
    assert "accusée : 2." in said(done)
    assert Transmission.objects.exclude(acknowledged_at=None).count() == 2


def test_a_supplement_is_decided_from_its_queue(client, world):
    client.force_login(world.alpes.expert)
    one, two = Supplement.objects.filter(cabinet=world.alpes.cabinet).order_by("asked_at", "pk")

    silent = client.post(address(Supplement, "decide", one.pk), {"status": "refused"}, follow=True)
    answer = client.post(address(Supplement, "decide", one.pk), {"status": "accepted"})

    assert silent.request["PATH_INFO"] == address(Supplement, "change", one.pk)
    assert answer["Location"] == address(Supplement, "change", two.pk)
    assert Supplement.objects.get(pk=one.pk).status == "accepted"


def test_a_wrong_siret_is_mended_in_one_press_and_the_shop_sees_it_at_once(clerk, world):
    siret = world.lac.establishment.siret
    typo = siret[:-1] + str((int(siret[-1]) + 1) % 10)
    mistyped = DossierFactory(cabinet=world.alpes.cabinet, establishment=None, siret=typo, reference="MALTAPE")
    lines = dict(clerk.get(reverse("admin:claims_dossier_orphans")).context_data["lines"])
    [(likely, _label)] = lines[mistyped]

    answer = clerk.post(address(Dossier, "attach", mistyped.pk), {"siret": likely, "retour": "siret"})

    assert answer["Location"] == reverse("admin:claims_dossier_orphans")
    clerk.force_login(world.lac.owner)
    assert clerk.get(reverse("dossier", args=["ALPES", "MALTAPE"])).status_code == 200


def test_the_dashboard_counts_ones_own_dossiers_and_what_is_late(clerk, client, world, deposits):
    client.force_login(world.alpes.expert)
    Dossier.objects.filter(pk=deposits[0].dossier_id).update(expert=world.alpes.expert.cabinet_member)
    found = {
        mine: {item["label"]: item for item in client.get(f"/admin/{mine}").context_data["waiting"]}
        for mine in ("", "?suivi=moi")
    }

    assert [found[mine]["Dates à valider"]["count"] for mine in found] == [2, 1]
    assert found["?suivi=moi"]["Documents reçus à vérifier"]["count"] == 3
    assert found["?suivi=moi"]["Demandes de compte à valider"]["of_all"]
    lines = [line for mode in found.values() for line in mode.values()]
    assert {line["url"]: listed_at(client, line["url"]) for line in lines} == {
        line["url"]: line["count"] for line in lines
    }


def test_a_list_is_exported_as_it_is_filtered_and_computes_nothing(clerk, world):
    Dossier.objects.filter(pk=world.lac.dossiers["ALPES"].pk).update(insured_name="=HYPERLINK(1)")
    url = reverse("admin:claims_dossier_export")

    text = body_of(clerk.get(url, {"q": "ALPES-LAC", "format": "csv"})).decode("utf-8-sig")
    book = body_of(clerk.get(url, {"format": "xlsx"}))

    assert len(text.splitlines()) == 2
    assert "'=HYPERLINK(1)" in text
    assert "BERRY" not in text
    assert book[:2] == b"PK"


def upload(client, name, content):
    return client.post(address(DossierFile, "add"), {"file": SimpleUploadedFile(name, content)}, follow=True)


def as_workbook(text):
    book, out = Workbook(), io.BytesIO()
    for line in text.splitlines():
        book.active.append(line.split(";"))
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_tried_then_imported_and_its_rejects_are_a_file(clerk, world, kind):
    text = FILE.format(new="NEUF-1", siret=world.lac.establishment.siret)
    tried = upload(clerk, f"dossiers.{kind}", text.encode() if kind == "csv" else as_workbook(text))
    row = DossierFile.objects.get(name=f"dossiers.{kind}")

    assert (row.state, row.report["rejected"]) == ("checked", 1)
    assert "Voici ce que ce fichier ferait" in tried.content.decode()
    assert not Dossier.objects.filter(reference="NEUF-1").exists()
    rejects = body_of(clerk.get(address(DossierFile, "rejects", row.pk))).decode("utf-8-sig")
    assert "Sans référence" in rejects

    twice = [clerk.post(address(DossierFile, "enter", row.pk), follow=True) for _ in range(2)]

    assert Dossier.objects.get(reference="NEUF-1").establishment == world.lac.establishment
    assert "importé" in said(twice[0])
    assert "déjà" in said(twice[1])


def test_a_large_file_is_a_workers_and_what_is_no_table_is_refused(clerk, world, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 0)
    upload(clerk, "dossiers.csv", FILE.format(new="NEUF-2", siret=world.lac.establishment.siret).encode())
    waiting = DossierFile.objects.get(name="dossiers.csv")
    assert waiting.state == "checking"
    jobs.run_due()
    waiting.refresh_from_db()
    assert waiting.state == "checked"

    monkeypatch.setattr(files, "AT_ONCE", 400_000)
    for name, content in (("faux.xlsx", b"PK\x03\x04rien"), ("photo.csv", b"\x00\x01"), ("vide.csv", b"a;b\n1;2\n")):
        answer = upload(clerk, name, content)
        assert DossierFile.objects.get(name=name).state == "refused", name
        assert DossierFile.objects.get(name=name).reason in unescape(answer.content.decode()), name
    assert "Choisissez un fichier .csv" in upload(clerk, "virus.exe", b"MZ").content.decode()


def test_who_sees_a_part_of_the_cabinet_imports_nothing(client, world):
    member = CabinetMemberFactory(cabinet=world.alpes.cabinet, role="gestionnaire", sees_all=False)
    client.force_login(member.user)

    assert client.get(address(DossierFile, "add")).status_code == 403
    assert client.get(address(DossierFile, "changelist")).context_data["cl"].result_count == 0


def test_figures_are_ones_own_and_experts_are_told_apart_for_the_responsable_alone(client, world, settings):
    settings.SMALLEST_GROUP = 2
    url = reverse("admin:claims_dossier_statistics")
    Dossier.objects.update(mission_on="2026-11-02", expertise_on="2026-11-06")
    found = {}
    for role in ("manager", "clerk"):
        client.force_login(getattr(world.alpes, role))
        found[role] = client.get(url, {"semaines": "52"}).context_data
    text = body_of(client.get(url, {"format": "csv"})).decode("utf-8-sig")

    visits = found["clerk"]["delays"][0]
    assert (visits.count, visits.median, visits.ninetieth) == (3, 4.0, 4.0)
    assert found["clerk"]["experts"] is None
    assert found["manager"]["experts"] is not None
    assert found["clerk"]["shops"] == [], "each shop has one dossier: too few"
    assert "De la mission à l’expertise" in text
    CabinetMember.objects.filter(user=world.alpes.clerk).update(menus=sorted(ALL_MENUS - {Menu.STATISTICS}))
    assert client.get(url).status_code == 403


def test_history_tells_who_changed_what_bulk_and_plain_sql_included(clerk, world):
    dossier = world.lac.dossiers["ALPES"]
    clerk.post(address(Dossier, "act", dossier.pk), {"action": "visit_requested"})
    Dossier.objects.filter(cabinet=world.alpes.cabinet).update(insured_name="NOUVEAU")

    page = clerk.get(address(Dossier, "history", dossier.pk))
    told = [(line.who, line.told) for line in page.context_data["lines"]]

    assert told[0][1] == [("Assuré", "ASSURE ALPES Lac", "NOUVEAU")]
    name = world.alpes.clerk.full_name
    assert (name, [("État", "Mission reçue", "Attente de rendez-vous")]) in told
    clerk.force_login(world.berry.clerk)
    assert clerk.get(address(Dossier, "history", dossier.pk)).status_code == 404
    assert not RowChange.objects.filter(changes__has_key="search_text").exists()


def test_no_list_counts_more_rows_than_anybody_turns_pages(client, world):
    """At a million dossiers a count of all takes longer than the page."""
    client.force_login(world.alpes.manager)
    for model, model_admin in admin.site._registry.items():
        if not model_admin.has_view_permission(client.get(address(model, "changelist")).wsgi_request):
            continue
        with CaptureQueriesContext(connection) as run:
            client.get(address(model, "changelist"))
        counted = [one["sql"] for one in run if (one["sql"] or "").startswith("SELECT COUNT(")]
        assert [sql for sql in counted if f"LIMIT {COUNTED}" not in sql] == [], model


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        (lambda cabinet: Document.objects.filter(cabinet=cabinet).to_check().order_by("published_at"), "to_check"),
        (lambda cabinet: Supplement.objects.filter(cabinet=cabinet).pending().order_by("asked_at"), "to_decide"),
        (lambda cabinet: Dossier.objects.filter(cabinet=cabinet).without_establishment().order_by("pk"), "cab_orphan"),
        (lambda cabinet: Dossier.objects.filter(cabinet=cabinet).order_by(NEWEST, "-pk"), "cab_claim"),
    ],
)
def test_queues_are_read_by_an_index_of_what_waits(world, rows, index):
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
        )

    assert index in rows(world.alpes.cabinet)[:50].explain()


def test_figures_that_took_long_are_kept_for_whoever_asked_and_say_since_when(clerk, world, monkeypatch):
    monkeypatch.setattr(figures, "WORTH_KEEPING", 0)
    url = reverse("admin:claims_dossier_statistics")
    first = clerk.get(url)
    DossierFactory(cabinet=world.alpes.cabinet, mission_on=timezone.localdate())

    again, other = clerk.get(url), clerk.get(url, {"semaines": "4"})
    clerk.force_login(world.berry.clerk)
    theirs = clerk.get(url)

    assert "gardées dix minutes" in again.content.decode()
    assert [page.context_data["volumes"][-1].missions for page in (first, again)] == [0, 0]
    assert other.context_data["volumes"][-1].missions == 1
    assert "kept_since" in theirs.context_data
    assert theirs.context_data["kept_since"] != again.context_data["kept_since"]
