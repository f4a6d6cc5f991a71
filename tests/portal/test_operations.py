"""What operations read: logs without anybody in them, readings of progress, a diagnosis, the state of the files."""

import hashlib
import json
import logging
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from claims.models import Document, Export, Job, Upload
from claims.services import jobs
from messaging.models import Notification
from portal import logs
from portal.backup import record
from portal.tasks import sing
from portal.watch import canary, readings, sanity
from tests.factories import (
    DepositFactory,
    DocumentFactory,
    DossierFactory,
    EstablishmentFactory,
    ExportFactory,
    UploadFactory,
    UserFactory,
)

KEY = {"HTTP_AUTHORIZATION": "Bearer clé-de-supervision"}


def line_of(record: logging.LogRecord, formatter=None) -> dict:
    return json.loads((formatter or logs.JsonFormatter()).format(record))


def made(message, *args, exc_info=None, **extra):
    made = logging.LogRecord("portail.essai", logging.ERROR, __file__, 1, message, args, exc_info)
    vars(made).update(extra)
    return made


def fail():
    raise IntegrityError("Key (email)=(canari@exemple.test) already exists.")


def test_a_log_line_names_nobody_and_forges_no_other():
    with pytest.raises(IntegrityError) as stopped:
        fail()
    raised = (stopped.type, stopped.value, stopped.tb)
    request = RequestFactory().get("/dossiers/ATMOS/CANARI-33/")
    request.resolver_match = None

    lines = [
        made("%s: %s", "Internal Server Error", request.path, exc_info=raised, request=request, status_code=500),
        made('fin\n{"niveau": "faux"}'),
        made("Task %(name)s raised %(exc)s", {"name": "a.b", "exc": "canari@exemple.test"}, exc_info=raised),
    ]

    for formatter in (logs.JsonFormatter(), logs.LineFormatter()):
        told = [formatter.format(line) for line in lines]
        assert "canari" not in "".join(told).lower()
        assert all(len(line.splitlines()) == 1 for line in told)
    assert line_of(lines[0])["exception"] == "IntegrityError"
    assert "test_operations.py" in line_of(lines[0])["pile"][0]


def test_a_request_keeps_its_number_through_its_tasks_and_no_further(settings):
    seen = []

    def view(_request):
        headers = {}
        logs.hand_over(headers=headers)
        seen.append((line_of(made("dit")), headers))
        return HttpResponse()

    given = "a1b2c3d4-e5f6"
    for proxies, header, kept in ((1, given, True), (0, given, False), (1, "court", False), (1, "x" * 65, False)):
        settings.TRUSTED_PROXIES = proxies
        answer = logs.RequestNumberMiddleware(view)(RequestFactory().get("/", HTTP_X_REQUEST_ID=header))
        line, headers = seen[-1]
        assert line["demande"] == headers["request_number"] == answer.headers["X-Request-ID"]
        assert (line["demande"] == header) is kept
    assert "demande" not in line_of(made("après"))
    request = RequestFactory().get("/")
    logs.RequestNumberMiddleware(view)(request)
    assert line_of(made("après", request=request))["demande"] == seen[-1][0]["demande"]

    class Task:
        name = "messaging.tasks.send_due"
        request = type("Request", (), {"request_number": given})

    logs.take_over(task=Task())
    assert (line_of(made("dit"))["demande"], line_of(made("dit"))["tache"]) == (given, Task.name)
    logs.let_go()
    assert {"demande", "tache"}.isdisjoint(line_of(made("dit")))


@pytest.mark.django_db
def test_the_watch_is_closed_without_its_key_and_sees_that_work_goes_on(client, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    for token, header in (("", KEY), ("clé-de-supervision", {}), ("clé-de-supervision", {"HTTP_AUTHORIZATION": "x"})):
        settings.HEALTH_TOKEN = token
        assert {client.get(f"/sante/{page}", **header).status_code for page in ("exploitation", "metriques")} == {404}
    first = client.get("/sante/exploitation", **KEY)
    assert first.status_code == 503
    assert {slug for slug, one in first.json().items() if not one["bon"]} == {"canari", "sauvegarde", "restauration"}

    sing()
    jobs.run_due()
    record.note(record.BACKUP, tmp_path)
    record.note(record.DRILL, tmp_path)
    answer, text = client.get("/sante/exploitation", **KEY), client.get("/sante/metriques", **KEY)

    assert answer.status_code == 200, answer.json()
    assert 'portail_bon{nom="canari"} 1' in text.content.decode()
    assert 'portail_courrier{etat="queued"} 0' in text.content.decode()
    assert "no-store" in text.headers["Cache-Control"]


@pytest.mark.django_db
def test_each_trouble_moves_its_own_reading(settings, tmp_path, monkeypatch):
    """T50: what is due and not done, a worker that does nothing, a broker that is away, a disk that refuses."""
    settings.DATA_DIR = tmp_path
    hour = timezone.now() - timedelta(hours=2)

    def bad():
        found = {one.slug for one in readings.take() if not one.is_well}
        return found - {"sauvegarde", "restauration"}

    sing()
    jobs.run_due()
    assert bad() == set()
    Job.objects.filter(kind=canary.KIND).update(ended_at=hour)
    assert bad() == {"canari"}
    sing()  # the clock rings and no worker comes
    Job.objects.filter(kind=canary.KIND).update(ordered_at=hour, due_at=hour)
    assert bad() == {"canari", "travaux"}
    jobs.run_due()
    note = {"key": "essai", "event": "x", "subject_type": "claims.dossier", "subject_id": 1, "not_before": hour}
    Notification.objects.create(recipient=UserFactory(), **note)
    assert bad() == {"courrier"}
    Notification.objects.all().delete()
    waiting = DocumentFactory(safety=Document.Safety.PENDING, published_at=hour)
    assert bad() == {"quarantaine"}
    waiting.delete()
    settings.REDIS_URL = f"unix://{tmp_path}/personne.sock"
    assert bad() == {"courtier"}
    monkeypatch.setattr(default_storage, "save", lambda *_args: (_ for _ in ()).throw(OSError("plein")))
    assert bad() == {"courtier", "fichiers"}


@pytest.mark.django_db
def test_readiness_fails_with_its_reason(client, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    DossierFactory()
    assert client.get("/sante/pret").json()["cloisonnement"] == "indisponible"  # a test's own scope sees rows
    (tmp_path / "restauration-en-cours.json").write_text("{}")
    monkeypatch.setattr("portal.views._last_migrations", lambda: (["claims"], ["9999_not_there"]))

    answer = client.get("/sante/pret")

    assert answer.status_code == 503
    assert answer.json()["schema"] == answer.json()["restauration"] == "indisponible"
    assert client.get("/sante/vivant").status_code == 200


@pytest.fixture
def sound(db):
    """A dossier whose files and rows agree."""
    dossier = DossierFactory(establishment=EstablishmentFactory())
    for _ in range(2):
        DocumentFactory(dossier=dossier, kind=Document.Kind.PHOTO)
    Document.objects.filter(dossier=dossier).update(shown="", thumbnail="")
    first = dossier.documents.order_by("pk").first()
    Document.objects.filter(pk=first.pk).update(sha256=hashlib.sha256(b"%PDF-1.4 essai").hexdigest())
    assert [one for one in sanity.look() if one.what != "fichier sans ligne"] == []
    return dossier


def path_of(row) -> Path:
    return Path(default_storage.path(row.file.name))


def lose(dossier):
    path_of(dossier.documents.first()).unlink()


def cut(dossier):
    path_of(dossier.documents.first()).write_bytes(b"%PDF")


def orphan(_dossier):
    name = default_storage.save("documents/aa/bb/" + "c" * 32, ContentFile(b"x"))
    old = (timezone.now() - timedelta(hours=2)).timestamp()
    os.utime(default_storage.path(name), (old, old))


def share(dossier):
    first, second = dossier.documents.all()
    Document.objects.filter(pk=second.pk).update(file=first.file.name)


def rename(dossier):
    Document.objects.filter(pk=dossier.documents.first().pk).update(file="documents/rapport Dupont.pdf")


def escape(dossier):
    Document.objects.filter(pk=dossier.documents.first().pk).update(file="../secret")


def forget_sum(dossier):
    Document.objects.filter(pk=dossier.documents.first().pk).update(sha256="")


def show_infected(dossier):
    Document.objects.filter(pk=dossier.documents.first().pk).update(safety="infected", shown="documents/x")


def keep_archive(dossier):
    name = default_storage.save("archives/x", ContentFile(b"x"))
    ExportFactory(dossier=dossier, state=Export.State.EXPIRED, file=name)


def half_upload(dossier):
    UploadFactory(dossier=dossier, size=10, received=4, state=Upload.State.READY)


def empty_deposit(dossier):
    DepositFactory(dossier=dossier)


def miscount(dossier):
    type(dossier).objects.filter(pk=dossier.pk).update(received_count=9)


SEEDED = {
    "fichier absent": lose,
    "taille différente": cut,
    "fichier sans ligne": orphan,
    "un fichier pour deux lignes": share,
    "clé hors de son préfixe": rename,
    "clé hors du stockage": escape,
    "empreinte absente": forget_sum,
    "refusé par l'antivirus, et montré": show_infected,
    "archive retirée, et son fichier reste": keep_archive,
    "envoi prêt et incomplet": half_upload,
    "envoi sans document": empty_deposit,
    "nombre de documents faux": miscount,
}


@pytest.mark.parametrize(("what", "corrupt"), SEEDED.items(), ids=[corrupt.__name__ for corrupt in SEEDED.values()])
def test_each_seeded_corruption_is_found(what, corrupt, sound):
    corrupt(sound)

    assert what in {one.what for one in sanity.look()}


def test_a_changed_byte_is_found_by_reading_again(sound):
    right, wrong = sound.documents.order_by("pk")  # the factory's sum of the second is invented
    found = [one.where for one in sanity.look(contents=True) if one.what == "empreinte différente"]
    assert found == [f"claims.Document {wrong.pk}"]
    path_of(right).write_bytes(b"%PDF-1.4 Essai")

    assert len([one for one in sanity.look(contents=True) if one.what == "empreinte différente"]) == 2


@pytest.mark.django_db
def test_the_diagnosis_tells_what_is_wrong_and_fails_by_it(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.REDIS_URL = f"unix://{tmp_path}/personne.sock"
    settings.HEALTH_TOKEN = settings.DATABASE_BACKUP_URL = ""
    out = StringIO()

    with pytest.raises(CommandError, match="à corriger"):
        call_command("diagnostic", json=True, stdout=out)

    told = {line["sujet"]: line for line in json.loads(out.getvalue())}
    assert told["courtier"]["etat"] == "faux"
    assert told["base"]["etat"] == told["schéma"]["etat"] == "bon"
    assert told["supervision"]["etat"] == told["rôle de sauvegarde"]["etat"] == "absent"
