"""The portal on a phone's home screen: its manifest, its service worker, and the page shown without a connection.

The worker keeps that one page and what it is drawn with. Pages of people are never kept: they are of no cache.
"""

import hashlib
import json

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest

SHEETS = ("css/tokens.css", "css/base.css", "css/layout.css", "css/components.css")
ICONS = (("192", "any"), ("512", "any"), ("512", "maskable"))  # pixels, purpose; drawn by script/icons.py
BRAND, GROUND = "#12466b", "#f3f5f8"


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    icons = [
        {
            "src": static(f"img/icon-{'maskable-' if purpose == 'maskable' else ''}{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size, purpose in ICONS
    ]
    content = {
        "id": "/",
        "name": "Portail Réparateurs",
        "short_name": "Réparateurs",
        "description": "Les dossiers d’expertise de votre atelier, tous cabinets réunis.",
        "lang": "fr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": BRAND,
        "icons": icons,
        "shortcuts": [
            {"name": "À faire", "url": reverse("todo")},
            {"name": "Dossiers", "url": reverse("dossiers")},
            {"name": "Messages", "url": reverse("messages")},
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


@login_not_required
@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    kept = [reverse("offline"), static("img/favicon.svg"), *map(static, SHEETS)]
    version = hashlib.sha256("\n".join(kept).encode()).hexdigest()[:12]
    context = {"version": version, "kept": json.dumps(kept), "offline": reverse("offline")}
    return render(request, "portal/service_worker.js", context, content_type="text/javascript")


@login_not_required
@require_safe
def offline(request: ActorRequest) -> HttpResponse:
    """The same for everybody, signed in or not: it is kept by the browser."""
    return render(request, "portal/offline.html")
