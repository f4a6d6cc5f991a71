"""The notification centre: what arrived, dossier by dossier, read or not."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import ActorRequest
from accounts.scope import Kind, Right
from accounts.validators import number_typed
from claims.workflow import DATE_ACTIONS, Fact, Step
from messaging.models import News
from messaging.services import news

PAGE = 30

# Where the answer stands, for what is not on the dossier's first page.
STANDS_ON: dict[str, str] = {
    **dict.fromkeys(DATE_ACTIONS, "dossier_expertise"),
    Fact.DOCUMENT_REFUSED: "dossier_documents",
    Step.SUPPLEMENT_DECIDED: "dossier_supplement",
}


@require_safe
def notifications(request: ActorRequest) -> HttpResponse:
    """Newest first, by pages that do not shift when something arrives; `ouvrir` leads to what a line is about."""
    if request.actor.kind != Kind.REPAIRER:
        return redirect("home")
    actor = request.actor.where(Right.VIEW)
    if request.GET.get("ouvrir"):
        return _open(request)
    cabinets = sorted(actor.cabinets, key=lambda cabinet: cabinet.name)
    chosen = next((cabinet for cabinet in cabinets if cabinet.code == request.GET.get("cabinet")), None)
    rows = News.objects.visible_to(actor).newest_first().select_related("dossier", "cabinet")
    if chosen:
        rows = rows.filter(cabinet=chosen.pk)
    before = number_typed(request.GET.get("avant", ""))
    if before:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    older = {"avant": found[PAGE - 1].pk} if len(found) > PAGE else {}
    kept = {"cabinet": chosen.code} if chosen else {}
    context = {
        "news": found[:PAGE],
        "cabinets": cabinets,
        "chosen": chosen,
        "before": before,
        "older_url": f"{reverse('notifications')}?{urlencode({**kept, **older})}" if older else "",
        "newest_url": f"{reverse('notifications')}?{urlencode(kept)}" if kept else reverse("notifications"),
    }
    return render(request, "messaging/notifications.html", context)


def _open(request: ActorRequest) -> HttpResponse:
    """Read it, and go to the document, or to the page of the dossier where it stands."""
    own = News.objects.visible_to(request.actor.where(Right.VIEW)).select_related("dossier", "cabinet")
    row = get_object_or_404(own, pk=number_typed(request.GET["ouvrir"]))
    news.read(request.actor, one=row)
    if row.document is not None:
        return redirect("document", row.document)
    if row.thread is not None:
        return redirect("thread", row.thread)
    return redirect(STANDS_ON.get(row.event, "dossier"), row.cabinet.code, row.dossier.reference)


@require_POST
def notifications_read(request: ActorRequest) -> HttpResponse:
    """One line, or all of them, are read."""
    if request.actor.kind == Kind.REPAIRER:
        own = News.objects.visible_to(request.actor.where(Right.VIEW)).select_related("dossier")
        one = request.POST.get("une", "")
        news.read(request.actor, one=get_object_or_404(own, pk=number_typed(one)) if one else None)
    return redirect("notifications")
