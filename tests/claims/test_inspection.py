"""Every kind of file, good or hostile, through the child process: a verdict each, and nothing dies but the child."""

import io
import time

import pikepdf
import pytest
from PIL import Image

from claims.inspection import runner
from claims.inspection.runner import asked
from claims.services import sentences
from claims.validators import display_name
from tests import samples


def look(content):
    with asked("examine", content) as answer:
        made = {name: path.read_bytes() for name in ("clean", "thumbnail") if (path := answer.output(name))}
        return answer, made


@pytest.mark.slow
@pytest.mark.parametrize("name", samples.GOOD)
def test_what_may_be_sent_has_a_clean_copy_and_a_small_picture(name):
    answer, made = look(samples.GOOD[name])

    assert answer.ok
    assert not answer.found.get("refusal")
    assert set(made) == {"clean", "thumbnail"}
    assert max(Image.open(io.BytesIO(made["thumbnail"])).size) <= 320
    assert sentences.warnings(answer.found) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", samples.REFUSED)
def test_what_may_not_be_sent_says_why_and_what_to_do(name):
    content, refusal = samples.REFUSED[name]

    answer, made = look(content)

    assert answer.ok, "a verdict, not a death"
    assert answer.found["refusal"] == refusal
    assert made == {}
    assert sentences.refusal(answer.found).endswith(".")
    assert "{" not in sentences.refusal(answer.found)


def test_the_copy_of_a_photo_is_upright_and_says_nothing_of_where_it_was_taken():
    answer, made = look(samples.located_photo())

    copy = Image.open(io.BytesIO(made["clean"]))
    assert (answer.found["width"], answer.found["height"]) == (640, 480)
    assert copy.size == (480, 640)
    assert not copy.getexif()
    assert b"SECRET" not in made["clean"] + made["thumbnail"]


def test_a_large_photo_is_shown_at_2560_pixels():
    _answer, made = look(samples.image(size=(4000, 3000)))

    assert Image.open(io.BytesIO(made["clean"])).size == (2560, 1920)


def test_the_copy_of_a_pdf_does_nothing_by_itself_and_keeps_its_invoice():
    _answer, made = look(samples.GOOD["place.pdf"])
    with pikepdf.open(io.BytesIO(made["clean"])) as copy:
        assert "/OpenAction" not in copy.Root

    answer, made = look(samples.GOOD["factur-x.pdf"])
    assert answer.found["invoice"] is True
    with pikepdf.open(io.BytesIO(made["clean"])) as copy:
        assert "factur-x.xml" in copy.attachments


def test_the_text_is_read_and_warnings_are_told():
    assert "AB-123-CD" in look(samples.pdf(text="AB-123-CD"))[0].found["text"]
    assert look(samples.animated())[0].found["warnings"] == ["animated"]
    assert look(samples.image(size=(90, 90)))[0].found["warnings"] == ["small"]


def test_photos_become_one_pdf_in_their_order():
    with asked("merge", *[look(samples.image(size=size))[1]["clean"] for size in ((640, 480), (300, 600))]) as answer:
        assert answer.found == {"pages": 2}
        with pikepdf.open(answer.output("merged")) as merged:
            wide, tall = (page.mediabox[2] > page.mediabox[3] for page in merged.pages)
    assert (wide, tall) == (True, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "act",
    [
        "b'x' * 3_000_000_000",
        "[0 for _ in iter(int, 1)]",
        "open('big', 'wb').write(b'x' * 100_000_000)",
        "1 / 0",
        "__import__('os').kill(__import__('os').getpid(), 11)",
    ],
)
def test_a_child_that_grows_lasts_fills_or_dies_is_a_verdict(act, monkeypatch):
    limits = "import claims.inspection.child as c; c.PROCESSOR = 1; c.limit(); " + act
    monkeypatch.setattr(runner, "START", f"import sys; sys.path.insert(0, sys.argv[1]); {limits}")

    with asked("examine", b"") as answer:
        assert not answer.ok
        assert sentences.refusal(answer.found)


def test_a_child_that_sleeps_is_ended_by_the_clock(monkeypatch):
    monkeypatch.setattr(runner, "START", "import time; time.sleep(60)")
    monkeypatch.setattr(runner, "PATIENCE", 0.5)

    began = time.monotonic()

    with asked("examine", b"") as answer:
        assert not answer.ok
    assert time.monotonic() - began < 30


def test_the_child_knows_nothing_of_the_portal(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "secret")
    tell = "import os, json; open('answer.json', 'w').write(json.dumps(dict(os.environ)))"
    monkeypatch.setattr(runner, "START", tell)

    with asked("examine", b"") as answer:
        assert set(answer.found) - {"LC_CTYPE"} == {"PATH", "LANG", "HOME", "TMPDIR"}


@pytest.mark.parametrize(
    ("name", "content_type", "shown"),
    [
        ("C:\\Bureau\\Devis été.PDF", "application/pdf", "Devis été.pdf"),
        ("../../etc/passwd", "", "passwd"),
        ("devis\u202efdp.exe", "application/pdf", "devisfdp.exe.pdf"),
        ("e\u0301te\u0301\u200b.jpg", "image/jpeg", "été.jpg"),
        ("a\r\nb: c.pdf", "application/pdf", "a b: c.pdf"),
        ("photo.jpeg", "image/jpeg", "photo.jpg"),
        ("\u200b.pdf", "application/pdf", "document.pdf"),
        ("facture.pdf", "image/png", "facture.pdf.png"),
    ],
)
def test_names_are_cleaned(name, content_type, shown):
    assert display_name(name, content_type) == shown


def test_a_long_name_is_cut_by_bytes_and_keeps_its_extension():
    name = display_name("é" * 200 + ".pdf", "application/pdf")

    assert len(name.encode()) <= 120
    assert name.endswith("é.pdf")
