"""The addresses of rates."""

from django.urls import path, register_converter

from tariffs.views import grid, ledger


class Siret:
    """Fourteen digits, as they are shown in an address."""

    regex = "[0-9]{14}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Siret, "siret")

urlpatterns = [
    path("tarifs/", ledger.tariffs, name="tariffs"),
    path("tarifs/saisir/<siret:siret>/", grid.grid, name="tariff_grid"),
    path("tarifs/saisir/<siret:siret>/fichier/", grid.grid_file, name="tariff_file"),
    path("tarifs/<uuid:public_id>/", ledger.tariff, name="tariff"),
    path("tarifs/<uuid:public_id>.csv", ledger.tariff_csv, name="tariff_csv"),
    path("tarifs/<uuid:public_id>.pdf", ledger.tariff_pdf, name="tariff_pdf"),
    path("tarifs/<uuid:public_id>/renvoyer/", ledger.tariff_resend, name="tariff_resend"),
]
