"""What happens to a car without moving its dossier: not seen, not collected, examined; each a dated fact that ends.

A fact that waits for somebody is expected of them (`claims.services.expectations`); it goes by itself when what it
waited for is done, and either side may say so too.
"""

from datetime import date, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.scope import Actor, Kind, Right
from claims.models import Dossier, DossierFacts
from claims.models.appointments import Side
from claims.services.dossiers import locked
from claims.services.facts import held
from claims.workflow import BEFORE_INVOICE, EXAMS, DateKind, Step

OLDEST = timedelta(days=366)
EXAM_FIELDS = {DateKind.DURING_WORKS: "during_works_on", DateKind.AFTER_WORKS: "after_works_on"}
NOT_ALLOWED = "Votre profil ne permet pas de le signaler pour cet établissement."


class Fact(StrEnum):
    """What is told of it, beside the étapes."""

    VEHICLE_REPORTED = "vehicle_reported"


def may_report(actor: Actor, dossier: Dossier) -> bool:
    if actor.kind != Kind.REPAIRER:
        return actor.opens(Menu.ACT)
    return any(actor.may(right, dossier.establishment_id) for right in (Right.DATES, Right.MESSAGES))


def _check(dossier: Dossier, actor: Actor) -> None:
    actor.require(Menu.ACT)
    if not may_report(actor, dossier):
        raise NotAllowed(NOT_ALLOWED)
    alone = [right for right in (Right.DATES, Right.MESSAGES) if actor.may(right, dossier.establishment_id)]
    if alone and all(actor.must_submit(right, dossier.establishment_id) for right in alone):
        raise NotAllowed("Ce que vous signalez doit d’abord être validé par un responsable de votre entreprise.")


def _check_day(on: date) -> None:
    today = timezone.localdate()
    if not today - OLDEST <= on <= today:
        raise ValidationError({"on": "Choisissez aujourd’hui, ou un jour passé depuis moins d’un an."})


def _side(actor: Actor) -> str:
    return Side.SHOP if actor.kind == Kind.REPAIRER else Side.CABINET


def _tell(dossier: Dossier, step: Step, on: date, reason: str, actor: Actor) -> None:
    journal.record(dossier, step, actor=actor, what=f"le {on:%d/%m/%Y}", on=on.isoformat(), reason=reason)


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())[:300]
    if not reason:
        raise ValidationError({"reason": "Écrivez ce qui s’est passé : l’autre partie le lit."})
    return reason


# Véhicule non vu (BCA-46) --------------------------------------------------------------------------------------------


@transaction.atomic
def report_unseen(dossier: Dossier, *, on: date, reason: str, actor: Actor, mail: bool = True) -> Dossier:
    """The appointment of that day was not honoured: the other side gives another date.

    `mail`: whether the cabinet hears of it by a letter of its own; a message tells it already.
    """
    _check(dossier, actor)
    dossier = locked(dossier)
    if dossier.state not in BEFORE_INVOICE:
        raise NotAllowed("L’expertise de ce dossier est passée : écrivez plutôt au cabinet.")
    if dossier.unseen_on is not None:
        raise NotAllowed(f"Déjà signalé : véhicule non vu le {dossier.unseen_on:%d/%m/%Y}. Rien n’a été changé.")
    _check_day(on)
    facts = held(dossier)
    facts.unseen_reason, facts.unseen_by = _reason(reason), _side(actor)
    facts.save()
    dossier.unseen_on = on
    dossier.save(update_fields=["unseen_on"])
    _tell(dossier, Step.VEHICLE_UNSEEN, on, facts.unseen_reason, actor)
    if mail and actor.kind == Kind.REPAIRER:
        journal.record(facts, Fact.VEHICLE_REPORTED, actor=actor, act=Step.VEHICLE_UNSEEN)
    return dossier


@transaction.atomic
def note_seen(dossier: Dossier, *, actor: Actor) -> Dossier:
    """The car was seen after all, or a new date is agreed on."""
    _check(dossier, actor)
    dossier = locked(dossier)
    if dossier.unseen_on is None:
        raise NotAllowed("Ce véhicule n’est plus signalé comme non vu : rien n’a été changé.")
    return settle_unseen(dossier, actor=actor)


def settle_unseen(dossier: Dossier, *, actor: Actor) -> Dossier:
    """Take the mention away, where there is one; the caller holds the dossier's lock."""
    if dossier.unseen_on is None:
        return dossier
    facts = held(dossier)
    facts.unseen_reason = facts.unseen_by = ""
    facts.save()
    dossier.unseen_on = None
    dossier.save(update_fields=["unseen_on"])
    journal.record(dossier, Step.VEHICLE_SEEN, actor=actor)
    return dossier


# Véhicule non enlevé (BCA-47) ----------------------------------------------------------------------------------------


@transaction.atomic
def report_uncollected(dossier: Dossier, *, on: date, reason: str, actor: Actor, mail: bool = True) -> Dossier:
    """The car has stood at the shop since that day: days of storage are counted, the cabinet has it taken away."""
    _check(dossier, actor)
    dossier = locked(dossier)
    if dossier.uncollected_on is not None:
        since = f"{dossier.uncollected_on:%d/%m/%Y}"
        raise NotAllowed(f"Déjà signalé : véhicule non enlevé depuis le {since}. Rien n’a été changé.")
    _check_day(on)
    facts = held(dossier)
    facts.uncollected_reason = _reason(reason)
    facts.uncollected_told_on = timezone.localdate()
    facts.save()
    dossier.uncollected_on = on
    dossier.save(update_fields=["uncollected_on"])
    _tell(dossier, Step.VEHICLE_UNCOLLECTED, on, facts.uncollected_reason, actor)
    if mail and actor.kind == Kind.REPAIRER:
        journal.record(facts, Fact.VEHICLE_REPORTED, actor=actor, act=Step.VEHICLE_UNCOLLECTED)
    return dossier


@transaction.atomic
def note_collected(dossier: Dossier, *, on: date, actor: Actor) -> Dossier:
    """The car has gone; how long it stood is kept in the étapes."""
    _check(dossier, actor)
    dossier = locked(dossier)
    since = dossier.uncollected_on
    if since is None:
        raise NotAllowed("Ce véhicule n’est plus signalé comme non enlevé : rien n’a été changé.")
    if not since <= on <= timezone.localdate():
        raise ValidationError({"on": f"Choisissez un jour entre le {since:%d/%m/%Y} et aujourd’hui."})
    facts = held(dossier)
    facts.uncollected_reason, facts.uncollected_told_on = "", None
    facts.save()
    dossier.uncollected_on = None
    dossier.save(update_fields=["uncollected_on"])
    days = (on - since).days
    what = f"le {on:%d/%m/%Y}, après {days} jour{'s' * (days > 1)} de garde"
    journal.record(dossier, Step.VEHICLE_COLLECTED, actor=actor, what=what, on=on.isoformat(), days=days)
    return dossier


# Examen pendant, après travaux (BCA-51) ------------------------------------------------------------------------------


@transaction.atomic
def note_exam(dossier: Dossier, *, kind: DateKind, on: date, actor: Actor) -> DossierFacts:
    """The expert has examined the car under repair; its date is planned as the other dates are."""
    actor.require(Menu.DATES)
    if actor.kind == Kind.REPAIRER:
        raise NotAllowed("C’est le cabinet qui note un examen fait.")
    dossier = locked(dossier)
    if kind not in EXAMS or not dossier.ve_procedure:
        raise NotAllowed("Cet examen n’existe qu’en procédure VE.")
    _check_day(on)
    facts = held(dossier)
    if getattr(facts, EXAM_FIELDS[kind]) is not None:
        raise NotAllowed(f"« {kind.label} » est déjà noté comme fait : rien n’a été changé.")
    setattr(facts, EXAM_FIELDS[kind], on)
    facts.save()
    journal.record(dossier, Step.EXAM_DONE, actor=actor, what=f"{kind.label}, fait le {on:%d/%m/%Y}", kind=kind)
    return facts
