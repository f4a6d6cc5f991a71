"""The first yardstick: the list as one would first write it, with row-level security, ORM and a template."""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.http import ActorRequest
from claims.models import Document, Dossier, DossierVisit


def plain_list(request: ActorRequest) -> HttpResponse:
    """Live counts, OFFSET pages, one template loop."""
    rows = Dossier.objects.filter(establishment__in=request.actor.establishment_ids)
    counts = rows.values("state").annotate(n=Count("pk")).order_by("state")
    page = Paginator(rows.select_related("cabinet").order_by("-claim_on", "-pk"), 50).get_page(request.GET.get("page"))
    shown = [row.pk for row in page]
    unread = dict(Document.objects.filter(dossier__in=shown).values_list("dossier").annotate(Count("pk")))
    opened = dict(
        DossierVisit.objects.filter(user=request.user, dossier__in=shown).values_list("dossier", "opened_at")
    )
    context = {
        "counts": counts,
        "page": page,
        "rows": [(row, unread.get(row.pk, 0), opened.get(row.pk)) for row in page],
    }
    return render(request, "plain.html", context)


urlpatterns = [path("dossiers/", plain_list), path("connexion/", plain_list, name="login")]
