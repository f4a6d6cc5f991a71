"""Tenancy in one place: who acts, which rows they may see, and the database scope that says so a second time.

The first fence is `visible_to(actor)`. The second is PostgreSQL's row-level security, whose policies read settings
that live as long as the transaction; only this module writes them, through functions made by `accounts/migrations`.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, ClassVar, Self, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from accounts.beside import enter_user
from accounts.menus import ALL_MENUS, Menu, menus_of
from accounts.planned import planned


class Kind(StrEnum):
    """In what quality somebody acts."""

    ANONYMOUS = "anonymous"
    PENDING = "pending"  # signed in, attached to nothing yet: sees nothing
    REPAIRER = "repairer"
    STAFF = "staff"
    NETWORK = "network"
    SYSTEM = "system"


class System(StrEnum):
    """Why a piece of the program acts beyond one tenant; the list is short on purpose."""

    SIGN_UP = "sign_up"
    ACCOUNT = "account"  # a person's own settings
    APPROVAL = "approval"
    PROOF = "proof"
    DIAGNOSIS = "diagnosis"  # reads the establishments of the asker's own SIREN, nothing else
    OUTBOX = "outbox"
    JOBS = "jobs"
    RECEIPT = "receipt"  # finds one receipt by its number, to compare fingerprints with it
    IMPORT = "import"
    UPKEEP = "upkeep"
    FOLLOW_UP = "follow_up"  # what is expected of whom, and the reminders of it
    DELEGATION = "delegation"
    PORTFOLIO = "portfolio"
    VALIDATION = "validation"
    TARIFFS = "tariffs"
    AGENDA = "agenda"  # counts the visits of a half-day, and finds whose feed an address is
    PURGE = "purge"  # forgets what a cabinet may no longer keep
    WATCH = "watch"  # counts and measures, for operations
    MERGE = "merge"  # two rows that are one shop; the tariffs' trigger knows this name
    DEMO = "demo"
    TESTS = "tests"


class Right(StrEnum):
    """What somebody may do for an establishment; whoever answers for the company may do all of it."""

    VIEW = "view"
    DEPOSIT = "deposit"
    INVOICE = "invoice"
    DATES = "dates"
    SUPPLEMENT = "supplement"
    MESSAGES = "messages"
    TARIFFS = "tariffs"
    PEOPLE = "people"


RIGHT_LABELS = {
    Right.VIEW: "consulter",
    Right.DEPOSIT: "déposer",
    Right.INVOICE: "facturer",
    Right.DATES: "dates",
    Right.SUPPLEMENT: "complément",
    Right.MESSAGES: "messages",
    Right.TARIFFS: "tarifs",
    Right.PEOPLE: "gérer les personnes",
}
ALL_RIGHTS = frozenset(Right)


@dataclass(frozen=True, slots=True)
class Site:
    """An establishment as one of its people knows it, with what that person may do there."""

    pk: int
    siret: str
    name: str
    organisation_id: int = 0
    rights: frozenset[Right] = frozenset()
    alone: frozenset[Right] = frozenset()  # those of `rights` that wait for nobody's validation


@dataclass(frozen=True, slots=True)
class CabinetName:
    """A cabinet as the people who work with it know it."""

    pk: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Entrusted:
    """What a member of staff sees of the cabinet's dossiers who does not see them all."""

    establishments: tuple[int, ...] = ()
    dossiers: tuple[int, ...] = ()  # one by one; those they are the expert of are theirs besides
    member: int = 0

    def by_site(self, prefix: str = "") -> Q:
        return Q(**{f"{prefix}establishment__in": self.establishments})

    def by_dossier(self, path: str) -> Q:
        """Those of which they are the expert are looked up in their table: there may be thousands."""
        given = RawSQL("SELECT unnest(%s::bigint[])", (list(self.dossiers),))
        own = RawSQL("SELECT id FROM claims_dossier WHERE expert_id = %s", (self.member,))
        return Q(**{f"{path}__in": given}) | Q(**{f"{path}__in": own})


@dataclass(frozen=True, slots=True)
class Actor:
    """A user acting for an organisation or a cabinet during one request, or a named part of the program."""

    kind: Kind
    user_id: int | None = None
    # what the journal shows: an organisation, a cabinet or a part of the program, never a private name
    label: str = ""
    role: str = ""
    organisations: tuple[int, ...] = ()
    owned: tuple[int, ...] = ()  # those of `organisations` this person answers for
    sites: tuple[Site, ...] = ()
    cabinets: tuple[CabinetName, ...] = ()  # staff: theirs; repairers: those their sites work with
    suspended: frozenset[tuple[int, int]] = field(default_factory=frozenset)  # (cabinet, establishment)
    beside: Mapping[str, Any] = field(default_factory=dict, compare=False)  # see `accounts/beside.py`
    menus: frozenset[Menu] = frozenset()  # of staff
    entrusted: Entrusted | None = None  # of staff who see a part of their cabinet only; None: no such limit

    @property
    def establishment_ids(self) -> tuple[int, ...]:
        return tuple(site.pk for site in self.sites)

    @property
    def cabinet_ids(self) -> tuple[int, ...]:
        return tuple(cabinet.pk for cabinet in self.cabinets)

    @property
    def sees_everything(self) -> bool:
        return self.kind in {Kind.NETWORK, Kind.SYSTEM}

    def may(self, right: Right, establishment_id: int | None) -> bool:
        """Whether a delegation in force, or answering for the company, gives this right there."""
        return any(site.pk == establishment_id and right in site.rights for site in self.sites)

    def may_somewhere(self, right: Right) -> bool:
        return any(right in site.rights for site in self.sites)

    @property
    def keeps_tariffs(self) -> bool:
        return self.may_somewhere(Right.TARIFFS)

    def must_submit(self, right: Right, establishment_id: int | None) -> bool:
        """Whether what this person sends under this right first waits for somebody who answers for the company."""
        return self.may(right, establishment_id) and not any(
            site.pk == establishment_id and right in site.alone for site in self.sites
        )

    def opens(self, menu: Menu) -> bool:
        """Whether staff hold this right; the network and the program hold them all, a shop none."""
        return self.sees_everything or menu in self.menus

    def require(self, menu: Menu) -> None:
        """Raise `PermissionDenied` for staff without this right; shops have rights of their own kind."""
        if self.kind == Kind.STAFF and menu not in self.menus:
            raise PermissionDenied("Votre cabinet ne vous a pas donné ce droit : demandez-le à votre responsable.")

    def where(self, right: Right) -> "Actor":
        """The same person, at the sites where they hold this right: what `visible_to` then shows."""
        if self.kind != Kind.REPAIRER:
            return self
        return replace(self, sites=tuple(site for site in self.sites if right in site.rights))

    @property
    def managed(self) -> tuple[int, ...]:
        """The companies whose people this person may manage, wholly or at some establishments."""
        partly = {site.organisation_id for site in self.sites if Right.PEOPLE in site.rights}
        return tuple(sorted(partly.union(self.owned)))


ANONYMOUS = Actor(Kind.ANONYMOUS)

M = TypeVar("M", bound=models.Model)


class Owner(StrEnum):
    """What a tenant path leads to."""

    ESTABLISHMENT = "establishment"
    CABINET = "cabinet"
    ORGANISATION = "organisation"
    USER = "user"


TenantPath = tuple[str, Owner]
BY_ESTABLISHMENT: TenantPath = ("establishment", Owner.ESTABLISHMENT)
BY_CABINET: TenantPath = ("cabinet", Owner.CABINET)
BY_USER: TenantPath = ("user", Owner.USER)


class TenantQuerySet(models.QuerySet[M]):
    """Rows that belong to tenants; `visible_to` is the only way from `objects` in views, forms and the admin."""

    def visible_to(self, actor: Actor) -> Self:
        """Keep the rows this actor may see; an unknown kind of actor sees nothing."""
        if actor.sees_everything:
            return self.all()
        paths: dict[Kind, TenantPath] = getattr(self.model, "tenant_paths", {})
        if actor.kind not in paths:
            return self.none()
        path, owner = paths[actor.kind]
        rows = self.filter(_one_of(path, _keys(owner, actor)))
        if owner == Owner.CABINET and actor.entrusted is not None:
            rows = rows.filter(_entrusted(self.model, path, actor.entrusted))
        if owner == Owner.ESTABLISHMENT and actor.suspended and path.endswith("establishment"):
            cabinet_path = path.removesuffix("establishment") + "cabinet"
            for cabinet, establishment in sorted(actor.suspended):
                rows = rows.exclude(**{path: establishment, cabinet_path: cabinet})
        return rows


def _one_of(path: str, keys: tuple[int, ...]) -> Q:
    """`= $1` for one key: `= ANY(array)` reads a large shop whole before it sorts."""
    return Q(**{path: keys[0]}) if len(keys) == 1 else Q(**{f"{path}__in": keys})


def _keys(owner: Owner, actor: Actor) -> tuple[int, ...]:
    match owner:
        case Owner.ESTABLISHMENT:
            return actor.establishment_ids
        case Owner.CABINET:
            return actor.cabinet_ids
        case Owner.ORGANISATION:
            return actor.organisations
        case Owner.USER:
            return (actor.user_id,) if actor.user_id else ()


def _entrusted(model: type[models.Model], path: str, part: Entrusted) -> Q:
    """Of a row that leads to its cabinet through another, it is the other that may be entrusted."""
    prefix = path.removesuffix("cabinet") if path.endswith("__cabinet") else ""
    for step in prefix.split("__")[:-1]:
        model = cast("type[models.Model]", model._meta.get_field(step).related_model)
    return cast("type[TenantModel]", model).entrusted_to(part, prefix)


class TenantModel(models.Model):
    """A row that belongs to somebody: `tenant_paths` names, per kind of actor, the way to its owner."""

    tenant_paths: ClassVar[dict[Kind, TenantPath]] = {}

    class Meta:
        abstract = True

    @classmethod
    def entrusted_to(cls, part: Entrusted, prefix: str = "") -> Q:
        """Which rows of their cabinet staff see who do not see all of it.

        What hangs on a dossier follows it by its field `dossier`; what does not is the whole cabinet's, unless its
        model says otherwise.
        """
        names = {field.name for field in cls._meta.fields}
        if "dossier" not in names:
            return Q()
        found = part.by_dossier(f"{prefix}dossier")
        return found | part.by_site(prefix) if "establishment" in names else found


# The database scope -------------------------------------------------------------------------------------------------

_Scope = tuple[str, Any]  # ("user", id), ("cabinet", id), ("system", reason) or ("nobody", None)
_NOBODY: _Scope = ("nobody", None)
_current: ContextVar[_Scope] = ContextVar("portal_scope", default=_NOBODY)
_account: ContextVar[dict[str, Any] | None] = ContextVar("portal_account", default=None)

_ENTER = {
    "cabinet": "SELECT portal_enter_cabinet(%s)",
    "system": "SELECT portal_enter_system(%s)",
    "nobody": "SELECT portal_enter_nobody()",
}


def _apply(scope: _Scope) -> dict[str, Any]:
    kind, value = scope
    arguments = {"user": (value, timezone.localdate()), "nobody": ()}.get(kind, (value,))
    with planned() if kind == "user" else nullcontext(), connection.cursor() as cursor:
        cursor.execute(_ENTER.get(kind) or enter_user(), arguments)
        found = (cursor.fetchone() or (None,))[0]
    return dict(json.loads(found) if isinstance(found, str) else found or {})


@contextmanager
def _entered(scope: _Scope) -> Iterator[dict[str, Any]]:
    """Run a block as one transaction under `scope`; a scope around it is put back afterwards."""
    before = _current.get()
    with transaction.atomic():
        token = _current.set(scope)
        try:
            nested = connection.savepoint_ids or scope != _NOBODY
            yield _apply(scope) if nested else {}
        finally:
            _current.reset(token)
    if connection.in_atomic_block:
        _apply(before)


@contextmanager
def acting_as(user_id: int | None) -> Iterator[Actor]:
    """Act as a signed-in user (or as nobody); memberships are read anew each time, so a change works at once."""
    with _entered(("user", user_id) if user_id else _NOBODY) as found:
        account = _account.set((found.get("beside") or {}).pop("account", None))
        try:
            yield _actor(user_id, found) if user_id else ANONYMOUS
        finally:
            _account.reset(account)


def account_read(user_id: int) -> dict[str, Any] | None:
    """The row of this account, when the scope in force was entered for it: its columns, dates as ISO text."""
    found = _account.get()
    return found if found is not None and found["id"] == user_id else None


def hold_rights(actor: Actor, *, changing: int | None = None) -> Actor:
    """What this member of staff may do, read anew and kept so until the transaction ends.

    Whoever takes a right away at the same moment was first, or waits: what is posted never lands after the loss.
    `changing`: the member whose rights are about to change. Both rows are then held in one order, so that two people
    who change each other's wait in line.
    """
    own = "SELECT FROM accounts_cabinetmember WHERE user_id = %s"
    with connection.cursor() as cursor:
        if changing is None:
            cursor.execute(f"{own} FOR SHARE", [actor.user_id])
        else:
            cursor.execute(f"{own} OR id = %s ORDER BY id FOR NO KEY UPDATE", [actor.user_id, changing])
    return _actor(actor.user_id or 0, _apply(("user", actor.user_id)))


@contextmanager
def acting_for_cabinet(cabinet_id: int, *, code: str, name: str) -> Iterator[Actor]:
    """Act for one cabinet without a user: its import files."""
    with _entered(("cabinet", cabinet_id)):
        own = (CabinetName(cabinet_id, code, name),)
        yield Actor(Kind.STAFF, label=name, role="import", cabinets=own, menus=ALL_MENUS)


@contextmanager
def system(reason: System) -> Iterator[Actor]:
    """Act beyond one tenant, for a named reason."""
    with _entered(("system", reason.value)):
        yield Actor(Kind.SYSTEM, label="Portail", role=reason.value)


def _actor(user_id: int, found: dict[str, Any]) -> Actor:
    if not found:
        return ANONYMOUS
    return Actor(
        kind=Kind(found["kind"]),
        user_id=user_id,
        label=found["label"] or "",
        role=found["role"] or "",
        organisations=tuple(found["organisations"]),
        owned=tuple(found.get("owned", ())),
        sites=tuple(_site(row) for row in found["sites"]),
        cabinets=tuple(CabinetName(c["id"], c["code"], c["name"]) for c in found["cabinets"]),
        suspended=frozenset((c, e) for c, e in found["suspended"]),
        beside=found.get("beside") or {},
        menus=menus_of(found["role"] or "", found.get("menus")) if found["kind"] == Kind.STAFF else frozenset(),
        entrusted=_part(found.get("entrusted")),
    )


def _part(found: dict[str, Any] | None) -> Entrusted | None:
    return Entrusted(tuple(found["establishments"]), tuple(found["dossiers"]), found["member"]) if found else None


def _site(row: dict[str, Any]) -> Site:
    """Rights of a later release, or of an earlier one, are left out rather than guessed."""
    rights, alone = (
        ALL_RIGHTS if row["owner"] else frozenset(Right(name) for name in row[key] if name in ALL_RIGHTS)
        for key in ("rights", "alone")
    )
    return Site(row["id"], row["siret"], row["name"], row["organisation"], rights, alone)
