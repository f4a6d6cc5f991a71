"""An archive: how far it is, then the file; the right to it is asked again each time."""

import uuid

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest
from accounts.scope import Right
from claims.models import Document, Export
from claims.services.archiving import withdraw
from claims.views.downloads import send

CHANGED = "Un document de cette archive n’est plus dans ce dossier, ou ne vous est plus ouvert : faites-en une autre."
State = Export.State


@require_safe
def export(request: ActorRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """The file once it is ready; before that, and under `?suivi=1`, the page that follows it (410 when it is gone)."""
    found = export_or_404(request, public_id)
    if found.state == State.READY:
        _ask_again(request, found)
    if request.GET.get("etat") == "json":
        return JsonResponse({"percent": found.percent, "state": found.state, "over": not found.is_under_way})
    if found.state == State.READY and "suivi" not in request.GET:
        return send(
            request,
            found.file,
            name=found.name,
            content_type="application/zip",
            etag=f"{found.public_id.hex}-{found.size}",
            attachment=True,
        )
    return _page(request, found)


def export_or_404(request: ActorRequest, public_id: uuid.UUID) -> Export:
    """One's own, of a dossier one still sees."""
    rows = Export.objects.visible_to(request.actor.where(Right.VIEW)).filter(user=request.user.pk)
    return get_object_or_404(rows.select_related("dossier__cabinet"), public_id=public_id)


def _ask_again(request: ActorRequest, found: Export) -> None:
    """A day old, or holding what the person may no longer see: then it is not given."""
    rows = Document.objects.visible_to(request.actor.where(Right.VIEW)).filter(dossier=found.dossier_id)
    if found.expires_at is not None and found.expires_at <= timezone.now():
        found.state = State.EXPIRED
    elif rows.filter(pk__in=found.held).count() != len(found.held):
        withdraw(found, CHANGED)
        found.state, found.reason = State.WITHDRAWN, CHANGED


def _page(request: ActorRequest, found: Export) -> HttpResponse:
    gone = found.state in {State.EXPIRED, State.WITHDRAWN, State.FAILED}
    newer = Document.objects.visible_to(request.actor).filter(pk__in=found.held, replaced_at__gt=found.ordered_at)
    context = {
        "export": found,
        "dossier": found.dossier,
        "file_count": len(found.held),
        "outdated": list(newer) if found.state == State.READY else [],
        "gone": gone,
    }
    return render(request, "claims/export.html", context, status=410 if gone else 200)
