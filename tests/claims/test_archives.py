"""Archives: what they hold, under which names, and that neither a killed worker nor a lost right changes that."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import scope
from accounts.scope import System
from claims.models import Document, Export, Job
from claims.receivers import doorbell
from claims.services import archiving, entrynames, jobs
from claims.services.archives import AT_ONCE, order_export
from tests.factories import (
    DelegationFactory,
    DelegationProfileFactory,
    DocumentFactory,
    DossierFactory,
    LinkFactory,
    ShopMemberFactory,
)
from tests.messaging.test_crashes import in_threads
from tests.world import body_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _quiet(transactional_db, monkeypatch):
    monkeypatch.setattr(doorbell, "silent_until", float("inf"))


def paper(dossier, content: bytes, **fields):
    fields = {"direction": "received", "kind": "courrier", "published_at": "2026-03-02T10:00:31Z", **fields}
    digest = hashlib.sha256(content).hexdigest()
    return DocumentFactory(dossier=dossier, file__data=content, size=len(content), sha256=digest, **fields)


@pytest.fixture
def owner():
    with scope.system(System.TESTS):
        return ShopMemberFactory().user


@pytest.fixture
def dossier(owner):
    """With a report, a letter of the same name as another, and a photo."""
    with scope.system(System.TESTS):
        site = owner.shop_members.get().organisation.establishments.first() or _site(owner)
        found = DossierFactory(establishment=site, reference="25/0:12*")
        LinkFactory(cabinet=found.cabinet, establishment=site)
        paper(found, b"%PDF rapport", kind="rapport", label="RAPPORT.pdf", replaced_at="2026-03-03T10:00Z")
        paper(found, b"%PDF un", label="Courrier.pdf")
        paper(found, b"%PDF deux", label="courrier.PDF")
        paper(found, b"jpeg", kind="photo", label="CON", content_type="image/jpeg", direction="sent")
        return found


def _site(owner):
    from tests.factories import EstablishmentFactory

    return EstablishmentFactory(organisation=owner.shop_members.get().organisation)


def order(dossier, owner):
    with scope.acting_as(owner.pk) as actor:
        return order_export(dossier, Document.objects.visible_to(actor).filter(dossier=dossier), actor=actor)


def again(export):
    with scope.system(System.TESTS):
        return Export.objects.get(pk=export.pk)


def built(export) -> zipfile.ZipFile:
    jobs.run_due()
    found = again(export)
    assert found.state == "ready", found.reason
    with default_storage.open(found.file) as content:
        return zipfile.ZipFile(io.BytesIO(content.read()))


# What is in it -------------------------------------------------------------------------------------------------------


def test_an_archive_is_stored_under_readable_names_and_true_dates(dossier, owner):
    export = order(dossier, owner)
    archive = built(export)

    assert archive.testzip() is None
    assert export.name == "25-0-12.zip"
    assert [entry.filename for entry in archive.infolist()] == [
        "Documents reçus/RAPPORT (REMPLACÉ).pdf",
        "Documents reçus/Courrier.pdf",
        "Documents reçus/courrier (2).pdf",
        "Documents envoyés/Photos/_CON.jpg",
    ]
    assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
    assert {entry.date_time for entry in archive.infolist()} == {(2026, 3, 2, 11, 0, 30)}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ('a/b\\c:d*e?f"g<h>i|j.pdf', "a-b-c-d-e-f-g-h-i-j.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("com¹.txt", "_com¹.txt"),
        ("fin. . ", "fin"),
        ("..", "document"),
        ("", "document"),
        ("../../etc/passwd", "etc-passwd"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("fac\u202efdp.exe", "facfdp.exe"),
        ("zéro\u200blargeur\ufeff.pdf", "zérolargeur.pdf"),
        ("ligne\r\nsuite\x00.pdf", "ligne suite.pdf"),
        ("-option.pdf", "option.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_a_name_is_good_on_every_system(name, expected):
    assert entrynames.safe(name) == expected
    assert len(entrynames.safe(name)) <= entrynames.LONGEST


def test_names_are_unique_where_case_and_accents_are_written_otherwise():
    names = ["a/Été.pdf", "a/été.pdf", "a/E\u0301te\u0301.pdf", "a/été (2).pdf", "b/été.pdf", "STRASSE", "straße"]

    found = list(entrynames.unique(names))

    assert len({name.casefold() for name in found}) == len(names)
    assert found[0] == "a/Été.pdf"
    assert found[4] == "b/été.pdf"


def test_what_is_lost_or_damaged_is_named_and_the_rest_is_there(dossier, owner, client):
    with scope.system(System.TESTS):
        lost, damaged, longer, _ = dossier.documents.order_by("pk")
    default_storage.delete(lost.file.name)
    for changed, content in ((damaged, b"%PDF nu"), (longer, b"%PDF deux!")):
        default_storage.delete(changed.file.name)
        default_storage.save(changed.file.name, ContentFile(content))
    export = order(dossier, owner)

    archive = built(export)

    assert archive.namelist() == ["Documents envoyés/Photos/_CON.jpg", "manquants.txt"]
    note = archive.read("manquants.txt").decode()
    assert "RAPPORT (REMPLACÉ).pdf : fichier introuvable" in note
    assert note.count("fichier endommagé") == 2
    client.force_login(owner)
    page = client.get(f"{export.get_absolute_url()}?suivi=1").content.decode()
    assert "Absents de l’archive" in page
    assert body_of(client.get(export.get_absolute_url()))[:2] == b"PK"


# Ordered, followed, fetched ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("posted", "count"),
    [({"lot": "tout"}, 4), ({"lot": "recus"}, 3), ({"lot": "envoyes"}, 1), ({"lot": "photos"}, 1)],
)
def test_batches(posted, count, dossier, owner, client):
    assert len(posted_export(client, owner, dossier, posted).manifest) == count


def posted_export(client, owner, dossier, data):
    client.force_login(owner)
    url = reverse("dossier_documents", args=[dossier.cabinet.code, dossier.reference])
    answer = client.post(url, data)
    assert answer.status_code == 302, answer.content
    with scope.system(System.TESTS):
        return Export.objects.filter(user=owner).last()


def test_a_selection_holds_ones_own_documents_only(dossier, owner, client):
    with scope.system(System.TESTS):
        mine, foreign = dossier.documents.first(), DocumentFactory()
    ticked = [str(mine.public_id), str(foreign.public_id), "x", "'"]

    export = posted_export(client, owner, dossier, {"lot": "selection", "document": ticked})

    assert [entry["document"] for entry in export.manifest] == [mine.pk]
    assert posted_export(client, owner, dossier, {"lot": "n’importe"}).pk == export.pk  # nothing ticked: no other


def test_asked_twice_it_is_one_and_four_at_once_is_too_many(dossier, owner):
    assert {export.pk for export in in_threads(lambda: order(dossier, owner), 4)} == {order(dossier, owner).pk}
    with scope.system(System.TESTS):
        Export.objects.update(fingerprint="other")
        for number in range(AT_ONCE - 1):
            Export.objects.create(
                dossier=dossier, user=owner, cabinet=dossier.cabinet, name="x.zip", fingerprint=str(number)
            )

    with pytest.raises(Exception, match="attendez"):
        order(dossier, owner)


def test_the_page_follows_it_then_gives_the_file(dossier, owner, client):
    export = order(dossier, owner)
    url = export.get_absolute_url()
    client.force_login(owner)
    assert client.get(url, {"etat": "json"}).json() == {"percent": 0, "state": "ordered", "over": False}
    waiting = client.get(url)
    assert waiting.headers["Content-Type"].startswith("text/html")
    assert b'http-equiv="refresh"' in waiting.content

    jobs.run_due()

    assert client.get(url, {"etat": "json"}).json() == {"percent": 100, "state": "ready", "over": True}
    assert "L’archive est prête" in client.get(url, {"suivi": "1"}).content.decode()
    answer = client.get(url)
    assert int(answer.headers["Content-Length"]) == len(body_of(answer)) == again(export).size
    assert answer.headers["Content-Disposition"] == 'attachment; filename="25-0-12.zip"'
    part = client.get(url, headers={"range": "bytes=0-1"})
    assert (part.status_code, body_of(part)) == (206, b"PK")


def test_it_is_the_requesters_alone(dossier, owner, client):
    export = order(dossier, owner)
    with scope.system(System.TESTS):
        colleague = ShopMemberFactory(organisation=owner.shop_members.get().organisation).user
    client.force_login(colleague)

    assert client.get(export.get_absolute_url()).status_code == 404


# Rights that end meanwhile -------------------------------------------------------------------------------------------


def suspend(dossier):
    with scope.system(System.TESTS):
        dossier.establishment.cabinet_links.update(suspended_at=timezone.now())


def test_a_right_lost_before_it_is_built_ends_it(dossier, owner):
    export = order(dossier, owner)
    suspend(dossier)

    jobs.run_due()

    assert (again(export).state, again(export).reason) == ("failed", archiving.LOST_ACCESS)
    assert not list(archiving._folder().iterdir())


def test_the_right_to_look_taken_away_before_it_is_built_ends_it(dossier, owner):
    """The database still shows the dossier to who may deposit there: the right is asked of the portal."""
    with scope.system(System.TESTS):
        profile = DelegationProfileFactory(organisation=owner.shop_members.get().organisation, rights=["view"])
        colleague = DelegationFactory(profile=profile).member.user
    export = order(dossier, colleague)
    with scope.system(System.TESTS):
        type(profile).objects.filter(pk=profile.pk).update(rights=["deposit"])

    jobs.run_due()

    assert (again(export).state, again(export).reason) == ("failed", archiving.LOST_ACCESS)


def test_what_the_antivirus_refused_before_it_is_built_is_left_out(dossier, owner):
    export = order(dossier, owner)
    with scope.system(System.TESTS):
        dossier.documents.filter(kind="photo").update(safety="infected")

    archive = built(export)

    assert len(archive.namelist()) == 4  # three papers, and the note that names the fourth
    assert "retiré du dossier" in archive.read("manquants.txt").decode()


def test_a_right_lost_before_it_is_fetched_closes_it(dossier, owner, client):
    export = order(dossier, owner)
    built(export)
    client.force_login(owner)
    suspend(dossier)

    assert client.get(export.get_absolute_url()).status_code == 404


def test_a_document_taken_out_before_it_is_built_is_named_and_after_it_withdraws_it(dossier, owner, client):
    first = order(dossier, owner)
    move_away(dossier)
    assert "retiré du dossier" in built(first).read("manquants.txt").decode()

    second = order(dossier, owner)
    built(second)
    move_away(dossier)
    client.force_login(owner)
    answer = client.get(second.get_absolute_url())

    assert answer.status_code == 410
    assert "n’est plus dans ce dossier" in answer.content.decode()
    assert (again(second).state, again(second).file) == ("withdrawn", "")
    assert client.get(first.get_absolute_url()).status_code in {200, 410}


def move_away(dossier):
    with scope.system(System.TESTS):
        other = DossierFactory(cabinet=dossier.cabinet)
        last = dossier.documents.order_by("-pk").first()
        Document.objects.filter(pk=last.pk).update(dossier=other)


def test_after_a_day_it_is_gone(dossier, owner, client, time_machine):
    export = order(dossier, owner)
    built(export)
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    client.force_login(owner)
    assert client.get(export.get_absolute_url()).status_code == 410

    with scope.system(System.UPKEEP):
        assert archiving.sweep() == 1

    assert again(export).state == "expired"
    assert not list(archiving._folder().iterdir())
    assert "plus de 24 heures" in client.get(export.get_absolute_url()).content.decode()


# Workers that die ----------------------------------------------------------------------------------------------------


def worker() -> subprocess.Popen:
    """A process of its own that does the jobs of the test's base, each small step slowly enough to be killed in."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    code = (
        "import django, time; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.MEDIA_ROOT = {str(django_settings.MEDIA_ROOT)!r}\n"
        "from claims.services import archiving, jobs\n"
        "archiving.STEP_FILES = 5\n"
        "mark = archiving.Builder._mark\n"
        "archiving.Builder._mark = lambda self, done: (mark(self, done), print(done, flush=True), time.sleep(0.2))\n"
        "jobs.run_due()\n"
    )
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    command = [sys.executable, "-c", code]
    return subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment, stdout=subprocess.PIPE)


def kill_in_the_middle(step: int) -> None:
    process = worker()
    for _ in range(step):
        assert process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    with scope.system(System.TESTS):
        assert Job.objects.filter(state="running").update(lease_until="2020-01-01T00:00Z") == 1


@pytest.mark.slow
def test_three_killed_workers_leave_the_same_bytes(dossier, owner):
    with scope.system(System.TESTS):
        for number in range(60):
            paper(dossier, os.urandom(5000), label=f"Pièce {number}.pdf")
    undisturbed = order(dossier, owner)
    expected = hashlib.sha256(bytes_of(undisturbed)).hexdigest()
    disturbed = order(dossier, owner)
    for step in (2, 5, 9):
        kill_in_the_middle(step)
        assert again(disturbed).state == "building"
        assert 0 < again(disturbed).percent < 100

    assert hashlib.sha256(bytes_of(disturbed)).hexdigest() == expected
    with scope.system(System.UPKEEP):
        archiving.sweep()


def bytes_of(export) -> bytes:
    jobs.run_due()
    with default_storage.open(again(export).file) as content:
        return content.read()


def test_a_worker_that_was_overtaken_publishes_nothing(dossier, owner, monkeypatch):
    export = order(dossier, owner)
    publish = archiving.Builder._publish

    def overtaken(builder, part):
        with scope.system(System.TESTS):
            Job.objects.update(attempts=9)
        publish(builder, part)

    monkeypatch.setattr(archiving.Builder, "_publish", overtaken)
    jobs.run_due()

    assert again(export).state == "building"
    assert not list(archiving._folder().iterdir())


def test_what_killed_workers_left_is_swept_after_a_day(dossier):
    part = archiving._folder() / "x.1.part"
    part.write_bytes(b"PK")
    with scope.system(System.UPKEEP):
        archiving.sweep()
        assert part.exists()
        os.utime(part, (time.time() - 90_000,) * 2)
        archiving.sweep()
    assert not part.exists()
