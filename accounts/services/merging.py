"""Two rows that are one shop, or one company: the one made by mistake goes, what pointed at it points at the other.

Relations are found in the models themselves, so that one added later is moved too. What cannot be told afterwards is
refused beforehand: nobody comes to see a dossier, and no door that a cabinet closed is opened, by a merger.
"""

from collections.abc import Iterator
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst

from accounts import journal, scope
from accounts.exceptions import NotAllowed
from accounts.models import (
    AccountRequest,
    CabinetEstablishment,
    DelegationProfile,
    Establishment,
    Invitation,
    JournalEntry,
    Organisation,
    ProfileEstablishment,
    RowChange,
    ShopInvitation,
    ShopMember,
    SignUp,
)
from accounts.scope import Actor, Kind, System
from accounts.services.decisions import decline
from accounts.services.events import Event

Row = TypeVar("Row", Establishment, Organisation)

_left: set[type[models.Model]] = {RowChange}  # written by triggers alone: what was so under the former row stays so
_single: dict[type[models.Model], str] = {}
_functions: dict[type[models.Model], str] = {JournalEntry: "merge_journal"}
TIMES = 3  # what hangs on a dossier follows it by trigger, and may be looked at before it


def leave_behind(*rows: type[models.Model]) -> None:
    """These go with the row made by mistake, or stay as they are."""
    _left.update(rows)


def moved_by(function: str, *rows: type[models.Model]) -> None:
    """These the application may add, never change: a function of the database moves them, in this scope alone."""
    _functions.update(dict.fromkeys(rows, function))


def never_both(rows: type[models.Model], reason: str) -> None:
    """Two of these cannot become one: `reason` says so to the administrator, and what to do first."""
    _single[rows] = reason


# What points at a row ------------------------------------------------------------------------------------------------


def relations(model: type[models.Model]) -> list["models.ForeignKey[Any, Any]"]:
    """Every foreign key to this model: first those of the accounts, then of what most others hang on."""
    found: list[Any] = [
        relation.field  # type: ignore[union-attr]
        for relation in model._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and (relation.one_to_many or relation.one_to_one)
    ]
    return sorted(found, key=_rank)


def _rank(field: "models.ForeignKey[Any, Any]") -> tuple[bool, int, str]:
    opts = field.model._meta
    return opts.app_label != Establishment._meta.app_label, -len(opts.get_fields(include_hidden=True)), str(field)


def moved_relations(model: type[models.Model]) -> list["models.ForeignKey[Any, Any]"]:
    return [field for field in relations(model) if field.model not in _left]


def _all(model: type[models.Model]) -> "models.QuerySet[Any]":
    return models.QuerySet(model)


def _pointing(field: "models.ForeignKey[Any, Any]", row: models.Model) -> "models.QuerySet[Any]":
    return _all(field.model).filter(**{field.name: row})


def what_moves(gone: models.Model) -> list[tuple[str, int]]:
    """Names and numbers of the rows that point at it, most first."""
    found: dict[str, int] = {}
    for field in moved_relations(type(gone)):
        name = capfirst(str(field.model._meta.verbose_name_plural))
        found[name] = found.get(name, 0) + _pointing(field, gone).count()
    for waiting in _asking(gone) if isinstance(gone, Establishment) else ():
        found[capfirst(str(waiting.model._meta.verbose_name_plural))] = waiting.count()
    return sorted(((name, count) for name, count in found.items() if count), key=lambda line: (-line[1], line[0]))


def _twins(
    field: "models.ForeignKey[Any, Any]", kept: models.Model, gone: models.Model
) -> Iterator[tuple[models.Model, models.Model]]:
    """Pairs of rows (of the kept one, of the other) that a constraint forbids to stand side by side."""
    for constraint in field.model._meta.constraints:
        if not isinstance(constraint, models.UniqueConstraint) or field.name not in constraint.fields:
            continue
        others = [name for name in constraint.fields if name != field.name]
        bound = constraint.condition or Q()
        for row in _pointing(field, gone).filter(bound):
            same = _pointing(field, gone).filter(pk=row.pk).values(*others).get() if others else {}
            twin = _pointing(field, kept).filter(bound, **same).first()
            if twin is not None:
                yield twin, row


def _repoint(kept: models.Model, gone: models.Model) -> None:
    """Whatever points at one points at the other; of two that cannot stand side by side, one takes in the other."""
    for _ in range(TIMES):
        for field in moved_relations(type(kept)):
            for twin, row in list(_twins(field, kept, gone)):
                _repoint(twin, row)
                _all(type(row)).filter(pk=row.pk).delete()
            if field.model in _functions:
                with connection.cursor() as cursor:
                    cursor.execute(f"SELECT {_functions[field.model]}(%s, %s)", [gone.pk, kept.pk])
            else:
                _pointing(field, gone).update(**{field.name: kept})


# Who still asks for it -----------------------------------------------------------------------------------------------


def _asking(site: Establishment) -> list["models.QuerySet[Any]"]:
    """What waits and names the SIRET: invitations, requests, addresses to confirm; in the order they are held in."""
    return [
        _all(ShopInvitation).filter(siret=site.siret, accepted_at=None, revoked_at=None).order_by("pk"),
        _all(AccountRequest).filter(siret=site.siret, state=AccountRequest.State.PENDING).order_by("pk"),
        _all(SignUp).filter(siret=site.siret).order_by("pk"),
    ]


def _hold_asking(site: Establishment) -> None:
    """Before the establishments, as whoever accepts one does: who comes second waits, and reads what was done."""
    for waiting in _asking(site):
        list(waiting.select_for_update(of=("self",)))


def _lead_on(kept: Establishment, gone: Establishment, actor: Actor) -> None:
    """Accepted later, they lead to the shop that stays: accepted as they were, they would make the former anew."""
    invitations, requests, sign_ups = _asking(gone)
    for invitation in invitations:
        _lead_invitation_on(invitation, kept)
    theirs = _all(AccountRequest).filter(siret=kept.siret, state=AccountRequest.State.PENDING)
    for request in requests.filter(user__in=theirs.values("user")).select_related("user"):
        decline(request, actor=actor, reason=f"Votre autre demande, pour le SIRET {kept.siret}, suit son cours.")
    for request in requests.all():
        request.siret, request.evidence = kept.siret, {**request.evidence, "asked_siret": gone.siret}
        request.save(update_fields=["siret", "evidence"])
        request.codes.filter(used_at=None).update(expires_at=timezone.now())  # a new one goes where this shop is known
        journal.record(request, Event.ESTABLISHMENTS_MERGED, actor=actor, siret=kept.siret, received=gone.siret)
    sign_ups.update(siret=kept.siret)


def _lead_invitation_on(invitation: Any, kept: Establishment) -> None:
    """Of two that one address has, the one that lasts longer."""
    twins = _all(ShopInvitation).filter(siret=kept.siret, accepted_at=None, revoked_at=None)
    twin = twins.filter(cabinet=invitation.cabinet_id, email=invitation.email).first()
    if twin is not None:
        shorter = min(twin, invitation, key=lambda one: one.expires_at)
        _all(ShopInvitation).filter(pk=shorter.pk).update(revoked_at=timezone.now())
    _all(ShopInvitation).filter(pk=invitation.pk, revoked_at=None).update(siret=kept.siret)


# Why not -------------------------------------------------------------------------------------------------------------


def obstacles(kept: Establishment | Organisation, gone: Establishment | Organisation) -> list[str]:
    """Why these two cannot be merged, each with what to do first; none: they can."""
    if kept.pk == gone.pk:
        return ["C’est la même ligne : choisissez celle qui a été créée par erreur."]
    own = _of_shops(kept, gone) if isinstance(kept, Establishment) else _of_companies(kept, gone)
    pairs = (
        reason
        for model, reason in _single.items()
        for field in moved_relations(type(kept))
        if field.model is model and next(_twins(field, kept, gone), None)
    )
    return [*own, *pairs]


def _of_shops(kept: Any, gone: Any) -> list[str]:
    found = []
    if gone.organisation_id not in {None, kept.organisation_id}:
        found.append(
            f"Le SIRET {gone.siret} a été prouvé par « {gone.organisation} », et l’autre ne l’a pas été par elle. "
            "Si c’est la même entreprise, fusionnez d’abord les deux organisations."
        )
    return [*found, *_doors(kept, gone)]


def _doors(kept: Establishment, gone: Establishment) -> Iterator[str]:
    """A cabinet that closed its dossiers to one of the two has not said what it thinks of the other."""
    closed = {link.cabinet_id: link.suspended_at is not None for link in kept.cabinet_links.all()}
    for link in gone.cabinet_links.select_related("cabinet").order_by("pk"):
        is_closed = link.suspended_at is not None
        if closed.get(link.cabinet_id, is_closed) != is_closed:
            yield (
                f"{link.cabinet} a suspendu l’accès de l’un et pas de l’autre : demandez-lui lequel des deux vaut, "
                "et rétablissez ou suspendez l’autre d’abord."
            )


def _of_companies(kept: Any, gone: Any) -> list[str]:
    ours, theirs = _owners(kept), _owners(gone)
    found = [
        f"{member.user} répond de « {gone} » et pas de « {kept} », dont la fusion lui ouvrirait les dossiers : "
        "qu’un responsable l’y accueille d’abord comme responsable, ou mettez fin à son accès."
        for user, member in theirs.items()
        if user not in ours
    ]
    if not theirs and gone.establishments.exists():
        found.append(
            f"Personne ne répond plus de « {gone} » : ses établissements se demandent et se prouvent à nouveau."
        )
    return found


def _owners(company: Organisation) -> dict[int, ShopMember]:
    rows = company.members.filter(left_at=None, role=ShopMember.Role.OWNER, user__is_active=True)
    return {member.user_id: member for member in rows.select_related("user").order_by("pk")}


# The merger ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def merge_establishments(kept: Establishment, gone: Establishment, *, actor: Actor, reason: str) -> Establishment:
    """Let `gone` become `kept`: dossiers, people's rights, rates, messages; the shop sees them on its next request.

    Who waits for an answer about the former SIRET waits for one about the other; an invitation leads there too.
    A later file with the former SIRET does not take these dossiers away again (`claims` writes it down for each); a
    new dossier under that SIRET belongs to nobody, as under any SIRET that nobody proved.
    """
    reason = _checked(actor, reason)
    with scope.system(System.MERGE):
        _hold_asking(gone)
        kept, gone = _held(Establishment, kept, gone)
        known_to = list(gone.cabinet_links.values_list("cabinet", flat=True))
        detail = {"siret": kept.siret, "received": gone.siret, "reason": reason, "moved": dict(what_moves(gone))}
        _lead_on(kept, gone, actor)
        _take_in(kept, gone)
        journal.record(kept, Event.ESTABLISHMENTS_MERGED, actor=actor, **detail)
        for link in CabinetEstablishment.objects.filter(establishment=kept, cabinet__in=known_to).order_by("pk"):
            journal.record(
                link, Event.ESTABLISHMENTS_MERGED, actor=actor, siret=kept.siret, received=detail["received"]
            )
    return kept


@transaction.atomic
def merge_organisations(kept: Organisation, gone: Organisation, *, actor: Actor, reason: str) -> Organisation:
    """Let `gone` become `kept`; its collaborators keep the rights they had, at the establishments they had them."""
    reason = _checked(actor, reason)
    with scope.system(System.MERGE):
        kept, gone = _held(Organisation, kept, gone)
        detail = {"former": gone.name, "reason": reason, "moved": dict(what_moves(gone))}
        _narrow_profiles(kept, gone)
        asked = Invitation.objects.filter(organisation=kept, accepted_at=None, revoked_at=None)
        again = Invitation.objects.filter(organisation=gone, accepted_at=None, revoked_at=None)
        again.filter(email__in=asked.values("email")).update(revoked_at=timezone.now())
        _take_in(kept, gone)
        journal.record(kept, Event.ORGANISATIONS_MERGED, actor=actor, **detail)
    return kept


def _checked(actor: Actor, reason: str) -> str:
    if actor.kind != Kind.NETWORK:
        raise NotAllowed("Seule l’administration du réseau fusionne deux réparateurs.")
    reason = reason.strip()
    if not reason:
        raise ValidationError("Écrivez comment vous savez qu’il s’agit du même réparateur : le journal le garde.")
    return reason[:300]


def _held(model: type[Row], kept: Row, gone: Row) -> tuple[Row, Row]:
    """Both rows as they stand now, locked in one order; of two clicks, the second finds nothing left to do."""
    rows = _all(model).select_for_update(of=("self",)).filter(pk__in=(kept.pk, gone.pk)).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < len({kept.pk, gone.pk}):
        raise NotAllowed("La fusion a déjà été faite : rien n’a été changé.")
    kept, gone = found[kept.pk], found[gone.pk]
    against = obstacles(kept, gone)
    if against:
        raise NotAllowed(" ".join(against))
    return kept, gone


def _take_in(kept: models.Model, gone: models.Model) -> None:
    _repoint(kept, gone)
    gone.delete()  # refused by the database, and undone whole, if anything points at it still


def _narrow_profiles(kept: Organisation, gone: Organisation) -> None:
    """« Tous les établissements » of the one is not all of both; two profiles of one name keep apart."""
    taken = set(DelegationProfile.objects.filter(organisation=kept).values_list("name", flat=True))
    for profile in DelegationProfile.objects.filter(organisation=gone).order_by("pk"):
        if profile.everywhere:
            rows = [ProfileEstablishment(profile=profile, establishment=site) for site in gone.establishments.all()]
            ProfileEstablishment.objects.bulk_create(rows, ignore_conflicts=True)
        profile.everywhere = False
        if profile.name in taken:
            profile.name = f"{profile.name[:30]} ({gone.name[:20]} {gone.pk})"
        profile.save(update_fields=["everywhere", "name"])
