"""Who signs in, and who asks to."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts import scope
from accounts.scope import BY_CABINET, BY_USER, Kind, Owner, TenantModel, TenantQuerySet
from accounts.validators import validate_mobile, validate_postal_code, validate_siret


class UserManager(BaseUserManager["User"]):
    """Users are found by their e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person; what they may see follows from memberships, all of it for a network administrator (`is_superuser`)."""

    email = models.EmailField("adresse e-mail", unique=True)
    full_name = models.CharField("nom", max_length=120, blank=True)
    mobile = models.CharField("mobile", max_length=16, blank=True, validators=[validate_mobile])
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("accès à l’administration", default=False)
    joined_at = models.DateTimeField("créé le", default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()
    known_words: Sequence[str] = ()  # no column: what the check of a new password is told besides

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "utilisateur"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")),
                name="user_email_lower_case",
                violation_error_message="L’adresse e-mail s’écrit en minuscules.",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def get_short_name(self) -> str:
        """How the head of the administration greets."""
        return str(self)


class Knock(TenantModel):
    """Something a stranger asked at the door, to be looked at once their page is answered.

    Whatever the address typed, the request only writes this one row: neither its answer nor its time can depend on who
    is known. The row goes when it is settled, and what it held with it.
    """

    class Kind(models.TextChoices):
        SIGN_UP = "sign_up", "demande de compte"
        RESET = "reset", "mot de passe oublié"

    kind = models.CharField("nature", max_length=7, choices=Kind)
    typed = models.JSONField("saisie")  # of a password, its hash
    at = models.DateTimeField("reçue le", default=timezone.now, editable=False)

    tenant_paths = {scope.Kind.SYSTEM: ("pk", Owner.USER)}  # nobody but the program
    objects = TenantQuerySet["Knock"].as_manager()

    class Meta:
        verbose_name = "demande à la porte"
        verbose_name_plural = "demandes à la porte"

    def __str__(self) -> str:
        return self.get_kind_display()


class SignUp(TenantModel):
    """What somebody typed to ask for an account, until they open the link sent to their address; then a request."""

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="utilisateur")
    # Not named `cabinet`: the journal copies that one, and no cabinet hears of an address that nobody confirmed.
    chosen = models.ForeignKey("accounts.Cabinet", models.PROTECT, related_name="+", verbose_name="cabinet choisi")
    company_name = models.CharField("nom de l’entreprise", max_length=120)
    siret = models.CharField("SIRET", max_length=14, validators=[validate_siret])
    postal_code = models.CharField("code postal", max_length=5, validators=[validate_postal_code])
    asked_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)

    tenant_paths = {Kind.PENDING: BY_USER}
    objects = TenantQuerySet["SignUp"].as_manager()

    class Meta:
        verbose_name = "inscription à confirmer"
        verbose_name_plural = "inscriptions à confirmer"
        constraints = [models.UniqueConstraint(fields=["user"], name="sign_up_one_a_user")]

    def __str__(self) -> str:
        return f"{self.company_name} ({self.siret})"


class AccountRequest(TenantModel):
    """A shop's request for an account, decided once by the staff of the cabinet it named or by the network."""

    class State(models.TextChoices):
        PENDING = "pending", "à valider"
        APPROVED = "approved", "acceptée"
        REFUSED = "refused", "refusée"

    class Check(models.TextChoices):
        """How the SIRET was proven: it is public, and names a company without showing who writes."""

        CODE = "code", "code reçu à l’adresse qu’un cabinet connaît"
        CALL = "appel", "appel au numéro du registre officiel"
        LETTER = "courrier", "code envoyé par courrier à l’adresse du registre"
        EXTRACT = "kbis", "extrait Kbis de moins de trois mois"
        KNOWN = "connu", "personne déjà connue du cabinet"
        INVITED = "invitation", "invitation d’un cabinet, qui avait vérifié"
        OWNER = "responsable", "reconnue par un responsable de l’entreprise"
        OTHER = "autre", "autre moyen (précisez)"

    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="utilisateur")
    cabinet = models.ForeignKey(
        "accounts.Cabinet", models.PROTECT, related_name="+", verbose_name="cabinet de rattachement"
    )
    company_name = models.CharField("nom de l’entreprise", max_length=120)
    siret = models.CharField("SIRET", max_length=14, validators=[validate_siret])
    postal_code = models.CharField("code postal", max_length=5, validators=[validate_postal_code])
    state = models.CharField("état", max_length=10, choices=State, default=State.PENDING)
    requested_at = models.DateTimeField("demandée le", default=timezone.now, editable=False)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True, editable=False)
    decided_by = models.CharField("décidée par", max_length=160, blank=True, editable=False)
    reason = models.TextField("motif du refus", blank=True, max_length=500)
    question = models.TextField("question au demandeur", blank=True, max_length=500)
    asked_at = models.DateTimeField("question posée le", null=True, blank=True, editable=False)
    answer = models.TextField("réponse du demandeur", blank=True, max_length=1000)
    answered_at = models.DateTimeField("réponse reçue le", null=True, blank=True, editable=False)
    checked_how = models.CharField("vérification faite", max_length=12, choices=Check, blank=True)
    check_note = models.CharField("précision sur la vérification", max_length=500, blank=True)
    evidence = models.JSONField("ce que l’on savait à la décision", default=dict, blank=True, editable=False)

    tenant_paths = {Kind.STAFF: BY_CABINET, Kind.PENDING: BY_USER, Kind.REPAIRER: BY_USER}
    objects = TenantQuerySet["AccountRequest"].as_manager()

    class Meta:
        verbose_name = "demande de compte"
        verbose_name_plural = "demandes de compte"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="pending", decided_at=None)
                | ~models.Q(state="pending") & models.Q(decided_at__isnull=False),
                name="account_request_decided_has_a_date",
            ),
            models.UniqueConstraint(
                fields=["user", "siret"], condition=models.Q(state="pending"), name="account_request_one_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company_name} ({self.siret})"

    @property
    def waits_for_applicant(self) -> bool:
        """Whether the cabinet asked something that has no answer yet."""
        return self.state == self.State.PENDING and self.asked_at is not None and self.answered_at is None

    @property
    def state_shown(self) -> str:
        return "en attente du demandeur" if self.waits_for_applicant else self.get_state_display()
