"""The first yardstick: the list as one would first write it, with row-level security, ORM and a template.

It shows what the portal's list shows, around the rows and in them: a page with less in it would measure nothing.
"""

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from accounts.http import ActorRequest
from claims.forms import ListForm
from claims.models import Dossier, DossierVisit, Expectation
from claims.models.queries import DEFAULT_COLUMNS
from claims.views import columns, listing
from claims.workflow import TAB_OF_STATE, Tab
from portal.benchmark.careless import site
from portal.urls import urlpatterns as portal


def plain_list(request: ActorRequest) -> HttpResponse:
    """Live counts, OFFSET pages, one template loop."""
    rows = Dossier.objects.filter(establishment__in=request.actor.establishment_ids)
    form = ListForm(request.GET, actor=request.actor)
    wanted, counts = form.wanted(), dict.fromkeys(Tab, 0)
    for state, number in rows.values_list("state").annotate(Count("pk")).order_by("state"):
        counts[TAB_OF_STATE[state][1]] += number
    page = Paginator(rows.select_related("cabinet").order_by("-claim_on", "-pk"), 50).get_page(request.GET.get("page"))
    shown = [row.pk for row in page]
    asked = dict(Expectation.objects.filter(dossier__in=shown, who="shop").values_list("dossier", "kind"))
    opened = dict(
        DossierVisit.objects.filter(user=request.user, dossier__in=shown).values_list("dossier", "opened_at")
    )
    heads = columns.chosen(DEFAULT_COLUMNS)
    context = {
        "form": form,
        "tabs": listing.tabs(request, wanted, counts, page.paginator.count),
        "headers": listing.headers(request, wanted, heads),
        "page": page,
        "rows": [(row, asked.get(row.pk), opened.get(row.pk)) for row in page],
        "several_sites": len(request.actor.sites) > 1,
        "several_cabinets": len(request.actor.cabinets) > 1,
        "exports": listing.exports(request, page.paginator.count),
        "choices": [(column, column in heads) for column in columns.COLUMNS.values()],
        "pager": listing.pager(request, wanted, page.paginator.count, more=page.has_next()),
    }
    return render(request, "plain.html", context)


urlpatterns = [path("dossiers/", plain_list, name="dossiers"), path("simple/", site.urls), *portal]
