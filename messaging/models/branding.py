"""What makes a cabinet's mails its own: a logo, and a closing line."""

from django.db import models

from accounts.models import Cabinet
from accounts.scope import BY_CABINET, Kind, TenantModel, TenantQuerySet

LOGO_TYPE = "image/png"


class MailBranding(TenantModel):
    """One row a cabinet. The logo is the picture drawn anew by `claims/inspection`, never the file that was sent."""

    cabinet = models.OneToOneField(Cabinet, models.CASCADE, related_name="+", verbose_name="cabinet")
    logo = models.BinaryField("logo", null=True, editable=False)  # PNG, 480 × 160 at most
    width = models.PositiveSmallIntegerField("largeur", default=0, editable=False)
    height = models.PositiveSmallIntegerField("hauteur", default=0, editable=False)
    closing = models.CharField(
        "ligne de fin",
        max_length=120,
        blank=True,
        help_text="Sous la signature, par exemple : « Cabinet Exemple – 12 rue des Essais, 74000 Annecy ».",
    )

    tenant_paths = {Kind.STAFF: BY_CABINET}
    objects = TenantQuerySet["MailBranding"].as_manager()

    class Meta:
        verbose_name = "présentation des e-mails"
        verbose_name_plural = "présentation des e-mails"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(logo=None, width=0, height=0)
                | models.Q(logo__isnull=False, width__gte=1, width__lte=480, height__gte=1, height__lte=160),
                name="branding_logo_has_a_size",
            )
        ]

    def __str__(self) -> str:
        return f"E-mails de {self.cabinet}"
