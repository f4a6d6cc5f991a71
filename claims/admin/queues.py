"""What waits for a cabinet about its dossiers, and what a new cabinet sets up for them: shown on the dashboard."""

from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.menus import Menu
from accounts.models import AccountRequest, CabinetMember, JournalEntry
from accounts.scope import Actor, Kind
from accounts.waiting import FirstStep, Queue, announce, begin_with
from claims.models import (
    Appointment,
    CabinetRules,
    CallBack,
    Contact,
    Document,
    Dossier,
    Expectation,
    MissingDossierRequest,
    Passage,
    Supplement,
)
from claims.workflow import TAB_OF_STATE, WAITING, State

About = Expectation.About
CABINETS_TURN = tuple(state for state, turn in WAITING.items() if turn.who == Kind.STAFF)
DOSSIERS = "admin:claims_dossier_changelist"


def _overdue(actor: Actor) -> "QuerySet[Expectation]":
    rows = Expectation.objects.visible_to(actor).of_cabinets()
    return rows.filter(due_on__lt=timezone.localdate())


def _late_about(kind: str) -> Callable[[Actor], Q]:
    """The rows that the expectations of this kind are about."""
    return lambda actor: Q(pk__in=_overdue(actor).filter(kind=kind).values("object_id"))


def _in_state(state: State) -> Queue:
    """What a dossier's state expects of the cabinet; the index knows tabs, which a few states share."""

    def rows(actor: Actor) -> "QuerySet[Dossier]":
        return Dossier.objects.visible_to(actor).filter(tab=TAB_OF_STATE[state][0], state=state)

    def late(actor: Actor) -> Q:
        return Q(pk__in=_overdue(actor).filter(kind=state.value).values("dossier"))

    return Queue(
        f"{state.label} : {WAITING[state].expected}",
        Menu.DOSSIERS,
        rows,
        DOSSIERS,
        place=80,
        query={"state__exact": state.value},
        late=late,
        dossier="pk",
    )


announce(
    Queue(
        "Demandes de compte à valider",
        Menu.REQUESTS,
        lambda actor: AccountRequest.objects.visible_to(actor).filter(state=AccountRequest.State.PENDING),
        "admin:accounts_accountrequest_changelist",
        place=10,
        query={"state__exact": "pending"},
    ),
    Queue(
        "Dossiers dont le SIRET est à corriger",
        Menu.DOSSIERS,
        lambda actor: Dossier.objects.visible_to(actor).without_establishment(),
        "admin:claims_dossier_orphans",
        place=15,
        dossier="pk",
    ),
    Queue(
        "Dossiers que des réparateurs ne voient pas",
        Menu.REQUESTS,
        lambda actor: MissingDossierRequest.objects.visible_to(actor).filter(state=MissingDossierRequest.State.OPEN),
        "admin:claims_missingdossierrequest_changelist",
        place=20,
        query={"state__exact": "open"},
    ),
    Queue(
        "Dates à valider",
        Menu.DATES,
        lambda actor: Appointment.objects.visible_to(actor).current().to_validate(),
        "admin:claims_appointment_changelist",
        place=30,
        query={"status__exact": "proposed"},
        late=_late_about(About.DATE),
        dossier="dossier",
    ),
    Queue(
        "Documents reçus à vérifier",
        Menu.QUALIFY,
        lambda actor: Document.objects.visible_to(actor).to_check(),
        "admin:claims_document_changelist",
        place=35,
        query={"suite": "a-verifier"},
        dossier="dossier",
    ),
    Queue(
        "Compléments à décider",
        Menu.SUPPLEMENTS,
        lambda actor: Supplement.objects.visible_to(actor).pending(),
        "admin:claims_supplement_changelist",
        place=40,
        query={"status__exact": "pending"},
        late=_late_about(About.SUPPLEMENT),
        dossier="dossier",
    ),
    Queue(
        "Réparateurs à rappeler",
        Menu.REQUESTS,
        lambda actor: CallBack.objects.visible_to(actor).open(),
        "admin:claims_callback_changelist",
        place=45,
        query={"state__exact": "open"},
        late=lambda _actor: Q(due_at__lt=timezone.now()),
        dossier="dossier",
    ),
    *(_in_state(state) for state in CABINETS_TURN),
)


def _set_once(subject_type: str) -> Callable[[Actor], bool]:
    """Whether somebody has saved these settings: their row is made with the cabinet."""
    return lambda actor: (
        JournalEntry.objects.visible_to(actor).filter(subject_type=subject_type, event="changed").exists()
    )


begin_with(
    FirstStep(
        "Inviter vos collègues",
        "experts et gestionnaires, avec les droits de chacun",
        Menu.STAFF,
        "admin:accounts_cabinetmember_changelist",
        lambda actor: CabinetMember.objects.visible_to(actor).filter(left_at=None).count() > 1,
        place=10,
    ),
    FirstStep(
        "Écrire vos contacts",
        "qui les réparateurs appellent, pour quoi et à quelles heures",
        Menu.SETTINGS,
        "admin:claims_contact_changelist",
        lambda actor: Contact.objects.visible_to(actor).exists(),
        place=20,
    ),
    FirstStep(
        "Donner les jours de passage",
        "les réparateurs choisissent leurs rendez-vous parmi eux",
        Menu.DATES,
        "admin:claims_passage_changelist",
        lambda actor: Passage.objects.visible_to(actor).exists(),
        place=30,
    ),
    FirstStep(
        "Régler délais, relances et conservation",
        "combien de jours ouvrés, combien de rappels, combien d’années garder un dossier clos",
        Menu.SETTINGS,
        "admin:claims_cabinetrules_changelist",
        _set_once(CabinetRules._meta.label_lower),
        place=50,
    ),
    FirstStep(
        "Faire entrer vos dossiers",
        "le fichier de votre logiciel, ici ou chaque nuit",
        Menu.ACT,
        "admin:claims_dossier_changelist",
        lambda actor: Dossier.objects.visible_to(actor).exists(),
        place=70,
    ),
)
