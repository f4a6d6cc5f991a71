"""A shop asks for a dossier it does not see, a cabinet answers."""

from datetime import timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts import journal
from accounts.exceptions import NotAllowed
from accounts.menus import Menu
from accounts.models import CabinetEstablishment, User
from accounts.scope import Actor
from claims.models import MissingDossierRequest
from claims.models.plates import key_of
from claims.services.diagnosis import Diagnosis, Finding

State = MissingDossierRequest.State
A_DAY = 10  # dossiers a person may ask for in 24 hours


class Fact(StrEnum):
    """The journal's names."""

    MISSING_DOSSIER_ASKED = "missing_dossier_asked"
    MISSING_DOSSIER_ANSWERED = "missing_dossier_answered"


@transaction.atomic
def ask_for_dossier(
    diagnosis: Diagnosis, *, cabinet_ids: list[int], message: str, actor: Actor
) -> list[MissingDossierRequest]:
    """Ask each chosen cabinet that works with the person's sites; those asked already and not answered stay one.

    Raises `ValidationError` beyond ten dossiers in 24 hours; the lock on the person keeps two clicks from both being
    the tenth.
    """
    author = User.objects.select_for_update(of=("self",)).get(pk=actor.user_id or 0)
    key = key_of(diagnosis.wanted)
    _check_rate(author, key)
    asked = []
    for cabinet, establishment in _addressees(cabinet_ids, actor).items():
        fields = {
            "establishment_id": establishment,
            "wanted": diagnosis.wanted,
            "message": message,
            "finding": diagnosis.by_cabinet.get(cabinet, Finding.NOTHING),
        }
        row, is_new = MissingDossierRequest.objects.get_or_create(
            author=author, cabinet_id=cabinet, wanted_key=key, state=State.OPEN, defaults=fields
        )
        if is_new:
            journal.record(row, Fact.MISSING_DOSSIER_ASKED, actor=actor)
            asked.append(row)
    return asked


def _check_rate(author: User, key: str) -> None:
    since = timezone.now() - timedelta(days=1)
    recent = MissingDossierRequest.objects.filter(author=author, created_at__gt=since).exclude(wanted_key=key)
    if recent.values("wanted_key").distinct().count() >= A_DAY:
        raise ValidationError(
            f"Vous avez déjà demandé {A_DAY} dossiers en 24 heures : appelez vos cabinets, ou revenez demain."
        )


def _addressees(cabinet_ids: list[int], actor: Actor) -> dict[int, int]:
    """For each cabinet the site it works with; of several, the first by SIRET."""
    links = CabinetEstablishment.objects.visible_to(actor).filter(cabinet__in=cabinet_ids, suspended_at=None)
    found = links.order_by("cabinet", "-establishment__siret", "pk")
    return dict(found.values_list("cabinet", "establishment"))


@transaction.atomic
def answer_request(request: MissingDossierRequest, *, answer: str, actor: Actor) -> MissingDossierRequest:
    """Answer and close, once; the author is told and reads the answer on their page."""
    actor.require(Menu.REQUESTS)
    answer = answer.strip()
    if not answer:
        raise ValidationError("Écrivez la réponse : le réparateur la lit telle quelle.")
    request = MissingDossierRequest.objects.select_for_update(of=("self",)).get(pk=request.pk)
    if not request.is_open:
        raise NotAllowed(f"Cette demande a déjà été traitée par {request.answered_by} : rien n’a été changé.")
    request.state, request.answer = State.ANSWERED, answer
    request.answered_at, request.answered_by = timezone.now(), actor.label
    request.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    journal.record(request, Fact.MISSING_DOSSIER_ANSWERED, actor=actor)
    return request
