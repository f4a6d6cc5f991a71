"""`import_documents`: a folder of files, each named after its dossier."""

import os
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import JournalEntry
from claims.models import Document, Dossier
from tests.factories import CabinetFactory, DossierFactory

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def dossier(db):
    return DossierFactory(cabinet=CabinetFactory(code="ATMOS", name="Cabinet Atmos"), reference="255033006")


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "depot"
    path.mkdir()
    return path


@pytest.fixture
def put(folder):
    def write(name, content=PDF, age=60):
        (folder / name).write_bytes(content)
        os.utime(folder / name, (time.time() - age,) * 2)

    return write


def run(folder, **options):
    out, err, error = StringIO(), StringIO(), ""
    try:
        call_command("import_documents", str(folder), cabinet="ATMOS", stdout=out, stderr=err, **options)
    except CommandError as problem:
        error = str(problem)
    counts = [int(line.split()[0]) for line in out.getvalue().splitlines() if line.split()[0].isdigit()]
    return dict(zip(("added", "known", "refused"), counts, strict=False)) | {"err": err.getvalue(), "error": error}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("RAPPORT_PROVISOIRE_ATMOS_255033006_12345.pdf", Document.Kind.INTERIM_REPORT),
        ("PRE_RAPPORT_ATMOS_255033006_1.PDF", Document.Kind.INTERIM_REPORT),
        ("RAPPORT_ATMOS_255033006_1.pdf", Document.Kind.REPORT),
        ("rapport_atmos_255033006_1.pdf", Document.Kind.REPORT),
        ("PRISE_EN_CHARGE_ATMOS_255033006_1.pdf", Document.Kind.COVERAGE),
        ("ORDRE_MISSION_ATMOS_255033006_1.pdf", Document.Kind.ORDER),
        ("ORDRE_DE_MISSION_ATMOS_255033006_1.pdf", Document.Kind.ORDER),
        ("PV_ATMOS_255033006_1.pdf", Document.Kind.MINUTES),
        ("COURRIER_ATMOS_255033006_A-1.pdf", Document.Kind.LETTER),
    ],
)
def test_the_name_says_the_kind_the_dossier_and_the_identifier(dossier, folder, put, name, kind):
    put(name)

    outcome = run(folder)

    document = dossier.documents.get()
    assert (outcome["added"], outcome["error"]) == (1, "")
    assert (document.kind, document.direction, document.label) == (kind, "received", name)
    assert document.external_id == name.rsplit("_", 1)[1].rsplit(".", 1)[0]
    with document.file.open() as kept:
        assert kept.read() == PDF
    assert (folder / name).exists()


def test_the_shop_is_told_through_the_journal_in_the_cabinets_name(dossier, folder, put):
    put("RAPPORT_ATMOS_255033006_1.pdf")

    run(folder)

    entry = JournalEntry.objects.get(event="document_published")
    assert (entry.actor_label, entry.actor_role, entry.subject_id) == ("Cabinet Atmos", "import", dossier.pk)


def test_the_same_file_twice_is_one_document(dossier, folder, put):
    put("RAPPORT_ATMOS_255033006_1.pdf")
    run(folder)

    outcome = run(folder)

    assert (outcome["added"], outcome["known"], outcome["error"]) == (0, 1, "")
    assert dossier.documents.count() == 1


def test_other_bytes_under_a_known_identifier_replace_it(dossier, folder, put):
    put("COURRIER_ATMOS_255033006_1.pdf")
    put("COURRIER_ATMOS_255033006_2.pdf", PDF + b"autre courrier")
    run(folder)
    put("COURRIER_ATMOS_255033006_1.pdf", PDF + b"nouvelle version")

    run(folder)

    current = dossier.documents.filter(replaced_at=None).order_by("pk")
    assert [row.external_id for row in current] == ["2", "1"]
    assert dossier.documents.count() == 3


def test_the_report_of_the_highest_identifier_is_the_current_one(dossier, folder, put):
    for number in (9, 10, 2):
        put(f"RAPPORT_ATMOS_255033006_{number}.pdf", PDF + str(number).encode())

    run(folder)

    assert dossier.documents.get(replaced_at=None).external_id == "10"


@pytest.mark.parametrize(
    ("stored", "written"),
    [
        ("2025/033 A", "2025-033-A"),
        ("2025/033_A", "2025_033_A"),
        ("A_B-1", "A_B-1"),
        ("ÉTÉ 12", "ÉTÉ12"),
        ("ab/12", "AB12"),
    ],
)
def test_a_reference_is_found_by_its_letters_and_digits_when_only_one_has_them(dossier, folder, put, stored, written):
    other = DossierFactory(cabinet=dossier.cabinet, reference=stored)
    put(f"RAPPORT_ATMOS_{written}_77.pdf")

    run(folder)

    assert Document.objects.get().dossier == other


def test_an_exact_reference_wins_and_a_doubtful_one_is_refused(dossier, folder, put):
    exact = DossierFactory(cabinet=dossier.cabinet, reference="12-3")
    DossierFactory(cabinet=dossier.cabinet, reference="1/23")
    put("RAPPORT_ATMOS_12-3_1.pdf")
    put("RAPPORT_ATMOS_123_2.pdf", PDF + b"2")

    outcome = run(folder)

    assert Document.objects.get().dossier == exact
    assert outcome["err"].strip() == "RAPPORT_ATMOS_123_2.pdf : plusieurs dossiers possibles : 1/23, 12-3"


def test_another_cabinets_dossier_is_never_found(dossier, folder, put):
    DossierFactory(cabinet=CabinetFactory(code="BERRY"), reference="B1")
    put("RAPPORT_ATMOS_B1_1.pdf")
    put("RAPPORT_BERRY_B1_1.pdf")

    outcome = run(folder)

    assert outcome["err"].splitlines() == [
        "RAPPORT_BERRY_B1_1.pdf : le nom porte le code « BERRY », pas celui du cabinet ATMOS",
        "RAPPORT_ATMOS_B1_1.pdf : aucun dossier « B1 » dans ce cabinet",
    ]
    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("RAPPORT_ATMOS_255033006_1.pdf", b"", "Ce fichier est vide."),
        (
            "RAPPORT_ATMOS_255033006_1.pdf",
            b"MZ\x90",
            "Ce fichier n’est ni un PDF, ni une photo JPEG ou PNG : enregistrez-le dans l’un de ces formats.",
        ),
        ("RAPPORT_ATMOS_255033006_1.pdf", b"\xff\xd8\xff\xe0", "son contenu n’est pas un PDF"),
        ("PHOTO_ATMOS_255033006_1.jpg", PDF, "son contenu n’est pas une photo"),
        ("PHOTO_ATMOS_255033006_1.pdf", PDF, "extension .pdf : une photo se dépose en .jpg, .jpeg ou .png"),
        ("RAPPORT_ATMOS_255033006_1.exe", PDF, "extension .exe : attendu : un .pdf"),
        ("RAPPORT_ATMOS_255033006_1.pdf", PDF + b"0" * 25 * 1024 * 1024, "Ce fichier dépasse 25 Mo"),
        ("scan0001.pdf", PDF, "nom non compris"),
        ("RAPPORT_ATMOS_1.pdf", PDF, "nom non compris"),
        ("RAPPORT_ATMOS_255033006\u202e_1.pdf", PDF, "nom non compris"),
        ("RECU_ATMOS_255033006_1.pdf", PDF, "nom non compris"),
    ],
)
def test_a_file_refused_says_why_and_the_others_enter(dossier, folder, put, name, content, reason):
    put("RAPPORT_ATMOS_255033006_99.pdf", PDF + b"bon")
    put(name, content)

    outcome = run(folder)

    assert (outcome["added"], outcome["refused"]) == (1, 1)
    assert reason in outcome["err"]
    assert outcome["error"] == "Fichiers refusés : 1."
    assert dossier.documents.get().external_id == "99"


def test_photos_enter_as_photos(dossier, folder, put):
    put("PHOTO_ATMOS_255033006_1.JPG", b"\xff\xd8\xff\xe0 photo")

    run(folder)

    assert (dossier.documents.get().kind, dossier.documents.get().content_type) == ("photo", "image/jpeg")


def test_links_sub_folders_pipes_and_fresh_files_are_listed_and_hidden_ones_ignored(dossier, folder, put, tmp_path):
    outside = tmp_path / "secret.pdf"
    outside.write_bytes(PDF)
    (folder / "RAPPORT_ATMOS_255033006_1.pdf").symlink_to(outside)
    (folder / "sous").mkdir()
    os.mkfifo(folder / "RAPPORT_ATMOS_255033006_2.pdf")
    put("RAPPORT_ATMOS_255033006_3.pdf", age=0)
    put(".DS_Store")

    outcome = run(folder)

    assert outcome["err"].splitlines() == [
        "RAPPORT_ATMOS_255033006_1.pdf : lien symbolique : déposez le fichier lui-même",
        "RAPPORT_ATMOS_255033006_2.pdf : ce n’est pas un fichier ordinaire",
        "RAPPORT_ATMOS_255033006_3.pdf : peut-être encore en cours d’écriture : relancez dans quelques secondes",
        "sous : sous-dossier : seuls les fichiers déposés directement sont lus",
    ]
    assert dossier.documents.count() == 0


def test_a_name_that_is_no_text_is_shown_and_refused(dossier, folder):
    path = os.path.join(os.fsencode(folder), b"RAPPORT_\xff.pdf")  # noqa: PTH118 -- bytes, not a text
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(PDF)
    os.utime(path, (0, 0))

    assert run(folder)["err"].startswith("RAPPORT_\ufffd.pdf : nom non compris")


def test_a_trial_checks_everything_and_writes_nothing(dossier, folder, put, settings):
    put("RAPPORT_ATMOS_255033006_1.pdf")
    put("RAPPORT_ATMOS_255033006_2.pdf", b"MZ")

    outcome = run(folder, dry_run=True)

    assert (outcome["added"], outcome["refused"]) == (1, 1)
    assert Document.objects.count() == 0
    assert not settings.MEDIA_ROOT.exists()


def test_what_is_no_folder_is_refused_with_a_sentence(dossier, folder):
    assert run(folder / "absent")["error"].endswith("absent n’est pas un dossier.")


def test_a_dossier_attached_to_nobody_takes_documents_too(dossier, folder, put):
    Dossier.objects.filter(pk=dossier.pk).update(establishment=None, siret="ABC")
    put("RAPPORT_ATMOS_255033006_1.pdf")

    run(folder)

    assert dossier.documents.get().establishment is None
