"""A receipt: what it shows to whom, how it is verified, and that printing it opens nothing."""

import hashlib
import io

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts import printing
from claims.models import Deposit, Document
from claims.services import jobs, receipts
from tests import samples
from tests.factories import DepositFactory, DocumentFactory
from tests.world import body_of

PAPER = samples.pdf(text="Devis")


@pytest.fixture
def deposit(world):
    row = DepositFactory(dossier=world.lac.dossiers["ALPES"], user=world.lac.owner, pdf="", comment="<b>Bonjour</b>")
    DocumentFactory(
        dossier=row.dossier,
        deposit=row,
        direction=Document.Direction.SENT,
        label="Devis DURAND.pdf",
        size=len(PAPER),
        sha256=hashlib.sha256(PAPER).hexdigest(),
    )
    return row


def ask(client, deposit, **typed):
    return client.post(reverse("receipt", args=[deposit.number]), typed)


def test_the_file_as_sent_is_genuine_and_one_changed_byte_is_not(deposit, client):
    changed = PAPER[:-1] + bytes([PAPER[-1] ^ 1])

    for content, found in ((PAPER, "Authentique"), (changed, "ne correspond pas")):
        assert found in ask(client, deposit, fichier=ContentFile(content, "x.pdf")).content.decode()
        digest = hashlib.sha256(content).hexdigest().upper()
        assert found in ask(client, deposit, empreinte=digest).content.decode(), "computed by a browser"


def test_the_number_alone_says_that_it_exists_and_no_more(deposit, world, client):
    for user in (None, world.mer.owner, world.berry.manager, world.pending):
        client.logout()
        if user:
            client.force_login(user)
        page = client.get(reverse("receipt", args=[deposit.number])).content.decode()
        assert "Cet accusé existe" in page
        for secret in ("DURAND", "Bonjour", deposit.dossier.reference, "Alpes", deposit.sender_label, "Devis"):
            assert secret not in page.split("<main")[1], (user, secret)


def test_both_sides_see_the_whole_receipt(deposit, world, client):
    for user in (world.lac.owner, world.alpes.clerk):
        client.force_login(user)
        page = client.get(reverse("receipt", args=[deposit.number])).content.decode()
        assert "Devis DURAND.pdf" in page
        assert "&lt;b&gt;Bonjour" in page
        assert "pas encore" in page

    Document.objects.filter(deposit=deposit).update(seen_at="2026-11-20T09:00Z")
    assert "le 20 novembre 2026" in client.get(reverse("receipt", args=[deposit.number])).content.decode()


def test_an_empty_question_and_a_mistyped_one_are_explained(deposit, client):
    assert "Choisissez un fichier" in ask(client, deposit).content.decode()
    assert "64 chiffres" in ask(client, deposit, empreinte="xyz").content.decode()
    wrong = deposit.number[:-1] + ("A" if deposit.number[-1] != "A" else "B")
    answer = client.get(reverse("receipt", args=[wrong]))
    assert answer.status_code == 404
    assert "faute de frappe" in answer.content.decode()
    again = client.post(reverse("receipt", args=[wrong]), {"numero": f" {deposit.number} "})
    assert again.headers["Location"] == reverse("receipt", args=[deposit.number])
    typed = client.get(reverse("receipt", args=[deposit.number.lower().replace("-", " ")]))
    assert typed.headers["Location"] == reverse("receipt", args=[deposit.number])


def test_numbers_are_all_different_and_no_slip_of_one_sign_is_another_number():
    numbers = {receipts.new_number() for _ in range(500)}
    assert len(numbers) == 500
    one = receipts.new_number()
    for place, sign in enumerate(one):
        if place > 2 and sign != "-":
            slip = one[:place] + ("7" if sign != "7" else "8") + one[place + 1 :]
            assert receipts.read_number(slip) == ""


@pytest.mark.slow
def test_the_receipt_is_printed_by_a_worker_and_holds_the_fingerprints(deposit, world, client):
    jobs.order(receipts.RECEIPT_PDF, deposit)
    jobs.run_due(seconds=60)
    client.force_login(world.lac.owner)

    content = body_of(client.get(reverse("receipt_pdf", args=[deposit.number])))

    with pikepdf.open(io.BytesIO(content)) as printed:
        assert len(printed.pages) == 1
        fonts = {str(found.get("/FontName")) for found in printed.objects if isinstance(found, pikepdf.Dictionary)}
    assert any("Portail" in name for name in fonts), "our own font, embedded"
    assert Deposit.objects.get(pk=deposit.pk).pdf


@pytest.mark.slow
def test_printing_fetches_neither_an_address_nor_a_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    planted = (
        "<link rel=stylesheet href='http://127.0.0.1:1/a.css'><link rel=attachment href='{0}'>"
        "<style>@import url(http://127.0.0.1:1/b.css); body {{ background: url({0}) }}</style>"
        "<img src='{0}'><img src='http://127.0.0.1:1/c.png'><a rel=attachment href='{0}'>x</a>"
    ).format(secret.as_uri())

    content = printing.render(f"<html lang=fr><title>x</title>{planted}<p>Texte</html>")

    with pikepdf.open(io.BytesIO(content)) as printed:
        assert not printed.attachments
        streams = [found for found in printed.objects if isinstance(found, pikepdf.Stream)]
        plain = [found.read_bytes() for found in streams if "DCT" not in str(found.get("/Filter", ""))]
        assert not any(b"SECRET" in content for content in plain)
    assert printing.PROTOCOLS == ("data",)
