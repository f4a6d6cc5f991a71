"""The truth table of subjects: what each takes, when it may be chosen, what it misses, told a second time here."""

from dataclasses import replace
from itertools import product

import pytest

from accounts.scope import ALL_RIGHTS, Right
from claims.models import Document
from claims.models.documents import takes_photos
from messaging.models import Subject
from messaging.models.subjects import KINDS, seeded
from messaging.subjects import (
    SEEDS,
    Code,
    Facts,
    Terms,
    Typed,
    asked,
    fields,
    kind_of,
    missing,
    reply_terms,
    why_not,
)
from tests.factories import CabinetFactory

# BCA-40…48, by hand: who reads, message, documents, kinds by hand, of a photo, of a PDF, what else is asked, when not.
CI, OR = "certificat_immat", "ordre_reparation"
EXPECTED = {
    "facture-definitive": ("gestionnaire", "no", "must", [], "", "facture", [], {"closed"}),
    "conseiller-client": (
        "gestionnaire", "must", "may", ["autre", "declaration_assure", "facture_accessoire", CI, OR],
        "", "", [], set(),
    ),
    "evolution-methodologie": ("expert", "must", "may", [], "dommages_suppl", "supplement", [], {"closed"}),
    "communication-expert": (
        "expert", "must", "may",
        ["devis", "controle_technique", "controle_geometrie", "pv", "suivi_ve", "diag_adas", "diagnostic"],
        "", "", [], {"closed"},
    ),
    "expertise-terrain": (
        "expert", "may", "may", [CI, OR], "", "", ["motif", "date"], {"closed", "remote missing", "too late"},
    ),
    "vehicule-non-vu": ("gestionnaire", "must", "may", [CI, OR], "", "", [], {"closed"}),
    "vehicule-non-enleve": (
        "gestionnaire", "must", "may", ["autorisation_enl", "retour_epaviste", CI, OR], "", "", [], {"closed"},
    ),
    "examen-sans-deplacement": ("expert", "may", "may", [], "photo", "", ["nom"], {"closed", "approved"}),
}  # fmt: skip
WORDS = {"no": "none", "may": "optional", "must": "required"}
ALL = Facts(rights=frozenset(ALL_RIGHTS), days=("2026-12-03_matin",), other_days=False)
subjects = pytest.mark.parametrize("code", Code, ids=lambda code: code.value)


def terms_of(code) -> Terms:
    return SEEDS[code][2]


def whole(code) -> Typed:
    """Everything the subject may take."""
    _, message, documents, kinds, photo, pdf, extras, _ = EXPECTED[code]
    return Typed(
        message="Bonjour" if message != "no" else "",
        reason="Choc caché" if "motif" in extras else "",
        day="2026-12-03_matin" if "date" in extras else "",
        name="Jeanne Petit" if "nom" in extras else "",
        kind=kinds[0] if kinds else "",
        photos=1 if documents != "no" and (photo or kinds) else 0,
        pdfs=1 if documents != "no" and (pdf or kinds) else 0,
    )


@subjects
def test_each_subject_takes_what_the_guide_says(code):
    reader, message, documents, kinds, photo, pdf, extras, _ = EXPECTED[code]
    terms = terms_of(code)

    assert (terms.reader, terms.message, terms.documents) == (reader, WORDS[message], WORDS[documents])
    assert (list(terms.kinds), terms.photo_kind, terms.pdf_kind) == (kinds, photo, pdf)
    assert list(terms.extras) == extras


FACTS = [
    Facts(is_open=o, is_approved=a, remote_missing=m, visitable=v, rights=ALL.rights)
    for o, a, m, v in product([True, False], repeat=4)
]


@subjects
@pytest.mark.parametrize("facts", FACTS, ids=lambda f: f"{f.is_open}{f.is_approved}{f.remote_missing}{f.visitable}")
def test_each_subject_is_offered_when_it_may_be_and_says_why_when_not(code, facts):
    true = {
        "closed": not facts.is_open,
        "approved": facts.is_approved,
        "remote missing": facts.remote_missing,
        "too late": not facts.visitable,
    }
    refused = {name for name in EXPECTED[code][-1] if true[name]}

    reason = why_not(terms_of(code), facts)

    assert bool(reason) == bool(refused)
    said = {"closed": "terminé", "approved": "agréé", "remote missing": "EAD", "too late": "passée"}
    assert not refused or any(said[name] in reason for name in refused)


@subjects
def test_the_rights_it_takes(code):
    _, _, documents, *_, extras, _ = EXPECTED[code]
    invoice = code == "facture-definitive"
    wanted = {Right.MESSAGES} | ({Right.INVOICE} if invoice else set())
    wanted |= {Right.DATES} if "date" in extras else set()

    for right in Right:
        lacking = replace(ALL, rights=ALL.rights - {right})
        assert bool(why_not(terms_of(code), lacking)) == (right in wanted), right
    with_files = {Right.INVOICE if invoice else Right.DEPOSIT} if documents != "no" else set()
    assert set(asked(terms_of(code), whole(code))) == wanted | with_files


@subjects
@pytest.mark.parametrize(("message", "files", "extras"), list(product([True, False], repeat=3)))
def test_what_is_missing_and_nothing_else(code, message, files, extras):
    _, message_level, document_level, _, _, _, wanted, _ = EXPECTED[code]
    typed = whole(code)
    typed = replace(
        typed,
        message="Bonjour" if message else "",
        **({} if files else {"photos": 0, "pdfs": 0}),
        **({} if extras else {"reason": "", "day": "", "name": ""}),
    )

    found = set(missing(terms_of(code), ALL, typed))

    expected = {"message"} if message_level == "must" and not message else set()
    expected |= set(wanted) if not extras else set()
    expected |= {"files"} if document_level == "must" and not files else set()
    assert found == expected


@subjects
def test_files_of_another_kind_are_turned_away_with_what_to_do(code):
    _, _, _, kinds, photo, pdf, _, _ = EXPECTED[code]
    terms, typed = terms_of(code), whole(code)

    if kinds:
        assert set(missing(terms, ALL, replace(typed, kind=""))) == {"kind"}
        assert set(missing(terms, ALL, replace(typed, kind="rapport"))) == {"kind"}
    else:
        assert bool(missing(terms, ALL, replace(typed, photos=1))) == (not photo)
        assert bool(missing(terms, ALL, replace(typed, pdfs=1))) == (not pdf)
    assert kind_of(terms, is_photo=True, chosen=kinds[0] if kinds else "") == (kinds[0] if kinds else photo)
    assert kind_of(terms, is_photo=False, chosen=kinds[0] if kinds else "") == (kinds[0] if kinds else pdf)


def test_a_day_is_one_of_the_passages_unless_the_cabinet_takes_others():
    terms, typed = terms_of(Code.VISIT), replace(whole(Code.VISIT), day="2026-12-04")

    assert set(missing(terms, ALL, typed)) == {"date"}
    assert missing(terms, replace(ALL, other_days=True), typed) == {}
    assert missing(terms, replace(ALL, days=()), typed) == {}


@subjects
def test_the_form_asks_what_the_subject_needs_and_no_more(code):
    _, message, documents, kinds, *_, extras, _ = EXPECTED[code]
    order = [name for name in ("nom", "motif", "date") if name in extras]
    order += ["message"] if message != "no" else []
    files = (["kind"] if kinds else []) + ["files"] if documents != "no" else []

    assert list(fields(terms_of(code), ALL)) == order + files
    no_files = replace(ALL, rights=frozenset({Right.MESSAGES, Right.DATES}))
    assert list(fields(terms_of(code), no_files)) == order


@subjects
def test_an_answer_in_its_thread_takes_words_documents_or_both(code):
    terms = reply_terms(terms_of(code), "expert")

    assert fields(terms, ALL)[0] == "message"
    assert missing(terms, ALL, Typed(message="Merci")) == {}
    assert set(missing(terms, ALL, Typed())) == {"message"}
    assert why_not(terms, Facts(is_open=False, is_approved=True, rights=ALL.rights)) == ""


@subjects
def test_its_documents_have_kinds_a_shop_may_send(code):
    terms = terms_of(code)

    for kind in (*terms.kinds, terms.photo_kind, terms.pdf_kind):
        assert not kind or (kind in dict(KINDS) and Document.Kind(kind))
    assert not terms.photo_kind or takes_photos(terms.photo_kind)


@pytest.mark.django_db
def test_every_cabinet_begins_with_the_eight():
    cabinet = CabinetFactory()

    made = list(Subject.objects.filter(cabinet=cabinet).order_by("position"))

    names = [field.name for field in Subject._meta.concrete_fields if field.name != "id"]
    assert [[getattr(row, name) for name in names] for row in made] == [
        [getattr(row, name) for name in names] for row in seeded(cabinet)
    ]
    assert [row.terms for row in made] == [terms for _, _, terms in SEEDS.values()]
