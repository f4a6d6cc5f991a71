"""The papers of a dossier, each with its own figures."""

from datetime import date, datetime
from decimal import Decimal

from accounts.models import Cabinet
from accounts.validators import display_siret
from claims.models import Document
from portal.demo import estimate
from portal.demo.dossiers import Claim
from portal.demo.paperbases import Base, Printer, Tint
from portal.demo.papertext import LETTERHEAD, LONGEST, Text, euros, written

K = Document.Kind
# Template, title, further words, by kind of document.
CABINET_PAPERS: dict[Document.Kind, tuple[str, str, dict[str, str]]] = {
    K.ORDER: ("ordre_mission", "Ordre de mission", {}),
    K.COVERAGE: ("prise_en_charge", "Prise en charge", {}),
    K.INTERIM_REPORT: (
        "rapport",
        "Rapport d'expertise provisoire",
        {"remark": "Rapport provisoire : ce chiffrage vaut accord de méthode et peut être complété après démontage."},
    ),
    K.REPORT: (
        "rapport",
        "Rapport d'expertise définitif",
        {"remark": "Rapport définitif, établi au vu de la facture : il remplace tout rapport antérieur."},
    ),
    K.MINUTES: ("pv", "Procès-verbal d'expertise", {}),
    K.LETTER: ("courrier", "Courrier au réparateur", {}),
}
SHOP_PAPERS: dict[Document.Kind, tuple[str, str, dict[str, str]]] = {
    K.ESTIMATE: (
        "devis",
        "Devis de réparation",
        {"heading": "Devis n°", "remark": "Devis valable un mois, sous réserve de démontage."},
    ),
    K.INVOICE: (
        "devis",
        "Facture de réparation",
        {"heading": "Facture n°", "remark": "Payable à réception. Règlement direct selon la prise en charge jointe."},
    ),
}
FILE_NAMES = {
    K.ORDER: "ORDRE_MISSION",
    K.COVERAGE: "PRISE_EN_CHARGE",
    K.INTERIM_REPORT: "RAPPORT_PROVISOIRE",
    K.REPORT: "RAPPORT",
    K.MINUTES: "PV_EXPERTISE",
    K.LETTER: "COURRIER",
}
FIRST_ESTIMATE = Decimal("0.78")  # of the amount, before a supplement
TINTS: dict[str, Tint] = {
    "ATMOS": (0.11, 0.31, 0.47),
    "BELLEDONNE": (0.18, 0.42, 0.23),
    "CORMORAN": (0.42, 0.24, 0.12),
}
SHOP_TINT: Tint = (0.27, 0.29, 0.33)
Written = dict[str, Text]
Bases = dict[tuple[Document.Kind, str], Base]


def lay_out() -> Bases:
    """One base a kind and cabinet, and one a kind for all shops; raises `OSError` where Pango is missing."""
    printer = Printer()
    rows = range(1, estimate.ROWS + 1)
    bases: Bases = {}
    for papers, tints in ((CABINET_PAPERS, TINTS), (SHOP_PAPERS, {"": SHOP_TINT})):
        for kind, (template, title, words) in papers.items():
            for sender, base in printer.bases(template, tints, title=title, rows=rows, **words).items():
                bases[kind, sender] = base
    return bases


class Sheet:
    """What the papers of one dossier say; written once, as they say it again and again."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self._facts = _written(_facts(claim))
        self._letterhead = {
            True: _written(_shop_letterhead(claim), LETTERHEAD),
            False: _written(_cabinet_letterhead(claim), LETTERHEAD),
        }
        self._money: dict[Decimal, Written] = {}

    def fill(self, bases: Bases, kind: Document.Kind, at: datetime, *, first: bool, number: str) -> bytes:
        """The paper's bytes; `first`: a report that a later one replaces, on a lower estimate."""
        claim = self.claim
        amount = estimate.cents(claim.amount * FIRST_ESTIMATE) if first else claim.amount
        if amount not in self._money:
            self._money[amount] = _written(_money(claim, amount))
        from_shop = kind in SHOP_PAPERS
        base = bases[kind, "" if from_shop else claim.cabinet.code]
        day = written(_day(at.date()))
        own = {"number": written(number), "date": day, "date2": day}
        return base.fill({**self._facts, **self._letterhead[from_shop], **self._money[amount], **own})


def _written(values: dict[str, str], longest: int = LONGEST) -> Written:
    return {name: written(value, longest) for name, value in values.items()}


def label(kind: Document.Kind, cabinet: Cabinet, reference: str, number: str) -> str:
    """As the guides name them: `RAPPORT_PROVISOIRE_ATMOS_255036219_12345.pdf`."""
    name = FILE_NAMES.get(kind, kind.upper())
    return f"{name}_{cabinet.code}_{reference.replace('/', '-')}_{number}.pdf"


def _facts(claim: Claim) -> dict[str, str]:
    dossier, shop = claim.dossier, claim.site.establishment
    facts = {
        "reference": dossier.reference,
        "claim": dossier.claim_number or "non communiqué",
        "claim_on": _day(dossier.claim_on),
        "vehicle": dossier.vehicle,
        "plate": dossier.plate,
        "vin": dossier.vin or "non relevé",
        "impact": dossier.impact,
        "insured": dossier.insured_name,
        "insurer": dossier.insurer_name,
        "insurer_code": dossier.insurer_code or "–",
        "principal": dossier.principal_name,
        "repairer": shop.name,
        "siret": display_siret(shop.siret),
        "expert": claim.expert.user.full_name,
        "mission_on": _day(dossier.mission_on),
        "expertise_on": _day(dossier.expertise_on),
        "procedure": dossier.ve_procedure or "aucune",
        "place": shop.city,
    }
    again = {name + "2": facts[name] for name in ("reference", "vehicle", "plate", "impact")}
    return {**facts, **again}


def _shop_letterhead(claim: Claim) -> dict[str, str]:
    shop = claim.site.establishment
    return {
        "letterhead": shop.name,
        "letterhead_place": f"Carrosserie, réparation – {shop.postal_code} {shop.city}",
        "letterhead_contact": f"SIRET {display_siret(shop.siret)}",
    }


def _cabinet_letterhead(claim: Claim) -> dict[str, str]:
    cabinet = claim.cabinet
    return {
        "letterhead": cabinet.name,
        "letterhead_place": f"Experts en automobile – {cabinet.city}",
        "letterhead_contact": f"{cabinet.phone} – {cabinet.email}",
    }


def _money(claim: Claim, amount: Decimal) -> dict[str, str]:
    total = estimate.incl_tax(amount)
    deductible = claim.dossier.deductible or Decimal(0)
    values = {
        "excl_tax": euros(amount),
        "tax": euros(total - amount),
        "incl_tax": euros(total),
        "deductible": euros(deductible),
        "covered": euros(max(Decimal(0), total - deductible)),
    }
    for row, line in enumerate(estimate.lines(amount, claim.dossier.impact, claim.dossier.reference), start=1):
        values[f"label{row}"] = line.label
        values[f"quantity{row}"] = f"{line.quantity:g}".replace(".", ",")
        values[f"price{row}"] = euros(line.price)
        values[f"total{row}"] = euros(line.total)
    return values


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"
