"""« Mises à jour du service »: what is new, then what was read."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.http import ActorRequest
from accounts.validators import number_typed
from messaging.services import announcements as service

PAGE = 50


@require_safe
def announcements(request: ActorRequest) -> HttpResponse:
    rows = list(service.told_to(request.actor).select_related("cabinet")[:PAGE])
    dates = service.read_dates(request.actor, rows)
    context = {
        "unread": [row for row in rows if row.pk not in dates],
        "read": [(row, dates[row.pk]) for row in rows if row.pk in dates],
    }
    return render(request, "messaging/announcements.html", context)


@require_POST
def announcements_read(request: ActorRequest) -> HttpResponse:
    """One of them, or all; back to the page it was shown on."""
    one = request.POST.get("une", "")
    rows = service.told_to(request.actor).filter(pk=number_typed(one)) if one else service.unread_by(request.actor)
    if one and not rows.exists():
        raise Http404
    service.mark_read(rows, actor=request.actor)
    return redirect(reverse("home") if request.POST.get("retour") == "accueil" else reverse("announcements"))
