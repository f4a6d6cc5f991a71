"""Cabinets, shops, their people, and who works with whom."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from accounts.models import (
    AccountRequest,
    Cabinet,
    CabinetEstablishment,
    CabinetMember,
    Delegation,
    DelegationProfile,
    Establishment,
    Organisation,
    ShopMember,
)
from accounts.scope import Right
from accounts.services import DEFAULT_PROFILE
from portal.demo import identifiers
from portal.demo.people import ROLE_OF_STAFF, Crowd, Login, Person

A, B, C = "ATMOS", "BELLEDONNE", "CORMORAN"
CABINETS = (
    (A, "Cabinet Atmos Expertise", "Annecy", "04 65 71 10 20"),
    (B, "Belledonne Experts associés", "Grenoble", "04 65 71 30 40"),
    (C, "Cormoran Expertise automobile", "Nantes", "02 61 91 50 60"),
)


@dataclass(frozen=True, slots=True)
class SitePlan:
    """An establishment to make: `weight` is its share of the dossiers."""

    city: str
    postal_code: str
    cabinets: tuple[str, ...]
    weight: int


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """A company to make; `key` names its people's addresses, and only a `login` is printed."""

    key: str
    name: str
    sites: tuple[SitePlan, ...]
    login: bool = False
    collaborators: int = 0


SHOPS = (
    ShopPlan("lac", "Carrosserie du Lac", (SitePlan("Annecy", "74000", (A,), 10),), login=True),
    ShopPlan("halle", "Garage de la Halle", (SitePlan("Nantes", "44000", (C,), 9),), login=True),
    ShopPlan(
        "trois-vallees",
        "Carrosserie des Trois-Vallées",
        (SitePlan("Albertville", "73200", (A, B, C), 18),),
        login=True,
        collaborators=1,
    ),
    ShopPlan(
        "verdon",
        "Groupe Verdon Carrosserie",
        (
            SitePlan("Manosque", "04100", (A, B), 12),
            SitePlan("Gap", "05000", (B,), 7),
            SitePlan("Sisteron", "04200", (B, C), 4),
            SitePlan("Digne-les-Bains", "04000", (A, C), 2),
        ),
        login=True,
        collaborators=1,
    ),
    ShopPlan("belle-aile", "Atelier Belle-Aile", (SitePlan("Grenoble", "38000", (B,), 8),), collaborators=2),
    ShopPlan("marchetoile", "Carrosserie Marchétoile", (SitePlan("Chambéry", "73000", (A, B, C), 8),)),
    ShopPlan("quatre-temps", "Garage des Quatre-Temps", (SitePlan("Voiron", "38500", (A, B), 6),)),
    ShopPlan("docks", "Tôlerie des Docks", (SitePlan("Saint-Nazaire", "44600", (C,), 6),), collaborators=1),
    ShopPlan("pare-chocs", "Pare-Chocs & Compagnie", (SitePlan("Lyon", "69007", (A, B, C), 4),)),
    ShopPlan("clairefontaine", "Carrosserie Clairefontaine", (SitePlan("Valence", "26000", (B, C), 3),)),
    ShopPlan("pont-casse", "Garage du Pont-Cassé", (SitePlan("Thonon-les-Bains", "74200", (A, C), 2),)),
)
# Known to cabinets, asked for by somebody, proven by nobody yet.
UNPROVEN = ("Atelier Rosemonde", SitePlan("Vannes", "56000", (A, C), 2))
SUSPENDED = ("pont-casse", C)


@dataclass(frozen=True, slots=True)
class Site:
    """An establishment and the cabinets that send it missions."""

    establishment: Establishment
    cabinets: tuple[Cabinet, ...]
    weight: int


@dataclass(slots=True)
class Network:
    """What was made, for the dossiers to be spread over."""

    cabinets: dict[str, Cabinet] = field(default_factory=dict)
    staff: dict[str, list[CabinetMember]] = field(default_factory=dict)
    sites: list[Site] = field(default_factory=list)
    logins: list[Login] = field(default_factory=list)

    def members(self, cabinet: Cabinet, role: CabinetMember.Role) -> list[CabinetMember]:
        return [member for member in self.staff[cabinet.code] if member.role == role]


class Builder:
    """Makes the network's rows in memory, then saves them in the order of their foreign keys."""

    def __init__(self, rng: Random, now: datetime) -> None:
        self.rng = rng
        self.since = now - timedelta(days=700)
        self.now = now
        self.crowd = Crowd(rng)
        self.network = Network()
        self.organisations: list[Organisation] = []
        self.members: list[ShopMember] = []
        self.links: list[CabinetEstablishment] = []
        self.requests: list[AccountRequest] = []
        self.companies = iter(rng.sample(range(1000, 900_000), 40))

    def build(self) -> Network:
        self._cabinets()
        for plan in SHOPS:
            self._shop(plan)
        self._unproven()
        self._requests()
        staff = [login for login in self.network.logins if login.cabinet]
        shops = [login for login in self.network.logins if not login.cabinet]
        administrator = self.crowd.add("reseau@exemple.test", login=True, staff=True, network=True)
        self.network.logins = [*shops, *staff, Login("reseau", administrator)]
        self._save()
        return self.network

    def _cabinets(self) -> None:
        for code, name, city, phone in CABINETS:
            mail = f"contact.{code.lower()}@exemple.test"
            cabinet = Cabinet(code=code, name=name, city=city, phone=phone, email=mail, created_at=self.since)
            self.network.cabinets[code] = cabinet
            self.network.staff[code] = []
            for role in CabinetMember.Role:
                self._staff(cabinet, role, "", login=code != C or role == CabinetMember.Role.MANAGER)
            for role, rank in ((CabinetMember.Role.EXPERT, 2), (CabinetMember.Role.EXPERT, 3)):
                self._staff(cabinet, role, str(rank))
            self._staff(cabinet, CabinetMember.Role.CLERK, "2")

    def _staff(self, cabinet: Cabinet, role: CabinetMember.Role, rank: str, *, login: bool = False) -> None:
        person = self.crowd.add(f"{role}{rank}.{cabinet.code.lower()}@exemple.test", login=login, staff=True)
        self.network.staff[cabinet.code].append(
            CabinetMember(cabinet=cabinet, user=person.user, role=role, joined_at=self.since)
        )
        if login:
            self.network.logins.append(
                Login(ROLE_OF_STAFF[role], person, cabinet=cabinet, cabinets=[cabinet.code]),
            )

    def _shop(self, plan: ShopPlan) -> None:
        organisation = Organisation(name=plan.name, created_at=self.since)
        self.organisations.append(organisation)
        company = identifiers.siren(next(self.companies))
        sites = [
            self._site(plan.name, site, identifiers.siret(company, rank), organisation, plan.key)
            for rank, site in enumerate(plan.sites, start=1)
        ]
        codes = sorted({code for site in plan.sites for code in site.cabinets})
        for rank in range(plan.collaborators + 1):
            role = ShopMember.Role.COLLABORATOR if rank else ShopMember.Role.OWNER
            login = plan.login and rank < 2
            mail = f"{'collaborateur' if rank else 'responsable'}{rank if rank > 1 else ''}.{plan.key}@exemple.test"
            person = self.crowd.add(mail, login=login)
            self.members.append(
                ShopMember(organisation=organisation, user=person.user, role=role, joined_at=self.since)
            )
            if login:
                name = "collaborateur" if rank else "reparateur"
                self.network.logins.append(
                    Login(name, person, organisation=organisation, cabinets=codes, establishments=sites)
                )

    def _site(
        self, name: str, plan: SitePlan, siret: str, organisation: Organisation | None, key: str
    ) -> Establishment:
        establishment = Establishment(
            siret=siret,
            name=f"{name} – {plan.city}",
            postal_code=plan.postal_code,
            city=plan.city,
            organisation=organisation,
            proven_at=self.since if organisation else None,
            proven_by=self.network.cabinets[plan.cabinets[0]].name if organisation else "",
        )
        cabinets = tuple(self.network.cabinets[code] for code in plan.cabinets)
        self.network.sites.append(Site(establishment, cabinets, plan.weight))
        for cabinet in cabinets:
            self.links.append(
                CabinetEstablishment(
                    cabinet=cabinet,
                    establishment=establishment,
                    email=f"responsable.{key}@exemple.test",
                    is_approved=self.rng.random() < 0.5,
                    suspended_at=self.now - timedelta(days=12) if (key, cabinet.code) == SUSPENDED else None,
                    created_at=self.since,
                )
            )
        return establishment

    def _unproven(self) -> None:
        name, plan = UNPROVEN
        siret = identifiers.siret(identifiers.siren(next(self.companies)), 1)
        self._site(name, plan, siret, None, "rosemonde")
        person = self.crowd.add("responsable.rosemonde@exemple.test")
        self._request(person, A, name, siret, plan.postal_code, days=2)

    def _requests(self) -> None:
        """One more that waits, of a shop nobody knows, and one refused."""
        for rank, (key, name, code, postal_code) in enumerate(
            (("plein-phare", "Garage Plein-Phare", B, "38100"), ("sans-clous", "Auto Sans-Clous", A, "74960"))
        ):
            siret = identifiers.siret(identifiers.siren(next(self.companies)), 1)
            request = self._request(
                self.crowd.add(f"contact.{key}@exemple.test"), code, name, siret, postal_code, days=1 + 20 * rank
            )
            if rank:
                request.state = AccountRequest.State.REFUSED
                request.decided_at = request.requested_at + timedelta(days=1, hours=2)
                request.decided_by = self.network.cabinets[code].name
                request.reason = "Ce SIRET n'est pas celui d'un atelier de carrosserie : écrivez-nous."

    def _request(
        self, person: Person, code: str, name: str, siret: str, postal_code: str, *, days: int
    ) -> AccountRequest:
        request = AccountRequest(
            user=person.user,
            cabinet=self.network.cabinets[code],
            company_name=name,
            siret=siret,
            postal_code=postal_code,
            requested_at=self.now - timedelta(days=days, minutes=self.rng.randint(0, 300)),
        )
        self.requests.append(request)
        return request

    def _save(self) -> None:
        self.crowd.save()
        Cabinet.objects.bulk_create(self.network.cabinets.values())
        Organisation.objects.bulk_create(self.organisations)
        CabinetMember.objects.bulk_create(member for staff in self.network.staff.values() for member in staff)
        ShopMember.objects.bulk_create(self.members)
        self._delegate()
        Establishment.objects.bulk_create(site.establishment for site in self.network.sites)
        CabinetEstablishment.objects.bulk_create(self.links)
        AccountRequest.objects.bulk_create(self.requests)

    def _delegate(self) -> None:
        """Collaborators look at every establishment of their company, as somebody does whom a cabinet let in."""
        helpers = [member for member in self.members if member.role == ShopMember.Role.COLLABORATOR]
        profiles = {
            member.organisation_id: DelegationProfile(
                organisation=member.organisation, name=DEFAULT_PROFILE, rights=[Right.VIEW], everywhere=True
            )
            for member in helpers
        }
        DelegationProfile.objects.bulk_create(profiles.values())
        Delegation.objects.bulk_create(
            Delegation(
                organisation=member.organisation,
                member=member,
                profile=profiles[member.organisation_id],
                from_on=timezone.localdate(self.since),
                granted_by=member.organisation.name,
            )
            for member in helpers
        )
