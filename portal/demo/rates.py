"""Rates of the invented shops: versions read and unread, one announced for a make, and a grid half typed."""

import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from accounts.models import CabinetEstablishment, Establishment, ShopMember
from tariffs.cells import key
from tariffs.columns import COLUMNS, Unit
from tariffs.models import DefaultPayer, TariffDraft, TariffRate, TariffVersion, Transmission
from tariffs.services import TypedGrid, TypedRow

# Make, days from today on which it begins, days ago it was sent
VERSIONS = (("", -330, 340), ("", -45, 52), ("Peugeot", -20, 21), ("Tesla", 40, 2))
HALF_TYPED = "responsable.verdon@exemple.test"
PAYERS = 6


def rates(rng: Random, today: date, now: datetime) -> None:
    owners = ShopMember.objects.filter(role=ShopMember.Role.OWNER).select_related("user")
    names = list(DefaultPayer.objects.order_by("position").values_list("name", flat=True)[:PAYERS])
    for rank, owner in enumerate(owners.order_by("pk")):
        count = len(VERSIONS) if rank < 4 else rng.choice((1, 2))
        for site in Establishment.objects.filter(organisation=owner.organisation_id).order_by("pk")[:2]:
            _ledger(rng, site, owner, names, count, now)
    _half_typed(today, now)


def _ledger(rng: Random, site: Establishment, owner: ShopMember, names: list[str], count: int, now: datetime) -> None:
    base, links = rng.randint(56, 78), CabinetEstablishment.objects.filter(establishment=site, suspended_at=None)
    for number, (make, begins, sent) in enumerate(VERSIONS[:count], 1):
        sent_at = now - timedelta(days=sent, minutes=rng.randint(0, 400))
        version = TariffVersion.objects.create(
            site=site,
            number=number,
            make=make,
            make_key=key(make),
            applies_on=timezone.localdate(now) + timedelta(days=begins),
            sent_at=sent_at,
            sender=owner.user,
            sender_label=owner.organisation.name,
            token=uuid.uuid4(),
        )
        TariffRate.objects.bulk_create(_rows(rng, version, names, base + 2 * number))
        Transmission.objects.bulk_create(_received(rng, version, link, sent_at, sent) for link in links)


def _rows(rng: Random, version: TariffVersion, names: list[str], base: int) -> Iterator[TariffRate]:
    for position, payer in enumerate(names):
        yield TariffRate(
            version=version,
            site_id=version.site_id,
            position=position,
            payer=payer,
            payer_key=key(payer),
            is_approved=position > 3 and rng.random() < 0.5,
            **{column.slug: _value(rng, column.unit, base - position, rank) for rank, column in enumerate(COLUMNS)},
        )


def _value(rng: Random, unit: Unit, base: int, rank: int) -> Decimal | None:
    if unit == Unit.PERCENT:
        return rng.choice((Decimal(0), Decimal(5), Decimal("7.5"), Decimal(10), None))
    if unit == Unit.AMOUNT:
        return Decimal(base) / 2 + rank
    return Decimal(base + 3 * (rank % 3)) + Decimal("0.50") * (rank // 3)


def _received(
    rng: Random, version: TariffVersion, link: CabinetEstablishment, sent_at: datetime, sent: int
) -> Transmission:
    """What is older than a month was read; of the rest, about half."""
    is_read = sent > 30 or rng.random() < 0.5
    return Transmission(
        version=version,
        cabinet_id=link.cabinet_id,
        establishment_id=version.site_id,
        sent_at=sent_at,
        acknowledged_at=sent_at + timedelta(hours=rng.randint(3, 40)) if is_read else None,
        acknowledged_by=str(link.cabinet) if is_read else "",
    )


def _half_typed(today: date, now: datetime) -> None:
    """A wrong cell included: nothing typed is lost."""
    owner = ShopMember.objects.get(user__email=HALF_TYPED)
    site = Establishment.objects.filter(organisation=owner.organisation_id).order_by("pk").first()
    if site is None:
        return
    grid = TypedGrid(
        make="Renault",
        applies_on=(today + timedelta(days=30)).isoformat(),
        rows=[
            TypedRow("PUBLIC", {"t1": "68,50", "t2": "72", "t3": "76,5", "m1": "68,50", "peinture": "71"}, ""),
            TypedRow("MACIF", {"t1": "62,5O", "remise_pieces": "7,5"}, "oui"),
        ],
    )
    TariffDraft.objects.create(user=owner.user, site=site, content=grid.to_json(), saved_at=now - timedelta(hours=20))
