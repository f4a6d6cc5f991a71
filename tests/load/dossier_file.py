"""Writes a file of dossiers with every trap the guides show, for measuring `import_dossiers`.

    python -m tests.load.dossier_file dossiers.csv --lignes 100000 --debut 0

The same numbers make the same rows; one row in a thousand is refused, one in two hundred has a wrong SIRET.
"""

import argparse
import csv
from collections.abc import Iterator
from pathlib import Path

HEADER = (
    "Référence", "SIRET", "Date mission", "date_sinistre", "DATE_EXPERTISE", "numero_sinistre", "assure_nom",
    "assure_email", "assure_telephone", "marque", "modele", "immatriculation", "vin", "code_gta", "assurance",
    "mandant", "type_choc", "montant_ht", "dernier_chiffrage", "franchise", "agree", "procedure_ve", "etat",
    "expert_email", "commentaire interne",
)  # fmt: skip
DATES = (
    "{d:02}/{m:02}/{y}",
    "{d:02}-{m:02}-{y}",
    "{y}-{m:02}-{d:02}",
    "{d:02}/{m:02}/{y} 10:15:00",
    "{y}-{m:02}-{d:02}T08:30:00",
)
AMOUNTS = (
    "{u} {r:03},{c:02}",
    "{u}{r:03}.{c:02}",
    "{u}.{r:03},{c:02}",
    "{u}\u202f{r:03},{c:02} €",
    "{u}\u00a0{r:03},{c:02}",
)
MAKES = (
    ("PEUGEOT", "208 – phase 2 (2021) année 2022 –"),
    ("RENAULT", 'MÉGANE IV "GT"'),
    ("CITROËN", "C3; série spéciale"),
    ("Škoda", "Octavia"),
)
INSURERS = (("001", "ASSUREUR ÉTOILE **"), ("0A7", "MUTUELLE INVENTÉE (B)"), ("275", "N.C."), ("42", "-"))
NAMES = ("DUPONT-LÉVÊQUE", "O'BRIEN", "NGUYỄN", "=SOMME(A1)", "+33 SARL", "D’ÀVRÉ & fils", "MARTIN\nBâtiment B")
STATES = (
    "",
    "mission_recue",
    "Attente de rendez-vous",
    "VISITE PLANIFIEE",
    "attente_documents",
    "En cours",
    "attente_facture",
    "terminé",
)
WRONG_SIRETS = ("", "80185636000039", "801 856", "8,01857E+13", "SIRET INCONNU")
BAD_CELLS = (
    (2, "31/02/2026"), (3, "1/1/26"), (4, "hier"), (17, "-12,50"), (18, "1.905"), (19, "NaN"), (20, "peut-être"),
    (21, "VEX"), (22, "en vacances"), (0, ""), (0, "25\u200b50"), (9, "M" * 61),
)  # fmt: skip


def siret(number: int) -> str:
    """A valid SIRET, different for every number below ten million."""
    siren = _luhn(f"4{number:07d}")
    return _luhn(f"{siren}0001")


def _luhn(digits: str) -> str:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return digits + str(-sum(value - 9 * (value > 9) for value in doubled) % 10)


def row(n: int) -> list[str]:
    """The n-th dossier."""
    make, model = MAKES[n % 4]
    code, insurer = INSURERS[n // 4 % 4]
    dates = [
        DATES[(n + k) % 5].format(d=n // (k + 1) % 28 + 1, m=n // 30 % 12 + 1, y=2020 + (n // 400 + k) % 6)
        for k in range(3)
    ]
    amounts = [AMOUNTS[(n + k) % 5].format(u=n % 9 + 1, r=n * (k + 3) % 1000, c=n % 100) for k in range(3)]
    shop = siret(n * n % 5000)
    cells = [
        f"{n:07d}/{'ABCDEFGH'[n % 8]}", shop if n % 3 else f"{shop[:3]} {shop[3:6]} {shop[6:9]} {shop[9:]}", *dates,
        f"00{n:08d}/A", f"{NAMES[n % 7]} {n}", f"assure{n}@exemple.test", f"0{612345678 + n % 1000000}", make, model,
        f"{'ABCDEFGHJK'[n % 10]}{'LMNPQRSTVW'[n // 10 % 10]}-{n % 1000:03d}-{'XYZ'[n % 3]}A", f"VF3{n:014d}",
        code, insurer, f"MANDANT {n % 20}", ("AVANT", "ARRIÈRE", "LATÉRAL")[n % 3], *amounts,
        ("oui", "NON", "")[n % 3], ("", "", "", "VEI", "vge")[n % 5],
        STATES[n % 8], f"expert{n % 12}@cabinet.test", "à ne pas reprendre",
    ]  # fmt: skip
    if n % 200 == 7:
        cells[1] = WRONG_SIRETS[n // 200 % 5]
    if n % 1000 == 11:
        place, bad = BAD_CELLS[n // 1000 % len(BAD_CELLS)]
        cells[place] = bad
    return cells


def rows(count: int, start: int, version: int) -> Iterator[list[str]]:
    """Among them rows that repeat, contradict, miss a cell or are empty; another version changes every dossier."""
    for n in range(start, start + count):
        cells = row(n)
        if version > 1:
            cells[15], cells[22] = f"MANDANT {version}", STATES[(n + version) % 8]
        match n % 10_000:
            case 5_001:
                yield row(n - 1)
            case 5_002:
                yield [*row(n - 1)[:9], "AUTRE MARQUE", *row(n - 1)[10:]]
            case 5_003:
                yield cells[:-3]
            case 5_004:
                yield [""] * len(cells)
            case _:
                yield cells


def main() -> None:
    parser = argparse.ArgumentParser(description="Écrit un fichier de dossiers plein de pièges.")
    parser.add_argument("fichier", type=Path)
    parser.add_argument("--lignes", type=int, default=100_000)
    parser.add_argument("--debut", type=int, default=0, help="numéro du premier dossier")
    parser.add_argument("--version", type=int, default=1, help="2 : les mêmes dossiers, tous modifiés")
    wanted = parser.parse_args()
    with wanted.fichier.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(rows(wanted.lignes, wanted.debut, wanted.version))


if __name__ == "__main__":
    main()
