"""The demonstration: believable, coherent, complete, and never mixed with anybody's own rows."""

import io
import json
import sys
from collections import Counter

import pikepdf
import pytest
from django.conf import settings as django_settings
from django.contrib.auth import authenticate
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q, Sum
from django.test import override_settings
from PIL import Image
from stdnum.fr import siret

from accounts import scope
from accounts.models import AccountRequest, Cabinet, Establishment, JournalEntry, ShopMember
from accounts.scope import System
from claims.models import Document, Dossier, DossierTally, DossierVisit
from claims.workflow import TRANSITIONS, Action, State
from portal.demo.load import load
from portal.demo.people import logins_file, write_logins
from portal.management.commands import demo
from tests.factories import CabinetFactory

SIZE = 60


@pytest.fixture(autouse=True)
def _private_files():
    """The class below keeps one folder for all its tests; the others make their own."""


@pytest.fixture(scope="class")
def loaded(django_db_setup, django_db_blocker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    with (
        django_db_blocker.unblock(),
        override_settings(MEDIA_ROOT=folder / "files", DATA_DIR=folder),
        transaction.atomic(),
        scope.system(System.TESTS),
    ):
        yield load(size=SIZE)
        transaction.set_rollback(True)


def content(document):
    with document.file.open() as file:
        return file.read()


@pytest.mark.slow
class TestNetwork:
    def test_load_counts_what_it_made(self, loaded):
        assert loaded.dossiers == Dossier.objects.count() == SIZE
        assert loaded.documents == Document.objects.count() > SIZE
        assert loaded.warning == ""
        assert Cabinet.objects.count() == 3

    def test_load_shows_every_state_and_procedure(self, loaded):
        assert set(Dossier.objects.values_list("state", flat=True)) == set(State.values)
        assert set(Dossier.objects.values_list("ve_procedure", flat=True)) == {"", "VEI", "VGE"}
        assert Dossier.objects.without_establishment().exists()
        assert Counter(AccountRequest.objects.values_list("state", flat=True)) == {"pending": 2, "refused": 1}

    def test_load_invents_valid_sirets(self, loaded):
        numbers = list(Establishment.objects.values_list("siret", flat=True))

        assert all(siret.is_valid(number) and number.startswith("99") for number in numbers)
        assert len(numbers) == 15

    def test_load_puts_dates_in_order(self, loaded):
        assert not Dossier.objects.filter(
            Q(claim_on__gt=F("mission_on")) | Q(mission_on__gt=F("expertise_on"))
        ).exists()
        assert not JournalEntry.objects.filter(at__lt=F("cabinet__created_at")).exists()

    def test_load_agrees_with_the_counters_of_the_database(self, loaded):
        rows = Dossier.objects.annotate(
            received=Count("documents", filter=Q(documents__direction="received")),
            sent=Count("documents", filter=Q(documents__direction="sent")),
        )
        tallies = DossierTally.objects.values_list("tab").annotate(n=Sum("difference"))

        assert not rows.exclude(received=F("received_count"), sent=F("sent_count")).exists()
        assert dict(tallies) == dict(Dossier.objects.values_list("tab").annotate(n=Count("pk")))

    def test_load_keeps_one_current_report(self, loaded):
        reports = Document.objects.filter(kind__in=["rapport", "rapport_provisoire"])
        current = reports.filter(replaced_at=None).values_list("dossier").annotate(n=Count("pk"))

        assert {n for _, n in current} == {1}
        assert not reports.filter(replaced_at__lt=F("published_at")).exists()

    def test_load_journal_walks_along_the_workflow(self, loaded):
        known = {(move.action, state, move.to or state) for move in TRANSITIONS for state in move.states}
        moves = JournalEntry.objects.filter(detail__has_key="from").order_by("at", "pk")

        last = {}
        for entry in moves:
            assert (entry.event, entry.detail["from"], entry.detail["to"]) in known
            assert last.get(entry.subject_id, "mission_recue") == entry.detail["from"]
            last[entry.subject_id] = entry.detail["to"]
        assert last == dict(Dossier.objects.values_list("pk", "state"))

    def test_load_journal_names_every_document_received(self, loaded):
        published = JournalEntry.objects.filter(event=Action.PUBLISH_DOCUMENT)

        assert {entry.detail["uuid"] for entry in published} == {
            str(uuid) for uuid in Document.objects.received().values_list("public_id", flat=True)
        }

    def test_load_makes_a_pdf_of_its_own_for_each_paper(self, loaded):
        papers = Document.objects.filter(content_type="application/pdf").select_related("dossier")
        for paper in papers:
            data = content(paper)
            assert len(data) == paper.size
            with pikepdf.open(io.BytesIO(data)) as pdf:
                stamped = b"".join(
                    bytes(operand)
                    for page in pdf.pages
                    for operands, operator in pikepdf.parse_content_stream(page, "Tj")
                    for operand in operands
                    if str(operator) == "Tj"
                )
            assert paper.dossier.reference.encode() in stamped
            assert paper.dossier.plate.encode() in stamped

        assert len(set(papers.values_list("sha256", flat=True))) == len(papers)

    def test_load_draws_photos_both_ways(self, loaded):
        photos = Document.objects.filter(kind="photo")

        assert {Image.open(io.BytesIO(content(photo))).size for photo in photos} == {(1280, 960)}
        assert all(30_000 < photo.size < 150_000 for photo in photos)
        assert len(set(photos.values_list("sha256", flat=True))) == len(photos)

    def test_load_leaves_new_read_and_empty_dossiers(self, loaded):
        seen = DossierVisit.objects.all()

        assert seen.filter(opened_at__lt=F("dossier__last_received_at")).exists()
        assert seen.filter(opened_at__gte=F("dossier__last_received_at")).exists()
        assert Dossier.objects.filter(received_count=0).exists()

    def test_logins_sign_in(self, loaded):
        write_logins(loaded.logins)
        found = json.loads(logins_file().read_text())

        assert logins_file().stat().st_mode & 0o777 == 0o600
        assert found["url"] == django_settings.BASE_URL
        assert Counter(login["role"] for login in found["logins"]) == {
            "reparateur": 4,
            "collaborateur": 2,
            "responsable": 3,
            "expert": 2,
            "gestionnaire": 2,
            "reseau": 1,
        }
        for login in found["logins"]:
            assert len(login["password"]) >= 12
            assert authenticate(username=login["email"], password=login["password"])

    def test_logins_see_their_own_dossiers_only(self, loaded):
        rows = list(Dossier.objects.values_list("pk", "cabinet__code", "establishment__siret"))
        for login in (login.as_json() | {"id": login.person.user.pk} for login in loaded.logins):
            with scope.acting_as(login["id"]) as actor:
                fenced = set(Dossier.objects.values_list("pk", flat=True))
                asked = set(Dossier.objects.visible_to(actor).values_list("pk", flat=True))
            everything = login["role"] == "reseau"
            own = {pk for pk, code, at in rows if everything or code == login["cabinet"] or at in login["sirets"]}
            assert fenced == asked == own
            assert own

    def test_logins_include_a_group_and_a_shop_of_all_cabinets(self, loaded):
        logins = [login.as_json() for login in loaded.logins]

        assert max(len(login["sirets"]) for login in logins) == 4
        assert [login["email"] for login in logins if len(login["cabinets"]) == 3 and len(login["sirets"]) == 1]
        assert ShopMember.objects.filter(user__email__startswith="collaborateur").exists()


@pytest.fixture
def elsewhere(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def without_pango(monkeypatch):
    monkeypatch.setitem(sys.modules, "weasyprint", None)


def summary():
    """Everything but keys, passwords and fingerprints."""
    return (
        list(
            Dossier.objects.order_by("pk").values_list(
                "reference", "siret", "plate", "state", "state_since", "amount_excl_tax"
            )
        ),
        list(Document.objects.order_by("pk").values_list("label", "kind", "direction", "published_at", "size")),
        list(JournalEntry.objects.order_by("pk").values_list("event", "subject_label", "at", "actor_role")),
        list(DossierVisit.objects.order_by("pk").values_list("user__email", "dossier__reference", "opened_at")),
    )


def test_load_twice_makes_the_same(db, elsewhere, without_pango):
    found = []
    for seed in (1, 1, 2):
        with transaction.atomic():
            load(size=SIZE, seed=seed)
            found.append(summary())
            transaction.set_rollback(True)

    assert found[0] == found[1] != found[2]


def test_load_interrupted_leaves_nothing(db, elsewhere, without_pango):
    def interrupt(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(size=SIZE, progress=interrupt)

    assert not Cabinet.objects.exists()
    assert not [path for path in (elsewhere / "files").rglob("*") if path.is_file()]


def test_demo_without_pango_says_so_and_loads_the_rest(db, elsewhere, without_pango, monkeypatch, capsys):
    monkeypatch.setattr(demo, "SIZE", SIZE)

    call_command("demo")

    out, err = capsys.readouterr()
    assert "Pango est absente" in err
    assert "60 dossiers" in out
    assert set(Document.objects.values_list("kind", flat=True)) == {"photo"}
    assert all(default_storage.exists(document.file.name) for document in Document.objects.all())


def test_demo_in_use_is_refused(db, elsewhere):
    CabinetFactory()

    with pytest.raises(CommandError, match="base vide"):
        call_command("demo")

    assert not logins_file().exists()


def test_demo_si_vide_in_use_only_puts_the_address_right(db, elsewhere, settings, capsys):
    CabinetFactory()
    call_command("demo", si_vide=True)
    assert not logins_file().exists()

    logins_file().write_text(json.dumps({"url": "http://ancien", "logins": [{"role": "reseau"}]}))
    call_command("demo", si_vide=True)

    assert json.loads(logins_file().read_text()) == {"url": settings.BASE_URL, "logins": [{"role": "reseau"}]}
    assert capsys.readouterr() == ("", "")
