"""What a dossier's page shows beside the file itself: whom to call, when the expert comes by, the procédure VE."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.nested import nested, unnested
from accounts.scope import Actor
from claims.models import Appointment, Contact, Dossier, DossierFacts
from claims.models.contacts import fitting
from claims.services import passages
from claims.services.appointments import said
from claims.services.incidents import EXAM_FIELDS
from claims.workflow import EXAMS, DateKind, DateStatus

SHOWN_PASSAGES = 4


@dataclass(frozen=True, slots=True)
class Procedure:
    """A procédure VE in plain words; `source` is the article it comes from."""

    title: str
    text: str
    consequence: str
    source: str


PROCEDURES: dict[str, Procedure] = {
    "VEI": Procedure(
        "Véhicule économiquement irréparable",
        "L’expert estime que les réparations coûteraient plus que la valeur du véhicule avant le sinistre. L’assureur "
        "propose au propriétaire de le lui céder ; le propriétaire répond.",
        "Ne commencez pas les travaux avant la réponse du propriétaire et l’accord du cabinet.",
        "Code de la route, art. L327-1",
    ),
    "VGE": Procedure(
        "Véhicule gravement endommagé",
        "L’expert constate que le véhicule ne peut pas circuler dans des conditions normales de sécurité. Il est "
        "interdit de circulation jusqu’à ce qu’un expert atteste que les réparations l’ont remis en état.",
        "Les travaux suivent le rapport de l’expert, qui les examine pendant et après.",
        "Code de la route, art. L327-4 et L327-5",
    ),
}
SHOWN_STATUS = {
    DateStatus.PROPOSED: ("them", "proposé, le cabinet doit répondre"),
    DateStatus.OFFERED: ("you", "proposé par le cabinet, à vous de répondre"),
    DateStatus.VALIDATED: ("ok", "validé"),
    DateStatus.REFUSED: ("", "refusé"),
    DateStatus.WITHDRAWN: ("", "retiré"),
    DateStatus.CANCELLED: ("", "annulé"),
}


def beside_page(actor: Actor, today: date) -> dict[str, Any]:
    """What the panels need, read in the dossier's own statement."""
    return {"directory": nested(Contact.objects.visible_to(actor).of_dossiers()), **passages.beside(actor, today)}


def panels(dossier: Dossier, actor: Actor) -> dict[str, Any]:
    """Each is empty when there is nothing to say; the dossier was read with `beside_page`."""
    return {
        "contacts": fitting(unnested(Contact, getattr(dossier, "directory", ())), dossier),
        "passages": passages.slots_beside(dossier, SHOWN_PASSAGES) if dossier.is_open else [],
        "procedure": PROCEDURES.get(dossier.ve_procedure),
        "exams": _exams(dossier, actor) if dossier.ve_procedure else [],
    }


def _exams(dossier: Dossier, actor: Actor) -> list[dict[str, Any]]:
    """The exams during and after the works (BCA-51), and where their dates stand."""
    rows = Appointment.objects.visible_to(actor).filter(dossier=dossier, kind__in=EXAMS).current()
    dates = {row.kind: row for row in rows}
    known = getattr(dossier, "facts", None) or DossierFacts()
    done = {kind: getattr(known, name) for kind, name in EXAM_FIELDS.items()}
    return [_exam(DateKind(kind), dates.get(kind), done.get(kind)) for kind in DateKind if kind in EXAMS]


def _exam(kind: DateKind, row: Appointment | None, done_on: date | None) -> dict[str, Any]:
    if done_on is not None:
        return {"label": kind.label, "text": "", "chip": "ok", "status": f"fait le {done_on:%d/%m/%Y}"}
    if row is None:
        return {"label": kind.label, "text": "", "chip": "", "status": "pas de date"}
    chip, status = SHOWN_STATUS[DateStatus(row.status)]
    return {"label": kind.label, "text": said(row.wish), "chip": chip, "status": status}
