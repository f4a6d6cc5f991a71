"""Guided photos: a set is begun, its views are photographed in any order, and all of it is sent as one file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts import journal, services
from accounts.exceptions import NotAllowed
from accounts.models import Draft
from accounts.scope import Actor, Right
from claims.models import Document, Dossier, Shot, ShotKind, ShotSet, Upload
from claims.models.shots import Drawing
from claims.services import jobs
from claims.services.deposits import DRAFT_KEPT, deposit
from claims.services.dossiers import locked
from claims.services.shotbook import SHOT_BOOK
from claims.services.uploads import KEPT_SHOTS, forget
from claims.workflow import BEFORE_INVOICE, State

Exam = ShotSet.Exam
DRAFT = "shots"  # the act that waits for a responsable
EXTRA = 20  # views a shop adds by itself
# What photo estimates work from elsewhere is 1 280 × 960; half of that leaves nothing to read.
USUAL, LEAST = (1280, 960), (640, 480)  # pixels, longer and shorter side
BLURRED = 30  # see `claims.inspection.pictures.sharpness`
NOT_ALLOWED = "Votre profil ne permet pas d’envoyer des photos pour cet établissement."


class Fact(StrEnum):
    """The journal's names, about the set itself."""

    SHOTS_SENT = "shots_sent"


# Which exam, and why not ---------------------------------------------------------------------------------------------


def why_not(dossier: Dossier, exam: str) -> str:
    """Why photos for this exam cannot be sent now, in French; "" when they can (BCA-45, BCA-48)."""
    if dossier.state not in BEFORE_INVOICE:
        return "L’expertise de ce dossier est faite : envoyez d’autres photos par « Envoyer » ou « Complément »."
    if exam == Exam.REMOTE and dossier.state != State.AWAITING_REMOTE:
        return "Le cabinet ne demande pas d’expertise à distance pour ce dossier."
    if exam == Exam.SMARTPHONE and dossier.is_approved_repairer:
        return "L’examen sans déplacement n’est pas ouvert aux missions confiées à un réparateur agréé."
    if exam == Exam.SMARTPHONE and dossier.state == State.AWAITING_REMOTE:
        return "Le cabinet attend ici un dossier d’expertise à distance (EAD)."
    return ""


def offered(dossier: Dossier) -> list[Exam]:
    """The exams whose photos may be sent now."""
    return [exam for exam in Exam if not why_not(dossier, exam)]


# One view and its photo ----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class View:
    """One view of a set, with the photo that counts and the one still on its way."""

    shot: Shot
    photo: Upload | None = None  # the newest that passed its check
    later: Upload | None = None  # a newer one: arriving, being checked, or refused
    twin: str = ""  # the view that has this very photo already

    @property
    def is_done(self) -> bool:
        return self.photo is not None and not self.blocks

    @property
    def blocks(self) -> str:
        """Why the photo cannot be sent; "" when it can."""
        if self.photo is None:
            return ""
        if self.twin:
            return f"C’est la même photo que « {self.twin} » : reprenez celle-ci."
        if _sides(self.photo) < LEAST:
            return f"Photo trop petite ({self.photo.width} × {self.photo.height}) : on n’y lira rien, reprenez-la."
        return ""

    @property
    def doubts(self) -> list[str]:
        """What to look at before sending it all the same."""
        photo, found = self.photo, list[str]()
        if photo is None or self.blocks:
            return found
        if photo.sharpness is not None and photo.sharpness < BLURRED:
            found.append("Elle semble floue : touchez l’écran pour faire le point, puis reprenez-la.")
        longer, shorter = _sides(photo)
        if longer < USUAL[0] or shorter < USUAL[1]:
            found.append(f"Elle est petite ({photo.width} × {photo.height}) : 1 280 × 960 au moins est préférable.")
        return found + photo.warnings

    @property
    def is_checking(self) -> bool:
        return self.later is not None and self.later.state == Upload.State.CHECKING


def _sides(photo: Upload) -> tuple[int, int]:
    """Longer and shorter; a photo whose size nobody measured is large enough."""
    return max(photo.width or 9999, photo.height or 9999), min(photo.width or 9999, photo.height or 9999)


@dataclass(slots=True)
class Progress:
    """How far a set is."""

    views: list[View] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(view.is_done for view in self.views)

    @property
    def total(self) -> int:
        return len(self.views)

    @property
    def missing(self) -> list[View]:
        """Those without which the set is not sent."""
        return [view for view in self.views if view.shot.is_required and not view.is_done]

    @property
    def may_send(self) -> bool:
        return self.done > 0 and not self.missing and not any(view.blocks for view in self.views)

    @property
    def is_checking(self) -> bool:
        return any(view.is_checking for view in self.views)


def progress_of(shot_set: ShotSet) -> Progress:
    """The views of a set in preparation, in two statements whatever their number."""
    shots = list(shot_set.shots.order_by("position", "pk"))
    found = {shot.pk: View(shot) for shot in shots}
    rows = Upload.objects.filter(shot__in=[shot.pk for shot in shots], deposit=None)
    for row in rows.order_by("pk"):
        view = found[row.shot_id or 0]
        view.photo, view.later = (row, None) if row.is_ready else (view.photo, row)
    seen: dict[str, str] = {}
    for view in found.values():
        if view.photo is not None:
            view.twin = seen.get(view.photo.sha256, "")
            seen.setdefault(view.photo.sha256, view.shot.label)
    return Progress(list(found.values()))


# Acts ----------------------------------------------------------------------------------------------------------------


def _check_right(dossier: Dossier, actor: Actor) -> None:
    if not actor.may(Right.DEPOSIT, dossier.establishment_id) or actor.user_id is None:
        raise NotAllowed(NOT_ALLOWED)


@transaction.atomic
def begin(dossier: Dossier, exam: str, *, actor: Actor) -> ShotSet:
    """The set in preparation, begun now if nobody of the shop has; its views are the cabinet's of today."""
    _check_right(dossier, actor)
    dossier = locked(dossier)
    found = ShotSet.objects.filter(dossier=dossier, exam=exam, sent_at=None).first()
    if found is not None:
        return found
    if wait := why_not(dossier, exam):
        raise NotAllowed(wait)
    return begun(dossier, exam, author_id=actor.user_id or 0)


def begun(dossier: Dossier, exam: str, *, author_id: int) -> ShotSet:
    """A new set with the views the cabinet asks for today; the caller has checked that it may be."""
    kinds = list(ShotKind.objects.filter(cabinet=dossier.cabinet_id).order_by("position", "pk"))
    owner = {"cabinet_id": dossier.cabinet_id, "establishment_id": dossier.establishment_id}
    new = ShotSet(dossier=dossier, exam=exam, author_id=author_id, **owner)
    new.save(force_insert=True)
    shots = [_shot(new, place, kind) for place, kind in enumerate(kinds, start=1)]
    Shot.objects.bulk_create(shots or [_extra(new, 1, 1)])
    return new


def _shot(shot_set: ShotSet, place: int, kind: ShotKind) -> Shot:
    said = {name: getattr(kind, name) for name in ("label", "advice", "drawing", "is_required")}
    return Shot(shot_set=shot_set, dossier_id=shot_set.dossier_id, position=place, **said)


def _extra(shot_set: ShotSet, place: int, number: int) -> Shot:
    said = {"label": f"Autre photo {number}", "drawing": Drawing.OTHER, "is_required": False}
    return Shot(shot_set=shot_set, dossier_id=shot_set.dossier_id, position=place, **said)


def _held(shot_set: ShotSet) -> ShotSet:
    """The set, locked, while photos may still be taken."""
    found = ShotSet.objects.select_for_update(of=("self",)).get(pk=shot_set.pk)
    if not found.is_open:
        raise NotAllowed(state_of(found))
    return found


def state_of(shot_set: ShotSet) -> str:
    """What became of a set one can no longer change."""
    if shot_set.sent_at is not None:
        return f"Ces photos sont parties le {timezone.localtime(shot_set.sent_at):%d/%m/%Y à %H:%M}."
    return "Ces photos attendent l’accord de votre responsable."


@transaction.atomic
def add_view(shot_set: ShotSet, *, actor: Actor) -> Shot:
    """One more photo than the cabinet asks for: a second damage, a detail."""
    _check_right(shot_set.dossier, actor)
    shot_set = _held(shot_set)
    extra = shot_set.shots.filter(drawing=Drawing.OTHER, is_required=False).count()
    if extra >= EXTRA:
        raise ValidationError(f"{EXTRA} photos de plus au maximum : envoyez les autres par « Envoyer ».")
    last = shot_set.shots.aggregate(last=Max("position"))["last"] or 0
    shot = _extra(shot_set, last + 1, extra + 1)
    shot.save(force_insert=True)
    return shot


@transaction.atomic
def remove_photo(shot: Shot, *, actor: Actor) -> None:
    """Take back the photo of a view, whoever of the shop took it."""
    _check_right(shot.dossier, actor)
    _held(shot.shot_set)
    for row in shot.uploads.filter(deposit=None):
        forget(row)


def send(shot_set: ShotSet, *, safety: str, comment: str = "", actor: Actor) -> ShotSet | Draft:
    """Send now, or keep for validation what this person may not send alone."""
    _check_right(shot_set.dossier, actor)
    if actor.must_submit(Right.DEPOSIT, shot_set.dossier.establishment_id):
        return _submit(shot_set, safety=safety, comment=comment, actor=actor)
    return send_set(shot_set, safety=safety, comment=comment, actor=actor)


@transaction.atomic
def send_set(shot_set: ShotSet, *, safety: str, comment: str = "", actor: Actor) -> ShotSet:
    """One deposit of all the photos, its receipt, and the order of its book; sent twice it is one."""
    dossier = locked(shot_set.dossier)
    shot_set = ShotSet.objects.select_for_update(of=("self",)).get(pk=shot_set.pk)
    if shot_set.sent_at is not None:
        return shot_set
    views = _sendable(dossier, shot_set)
    photos = [view.photo for view in views if view.photo is not None]
    new = deposit(dossier, photos, kind=shot_set.exam, actor=actor, comment=comment, key=f"shots:{shot_set.pk}")
    _file(dossier, shot_set, views)
    shot_set.deposit, shot_set.sent_at, shot_set.safety, shot_set.draft = new, new.sent_at, safety, None
    shot_set.save()
    jobs.order(SHOT_BOOK, shot_set, actor=actor)
    journal.record(shot_set, Fact.SHOTS_SENT, actor=actor)
    return shot_set


def _sendable(dossier: Dossier, shot_set: ShotSet) -> list[View]:
    """The views with their photos, once all are there; raises `ValidationError`, or `NotAllowed` for the exam."""
    if wait := why_not(dossier, shot_set.exam):
        raise NotAllowed(wait)
    found = progress_of(shot_set)
    if found.missing:
        names = ", ".join(f"« {view.shot.label} »" for view in found.missing)
        raise ValidationError(f"Il manque encore {names}.")
    if blocked := next((view for view in found.views if view.blocks), None):
        raise ValidationError(f"« {blocked.shot.label} » : {blocked.blocks}")
    views = [view for view in found.views if view.is_done]
    if not views:
        raise ValidationError("Prenez au moins une photo.")
    return views


def _file(dossier: Dossier, shot_set: ShotSet, views: Iterable[View]) -> None:
    """Each view keeps the document its photo became; photos taken again are forgotten."""
    papers = Document.objects.filter(dossier=dossier, kind=shot_set.exam).sent().values_list("sha256", "pk")
    known = dict(papers)
    for view in views:
        view.shot.document_id = known.get(view.photo.sha256) if view.photo else None
        view.shot.save(update_fields=["document"])
    for row in Upload.objects.filter(shot__shot_set=shot_set, deposit=None):
        forget(row)


# Validation before sending -------------------------------------------------------------------------------------------


@transaction.atomic
def _submit(shot_set: ShotSet, *, safety: str, comment: str, actor: Actor) -> Draft:
    dossier = locked(shot_set.dossier)
    shot_set = _held(shot_set)
    views = _sendable(dossier, shot_set)
    draft = services.submit(
        DRAFT,
        actor=actor,
        establishment_id=dossier.establishment_id or 0,
        cabinet_id=dossier.cabinet_id,
        summary=f"{shot_set} ({len(views)} photos) pour le dossier {dossier.reference}",
        payload={"set": shot_set.pk, "safety": safety, "comment": comment},
    )
    shot_set.draft = draft.pk
    shot_set.save(update_fields=["draft"])
    _keep(shot_set, DRAFT_KEPT)
    return draft


def _keep(shot_set: ShotSet, time: timedelta) -> None:
    Upload.objects.filter(shot__shot_set=shot_set, deposit=None).update(expires_at=timezone.now() + time)


def _approved(draft: Draft, actor: Actor) -> None:
    """Runs in the decider's scope."""
    rows = ShotSet.objects.visible_to(actor).select_related("dossier")
    typed = draft.payload
    send_set(rows.get(pk=typed["set"]), safety=typed["safety"], comment=typed["comment"], actor=actor)


def hand_back(draft: Draft) -> None:
    """A refused set may be taken up again."""
    for shot_set in ShotSet.objects.filter(draft=draft.pk):
        shot_set.draft = None
        shot_set.save(update_fields=["draft"])
        _keep(shot_set, KEPT_SHOTS)


services.register(DRAFT, _approved, right=Right.DEPOSIT)
