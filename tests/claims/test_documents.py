"""The documents address, the warning, the acknowledgement, and the way files leave."""

import re

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import scope
from accounts.models import JournalEntry
from claims.models import Acknowledgement, Document
from claims.services.documents import publish_document
from tests.factories import DocumentFactory
from tests.world import body_of

K = Document.Kind
PAGE_QUERIES = 9  # session, scope (2, one puts the test's back), dossier, visit, documents, sent again, release


@pytest.fixture
def dossier(world):
    return world.lac.dossiers["ALPES"]


@pytest.fixture
def address(dossier):
    return reverse("dossier_documents", args=["ALPES", dossier.reference])


@pytest.fixture
def publish(world, dossier):
    def publish(number, kind=K.REPORT):
        with scope.acting_as(world.alpes.expert.pk) as actor:
            content = ContentFile(b"%PDF-1.7 " + str(number).encode() * 40, name=f"RAPPORT_{number}.pdf")
            return publish_document(dossier, content, actor=actor, kind=kind)[0]

    return publish


@pytest.fixture
def shop(world, client):
    client.force_login(world.lac.owner)
    return client


def opened(client, document, **query):
    return client.get(reverse("document", args=[document.public_id]), query)


def labels(context):
    return [paper.label for paper in (*context["received"], *context["sent"])]


# The page ------------------------------------------------------------------------------------------------------------


def test_types_formats_and_orders_combine(shop, dossier, address):
    dossier.documents.update(label="c rapport", size=5, published_at="2026-01-01T00:00Z")
    DocumentFactory(dossier=dossier, kind=K.LETTER, label="b courrier", published_at="2026-03-01T00:00Z", size=9)
    DocumentFactory(
        dossier=dossier, kind=K.PHOTO, label="a photo", content_type="image/jpeg", published_at="2026-02-01T00:00Z"
    )

    assert labels(shop.get(address).context) == ["b courrier", "a photo", "c rapport"]
    assert labels(shop.get(address, {"tri": "libelle"}).context) == ["a photo", "b courrier", "c rapport"]
    assert labels(shop.get(address, {"tri": "date", "format": "pdf"}).context) == ["c rapport", "b courrier"]
    photos = shop.get(address, {"type": "photo"}).context
    assert labels(photos) == ["a photo"]
    assert photos["summary"] == "1/3 documents, 1 photo, 2 autres"
    assert [pill["count"] for pill in photos["filters"]] == [1, 1, 0]
    assert "type=photo" in photos["filters"][1]["url"]


@pytest.mark.parametrize("query", [{"type": "x"}, {"tri": "'"}, {"format": "\x00"}])
def test_what_makes_no_sense_in_the_address_is_left_out(query, shop, address):
    assert len(labels(shop.get(address, query).context)) == 1


def test_the_page_costs_the_same_whatever_the_number_of_documents(shop, dossier, address):
    shop.get("/dossiers/")
    shop.get(address)
    costs = set()
    for number in (1, 3):
        with CaptureQueriesContext(connection) as asked:
            shop.get(address)
        costs.add(len(asked))
        for _ in range(number):
            refused = DocumentFactory(dossier=dossier, direction="sent", kind=K.INVOICE)
            DocumentFactory(dossier=dossier, direction="sent", kind=K.INVOICE, resend_of=refused)

    assert costs == {PAGE_QUERIES}


# Versions ------------------------------------------------------------------------------------------------------------


def test_reports_and_prises_en_charge_are_numbered_apart(publish, dossier):
    dossier.documents.update(version=None, kind=K.LETTER)

    numbers = [publish(n, kind).version for n, kind in enumerate((K.INTERIM_REPORT, K.COVERAGE, K.REPORT, K.LETTER))]

    assert numbers == [1, 1, 2, None]


def test_an_outdated_report_warns_before_it_is_downloaded(shop, publish):
    old, new = publish(1), publish(2)

    warned = opened(shop, old)

    assert warned.headers["Content-Type"].startswith("text/html")
    assert warned.context["current"] == new
    assert body_of(opened(shop, old, version="ancienne")).startswith(b"%PDF")
    assert body_of(opened(shop, new)).startswith(b"%PDF")


def test_the_cabinet_and_other_kinds_are_not_warned(world, client, publish, dossier):
    old, _ = publish(1), publish(2)
    letter = DocumentFactory(dossier=dossier, kind=K.LETTER, replaced_at="2026-01-01T00:00Z")
    client.force_login(world.alpes.clerk)
    assert body_of(opened(client, old)).startswith(b"%PDF")

    client.force_login(world.lac.owner)
    assert body_of(opened(client, letter)).startswith(b"%PDF")


def acknowledged(client, document, **data):
    return client.post(reverse("document_acknowledge", args=[document.public_id]), data)


def test_each_person_acknowledges_a_version_once_and_the_next_asks_again(shop, world, publish, address):
    first = publish(1)
    assert f"de la version {first.version}" in shop.get(address).content.decode()

    assert acknowledged(shop, first, suite=address).headers["Location"] == address
    acknowledged(shop, first)

    row = Acknowledgement.objects.get(document=first)
    assert (row.user, row.reader, row.version) == (world.lac.owner, world.lac.organisation.name, 2)
    assert JournalEntry.objects.filter(event="version_acknowledged").count() == 1
    body = shop.get(address).content.decode()
    assert "Version 2 lue par vous" in body
    assert "J’ai pris connaissance" not in body
    publish(2)
    assert "J’ai pris connaissance de la version 3" in shop.get(address).content.decode()


def test_what_cannot_be_acknowledged_is_refused_in_words(shop, world, client, publish, dossier):
    old, letter = publish(1), DocumentFactory(dossier=dossier, kind=K.LETTER)
    publish(2)
    assert "plus récente" in said(acknowledged(shop, old), shop)
    assert "pas de version" in said(acknowledged(shop, letter), shop)

    client.force_login(world.alpes.clerk)
    assert acknowledged(client, publish(3)).status_code == 302
    assert Acknowledgement.objects.filter(dossier=dossier).count() == 1  # the one of the small world


def said(answer, client):
    return " ".join(str(message) for message in client.get(answer.headers["Location"]).context["messages"])


@pytest.mark.parametrize("where", ["https://ailleurs.test/", "//ailleurs.test", "javascript:x", "/\\ailleurs.test"])
def test_after_the_click_one_stays_in_the_portal(where, shop, publish, dossier):
    assert acknowledged(shop, publish(1), suite=where).headers["Location"] == dossier.get_absolute_url()


# Seen by the cabinet -------------------------------------------------------------------------------------------------


def test_the_cabinets_first_opening_is_written_once(world, client, dossier, address):
    paper = DocumentFactory(dossier=dossier, direction="sent", kind=K.INVOICE)
    client.force_login(world.lac.owner)
    body_of(opened(client, paper))
    assert Document.objects.get(pk=paper.pk).seen_at is None

    client.force_login(world.alpes.clerk)
    body_of(opened(client, paper))
    first = Document.objects.get(pk=paper.pk).seen_at
    body_of(opened(client, paper))

    assert first is not None
    assert Document.objects.get(pk=paper.pk).seen_at == first
    assert JournalEntry.objects.filter(event="document_seen").count() == 1
    client.force_login(world.lac.owner)
    assert "Vu par le cabinet le" in client.get(address).content.decode()


# How files leave -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "status", "slice_"),
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=9-", 206, slice(9, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=5-100000", 206, slice(5, None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=0-3", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
    ],
)
def test_a_part_of_a_file(wanted, status, slice_, shop, publish):
    paper = publish(1)
    whole = body_of(opened(shop, paper))

    answer = shop.get(reverse("document", args=[paper.public_id]), headers={"range": wanted})

    assert (answer.status_code, body_of(answer)) == (status, whole[slice_])
    assert int(answer.headers["Content-Length"]) == len(whole[slice_])


@pytest.mark.parametrize("wanted", ["bytes=49-", "bytes=99-100", "bytes=4-3", "bytes=-0"])
def test_a_part_that_is_not_there(wanted, shop, publish):
    answer = shop.get(reverse("document", args=[publish(1).public_id]), headers={"range": wanted})

    assert (answer.status_code, answer.headers["Content-Range"]) == (416, "bytes */49")


def test_a_part_of_other_bytes_is_the_whole(shop, publish):
    url = reverse("document", args=[publish(1).public_id])

    answer = shop.get(url, headers={"range": "bytes=0-3", "if-range": '"other"'})

    assert (answer.status_code, len(body_of(answer))) == (200, 49)


def test_nothing_a_file_holds_runs_in_a_browser(shop, dossier, publish):
    photo = DocumentFactory(dossier=dossier, kind=K.PHOTO, content_type="image/jpeg", label='é"\\;.jpg')

    for paper in (photo, publish(1)):
        answer = opened(shop, paper)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store, private"
        body_of(answer)
        if paper is photo:
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert "filename*=utf-8''%C3%A9" in answer.headers["Content-Disposition"]


# Of the answer that tells it which file to send; it makes its own ETag and length.
NGINX_KEEPS = ("Content-Type", "Content-Disposition", "Cache-Control", "ETag", "Content-Length")


def test_the_proxy_sends_the_file_after_the_right_was_checked(shop, world, publish, settings):
    settings.X_ACCEL_PREFIX = "/fichiers-prives/"
    paper = publish(1)

    answer = opened(shop, paper)

    assert answer.headers["X-Accel-Redirect"] == f"/fichiers-prives/{paper.file.name}"
    assert (answer.content, answer.headers["Content-Type"]) == (b"", "application/pdf")
    passed_on = re.findall(
        r"add_header ([\w-]+) \$upstream_http_", (settings.BASE_DIR / "deploy/nginx.conf").read_text()
    )
    assert set(answer.headers) - {"X-Accel-Redirect", *NGINX_KEEPS} <= set(passed_on)
    assert "X-Accel-Redirect" not in opened(shop, world.mer.documents["BERRY"]).headers
    paper.file.storage.delete(paper.file.name)
    assert opened(shop, paper).status_code == 404
