"""An antivirus that finds, that does not answer, that comes back: what it could not look at stays closed."""

import socketserver
import struct
import threading

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import JournalEntry
from claims.models import Document, Job, Upload
from claims.services import jobs
from messaging.services import send_due
from tests import samples
from tests.claims.test_deposits import address, send, upload
from tests.world import body_of

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
INFECTED = samples.pdf(text="x") + b"\n%" + EICAR + b"\n%%EOF"


class Clamd(socketserver.StreamRequestHandler):
    """Speaks INSTREAM, knows EICAR."""

    def handle(self):
        assert self.rfile.readline() == b"nINSTREAM\n"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        self.wfile.write(b"stream: Eicar-Signature FOUND\n" if EICAR in content else b"stream: OK\n")


@pytest.fixture
def clamd(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.CLAMAV = f"127.0.0.1:{server.server_address[1]}"
        yield server
        server.shutdown()


@pytest.fixture
def away(settings):
    settings.CLAMAV = "127.0.0.1:1"


@pytest.fixture
def dossier(world, client):
    Upload.objects.all().delete()
    client.force_login(world.lac.owner)
    return world.lac.dossiers["ALPES"]


def later():
    Job.objects.filter(kind="scan_document").update(due_at="2020-01-01T00:00Z")
    jobs.run_due(seconds=30)


def test_what_the_antivirus_knows_is_refused_before_it_is_sent(dossier, clamd, client):
    row = upload(client, dossier, INFECTED)

    assert row.state == "refused"
    assert "malveillant" in row.refusal
    assert upload(client, dossier, samples.pdf(text="sain")).scanned


def test_while_it_is_away_the_file_is_sent_into_quarantine_and_let_out_when_it_is_back(
    dossier, away, client, world, request
):
    content = samples.pdf(text="sain")
    row = upload(client, dossier, content)
    assert (row.state, row.scanned) == ("ready", False)
    assert "analysera" in client.get(address(dossier)).content.decode()
    send(client, dossier)
    jobs.run_due(seconds=30)
    paper = Document.objects.sent().get(dossier=dossier)
    url = reverse("document", args=[paper.public_id])
    assert client.get(url).status_code == 403
    client.force_login(world.alpes.clerk)
    assert "en cours d’analyse" in client.get(url).content.decode()
    assert JournalEntry.objects.filter(event="scan_delayed").exists()
    send_due()
    assert "L’antivirus ne répond pas : des fichiers attendent" in [letter.subject for letter in mail.outbox]

    request.getfixturevalue("clamd")
    later()

    assert body_of(client.get(url)) == content


def test_what_proves_infected_later_stays_closed_and_its_sender_is_told(dossier, away, client, world, request):
    upload(client, dossier, INFECTED)
    send(client, dossier)
    request.getfixturevalue("clamd")
    later()

    paper = Document.objects.sent().get(dossier=dossier)
    assert paper.safety == "infected"
    client.force_login(world.alpes.clerk)
    assert client.get(reverse("document", args=[paper.public_id])).status_code == 403
    assert client.get(reverse("document_preview", args=[paper.public_id])).status_code == 404
    send_due()
    told = [letter.to for letter in mail.outbox if "refusé par l’antivirus" in letter.subject]
    assert told == [[world.lac.owner.email]]
