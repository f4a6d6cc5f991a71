"""Which establishment a mistyped SIRET was meant for; the queue of the dossiers that wait for it."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from accounts.adminlists import CappedPaginator
from accounts.models import CabinetEstablishment
from accounts.postedforms import PostedForms
from accounts.scope import Actor, Kind
from accounts.tenantadmin import actor_of
from accounts.validators import display_siret
from claims.models import Dossier
from claims.services.assignments import mine

SIREN_LENGTH = 9
AT_MOST = 5
PER_PAGE = 50


def one_slip_apart(left: str, right: str) -> bool:
    """Whether one digit wrong, missing, too many, or two neighbours swapped turn one into the other."""
    if left == right or abs(len(left) - len(right)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    rest, other = left[start:], right[start:]
    swapped = rest[:2] == other[:2][::-1] and rest[2:] == other[2:]
    return rest[1:] == other[1:] or rest[1:] == other or rest == other[1:] or swapped


def known_shops(dossiers: Iterable[Dossier], actor: Actor) -> list[CabinetEstablishment]:
    """The shops of the cabinets of these dossiers, with their establishments."""
    cabinets = {dossier.cabinet_id for dossier in dossiers}
    found = CabinetEstablishment.objects.visible_to(actor).filter(cabinet__in=cabinets)
    return list(found.select_related("establishment").order_by("establishment__siret"))


def likely_links(dossier: Dossier, known: list[CabinetEstablishment]) -> list[CabinetEstablishment]:
    """The cabinet's shops whose SIRET differs by one slip, then those of the same SIREN; at most five."""
    typed = "".join(filter(str.isdigit, dossier.siret))
    company = typed[:SIREN_LENGTH]
    own = [link for link in known if link.cabinet_id == dossier.cabinet_id]
    slips = [link for link in own if one_slip_apart(typed, link.establishment.siret)]
    siblings = [
        link
        for link in own
        if link not in slips and len(company) == SIREN_LENGTH and link.establishment.siret.startswith(company)
    ]
    return [*slips, *siblings][:AT_MOST]


def label_of(link: CabinetEstablishment) -> str:
    shop = link.establishment
    return f"{display_siret(shop.siret)} – {placed(shop.name or 'sans nom', shop.city)}"


def placed(name: str, city: str) -> str:
    """A shop's name with its town, unless the name says it already."""
    return name if city.casefold() in name.casefold() else f"{name}, {city}"


class Orphans(PostedForms):
    """« SIRET à corriger »: each dossier beside the likely shops; one press attaches it, and the shop sees it."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.orphans_view)
        return [path("siret-a-corriger/", view, name="claims_dossier_orphans"), *super().get_urls()]

    def orphans_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        actor = actor_of(request)
        rows = Dossier.objects.visible_to(actor).without_establishment().order_by("pk")
        only_mine = request.GET.get("suivi") == "moi"
        if only_mine:
            rows = rows.filter(pk__in=mine(actor).values("pk"))
        page = CappedPaginator(rows, PER_PAGE).get_page(request.GET.get("p"))
        dossiers = list(page)
        known = known_shops(dossiers, actor) if dossiers else []
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": "SIRET à corriger",
            "opts": self.opts,
            "page": page,
            "only_mine": only_mine,
            "may_choose": actor.kind == Kind.STAFF,
            "lines": [(dossier, [_named(link) for link in likely_links(dossier, known)]) for dossier in dossiers],
            "may_attach": self.may_post(request, "attach"),
        }
        return TemplateResponse(request, "admin/claims/dossier/orphans.html", context)

    def after_post(self, request: HttpRequest, row: Any, *, done: bool) -> HttpResponse:
        """Back to the queue, when it was there that somebody chose."""
        if request.POST.get("retour") == "siret":
            mine_too = "?suivi=moi" if request.POST.get("suivi") == "moi" else ""
            return redirect(reverse("admin:claims_dossier_orphans") + mine_too)
        return super().after_post(request, row, done=done)


def _named(link: CabinetEstablishment) -> tuple[str, str]:
    return link.establishment.siret, label_of(link)
