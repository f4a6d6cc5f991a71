"""« Qui appeler pour quoi »: a cabinet's directory by role, as its shops read it beside a dossier."""

from collections.abc import Iterable

from django.db import models
from django.db.models import OuterRef, Q

from accounts.models import Cabinet
from accounts.scope import BY_CABINET, Kind, TenantModel, TenantQuerySet
from claims.models.dossiers import Dossier
from claims.workflow import State


class Topic(models.TextChoices):
    """What one calls for."""

    GENERAL = "accueil", "Accueil"
    APPOINTMENT = "rendez_vous", "Rendez-vous et passages"
    EXPERTISE = "expertise", "Expertise et chiffrage"
    REMOTE = "ead", "Expertise à distance (EAD)"
    DOCUMENTS = "documents", "Documents du dossier"
    SUPPLEMENT = "complement", "Complément de travaux"
    COVERAGE = "prise_en_charge", "Prise en charge et franchise"
    INVOICE = "facture", "Facture et règlement"
    VE = "procedure_ve", "Procédure VE"
    COMPLAINT = "reclamation", "Réclamation"


# What is asked about first while a dossier waits for this; our order, a cabinet's own comes after it.
TOPIC_OF_STATE: dict[State, Topic] = {
    State.RECEIVED: Topic.APPOINTMENT,
    State.AWAITING_REMOTE: Topic.REMOTE,
    State.AWAITING_VISIT: Topic.APPOINTMENT,
    State.VISIT_PLANNED: Topic.APPOINTMENT,
    State.AWAITING_DOCUMENTS: Topic.DOCUMENTS,
    State.IN_PROGRESS: Topic.EXPERTISE,
    State.AWAITING_INVOICE: Topic.INVOICE,
    State.CLOSED: Topic.INVOICE,
}
OVERSEAS = "97"  # there a department is told by three digits


def department_of(postal_code: str) -> str:
    return postal_code[: 3 if postal_code.startswith(OVERSEAS) else 2]


class ContactQuerySet(TenantQuerySet["Contact"]):
    """The vocabulary of contacts."""

    def of_dossiers(self) -> "ContactQuerySet":
        """Those for the outer dossier's insurer; `fitting` sorts out the rest."""
        insurer = Q(insurer_code="") | Q(insurer_code=OuterRef("insurer_code"))
        return self.filter(insurer, cabinet=OuterRef("cabinet")).order_by("position", "pk")


class Contact(TenantModel):
    """Whom to call for what; `insurer_code` and `department` narrow it, empty they hold for all."""

    cabinet = models.ForeignKey(Cabinet, models.PROTECT, related_name="+", db_index=False, verbose_name="cabinet")
    topic = models.CharField("pour quoi", max_length=16, choices=Topic, default=Topic.GENERAL)
    role = models.CharField("qui", max_length=80, help_text="Un rôle : « Gestionnaire sinistres », « Standard ».")
    name = models.CharField("nom", max_length=80, blank=True, help_text="Facultatif : les réparateurs le lisent.")
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse e-mail", blank=True)
    hours = models.CharField("horaires", max_length=80, blank=True, help_text="Exemple : 9 h – 12 h, lundi à jeudi.")
    insurer_code = models.CharField(
        "code assurance", max_length=20, blank=True, default="", help_text="Vide : toutes les compagnies."
    )
    department = models.CharField(
        "département", max_length=3, blank=True, default="", help_text="74, 971… Vide : partout."
    )
    position = models.PositiveSmallIntegerField("ordre", default=0)

    tenant_paths = {Kind.REPAIRER: BY_CABINET, Kind.STAFF: BY_CABINET}
    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = "contact"
        constraints = [
            models.CheckConstraint(
                condition=~Q(phone="") | ~Q(email=""),
                name="contact_can_be_reached",
                violation_error_message="Donnez un téléphone ou une adresse e-mail.",
            ),
        ]
        indexes = [models.Index(fields=["cabinet", "position"], name="contact_cabinet")]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} – {self.role}"

    @property
    def precision(self) -> int:
        """The more it is narrowed, the better it fits the dossiers it holds for."""
        return bool(self.insurer_code) + bool(self.department)


def fitting(contacts: Iterable[Contact], dossier: Dossier) -> list[Contact]:
    """Those for the dossier's department: what its state asks about first, then the more particular."""
    shop = dossier.establishment
    places = {"", department_of(shop.postal_code) if shop else ""}
    urgent = Topic.VE if dossier.ve_procedure and dossier.is_open else TOPIC_OF_STATE[State(dossier.state)]
    here = [one for one in contacts if one.department in places]
    return sorted(here, key=lambda one: (one.topic != urgent, -one.precision))
