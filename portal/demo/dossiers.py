"""Dossiers in every state, spread over the shops as unevenly as in life."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from accounts.models import Cabinet, CabinetMember
from claims.models import Dossier
from claims.workflow import Action, State
from portal.demo import identifiers, names
from portal.demo.network import Network, Site
from portal.demo.people import insured_email, insured_name
from portal.demo.stories import AGES, SHARE_WITH_PHOTOS, SHARES, Moment, next_working_day, story

MEAN_AMOUNT, SPREAD = 1900, 0.6  # euros without tax, log-normal
CENT = Decimal("0.01")
WRONG_SIRETS = ("EN ATTENTE", "", "9900123", "99001234500018", "99 004 512 0017")
ORPHANS = (5, 12, 27, 44)  # ranks, modulo 200, of the dossiers whose SIRET is to be corrected
DAMAGED = {3: "VGE", 13: "VEI", 30: "VGE", 60: "VEI", 77: "VGE", 95: "VEI"}  # ranks, modulo 100


@dataclass(slots=True)
class Claim:
    """A dossier, what happened to it, and what its papers say beside its own columns."""

    dossier: Dossier
    moments: list[Moment]
    site: Site
    cabinet: Cabinet
    expert: CabinetMember
    clerk: CabinetMember
    colour: str
    amount: Decimal
    number: int


def claims(rng: Random, network: Network, size: int, today: date) -> Iterator[Claim]:
    """The first dossiers take every state in turn, so that a small network shows them all."""
    states, shares = list(SHARES), list(SHARES.values())
    weights = [site.weight for site in network.sites]
    for rank in range(size):
        state = states[rank % len(states)] if rank < 4 * len(states) else rng.choices(states, shares)[0]
        site = network.sites[rank % 8] if rank < 16 else rng.choices(network.sites, weights)[0]
        yield _claim(rng, network, site, state, rank, today)


def _claim(rng: Random, network: Network, site: Site, state: State, rank: int, today: date) -> Claim:
    cabinet = rng.choice(site.cabinets)
    experts = network.members(cabinet, CabinetMember.Role.EXPERT)
    clerks = network.members(cabinet, CabinetMember.Role.CLERK)
    moments = story(rng, state, today, photos=rank % 20 == 6 or rng.random() < SHARE_WITH_PHOTOS)
    claim = Claim(
        dossier=_vehicle(rng, Dossier(cabinet=cabinet, state=state)),
        moments=moments,
        site=site,
        cabinet=cabinet,
        expert=rng.choice(experts),
        clerk=rng.choice(clerks),
        colour=rng.choice(names.COLOURS),
        amount=_amount(rng),
        number=10_000 + rank,
    )
    _place(rng, claim, rank)
    _people(rng, claim)
    _dates(rng, claim, today)
    _money(rng, claim, DAMAGED.get(rank % 100, ""))
    return claim


def _vehicle(rng: Random, dossier: Dossier) -> Dossier:
    dossier.make, models = rng.choices(names.VEHICLES, [len(models) for _, models in names.VEHICLES])[0]
    dossier.model = rng.choice(models)
    dossier.plate = identifiers.plate(rng)
    dossier.vin = identifiers.vin(rng) if rng.random() < 0.7 else ""
    dossier.impact = rng.choice(names.IMPACTS)
    return dossier


def _place(rng: Random, claim: Claim, rank: int) -> None:
    dossier = claim.dossier
    siret = claim.site.establishment.siret
    if rank % 200 in ORPHANS:
        slip = siret[:4] + siret[5] + siret[4] + siret[6:]  # two neighbours swapped, as fingers do
        dossier.siret = slip if rank % 2 and slip != siret else WRONG_SIRETS[rank % len(WRONG_SIRETS)]
    else:
        dossier.establishment, dossier.siret = claim.site.establishment, siret
    mission_on = claim.moments[0].at.date()
    dossier.reference = identifiers.reference(claim.cabinet.code, 30_000 + rank * 7, mission_on)
    dossier.claim_number = identifiers.claim_number(rng)
    dossier.is_approved_repairer = rng.random() < 0.4
    dossier.expert, dossier.expert_email = claim.expert, claim.expert.user.email


def _people(rng: Random, claim: Claim) -> None:
    dossier = claim.dossier
    dossier.insured_name = insured_name(rng)
    if rng.random() < 0.75:
        dossier.insured_email = insured_email(dossier.insured_name)
    if rng.random() < 0.8:
        zone = rng.randrange(5)
        dossier.insured_phone = identifiers.mobile(rng) if zone else identifiers.landline(rng, rng.randrange(5))
    dossier.insurer_code, dossier.insurer_name = rng.choice(names.INSURERS)
    dossier.principal_name = dossier.insurer_name if rng.random() < 0.7 else rng.choice(names.PRINCIPALS)


def _dates(rng: Random, claim: Claim, today: date) -> None:
    dossier, first, last = claim.dossier, claim.moments[0], claim.moments[-1]
    dossier.mission_on = first.at.date()
    dossier.claim_on = dossier.mission_on - timedelta(days=int(rng.expovariate(1 / 6)))
    dossier.created_at, dossier.updated_at = first.at, last.at
    moves = [moment for moment in claim.moments if moment.action and moment.before != moment.after]
    dossier.state_since = moves[-1].at if moves else first.at
    planned = [index for index, moment in enumerate(moves) if moment.action == Action.PLAN_VISIT]
    if planned and planned[0] + 1 < len(moves):
        dossier.expertise_on = moves[planned[0] + 1].at.date()
    elif planned:
        dossier.expertise_on = next_working_day(today + timedelta(days=rng.randint(1, 8)))


def _money(rng: Random, claim: Claim, procedure: str) -> None:
    """Estimated once seen; a procédure VE needs an examination, and a larger amount."""
    dossier, seen = claim.dossier, claim.dossier.state not in list(AGES)[:4]
    dossier.deductible = Decimal(rng.choice(names.DEDUCTIBLES)) if rng.random() < 0.85 else None
    if procedure and (seen or dossier.state == State.VISIT_PLANNED):
        dossier.ve_procedure = procedure
        claim.amount = (claim.amount * 3).quantize(CENT)
    if seen:
        dossier.last_estimate = claim.amount
        dossier.amount_excl_tax = claim.amount if dossier.state != State.AWAITING_DOCUMENTS else None


def _amount(rng: Random) -> Decimal:
    drawn = rng.lognormvariate(math.log(MEAN_AMOUNT) - SPREAD**2 / 2, SPREAD)
    return Decimal(max(180.0, drawn)).quantize(CENT)
