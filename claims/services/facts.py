"""What is known of a dossier beside its state, each fact said by whoever may."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.scope import Actor, Kind, Right
from claims.models import Dossier, DossierFacts
from claims.services.dossiers import locked
from claims.services.requests import rules_of
from claims.workflow import Action, State, Step, actions_for

_FRENCH = str.maketrans(",.", "\N{NARROW NO-BREAK SPACE},")
CABINET = frozenset({Kind.STAFF, Kind.NETWORK})


def facts_of(dossier: Dossier, actor: Actor) -> DossierFacts:
    """The facts as this actor may read them; none known yet is an unsaved row."""
    return DossierFacts.objects.visible_to(actor).filter(dossier=dossier).first() or DossierFacts(dossier=dossier)


def held(dossier: Dossier) -> DossierFacts:
    """The row to write, the dossier's lock taken first, so that two people make one row."""
    dossier = locked(dossier)
    return DossierFacts.objects.filter(dossier=dossier).first() or DossierFacts(
        dossier=dossier, cabinet_id=dossier.cabinet_id, establishment_id=dossier.establishment_id
    )


def _staff_only(actor: Actor) -> None:
    actor.require(Menu.ACT)
    if actor.kind not in CABINET:
        raise NotAllowed("Seul le cabinet peut le faire.")


@transaction.atomic
def suspend_reminders(dossier: Dossier, *, until: date, reason: str, actor: Actor) -> DossierFacts:
    """Remind nobody about this dossier until a day, that day included; the shop reads until when, not why."""
    _staff_only(actor)
    if until < timezone.localdate():
        raise ValidationError("Cette date est déjà passée : choisissez aujourd’hui ou plus tard.")
    if not reason.strip():
        raise ValidationError("Écrivez pourquoi les relances sont suspendues.")
    facts = held(dossier)
    facts.reminders_suspended_until, facts.suspension_reason = until, reason.strip()
    facts.save()
    journal.record(dossier, Step.REMINDERS_SUSPENDED, actor=actor, until=str(until), reason=reason.strip())
    return facts


@transaction.atomic
def resume_reminders(dossier: Dossier, *, actor: Actor) -> DossierFacts:
    _staff_only(actor)
    facts = held(dossier)
    if facts.reminders_suspended_until is None:
        raise NotAllowed("Les relances ne sont pas suspendues : rien n’a été changé.")
    facts.reminders_suspended_until, facts.suspension_reason = None, ""
    facts.save()
    journal.record(dossier, Step.REMINDERS_RESUMED, actor=actor)
    return facts


def note_remote_sent(dossier: Dossier, at: datetime) -> None:
    """The shop has sent what an « expertise à distance » is made from: a field visit may be asked for from now on."""
    facts = held(dossier)
    facts.remote_sent_at = at
    facts.save()


OF_CABINET = frozenset({"cover", "accident_report_on", "coverage_until", "inspection_until"})
OF_SHOP = frozenset({"loan_from", "loan_to", "inspection_until"})


@transaction.atomic
def note_facts(dossier: Dossier, values: dict[str, Any], *, actor: Actor) -> list[str]:
    """Write what is known; the labels of what changed. Raises `ValidationError` when a loan ends before it begins."""
    actor.require(Menu.ACT)
    own = OF_CABINET if actor.kind in CABINET else OF_SHOP
    if not set(values) <= own or (actor.kind not in CABINET and not actor.may(Right.DATES, dossier.establishment_id)):
        raise NotAllowed("Votre profil ne permet pas de changer ces informations.")
    facts = held(dossier)
    names = [name for name, value in values.items() if getattr(facts, name) != value]
    for name in names:
        setattr(facts, name, values[name])
    _check_loan(facts)
    labels = [str(DossierFacts._meta.get_field(name).verbose_name) for name in names]  # type: ignore[union-attr]
    if names:
        facts.save()
        journal.record(dossier, Step.FACTS_NOTED, actor=actor, document=", ".join(labels))
    return labels


def _check_loan(facts: DossierFacts) -> None:
    if facts.loan_to and not facts.loan_from:
        raise ValidationError({"loan_from": "Écrivez depuis quand le véhicule est prêté."})
    if facts.loan_to and facts.loan_from and facts.loan_to < facts.loan_from:
        raise ValidationError({"loan_to": "La fin du prêt ne peut pas précéder son début."})


def advice(dossier: Dossier) -> str:
    """Where the cabinet's own rules would examine the car; empty when they say nothing, or it no longer matters."""
    if not {Action.REQUEST_REMOTE, Action.REQUEST_VISIT} & set(actions_for(State(dossier.state), Kind.STAFF)):
        return ""
    rules, amount = rules_of(dossier.cabinet_id), dossier.last_estimate or dossier.amount_excl_tax
    said = []
    if rules.visit_threshold is not None and amount is not None:
        place = "sur place" if amount >= rules.visit_threshold else "à distance"
        said.append(f"chiffrage de {_euros(amount)}, seuil de {_euros(rules.visit_threshold)} : expertise {place}")
    return " ; ".join([*said, *filter(None, [rules.visit_rule])])


def _euros(amount: Decimal) -> str:
    return f"{amount:,.2f}".translate(_FRENCH) + "\N{NO-BREAK SPACE}€"
