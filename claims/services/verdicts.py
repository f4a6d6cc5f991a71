"""A cabinet checks a deposit: conforme, or non conforme and why (BCA-32, EG-50)."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.scope import Actor, Kind
from claims.models import Document, VerdictReason
from claims.models.verdicts import USUAL_REASONS
from claims.services.dossiers import locked
from claims.workflow import Fact

Verdict = Document.Verdict
FACTS = {  # for « étapes », and for the mail
    Verdict.COMPLIANT: (Fact.DOCUMENT_ACCEPTED, Fact.DEPOSIT_ACCEPTED),
    Verdict.REFUSED: (Fact.DOCUMENT_REFUSED, Fact.DEPOSIT_REFUSED),
}


def reasons_of(cabinet_id: int) -> list[str]:
    """The cabinet's own list, or the usual reasons until it has one."""
    own = VerdictReason.objects.filter(cabinet=cabinet_id).order_by("position", "text")
    return list(own.values_list("text", flat=True)) or list(USUAL_REASONS)


@transaction.atomic
def qualify(document: Document, *, verdict: Document.Verdict, reason: str = "", actor: Actor) -> Document:
    """Say what the cabinet finds, and tell the shop; a verdict may be changed, the same one again changes nothing.

    Raises `ValidationError` for a refusal without a reason, `NotAllowed` for what is no deposit.
    """
    reason = reason.strip() if verdict == Verdict.REFUSED else ""
    if verdict == Verdict.REFUSED and not reason:
        raise ValidationError("Choisissez un motif ou écrivez-le : le réparateur le lit tel quel.")
    dossier = locked(document.dossier)
    document = Document.objects.select_for_update(of=("self",)).select_related("dossier").get(pk=document.pk)
    actor.require(Menu.QUALIFY)
    if actor.kind not in {Kind.STAFF, Kind.NETWORK} or document.direction != Document.Direction.SENT:
        raise NotAllowed("Seul le cabinet vérifie les documents que le réparateur lui a envoyés.")
    if (document.verdict, document.verdict_reason) == (verdict, reason):
        return document
    document.verdict, document.verdict_reason = verdict, reason
    document.verdict_at, document.verdict_by = timezone.now(), actor.label
    document.seen_at = document.seen_at or document.verdict_at
    document.save(update_fields=["verdict", "verdict_reason", "verdict_at", "verdict_by", "seen_at"])
    what = {"document": document.label, "reason": reason, "uuid": str(document.public_id)}
    for subject, fact in zip((dossier, document), FACTS[verdict], strict=True):
        journal.record(subject, fact, actor=actor, **what)
    return document
