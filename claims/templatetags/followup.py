"""What is expected, drawn where it matters: beside a page's name, and first on the pages of a dossier."""

from datetime import date, timedelta
from typing import Any

from django import template
from django.utils import timezone

from accounts.scope import Actor, Kind, Right
from claims.models import Dossier, DossierFacts
from claims.models.expectations import MOST_COUNTED
from claims.models.requests import requests_read
from claims.services.incidents import may_report
from claims.services.memos import may_keep

register = template.Library()

SOON = timedelta(days=15)


@register.simple_tag
def todo_count(actor: Actor) -> str:
    """How many things wait, read with the scope."""
    count = int(actor.beside.get("todo", 0)) if actor.kind == Kind.REPAIRER else 0
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count or "")


@register.inclusion_tag("claims/_requests.html", takes_context=True)
def document_requests(context: dict[str, Any], dossier: Dossier) -> dict[str, Any]:
    """The cabinet's open requests about a dossier, first asked first."""
    actor: Actor = context["request"].actor
    may_extend = actor.kind == Kind.REPAIRER and actor.may(Right.DEPOSIT, dossier.establishment_id)
    return {
        "requests": requests_read(dossier),
        "may_extend": may_extend,
        "dossier": dossier,
        "today": timezone.localdate(),
        "csrf_token": context.get("csrf_token", ""),
    }


@register.inclusion_tag("claims/_followup.html", takes_context=True)
def followup(context: dict[str, Any], dossier: Dossier) -> dict[str, Any]:
    """What is known of the dossier beside its state, with what is no longer valid, or soon will not be."""
    actor: Actor = context["request"].actor
    # Read with the dossier; none known yet is an unsaved row.
    facts, today = getattr(dossier, "facts", None) or DossierFacts(dossier=dossier), timezone.localdate()
    papers = (
        ("Prise en charge valable jusqu’au", facts.coverage_until),
        ("Contrôle technique valable jusqu’au", facts.inspection_until),
    )
    return {
        "dossier": dossier,
        "facts": facts,
        "reminders_rest": facts.reminders_rest(today),
        "may_keep": may_keep(actor, dossier),
        "may_report": actor.kind == Kind.REPAIRER and may_report(actor, dossier),
        "papers": [(label, until, validity(until, today)) for label, until in papers],
        "may_note": dossier.is_open
        and actor.kind == Kind.REPAIRER
        and actor.may(Right.DATES, dossier.establishment_id),
    }


def validity(until: date | None, today: date) -> str:
    """« passée », « bientôt » within SOON, or nothing to say."""
    if until is None or until > today + SOON:
        return ""
    return "passée" if until < today else "bientôt"
