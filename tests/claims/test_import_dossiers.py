"""`import_dossiers`: a cabinet's file, its traps, and what other cabinets never notice."""

import csv
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import CabinetEstablishment, Establishment, JournalEntry
from claims.models import Dossier
from claims.models.queries import by_tab
from claims.services.dossiers import correct_siret
from tests.factories import CabinetFactory, CabinetMemberFactory, DossierFactory, EstablishmentFactory, LinkFactory
from tests.factories import siret as valid_siret

SIRET = valid_siret(800_001)


@pytest.fixture
def cabinet(db):
    return CabinetFactory(code="ALPES", name="Cabinet Alpes")


@pytest.fixture
def load(cabinet, tmp_path):
    """Import a text; the outcome is what a person would read, `error` being the reason of an exit code above 0."""

    def run(content, *, encoding="utf-8", code="ALPES", **options):
        path = tmp_path / "dossiers.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        out, err, error = StringIO(), StringIO(), ""
        try:
            call_command("import_dossiers", str(path), cabinet=code, stdout=out, stderr=err, **options)
        except CommandError as problem:
            error = str(problem)
        counts = [int(line.split()[0]) for line in out.getvalue().splitlines() if line.split()[0].isdigit()]
        names = ("read", "created", "changed", "unchanged", "repeated", "to_correct", "rejected")
        return dict(zip(names, counts, strict=False)) | {"out": out.getvalue(), "err": err.getvalue(), "error": error}

    return run


def lines(*rows, header="reference;siret"):
    return "\n".join((header, *rows)) + "\n"


FULL = {
    "reference": "00255/A 12", "siret": SIRET, "date_mission": "01/02/2026", "date_sinistre": "31-01-2026",
    "date_expertise": "2026-02-03T10:00:00", "numero_sinistre": "000123/AB", "assure_nom": "D’ÀVRÉ; fils",
    "assure_email": "a@b.test", "assure_telephone": "+33 6 12", "marque": "CITROËN", "modele": "C3 – 2021 –",
    "immatriculation": "GF-531-QZ", "vin": "VF30001", "code_gta": "007", "assurance": "X **", "mandant": "M",
    "type_choc": "AVANT", "montant_ht": "1 905,60 €", "dernier_chiffrage": "2.725,90", "franchise": "1905.60",
    "agree": "OUI", "procedure_ve": "vei", "etat": "En cours", "expert_email": "Expert@Alpes.test",
}  # fmt: skip


def full(separator=";", newline="\r\n"):
    text = StringIO()
    csv.writer(text, delimiter=separator, lineterminator=newline).writerows([FULL.keys(), FULL.values()])
    return text.getvalue()


def test_every_column_arrives(load, cabinet):
    expert = CabinetMemberFactory(cabinet=cabinet, user__email="expert@alpes.test")

    outcome = load(full())

    row = Dossier.objects.get()
    assert (outcome["created"], outcome["error"]) == (1, "")
    assert (row.cabinet, row.reference, row.siret, row.establishment.siret) == (cabinet, "00255/A 12", SIRET, SIRET)
    assert (row.mission_on, row.claim_on, row.expertise_on) == (date(2026, 2, 1), date(2026, 1, 31), date(2026, 2, 3))
    assert (row.claim_number, row.insured_name, row.insured_phone) == ("000123/AB", "D’ÀVRÉ; fils", "+33 6 12")
    assert (row.make, row.model, row.plate, row.vin) == ("CITROËN", "C3 – 2021 –", "GF-531-QZ", "VF30001")
    assert (row.insurer_code, row.insurer_name, row.principal_name, row.impact) == ("007", "X **", "M", "AVANT")
    assert (row.amount_excl_tax, row.last_estimate, row.deductible) == (
        Decimal("1905.60"), Decimal("2725.90"), Decimal("1905.60"),
    )  # fmt: skip
    assert (row.is_approved_repairer, row.ve_procedure, row.state) == (True, "VEI", "en_cours")
    assert (row.expert, row.expert_email) == (expert, "expert@alpes.test")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_separators_and_line_ends_are_told_from_the_file(load, encoding, separator, newline):
    load(full(separator, newline), encoding=encoding)

    row = Dossier.objects.get()
    assert (row.insured_name, row.make, row.amount_excl_tax) == ("D’ÀVRÉ; fils", "CITROËN", Decimal("1905.60"))


def test_the_header_is_read_whatever_its_order_case_accents_and_spaces(load):
    outcome = load(lines(f"Renault;{SIRET};R1;n’importe quoi", header="MARQUE; Siret ;Référence;Commentaire"))

    row = Dossier.objects.get()
    assert (row.reference, row.make) == ("R1", "Renault")
    assert outcome["err"].strip() == "Attention : Colonnes inconnues, ignorées : Commentaire."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "Le fichier est vide."),
        ("\n\n", "Le fichier est vide."),
        ("reference;siret\n", "Le fichier ne contient aucun dossier sous son en-tête."),
        ("reference;marque\nA;B\n", "Colonne absente de l’en-tête : siret."),
        ("nom\nA\n", "Colonne absente de l’en-tête : reference, siret."),
        ("reference;siret;Référence\nA;1;B\n", "Colonne en double dans l’en-tête : reference."),
        (b"reference;siret\nA\0;1\n", "Ce n’est pas un fichier CSV"),
        ("reference;siret\nA;1\n".encode("utf-16"), "Ce n’est pas un fichier CSV"),
        (b"reference;siret\n\x81\xff;1\n", "Le fichier n’est ni en UTF-8 ni en Windows-1252"),
        (b"x" * 1_100_000, "Ce n’est pas un fichier CSV : une ligne dépasse 1 Mo."),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused_whole(load, content, reason):
    outcome = load(content)

    assert reason in outcome["error"]
    assert Dossier.objects.count() == 0


def test_what_is_no_readable_file_is_refused_with_a_sentence(cabinet, tmp_path):
    for path, reason in ((tmp_path, "est un dossier"), (tmp_path / "absent.csv", "il n’existe pas")):
        with pytest.raises(CommandError, match=reason):
            call_command("import_dossiers", str(path), cabinet="ALPES")


def test_an_unknown_cabinet_is_said_and_no_other_is_named(load):
    outcome = load(lines(f"R1;{SIRET}"), code="ZZZ")

    assert outcome["error"] == "Aucun cabinet n’a le code « ZZZ »."


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("reference", "", "référence absente"),
        ("reference", "..", "référence inutilisable dans une adresse"),
        ("reference", "R" * 41, "41 caractères, 40 au plus"),
        ("reference", "R\u202e1", "caractère invisible ou de commande dans la référence"),
        ("reference", "R\x071", "caractère invisible ou de commande dans la référence"),
        ("date_sinistre", "30/02/2026", "« 30/02/2026 » n’existe pas au calendrier"),
        ("montant_ht", "-1", "« -1 » : un montant ne peut pas être négatif"),
        ("marque", "M" * 61, "61 caractères, 60 au plus"),
        ("agree", "peut-être", "« peut-être » : écrivez oui ou non"),
        ("agree", "???", "« ??? » : écrivez oui ou non"),
        ("procedure_ve", "VEX", "« VEX » : écrivez VEI, VGE ou rien"),
        ("etat", "vacances", "« vacances » n’est pas un état connu"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_column_and_reason_and_the_others_enter(load, column, cell, reason):
    bad = FULL | {column: cell}
    text = StringIO()
    csv.writer(text, delimiter=";").writerows([FULL, (FULL | {"reference": "AVANT"}).values(), bad.values()])

    outcome = load(text.getvalue())

    assert outcome["err"].strip() == f"ligne 3, {column} : {reason}"
    assert (outcome["created"], outcome["rejected"]) == (1, 1)
    assert outcome["error"].startswith("Lignes rejetées : 1")
    assert Dossier.objects.get().reference == "AVANT"


def test_all_bad_cells_of_a_row_are_told_at_once(load):
    outcome = load(lines(f"R1;{SIRET};hier;-3", header="reference;siret;date_mission;franchise"))

    assert "ligne 2, date_mission, franchise : « hier » n’est pas" in outcome["err"]


def test_missing_and_surplus_cells_are_refused_and_trailing_separators_are_not(load):
    outcome = load(lines("R1", f"R2;{SIRET};surplus", f"R3;{SIRET};;", ";", f"R4;{SIRET}"))

    assert outcome["err"].splitlines() == ["ligne 2 : 1 cellules au lieu de 2", "ligne 3 : 3 cellules au lieu de 2"]
    assert set(Dossier.objects.values_list("reference", flat=True)) == {"R3", "R4"}


def test_line_numbers_are_those_of_the_file_when_cells_hold_line_ends(load):
    outcome = load(
        lines(f'R1;{SIRET};"deux\nlignes"', "", f"R2;{SIRET};{'x' * 121}", header="reference;siret;assure_nom")
    )

    assert Dossier.objects.get().insured_name == "deux lignes"
    assert "ligne 5, assure_nom" in outcome["err"]


def test_a_quote_never_closed_costs_its_own_line_only(load):
    rows = [f'R1;{SIRET};"ouvert', *(f"S{n};{SIRET};ok" for n in range(60)), f'T1;{SIRET};"fermé" de travers']

    outcome = load(lines(*rows, header="reference;siret;assure_nom"))

    assert outcome["created"] == 60
    assert outcome["err"].splitlines() == [
        "ligne 2 : guillemet mal placé ou jamais refermé",
        "ligne 63 : guillemet mal placé ou jamais refermé",
    ]


def test_invisible_characters_of_a_text_go_and_formulas_stay_text(load):
    load(lines(f"R1;{SIRET};=CMD()|A0;DU\u200bPONT\u202e", header="reference;siret;marque;assure_nom"))

    row = Dossier.objects.get()
    assert (row.make, row.insured_name) == ("=CMD()|A0", "DUPONT")


def test_a_wrong_siret_keeps_the_dossier_attached_to_nobody(load):
    outcome = load(lines("R1;80185636000039", "R2;", "R3;ABC", f"R4;{'9' * 50}", f"R5;{SIRET[:3]} {SIRET[3:]}"))

    assert (outcome["created"], outcome["to_correct"], outcome["error"]) == (5, 4, "")
    wrong = Dossier.objects.filter(establishment=None).order_by("reference")
    assert [row.siret for row in wrong] == ["80185636000039", "", "ABC", "9" * 40]
    assert Establishment.objects.get().siret == SIRET


def test_a_corrected_siret_outlives_every_later_file(load, cabinet, world_actor):
    load(lines("R1;ABC"))
    link = LinkFactory(cabinet=cabinet, establishment=EstablishmentFactory())
    correct_siret(Dossier.objects.get(), link, actor=world_actor)

    again = load(lines("R1;ABC"))
    also_changed = load(lines("R1;ABC;Renault", header="reference;siret;marque"))

    row = Dossier.objects.get()
    assert (again["unchanged"], again["to_correct"], also_changed["changed"]) == (1, 0, 1)
    assert (row.establishment, row.siret, row.make) == (link.establishment, link.establishment.siret, "Renault")


def test_a_valid_siret_declared_wrong_does_not_come_back_and_another_one_does(load, cabinet, world_actor):
    load(lines(f"R1;{SIRET}"))
    link = LinkFactory(cabinet=cabinet, establishment=EstablishmentFactory())
    correct_siret(Dossier.objects.get(), link, actor=world_actor)

    load(lines(f"R1;{SIRET}"))
    kept = Dossier.objects.get().establishment
    load(lines(f"R1;{valid_siret(800_002)}"))

    assert kept == link.establishment
    assert Dossier.objects.get().establishment.siret == valid_siret(800_002)


@pytest.fixture
def world_actor(cabinet):
    from accounts.menus import ALL_MENUS
    from accounts.scope import Actor, CabinetName, Kind

    own = (CabinetName(cabinet.pk, cabinet.code, cabinet.name),)
    return Actor(Kind.STAFF, label=cabinet.name, cabinets=own, menus=ALL_MENUS)


def test_an_unknown_siret_makes_an_establishment_nobody_owns_and_a_link(load, cabinet):
    known = EstablishmentFactory(siret=valid_siret(800_007))

    load(lines(f"R1;{SIRET}", f"R2;{valid_siret(800_007)}"))

    new = Establishment.objects.get(siret=SIRET)
    assert (new.organisation, new.proven_at) == (None, None)
    assert set(CabinetEstablishment.objects.values_list("cabinet", "establishment")) == {
        (cabinet.pk, new.pk),
        (cabinet.pk, known.pk),
    }


def test_rows_that_repeat_are_kept_once_and_those_that_contradict_are_refused(load, tmp_path):
    rejects = tmp_path / "rejets.csv"
    header = "reference;siret;marque"

    outcome = load(lines(f"R1;{SIRET};A", f"R1;{SIRET}; A", f"R1;{SIRET};=B", header=header), rejets=str(rejects))

    assert (outcome["created"], outcome["repeated"], outcome["rejected"]) == (1, 1, 1)
    assert Dossier.objects.get().make == "A"
    assert rejects.read_text("utf-8-sig").splitlines() == [
        "ligne;colonne;motif;reference;siret;marque",
        f"4;reference;référence déjà donnée ligne 2 avec d’autres valeurs;R1;{SIRET};'=B",
    ]


def test_the_rejects_file_corrected_is_an_import_file(load, tmp_path):
    rejects = tmp_path / "rejets.csv"
    load(lines(f"R1;{SIRET};+33;hier", header="reference;siret;assure_telephone;date_mission"), rejets=str(rejects))

    corrected = rejects.read_text("utf-8-sig").replace(";hier", ";01/02/2026")
    outcome = load(corrected)

    assert (outcome["err"], outcome["error"]) == ("", "")
    assert Dossier.objects.get().insured_phone == "+33"


def test_the_rejects_file_never_replaces_the_imported_one(load, tmp_path):
    outcome = load(lines("R1;1"), rejets=str(tmp_path / "dossiers.csv"))

    assert outcome["error"] == "Le fichier des rejets ne peut pas remplacer le fichier importé."


def test_the_console_shows_twenty_refusals_and_counts_the_others(load):
    outcome = load(lines(*("trop;de;cellules" for _ in range(25))))

    assert outcome["err"].splitlines()[20:] == ["… et 5 autres lignes rejetées."]


def test_the_same_file_twice_changes_nothing(load):
    load(full())
    before, entries = Dossier.objects.values().get(), JournalEntry.objects.count()

    outcome = load(full())

    assert (outcome["created"], outcome["changed"], outcome["unchanged"]) == (0, 0, 1)
    assert (Dossier.objects.values().get(), JournalEntry.objects.count()) == (before, entries)


def test_an_absent_column_leaves_and_an_empty_cell_empties(load):
    load(full())

    load(lines(f"00255/A 12;{SIRET};;", header="reference;siret;marque;montant_ht"))

    row = Dossier.objects.get()
    assert (row.make, row.amount_excl_tax, row.model, row.state) == ("", None, "C3 – 2021 –", "en_cours")


def test_the_journal_says_what_the_file_did(load):
    header = "reference;siret;etat"
    load(lines(f"R1;{SIRET};", header=header))
    before = Dossier.objects.get()
    load(lines(f"R1;{SIRET};En cours", header=header))
    load(lines(f"R1;{SIRET};", header=header))

    row = Dossier.objects.get()
    entries = JournalEntry.objects.filter(subject_id=row.pk).order_by("pk")
    assert (before.state, row.state, row.state_since > before.state_since) == ("mission_recue", "en_cours", True)
    assert list(entries.values_list("event", "actor_label", "actor_role", "detail")) == [
        ("mission_received", "Cabinet Alpes", "import", {"to": "mission_recue"}),
        ("synchronised", "Cabinet Alpes", "import", {"from": "mission_recue", "to": "en_cours"}),
    ]
    assert set(entries.values_list("cabinet", "establishment")) == {(row.cabinet_id, row.establishment_id)}


def test_another_cabinet_with_the_same_reference_notices_nothing(load):
    other = DossierFactory(cabinet__code="BERRY", reference="R1", make="Fiat")
    CabinetMemberFactory(cabinet=other.cabinet, user__email="expert@berry.test")
    before = Dossier.objects.filter(pk=other.pk).values().get()

    load(lines(f"R1;{SIRET};Renault;expert@berry.test", header="reference;siret;marque;expert_email"))

    assert Dossier.objects.filter(pk=other.pk).values().get() == before
    assert Dossier.objects.get(cabinet__code="ALPES").expert is None
    assert CabinetEstablishment.objects.filter(cabinet=other.cabinet).count() == 0


def test_an_expert_who_joins_later_is_found_by_the_next_file(load, cabinet):
    content = lines(f"R1;{SIRET};e@alpes.test", header="reference;siret;expert_email")
    load(content)
    expert = CabinetMemberFactory(cabinet=cabinet, user__email="e@alpes.test")

    outcome = load(content)

    assert (outcome["changed"], Dossier.objects.get().expert) == (1, expert)


def test_a_trial_reports_everything_and_writes_nothing(load):
    outcome = load(lines(f"R1;{SIRET}", "R2"), dry_run=True)

    assert (outcome["created"], outcome["rejected"]) == (1, 1)
    assert "Essai : rien n’a été enregistré." in outcome["out"]
    assert (Dossier.objects.count(), Establishment.objects.count(), JournalEntry.objects.count()) == (0, 0, 0)


def test_counts_under_tabs_follow(load):
    from claims.models import DossierTally
    from claims.workflow import Tab

    header = "reference;siret;etat"
    load(lines(f"R1;{SIRET};En cours", f"R2;{SIRET};En cours", header=header))
    load(lines(f"R1;{SIRET};terminé", f"R3;{SIRET};terminé", header=header))

    site = Establishment.objects.get().pk
    counts = by_tab(DossierTally.objects.sums((site,), None))
    assert (counts[Tab.ALL], counts[Tab.PROGRESS], counts[Tab.CLOSED]) == (3, 1, 2)
