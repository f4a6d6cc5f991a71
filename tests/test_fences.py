"""The database's fence alone, table by table: what raw SQL of a stranger can read, add, change, remove or give away.

The universe is the model registry: a tenant model fails here until `FENCES` says who may read and write its rows. The
answers are written down a second time on purpose: neither `visible_to` nor a policy is asked who owns a row.
Statements without WHERE matter: PostgreSQL puts the policies for reading before every statement that reads a column.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from accounts import scope
from accounts.models import AssignedEstablishment, JournalEntry
from accounts.scope import Kind, System, TenantModel
from claims.models import AssignedDossier, Dossier, DossierVisit, ListPreference
from messaging.models import Notification
from tests.factories import CabinetMemberFactory
from tests.fences import open_row_security

Row = dict[str, Any]


@dataclass(frozen=True)
class Who:
    """Somebody, as this file knows them."""

    name: str
    user: int | None = None
    cabinets: frozenset[int] = frozenset()  # of staff
    organisations: frozenset[int] = frozenset()
    establishments: frozenset[int] = frozenset()
    linked: frozenset[int] = frozenset()  # staff: the shops their cabinet knows
    suspended: frozenset[tuple[int, int]] = frozenset()
    dossiers: frozenset[int] = frozenset()
    profiles: frozenset[int] = frozenset()
    versions: frozenset[int] = frozenset()  # staff: the tariffs their cabinet received
    partners: frozenset[int] = frozenset()  # of a shop: the cabinets it works with, none that suspended it
    part: "Part | None" = None  # of staff who do not see all of their cabinet

    def staffs(self, row: Row) -> bool:
        """What hangs on a dossier is the staff's who see that dossier; the rest is the whole cabinet's."""
        of_part = self.part is None or not hangs(row) or self.part.holds(row)
        return row["cabinet_id"] in self.cabinets and of_part

    def staffs_site(self, row: Row) -> bool:
        return self.staffs(row) and (self.part is None or self.part.holds(row))

    def staffs_all(self, row: Row) -> bool:
        return row["cabinet_id"] in self.cabinets and self.part is None

    def trades(self, row: Row) -> bool:
        pair = (row["cabinet_id"], row["establishment_id"])
        return row["establishment_id"] in self.establishments and pair not in self.suspended

    def sits(self, row: Row) -> bool:
        return row["site_id"] in self.establishments

    def prices(self, row: Row, version: int) -> bool:
        return self.sits(row) or version in self.versions

    def owns(self, row: Row) -> bool:
        return row["organisation_id"] in self.organisations

    def is_in(self, row: Row, column: str = "user_id") -> bool:
        return self.user is not None and row[column] == self.user

    def is_told(self, row: Row) -> bool:
        """What a cabinet says to the shops it works with: to all of them, or to this one."""
        return row["cabinet_id"] in self.partners and (row.get("establishment_id") is None or self.trades(row))


@dataclass(frozen=True)
class Part:
    """What is entrusted to a member of staff."""

    sites: frozenset[int] = frozenset()
    dossiers: frozenset[int] = frozenset()

    def holds(self, row: Row) -> bool:
        dossier = row["id"] if "plate_key" in row else row.get("dossier_id")
        return row.get("establishment_id") in self.sites or dossier in self.dossiers


def hangs(row: Row) -> bool:
    return "dossier_id" in row or "plate_key" in row


May = Callable[[Who, Row], bool]


def at_site(who: Who, row: Row) -> bool:
    return who.staffs_site(row) or who.trades(row)


def noted(who: Who, row: Row) -> bool:
    """An étape: one about no shop and no dossier is the whole cabinet's."""
    of_the_cabinet = row["establishment_id"] is None and row["dossier_id"] is None
    return either(who, row) or (of_the_cabinet and row["cabinet_id"] in who.cabinets)


def changed(who: Who, row: Row) -> bool:
    """What a row said before: the cabinet's alone."""
    of_the_cabinet = row["establishment_id"] is None and row["dossier_id"] is None
    return who.staffs(row) or (of_the_cabinet and row["cabinet_id"] in who.cabinets)


def told(who: Who, row: Row) -> bool:
    about = {"cabinet_id": row["cabinet_id"], "establishment_id": row["establishment_id"]}
    about |= {"dossier_id": row["subject_id"] if row["subject_type"] == "claims.dossier" else None}
    return who.staffs(about) or who.is_in(row, "recipient_id")


def announced(who: Who, row: Row) -> bool:
    """By the network to one's side, by a cabinet to its own staff, and to its shops once it has begun."""
    if who.staffs(row):
        return True
    if row["published_from"] > "2090":
        return False
    if row["cabinet_id"] is None:
        sides = {"all": who.user, "staff": who.cabinets, "shops": who.establishments}
        return bool(sides[row["audience"]])
    return row["audience"] != "staff" and row["cabinet_id"] in who.partners


def either(who: Who, row: Row) -> bool:
    return who.staffs(row) or who.trades(row)


def called(who: Who, row: Row) -> bool:
    """Whoever calls, and whoever waits for the call: no colleague of theirs."""
    return who.staffs(row) or (who.trades(row) and who.is_in(row))


def reminded(who: Who, row: Row) -> bool:
    """One's own, and what is shared on one's own side; a side never reads the other's."""
    mine = who.is_in(row) and either(who, row)
    side = who.trades(row) if row["side"] == "shop" else who.staffs(row)
    return mine or (row["is_shared"] and side)


def begun(who: Who, row: Row) -> bool:
    """A question that waits for its validation is not there yet for the shop."""
    return who.staffs(row) or (who.trades(row) and row["message_count"] > 0)


@dataclass(frozen=True)
class Fence:
    read: May
    write: May
    harmless: str  # an assignment any row stands
    add: May | None = None  # who may add such a row, when that is not who may change it


FENCES = {
    "accounts.Cabinet": Fence(lambda who, row: True, lambda who, row: row["id"] in who.cabinets, "name = 'x'"),
    "accounts.CabinetMember": Fence(
        lambda who, row: who.staffs(row) or who.is_in(row), Who.staffs, "joined_at = now()"
    ),
    "accounts.Organisation": Fence(
        lambda who, row: row["id"] in who.organisations, lambda who, row: row["id"] in who.organisations, "name = 'x'"
    ),
    "accounts.Establishment": Fence(lambda who, row: who.owns(row) or row["id"] in who.linked, Who.owns, "name = 'x'"),
    "accounts.CabinetEstablishment": Fence(either, Who.staffs_site, "email = 'x@exemple.test'"),
    "accounts.AssignedEstablishment": Fence(Who.staffs_all, Who.staffs_all, "member_id = member_id"),
    "claims.AssignedDossier": Fence(Who.staffs_all, Who.staffs_all, "member_id = member_id"),
    "accounts.ShopMember": Fence(lambda who, row: who.owns(row) or who.is_in(row), Who.owns, "joined_at = now()"),
    "accounts.Knock": Fence(lambda who, row: False, lambda who, row: False, "kind = 'x'"),
    "accounts.SiretCode": Fence(Who.is_in, lambda who, row: False, "tries = 3"),
    "accounts.ShopInvitation": Fence(Who.staffs, Who.staffs, "company_name = 'x'"),
    "accounts.SignUp": Fence(Who.is_in, Who.is_in, "company_name = 'x'"),
    "accounts.EmailChange": Fence(Who.is_in, Who.is_in, "asked_at = now()"),
    "accounts.AccountRequest": Fence(
        lambda who, row: who.staffs(row) or who.is_in(row), Who.staffs, "company_name = 'x'"
    ),
    "accounts.DelegationProfile": Fence(Who.owns, Who.owns, "name = 'x' || id"),
    "accounts.ProfileEstablishment": Fence(
        lambda who, row: row["profile_id"] in who.profiles,
        lambda who, row: row["profile_id"] in who.profiles,
        "profile_id = profile_id + 0 * establishment_id",
    ),
    "accounts.Delegation": Fence(Who.owns, Who.owns, "granted_at = now()"),
    "accounts.Invitation": Fence(Who.owns, Who.owns, "email = 'x@exemple.test'"),
    "accounts.Draft": Fence(Who.trades, Who.trades, "summary = 'x'"),
    "accounts.JournalEntry": Fence(noted, noted, "subject_label = 'x'"),
    "accounts.RowChange": Fence(changed, lambda who, row: False, "acting = 'x'"),
    "claims.Dossier": Fence(either, either, "insured_name = 'x'"),
    "claims.Document": Fence(either, either, "label = 'x'"),
    "claims.DocumentRequest": Fence(either, either, "text = 'x'"),
    "claims.Supplement": Fence(either, either, "comment = 'x'"),
    "claims.CallBack": Fence(called, called, "note = 'x'"),
    "claims.Memo": Fence(reminded, reminded, "subject = 'x'"),
    "claims.ShotKind": Fence(lambda who, row: who.staffs(row) or who.is_told(row), Who.staffs, "advice = 'x'"),
    "claims.ShotSet": Fence(either, either, "safety = 'non'"),
    "claims.Shot": Fence(either, either, "advice = 'x'"),
    "claims.DossierFacts": Fence(either, either, "cover = 'oui'"),
    "claims.Expectation": Fence(either, lambda who, row: False, "reminders = 1"),
    "claims.ReminderLetter": Fence(Who.is_in, lambda who, row: False, "expectations = '{1}'"),
    "claims.CabinetRules": Fence(Who.staffs, Who.staffs, "visit_rule = 'x'"),
    "claims.DossierTally": Fence(at_site, at_site, "difference = 0", add=either),
    "claims.DossierVisit": Fence(
        Who.is_in, lambda who, row: who.is_in(row) and row["dossier_id"] in who.dossiers, "opened_at = now()"
    ),
    "claims.Deposit": Fence(either, either, "comment = 'x'"),
    "claims.Upload": Fence(Who.trades, Who.trades, "name = 'x'"),
    "claims.ListPreference": Fence(Who.is_in, Who.is_in, "full_screen = true"),
    "claims.Job": Fence(either, lambda who, row: False, "reason = 'x'"),
    "claims.Acknowledgement": Fence(
        either, lambda who, row: who.staffs(row) or (who.trades(row) and who.is_in(row)), "reader = 'x'"
    ),
    "claims.Export": Fence(
        lambda who, row: who.staffs(row) or (who.trades(row) and who.is_in(row)),
        lambda who, row: who.staffs(row) or (who.trades(row) and who.is_in(row)),
        "reason = 'x'",
    ),
    "claims.DossierFile": Fence(Who.staffs_all, Who.staffs_all, "reason = 'x'"),
    "claims.VerdictReason": Fence(Who.staffs, Who.staffs, "text = 'x' || id"),
    "claims.Appointment": Fence(either, either, "reason = 'x'"),
    "claims.Passage": Fence(lambda who, row: who.staffs(row) or who.is_told(row), Who.staffs, "sector = 'x'"),
    "claims.Contact": Fence(lambda who, row: who.staffs(row) or who.is_told(row), Who.staffs, "hours = 'x'"),
    "claims.VisitPolicy": Fence(
        lambda who, row: who.staffs(row) or who.is_told(row), Who.staffs, "other_dates = false"
    ),
    "claims.AgendaFeed": Fence(Who.is_in, Who.is_in, "last_used_at = now()"),
    "claims.MissingDossierRequest": Fence(
        at_site,
        lambda who, row: who.staffs_site(row) or (who.trades(row) and who.is_in(row, "author_id")),
        "message = 'x'",
    ),
    "tariffs.TariffVersion": Fence(lambda who, row: who.prices(row, row["id"]), Who.sits, "make = 'x'"),
    "tariffs.TariffRate": Fence(lambda who, row: who.prices(row, row["version_id"]), Who.sits, "payer = 'x'"),
    "tariffs.TariffPdf": Fence(
        lambda who, row: who.prices(row, row["version_id"]), lambda who, row: False, "file = ''"
    ),
    "tariffs.Transmission": Fence(at_site, lambda who, row: False, "acknowledged_by = 'x'"),
    "tariffs.TariffDraft": Fence(Who.is_in, lambda who, row: who.is_in(row) and who.sits(row), "revision = 2"),
    "claims.Awaited": Fence(either, Who.staffs, "due_on = NULL"),
    "messaging.Subject": Fence(lambda who, row: who.staffs(row) or who.is_told(row), Who.staffs, "hint = 'x'"),
    "messaging.Thread": Fence(begun, begun, "title = 'x'"),
    "messaging.Message": Fence(
        lambda who, row: who.staffs(row) or (who.trades(row) and row["state"] == "sent"),
        lambda who, row: who.staffs(row) or (who.trades(row) and row["state"] == "sent" and row["side"] == "shop"),
        "body = 'x'",
    ),
    "messaging.MessageDocument": Fence(either, either, "message_id = message_id"),
    "messaging.ThreadRead": Fence(
        lambda who, row: who.staffs(row) or (who.is_in(row) and who.trades(row)),
        lambda who, row: who.staffs(row) or (who.is_in(row) and who.trades(row)),
        "read_id = read_id",
    ),
    "messaging.News": Fence(
        lambda who, row: who.staffs(row) or (who.is_in(row) and who.trades(row)),
        lambda who, row: who.staffs(row) or (who.is_in(row) and who.trades(row)),
        "text = 'x'",
    ),
    "messaging.Announcement": Fence(announced, Who.staffs, "text = 'x'"),
    "messaging.MailBranding": Fence(Who.staffs, Who.staffs, "closing = 'x'"),
    "messaging.AnnouncementReading": Fence(Who.is_in, Who.is_in, "read_at = now()"),
    "messaging.ChannelChoice": Fence(Who.is_in, Who.is_in, "channel = 'mail'"),
    "messaging.Digest": Fence(Who.is_in, lambda who, row: False, "created_at = now()"),
    "messaging.Notification": Fence(told, lambda who, row: False, "reason = 'x'"),
}
OWNERS = {"site_id", "cabinet_id", "establishment_id", "organisation_id", "user_id", "recipient_id", "dossier_id"}
ADD_ONLY = {
    "accounts.JournalEntry",
    "tariffs.TariffVersion",
    "tariffs.TariffRate",
}  # no right to change or remove, whoever's it is
OPEN = {  # the policies that let any row through, each with its reason
    ("accounts_cabinet", "scope_read"),  # names of cabinets are public: the sign-up page lists them
    ("claims_dossier", "search_reads"),  # of a role nobody signs in as
    ("claims_appointment", "search_reads"),  # same: it answers numbers
}

tenants = {model._meta.label: model for model in apps.get_models() if issubclass(model, TenantModel)}
every_table = pytest.mark.parametrize("label", sorted(tenants))


def test_every_tenant_model_says_who_may_read_and_write_it():
    assert set(tenants) == set(FENCES)


@pytest.mark.django_db
def test_no_policy_is_open_but_those_with_a_reason():
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE 'true' IN (qual, with_check)")

        assert set(cursor.fetchall()) == OPEN


# Who is there, and what ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["nothing suspended", "suspended"])
def people(request, world) -> list[Who]:
    """Everybody of the small world, which gets visits, étapes and mails too."""
    shops, sides = (world.lac, world.mer, world.deux), (world.alpes, world.berry)
    for shop in shops:
        for code, dossier in shop.dossiers.items():
            side = next(side for side in sides if side.cabinet.code == code)
            _speak_of(dossier, shop.owner, side.clerk)
    suspended = frozenset()
    if request.param == "suspended":
        world.deux.establishment.cabinet_links.filter(cabinet=world.alpes.cabinet).update(
            suspended_at="2026-01-01T00:00Z"
        )
        suspended = frozenset({(world.alpes.cabinet.pk, world.deux.establishment.pk)})
    found = [Who("nobody"), Who("pending", world.pending.pk)]
    for shop in shops:
        organisation, establishment = frozenset({shop.organisation.pk}), frozenset({shop.establishment.pk})
        partners = frozenset(
            side.cabinet.pk
            for side in sides
            if side.cabinet.code in shop.dossiers and (side.cabinet.pk, shop.establishment.pk) not in suspended
        )
        owner = Who(
            shop.owner.email,
            shop.owner.pk,
            organisations=organisation,
            establishments=establishment,
            partners=partners,
        )
        found.append(replace(owner, suspended=suspended if shop is world.deux else frozenset()))
    for side in sides:
        linked = frozenset(shop.establishment.pk for shop in shops if side.cabinet.code in shop.dossiers)
        for role in ("manager", "expert", "clerk"):
            user = getattr(side, role)
            found.append(Who(user.email, user.pk, cabinets=frozenset({side.cabinet.pk}), linked=linked))
        found += [replace(who, linked=linked) for who in people_with_a_part(side, shops)]
        found.append(Who(f"candidate of {side.cabinet.code}", side.request.user.pk))
    dossiers, profiles = rows_of(tenants["claims.Dossier"]), rows_of(tenants["accounts.DelegationProfile"])
    received = rows_of(tenants["tariffs.Transmission"])
    return [
        replace(
            who,
            dossiers=frozenset(row["id"] for row in dossiers if either(who, row)),
            profiles=frozenset(row["id"] for row in profiles if who.owns(row)),
            versions=frozenset(row["version_id"] for row in received if who.staffs_site(row)),
        )
        for who in found
    ]


def people_with_a_part(side, shops) -> list[Who]:
    """One at a shop; one given the shared shop's dossier, and the orphan as its expert; the shared one's expert."""
    code, deux = side.cabinet.code, shops[-1]
    at, with_, of = (CabinetMemberFactory(cabinet=side.cabinet, role="gestionnaire", sees_all=False) for _ in range(3))
    site = next(shop for shop in shops if code in shop.dossiers).establishment
    AssignedEstablishment.objects.create(cabinet=side.cabinet, member=at, establishment=site)
    AssignedDossier.objects.create(cabinet=side.cabinet, member=with_, dossier=deux.dossiers[code])
    Dossier.objects.filter(pk=side.orphan.pk).update(expert=with_)
    Dossier.objects.filter(pk=deux.dossiers[code].pk).update(expert=of)
    given = Part(dossiers=frozenset({deux.dossiers[code].pk, side.orphan.pk}))
    cabinets = frozenset({side.cabinet.pk})
    return [
        Who(f"at a shop of {code}", at.user_id, cabinets=cabinets, part=Part(sites=frozenset({site.pk}))),
        Who(f"with dossiers of {code}", with_.user_id, cabinets=cabinets, part=given),
        Who(f"expert at {code}", of.user_id, cabinets=cabinets, part=Part(dossiers=given.dossiers - {side.orphan.pk})),
    ]


def _speak_of(dossier, *readers):
    about = {"subject_type": "claims.dossier", "subject_id": dossier.pk}
    place = {"cabinet": dossier.cabinet, "establishment": dossier.establishment}
    JournalEntry.objects.create(
        event="closed",
        subject_label=dossier.reference,
        actor_label=dossier.cabinet.name,
        dossier_id=dossier.pk,
        **about,
        **place,
    )
    for reader in readers:
        ListPreference.objects.get_or_create(user=reader)
        DossierVisit.objects.create(user=reader, dossier=dossier)
        key = f"closed:{dossier.pk}:{reader.pk}"
        Notification.objects.create(key=key, event="closed", recipient=reader, **about, **place)


def rows_of(model) -> list[Row]:
    """Every row, in the system's name."""
    with scope.system(System.TESTS), connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} t ORDER BY id")
        return [json.loads(text) for (text,) in cursor.fetchall()]


def columns(model) -> str:
    """Those a writer fills."""
    own = [field for field in model._meta.local_concrete_fields if not field.generated and not field.primary_key]
    return ", ".join(connection.ops.quote_name(field.column) for field in own)


def execute(statement: str, *values: Any) -> int | str:
    """How many rows it reached, or the SQLSTATE of the refusal."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.rowcount
    except DatabaseError as problem:
        return getattr(problem.__cause__, "sqlstate", "") or str(problem)


def attempt(who: Who, statement: str, *values: Any, after: Callable[[], None] = lambda: None) -> int | str:
    """The same, under this person's scope, and undone."""
    before = transaction.savepoint()
    with scope.acting_as(who.user):
        found = execute(statement, *values)
    after()
    transaction.savepoint_rollback(before)
    return found


# What they can do ---------------------------------------------------------------------------------------------------

REFUSED = {"42501"}  # insufficient_privilege: row-level security, or no right at all
NO_PARENT = {"23503"}  # foreign_key_violation, raised by `InheritTenant` before row-level security is asked


@every_table
def test_everybody_reads_their_rows_and_no_others(label, people):
    model, fence = tenants[label], FENCES[label]
    rows = rows_of(model)
    foreign = 0

    for who in people:
        with scope.acting_as(who.user), connection.cursor() as cursor:
            cursor.execute(f"SELECT id FROM {model._meta.db_table}")
            seen = {pk for (pk,) in cursor.fetchall()}
        assert seen == {row["id"] for row in rows if fence.read(who, row)}, who.name
        foreign += len(rows) - len(seen)

    assert foreign or label == "accounts.Cabinet"


@every_table
def test_who_sees_a_part_sees_it_by_the_query_alone(label, people, monkeypatch):
    """Every table with a way to its dossier follows what is entrusted to whom, without a word in its own room."""
    model, fence = tenants[label], FENCES[label]
    rows = rows_of(model)
    open_row_security(monkeypatch)

    for who in people:
        if who.part is None or Kind.STAFF not in model.tenant_paths:
            continue
        with scope.acting_as(who.user) as actor:
            seen = {row.pk for row in model.objects.visible_to(actor)}
        allowed = {row["id"] for row in rows if fence.read(who, row)}
        assert seen <= allowed, who.name
        if "dossier_id" in rows[0] and model.tenant_paths[Kind.STAFF][0] == "cabinet":
            assert seen == allowed, who.name
            assert len(allowed) < len(rows)


@every_table
def test_nobody_adds_a_foreign_row(label, people):
    model, fence = tenants[label], FENCES[label]
    names, table = columns(model), model._meta.db_table
    copy = f"INSERT INTO {table} ({names}) SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s::jsonb)"
    rows = rows_of(model)
    may_add = fence.add or fence.write
    foreign = [(who, row) for who in people for row in rows if not may_add(who, row)]
    assert foreign

    for who, row in foreign:
        assert attempt(who, copy, json.dumps(row)) in REFUSED | NO_PARENT, (who.name, row)
        if who.user and "user_id" in row and not may_add(who, mine := row | {"user_id": who.user}):
            assert attempt(who, copy, json.dumps(mine)) in REFUSED | NO_PARENT, (who.name, mine)


@every_table
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_statement_without_where_reaches_own_rows_only(verb, label, people):
    model, fence = tenants[label], FENCES[label]
    table, rows = model._meta.db_table, rows_of(model)
    statement = f"UPDATE {table} SET {fence.harmless}" if verb == "UPDATE" else f"DELETE FROM {table}"

    for who in people:
        expected = "42501" if label in ADD_ONLY else sum(fence.write(who, row) for row in rows)
        assert attempt(who, statement) == expected, who.name


@every_table
def test_nobody_gives_a_row_away(label, people):
    """An own row may not become somebody else's, nor is one's own name a way to somebody else's row."""
    model, fence = tenants[label], FENCES[label]
    rows, table = rows_of(model), model._meta.db_table
    owners = sorted(OWNERS & set(rows[0])) or ["id"]
    before = {row["id"]: [row[name] for name in owners] for row in rows}

    def unmoved():
        now = {row["id"]: [row[name] for name in owners] for row in rows_of(model)}
        assert now == before, label

    for who in people:
        if not any(fence.write(who, row) for row in rows):
            continue
        # A dossier entrusted by name stays so wherever it moves: its staff may attach it to another shop.
        own = who.cabinets if label == "claims.Dossier" and who.part and who.part.dossiers else frozenset()
        strange = [row for row in rows if not fence.write(who, row) and row.get("cabinet_id") not in own]
        # What the other side wrote in one's own dossier is not one's to change, but has no other owner.
        mine = {tuple(row[name] for name in owners) for row in rows if fence.write(who, row)}
        for taken in {tuple(row[name] for name in owners) for row in strange} - mine:
            assignments = ", ".join(f"{name} = %s" for name in owners)
            found = attempt(who, f"UPDATE {table} SET {assignments}", *taken, after=unmoved)
            assert found in REFUSED | NO_PARENT or label == "claims.Document", (who.name, taken)
