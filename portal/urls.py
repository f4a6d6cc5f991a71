"""Every address of the portal; `product.md` calls them a contract, other programs rely on them."""

from django.contrib import admin
from django.urls import include, path

from portal import components, installable, pages, views
from portal.watch import views as operations

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("claims.urls")),
    path("", include("messaging.urls")),
    path("", include("tariffs.urls")),
    path("aide/", pages.help_page, name="help"),
    path("mentions-legales/", pages.legal_notice, name="legal_notice"),
    path("confidentialite/", pages.privacy, name="privacy"),
    path("accessibilite/", pages.accessibility, name="accessibility"),
    path("aide/guide-reparateurs/", pages.guide_shops, name="guide_shops"),
    path("aide/guide-cabinets/", pages.guide_cabinets, name="guide_cabinets"),
    path("admin/composants/", components.gallery, name="components"),
    path("admin/", admin.site.urls),
    path("site.webmanifest", installable.manifest, name="manifest"),
    path("service-worker.js", installable.service_worker, name="service_worker"),
    path("hors-ligne/", installable.offline, name="offline"),
    path("sante/vivant", views.alive, name="alive"),
    path("sante/pret", views.ready, name="ready"),
    path("sante/exploitation", operations.operations, name="operations"),
    path("sante/metriques", operations.metrics, name="metrics"),
]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler429 = views.too_many  # allauth's limits
handler500 = views.broken
