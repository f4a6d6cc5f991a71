"""The page « Expertise »: the dates of one dossier, what may be done to each, and what was said before."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.exceptions import NotAllowed
from accounts.http import ActorRequest
from accounts.models import Draft, JournalEntry
from accounts.scope import Kind, Right
from claims.forms.dates import DateActForm, WishForm
from claims.models import Appointment, Dossier
from claims.models.appointments import NO_DATE
from claims.services.appointments import WITH_DATE, move_date, offered_kinds, said, why_not_yet
from claims.services.date_drafts import ACTION, submit_date
from claims.services.passages import Offer, offer_for, policy_of
from claims.views.dossiers import dossier_or_404, frame, step
from claims.workflow import DATE_ACTIONS, VISITS, Action, DateKind, DateStatus, State, date_actions_for

CHIPS = {
    DateStatus.PROPOSED: ("them", "Proposée : le cabinet doit répondre"),
    DateStatus.OFFERED: ("you", "Le cabinet vous propose cette date"),
    DateStatus.VALIDATED: ("ok", "Validée"),
    DateStatus.REFUSED: ("", "Refusée"),
    DateStatus.WITHDRAWN: ("", "Retirée"),
    DateStatus.CANCELLED: ("", "Annulée"),
}
# What is expected now stands out among what may be done.
EXPECTED = {
    State.AWAITING_VISIT: DateKind.FIELD_VISIT,
    State.AWAITING_REMOTE: DateKind.REMOTE,
    State.IN_PROGRESS: DateKind.REPAIR,
    State.AWAITING_INVOICE: DateKind.DELIVERY,
}
SHOWN_STEPS = 100


@dataclass(slots=True)
class Card:
    """One kind of date, as the page shows it."""

    kind: DateKind
    row: Appointment | None
    actions: list[Action]
    wait: str = ""  # what must come first
    form: WishForm | None = None
    drafts: int = 0  # acts that wait for somebody of the shop
    is_open: bool = False
    is_expected: bool = False

    @property
    def token(self) -> str:
        return self.row.token if self.row else NO_DATE

    @property
    def text(self) -> str:
        return said(self.row.wish) if self.row else ""

    @property
    def chip(self) -> tuple[str, str]:
        return CHIPS[DateStatus(self.row.status)] if self.row else ("", "Pas de date")

    @property
    def is_yours(self) -> bool:
        return self.row is not None and self.row.status == DateStatus.OFFERED


@require_http_methods(["GET", "HEAD", "POST"])
def dossier_expertise(request: ActorRequest, cabinet: str, reference: str) -> HttpResponse:
    """Consult and propose dates, answer the cabinet's; an act upon what has moved meanwhile changes nothing."""
    subject = dossier_or_404(request, cabinet, reference)
    typed = None
    if request.method == "POST":
        _need_right(request, subject)
        act = DateActForm(request.POST)
        if not act.is_valid():
            messages.error(request, "Cette demande n’est pas comprise : recommencez depuis cette page.")
            return redirect("dossier_expertise", cabinet, reference)
        typed = _act(request, subject, act)
        if typed is None:
            return redirect("dossier_expertise", cabinet, reference)
    context = frame(request, subject, "Expertise") | {
        "cards": _cards(request, subject, typed),
        "history": _history(request, subject),
        "feed_url": request.actor.kind == Kind.REPAIRER,
    }
    return render(request, "claims/expertise.html", context, status=200 if typed is None else 422)


def _need_right(request: ActorRequest, subject: Dossier) -> None:
    if request.actor.kind != Kind.REPAIRER or not request.actor.may(Right.DATES, subject.establishment_id):
        raise PermissionDenied("Votre profil ne permet pas de fixer les dates de cet établissement.")


def _act(request: ActorRequest, subject: Dossier, act: DateActForm) -> WishForm | None:
    """Do it and say so; the form to correct when the date cannot be."""
    kind, action, actor = act.cleaned_data["type"], act.cleaned_data["acte"], request.actor
    form = None
    if action in WITH_DATE:
        form = WishForm(request.POST, kind=kind, **_offer(request, subject, kind in VISITS))
    if form is not None and not form.is_valid():
        return form
    wish = form.wish() if form else None
    waits = actor.must_submit(Right.DATES, subject.establishment_id)
    do = submit_date if waits else move_date
    try:
        do(
            subject,
            kind,
            action,
            actor=actor,
            seen=act.cleaned_data["vu"],
            wish=wish,
            reason=act.cleaned_data["motif"],
        )
    except NotAllowed as refusal:
        messages.warning(request, str(refusal))
    except ValidationError as problem:
        if form is not None:
            form.complain(problem)
            return form
        messages.error(request, " ".join(problem.messages))
    else:
        messages.success(request, WAITS if waits else DONE_HERE[action])
    return None


WAITS = "C’est noté : un responsable de votre entreprise doit valider avant que le cabinet le reçoive."
DONE_HERE = {
    Action.PROPOSE_DATE: "Votre date est proposée : le cabinet est averti, sa réponse arrivera ici et par e-mail.",
    Action.ACCEPT_DATE: "La date est validée : le cabinet est averti.",
    Action.REFUSE_DATE: "La date est refusée : le cabinet est averti de votre motif.",
    Action.WITHDRAW_DATE: "Votre date est retirée.",
    Action.CANCEL_DATE: "Le rendez-vous est annulé : le cabinet est averti de votre motif.",
}


def _offer(request: ActorRequest, subject: Dossier, is_visit: bool) -> dict[str, Any]:
    """What a form of a date offers: for a visit the passages, and whether another day may be asked for."""
    slots, closed = offer_for(subject, actor=request.actor) if is_visit else Offer([], [])
    return {"slots": slots, "closed": closed, "other_dates": policy_of(subject).other_dates if slots else True}


def _cards(request: ActorRequest, subject: Dossier, typed: WishForm | None) -> list[Card]:
    """The kinds one may speak of, and those that were spoken of."""
    found = Appointment.objects.visible_to(request.actor).current().filter(dossier=subject)
    rows = {DateKind(row.kind): row for row in found}
    offered = offered_kinds(subject)
    cards = [_card(request, subject, kind, rows.get(kind)) for kind in DateKind if kind in rows or kind in offered]
    proposing = [card for card in cards if Action.PROPOSE_DATE in card.actions and not card.wait]
    visits = _offer(request, subject, any(card.kind in VISITS for card in proposing))
    days: dict[str, Any] = {"slots": []}
    waiting = _waiting(request, subject) if cards else []
    for card in cards:
        card.is_expected = EXPECTED.get(State(subject.state)) == card.kind and not (card.row and card.row.is_live)
        card.drafts = waiting.count(card.kind.value)
        if card in proposing:
            mine = typed is not None and typed.kind == card.kind
            card.form = typed if mine else WishForm(kind=card.kind, **(visits if card.kind in VISITS else days))
            card.is_open = mine
    return cards


def _card(request: ActorRequest, subject: Dossier, kind: DateKind, row: Appointment | None) -> Card:
    may = request.actor.kind == Kind.REPAIRER and request.actor.may(Right.DATES, subject.establishment_id)
    status = DateStatus(row.status) if row else None
    actions = date_actions_for(status, request.actor.kind) if may and kind in offered_kinds(subject) else []
    return Card(kind, row, actions, why_not_yet(subject, kind))


def _waiting(request: ActorRequest, subject: Dossier) -> list[str]:
    drafts = Draft.objects.visible_to(request.actor).filter(
        action=ACTION, state=Draft.State.PENDING, payload__dossier=subject.pk
    )
    return list(drafts.values_list("payload__kind", flat=True))


def _history(request: ActorRequest, subject: Dossier) -> list[dict[str, Any]]:
    """Every date ever spoken of, the newest first (EG-65)."""
    entries = JournalEntry.objects.visible_to(request.actor).filter(
        subject_type=Dossier._meta.label_lower, subject_id=subject.pk, event__in=DATE_ACTIONS
    )
    return [step(entry) for entry in entries.order_by("-at", "-pk")[:SHOWN_STEPS]]
