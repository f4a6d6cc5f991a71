"""A cabinet's logo: drawn anew, carried by its own mails, seen in their previews, by nobody else."""

import io
from email import message_from_bytes

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from accounts import journal, scope
from claims.services import requests
from messaging.models import MailBranding
from messaging.services.outbox import send_due

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
SECRET = "lieu de prise de vue"


def picture(kind="PNG", size=(900, 300)):
    file, told = io.BytesIO(), PngInfo()
    told.add_text("Comment", SECRET)
    Image.new("RGB", size, "navy").save(file, kind, **({"pnginfo": told} if kind == "PNG" else {}))
    return file.getvalue()


@pytest.fixture
def save(client, world):
    """The cabinet's settings, posted by its manager."""
    client.force_login(world.alpes.manager)
    row = MailBranding.objects.get(cabinet=world.alpes.cabinet)
    url = reverse("admin:messaging_mailbranding_change", args=[row.pk])

    def post(content, name="logo.png", **more):
        file = {"file": SimpleUploadedFile(name, content)} if content else {}
        return client.post(url, {"closing": "Annecy", **file, **more}, follow=True), row

    return post


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_logo_is_drawn_anew_small_and_without_what_came_with_it(kind, save):
    _, row = save(picture(kind))

    row.refresh_from_db()
    drawn = Image.open(io.BytesIO(bytes(row.logo)))
    assert (drawn.format, drawn.size, row.width, row.height) == ("PNG", (480, 160), 480, 160)
    assert SECRET.encode() not in bytes(row.logo)
    save(None, without="on")
    row.refresh_from_db()
    assert (row.logo, row.width) == (None, 0)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, "PNG ou JPEG"),
        (b"GIF89a" + bytes(40), "PNG ou JPEG"),
        (picture()[:200], "ne peut pas être lue"),
        (picture(size=(8, 8)), "trop petite"),
        (picture() + bytes(2_000_000), "2 Mo"),
    ],
    ids=["svg", "gif", "cut off", "tiny", "heavy"],
)
def test_what_is_no_safe_picture_is_refused_beside_the_field(content, sentence, save):
    answer, row = save(content)

    assert sentence in " ".join(answer.context_data["adminform"].form.errors["file"])
    row.refresh_from_db()
    assert row.logo is None


def parts_of(message):
    return {part.get_content_type(): part for part in message_from_bytes(message.message().as_bytes()).walk()}


def test_the_logo_leaves_with_its_cabinets_mails_and_with_no_other(save, world):
    save(picture())
    with scope.system(scope.System.TESTS) as actor:
        for code in ("ALPES", "BERRY"):
            journal.record(world.deux.requests[code], requests.Fact.DOCUMENTS_ASKED, actor=actor)
    send_due()

    ours, theirs = ([sent for sent in mail.outbox if f"{code}-DEUX" in sent.body] for code in ("ALPES", "BERRY"))
    assert ours
    assert theirs
    for sent in ours:
        parts = parts_of(sent)
        html = parts["text/html"].get_payload(decode=True).decode()
        assert parts["image/png"]["Content-ID"].strip("<>") in html
        assert parts["image/png"]["Content-Disposition"].startswith("inline")
        assert "multipart/related" in parts
        assert "http" not in html.split("<img")[1].split(">")[0]
        assert "Annecy" in sent.body
    for sent in theirs:
        assert {"image/png", "multipart/related"}.isdisjoint(parts_of(sent))
        assert "Adresse de BERRY" in sent.body
        assert "Annecy" not in sent.body + sent.alternatives[0][0]


def test_a_preview_shows_ones_own_logo_written_into_the_page(save, world, client):
    save(picture())
    previews = reverse("admin:messaging_notification_previews")
    shown = {}
    for name, person in (("alpes", world.alpes.manager), ("berry", world.berry.manager)):
        client.force_login(person)
        shown[name] = client.get(previews, {"mail": "documents_asked"}).context_data["mail"]

    assert 'src="data:image/png;base64,' in shown["alpes"].html
    assert "<img" not in shown["berry"].html
    assert "Adresse de BERRY" in shown["berry"].body
