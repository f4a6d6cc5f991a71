"""Who may do what, half-way: rights narrowed, shops entrusted, questions asked, an invitation, a draft that waits."""

import hashlib
from datetime import date, datetime, timedelta

from accounts.menus import ALL_MENUS, Menu
from accounts.models import (
    AccountRequest,
    AssignedEstablishment,
    CabinetEstablishment,
    CabinetMember,
    Delegation,
    DelegationProfile,
    Draft,
    ProfileEstablishment,
    ShopInvitation,
    ShopMember,
    SiretCode,
)
from accounts.scope import Right
from accounts.services.shopinvitations import VALIDITY, token_of
from claims.models import Appointment, AssignedDossier, Dossier
from claims.models.appointments import NO_DATE, Wish
from claims.services.appointments import said
from claims.services.date_drafts import ACTION
from claims.workflow import Action, DateKind, State
from portal.demo import identifiers
from portal.demo.network import UNPROVEN, A, Network

CLERK, EXPERT = "gestionnaire2.atmos@exemple.test", "expert3.atmos@exemple.test"
HELPER = "collaborateur.verdon@exemple.test"
NARROW = ALL_MENUS - {Menu.STAFF, Menu.SETTINGS, Menu.TARIFFS, Menu.STATISTICS, Menu.SHOPS}
REASON = "Attestation d’assurance professionnelle périmée : envoyez la nouvelle pour rouvrir l’accès."


def accounts(network: Network, now: datetime, today: date) -> None:
    entrust()
    share()
    doors(network, now)
    delegate(now, today)


def entrust() -> None:
    """A gestionnaire of two shops and three dossiers, with fewer rights; an expert who sees only what is theirs."""
    clerk = CabinetMember.objects.get(user__email=CLERK)
    clerk.menus, clerk.sees_all = sorted(NARROW), False
    clerk.save(update_fields=["menus", "sees_all"])
    CabinetMember.objects.filter(user__email=EXPERT).update(sees_all=False)
    links = CabinetEstablishment.objects.filter(cabinet=clerk.cabinet_id).order_by("pk")
    sites = list(links.values_list("establishment", flat=True)[:2])
    AssignedEstablishment.objects.bulk_create(
        AssignedEstablishment(cabinet_id=clerk.cabinet_id, member=clerk, establishment_id=site) for site in sites
    )
    others = Dossier.objects.filter(cabinet=clerk.cabinet_id).exclude(establishment__in=sites).order_by("-pk")[:3]
    AssignedDossier.objects.bulk_create(
        AssignedDossier(cabinet_id=clerk.cabinet_id, member=clerk, dossier=dossier) for dossier in others
    )
    CabinetEstablishment.objects.exclude(suspended_at=None).update(suspension_reason=REASON)


def share() -> None:
    """Gestionnaires who see everything have open dossiers of their own all the same: « Mes dossiers » counts them."""
    clerks = CabinetMember.objects.filter(role=CabinetMember.Role.CLERK).order_by("pk")
    for clerk in clerks.filter(sees_all=True):
        colleagues = list(clerks.filter(cabinet=clerk.cabinet_id).values_list("pk", flat=True))
        open_ones = Dossier.objects.filter(cabinet=clerk.cabinet_id).exclude(state=State.CLOSED).order_by("pk")
        mine = open_ones[colleagues.index(clerk.pk) :: len(colleagues)]
        AssignedDossier.objects.bulk_create(
            AssignedDossier(cabinet_id=clerk.cabinet_id, member=clerk, dossier=dossier) for dossier in mine
        )


def doors(network: Network, now: datetime) -> None:
    """A question without its answer, one answered, a code on its way, and an invitation."""
    known = AccountRequest.objects.get(company_name=UNPROVEN[0])
    link = CabinetEstablishment.objects.filter(establishment__siret=known.siret, cabinet=known.cabinet_id).first()
    SiretCode.objects.create(
        user=known.user, request=known, link=link, created_at=now, expires_at=now + timedelta(minutes=15)
    )
    waiting = AccountRequest.objects.exclude(pk=known.pk).filter(state=AccountRequest.State.PENDING)
    for row in waiting:
        row.question = "Quel numéro de téléphone figure sur vos factures ?"
        row.asked_at = row.requested_at + timedelta(hours=5)
        row.save(update_fields=["question", "asked_at"])
    known.question = "Votre atelier est-il bien celui de la zone du Prat ?"
    known.asked_at, known.answer = known.requested_at + timedelta(hours=3), "Oui, bâtiment B, depuis 2019."
    known.answered_at = known.requested_at + timedelta(hours=26)
    known.save(update_fields=["question", "asked_at", "answer", "answered_at"])
    _invite(network, now)


def _invite(network: Network, now: datetime) -> None:
    cabinet = network.cabinets[A]
    manager = network.members(cabinet, CabinetMember.Role.MANAGER)[0]
    invitation = ShopInvitation(
        cabinet=cabinet,
        company_name="Carrosserie Belle-Étoile",
        siret=identifiers.siret(identifiers.siren(910_074), 1),
        postal_code="74300",
        email="responsable.belle-etoile@exemple.test",
        checked_how=AccountRequest.Check.CALL,
        check_note="Appel au numéro du registre, le responsable a confirmé.",
        inviter=manager.user,
        invited_by=cabinet.name,
        created_at=now - timedelta(days=3),
        expires_at=now - timedelta(days=3) + VALIDITY,
    )
    invitation.token_hash = hashlib.sha256(token_of(invitation).encode()).hexdigest()
    invitation.save()


def delegate(now: datetime, today: date) -> None:
    """A collaborator who prepares visits at one site; one waits for the responsable."""
    member = ShopMember.objects.select_related("organisation").get(user__email=HELPER)
    sites = member.organisation.establishments.order_by("pk")
    site = sites[0]
    profile = DelegationProfile.objects.create(
        organisation=member.organisation,
        name="Rendez-vous, à valider",
        rights=[Right.VIEW, Right.DATES],
        needs_validation=True,
    )
    ProfileEstablishment.objects.create(profile=profile, establishment=site)
    Delegation.objects.create(
        organisation=member.organisation,
        member=member,
        profile=profile,
        from_on=today - timedelta(days=30),
        granted_by=member.organisation.name,
    )
    fixed = Appointment.objects.current().filter(kind=DateKind.REPAIR).values("dossier")
    open_ones = Dossier.objects.filter(establishment=site, state=State.AWAITING_DOCUMENTS).exclude(pk__in=fixed)
    dossier = open_ones.order_by("-pk").first() or Dossier.objects.filter(establishment=site).order_by("-pk").first()
    if dossier is not None:
        _draft(dossier, member, now, today + timedelta(days=16 - today.weekday()))


def _draft(dossier: Dossier, member: ShopMember, now: datetime, on: date) -> None:
    label = f"{Action.PROPOSE_DATE.label} – dossier {dossier.reference} : {said(Wish(on), DateKind.REPAIR)}"
    wish = {"on": on.isoformat(), "until": "", "half": "", "at": ""}
    Draft.objects.create(
        organisation=member.organisation,
        establishment_id=dossier.establishment_id or 0,
        cabinet_id=dossier.cabinet_id,
        author=member.user,
        action=ACTION,
        summary=label,
        payload={
            "dossier": dossier.pk,
            "kind": DateKind.REPAIR.value,
            "action": Action.PROPOSE_DATE.value,
            "seen": NO_DATE,
            "reason": "",
            "wish": wish,
        },
        submitted_at=now - timedelta(hours=2),
    )
