"""The addresses of operations: readings as JSON, and as text for a collector. Closed without the key."""

import hmac
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from portal.watch import readings

View = Callable[[HttpRequest], HttpResponse]


def with_the_key(view: View) -> View:
    """`Authorization: Bearer HEALTH_TOKEN`; for whoever has not got it there is nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        if not settings.HEALTH_TOKEN or not hmac.compare_digest(given, settings.HEALTH_TOKEN.encode()):
            raise Http404
        return view(request)

    return guarded


@login_not_required
@require_safe
@with_the_key
def operations(request: HttpRequest) -> HttpResponse:
    """Every reading with its limit; 503 as soon as one is beyond it."""
    found = readings.take()
    told = {
        one.slug: {"quoi": one.label, "valeur": one.value, "limite": one.limit, "unite": one.unit, "bon": one.is_well}
        for one in found
    }
    return JsonResponse(told, status=200 if all(one.is_well for one in found) else 503)


@login_not_required
@require_safe
@with_the_key
def metrics(request: HttpRequest) -> HttpResponse:
    """The text format of Prometheus; what could not be read is left out, as it asks."""
    found = readings.take()
    lines = [f'portail_mesure{{nom="{one.slug}"}} {one.value:.3f}' for one in found if one.value is not None]
    lines += [f'portail_limite{{nom="{one.slug}"}} {one.limit:.0f}' for one in found]
    lines += [f'portail_bon{{nom="{one.slug}"}} {int(one.is_well)}' for one in found]
    lines += [f"{name} {count}" for name, count in readings.counts().items()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")
