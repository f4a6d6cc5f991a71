"""The pages anybody may read: help and legal texts."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest
from accounts.models import Cabinet
from accounts.scope import Kind
from claims.views.listing import LAST_LIST
from portal.guide import GUIDES
from portal.help import THEMES
from portal.help.topics import matching

MAX_QUESTION = 100


@login_not_required
@require_safe
def help_page(request: ActorRequest) -> HttpResponse:
    """Every answer, or those that hold what was asked; whoever is signed in reads their own sites and cabinets."""
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_QUESTION]
    context = {
        "typed": typed,
        "themes": matching(THEMES, typed),
        "is_repairer": request.actor.kind == Kind.REPAIRER,
        "cabinets": Cabinet.objects.visible_to(request.actor).order_by("name", "pk"),
        "sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
        "contact": settings.CONTACT_EMAIL,
        "guides": GUIDES,
    }
    return render(request, "portal/help.html", context)


@login_not_required
@require_safe
def guide_shops(request: ActorRequest) -> HttpResponse:
    return render(request, "portal/guide.html", {"guide": GUIDES[0]})


@login_not_required
@require_safe
def guide_cabinets(request: ActorRequest) -> HttpResponse:
    return render(request, "portal/guide.html", {"guide": GUIDES[1]})


@login_not_required
@require_safe
def legal_notice(request: ActorRequest) -> HttpResponse:
    return render(request, "portal/legal_notice.html", operator())


@login_not_required
@require_safe
def privacy(request: ActorRequest) -> HttpResponse:
    """What is kept, why, for how long; the names of the cookies are those the settings give them."""
    cookies = {
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "list_cookie": LAST_LIST,
        "session_hours": settings.SESSION_COOKIE_AGE // 3600,
    }
    return render(request, "portal/privacy.html", operator() | cookies)


@login_not_required
@require_safe
def accessibility(request: ActorRequest) -> HttpResponse:
    return render(request, "portal/accessibility.html", operator())


def operator() -> dict[str, Any]:
    """Who answers for this installation, as far as its settings say."""
    return {
        "publisher": settings.LEGAL_PUBLISHER,
        "director": settings.LEGAL_DIRECTOR,
        "host": settings.LEGAL_HOST,
        "contact": settings.CONTACT_EMAIL,
        "dpo": settings.DPO_EMAIL,
    }
