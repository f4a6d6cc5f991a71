"""The small world every leak test looks at: two cabinets, three shops, one of them shared by both cabinets."""

import copy
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from accounts import scope
from accounts.models import CabinetMember, ShopMember
from accounts.scope import System
from tariffs.models import DefaultPayer, TariffDraft, TariffPdf
from tests.factories import (
    AccountRequestFactory,
    AcknowledgementFactory,
    AnnouncementFactory,
    AnnouncementReadingFactory,
    AppointmentFactory,
    AwaitedFactory,
    BrandingFactory,
    CabinetFactory,
    CabinetMemberFactory,
    CallBackFactory,
    ChannelChoiceFactory,
    ContactFactory,
    DelegationFactory,
    DelegationProfileFactory,
    DepositFactory,
    DigestFactory,
    DocumentFactory,
    DossierFactory,
    DossierFileFactory,
    DraftFactory,
    EmailChangeFactory,
    EstablishmentFactory,
    ExpectationFactory,
    ExportFactory,
    FactsFactory,
    FeedFactory,
    InvitationFactory,
    JobFactory,
    KnockFactory,
    LetterFactory,
    LinkFactory,
    MemoFactory,
    MessageDocumentFactory,
    MessageFactory,
    MissingFactory,
    NewsFactory,
    OrganisationFactory,
    PassageFactory,
    RequestFactory,
    ShopInvitationFactory,
    ShopMemberFactory,
    ShotFactory,
    SignUpFactory,
    SiretCodeFactory,
    SupplementFactory,
    TariffVersionFactory,
    ThreadFactory,
    ThreadReadFactory,
    TransmissionFactory,
    UploadFactory,
    UserFactory,
    VerdictReasonFactory,
    VisitPolicyFactory,
)

DATE_DRAFT = {
    "kind": "ead",
    "action": "date_proposed",
    "wish": {"on": "2026-12-03", "until": "", "half": "", "at": ""},
}
MESSAGE_DRAFT = {
    "thread": None,
    "subject": None,
    "message": "Bonjour",
    "reason": "",
    "day": "",
    "name": "",
    "kind": "",
    "uploads": [],
    "key": "",
}


@dataclass
class World:
    """Named as in a story: Alpes and Berry are cabinets; Lac works with Alpes, Mer with Berry, Deux with both."""

    alpes: SimpleNamespace
    berry: SimpleNamespace
    lac: SimpleNamespace
    mer: SimpleNamespace
    deux: SimpleNamespace
    network: object
    pending: object


def _cabinet(code: str) -> SimpleNamespace:
    cabinet = CabinetFactory(code=code, name=f"Cabinet {code.title()}")
    staff = {
        role.name.lower(): CabinetMemberFactory(
            cabinet=cabinet, role=role, user=UserFactory(is_staff=True, email=f"{role.value}@{code.lower()}.test")
        ).user
        for role in CabinetMember.Role
    }
    orphan = DossierFactory(cabinet=cabinet, establishment=None, siret="12345", reference=f"{code}-ORPHELIN")
    request = AccountRequestFactory(cabinet=cabinet, company_name=f"Candidat chez {code}")
    SignUpFactory(user=request.user, chosen=cabinet)
    SiretCodeFactory(request=request)
    ShopInvitationFactory(cabinet=cabinet, inviter=staff["manager"], company_name=f"Garage invité par {code}")
    VerdictReasonFactory(cabinet=cabinet, text=f"Motif de {code}")
    ContactFactory(cabinet=cabinet, role=f"Standard de {code}")
    PassageFactory(cabinet=cabinet, sector=f"Secteur de {code}")
    VisitPolicyFactory(cabinet=cabinet)
    BrandingFactory(cabinet=cabinet, closing=f"Adresse de {code}")
    DossierFileFactory(cabinet=cabinet, user=staff["manager"], name=f"FICHIER {code}.csv")
    FeedFactory(user=staff["manager"])
    ChannelChoiceFactory(user=staff["manager"])
    DigestFactory(user=staff["manager"])
    for audience, begun in (("all", date(2026, 1, 2)), ("staff", date(2026, 1, 2)), ("shops", date(2100, 1, 2))):
        at = timezone.make_aware(datetime.combine(begun, time(8)))
        AnnouncementFactory(cabinet=cabinet, audience=audience, title=f"Annonce de {code}", published_from=at)
    return SimpleNamespace(cabinet=cabinet, orphan=orphan, request=request, **staff)


def _shop(name: str, *cabinets: SimpleNamespace) -> SimpleNamespace:
    organisation = OrganisationFactory(name=f"Carrosserie {name}")
    establishment = EstablishmentFactory(organisation=organisation, name=f"Atelier {name}")
    owner = ShopMemberFactory(
        organisation=organisation, role=ShopMember.Role.OWNER, user=UserFactory(email=f"patron@{name.lower()}.test")
    ).user
    profile = DelegationProfileFactory(organisation=organisation, name=f"Profil {name}", sites=[establishment])
    member = ShopMemberFactory(
        organisation=organisation, role="collaborateur", user=UserFactory(email=f"aide@{name.lower()}.test")
    )
    shop = SimpleNamespace(
        organisation=organisation,
        establishment=establishment,
        owner=owner,
        member=member,
        delegation=DelegationFactory(profile=profile, member=member, from_on=date(2026, 1, 1)),
        invitation=InvitationFactory(profile=profile, inviter=owner, email=f"invite@{name.lower()}.test"),
        draft=DraftFactory(establishment=establishment, author=member.user),
        email_change=EmailChangeFactory(user=owner),
        dossiers={},
        dates={},
        date_drafts={},
        message_drafts={},
        threads={},
        feed=FeedFactory(user=owner, establishment=establishment),
        documents={},
        exports={},
        deposits={},
        uploads={},
        missing={},
        requests={},
        shots={},
        callbacks={},
        memos={},
        tariff=TariffVersionFactory(site=establishment, number=1, rows={f"PAYEUR {name}": "61.00"}),
    )
    TariffDraft.objects.create(user=owner, site=establishment)
    ChannelChoiceFactory(user=member.user)
    DigestFactory(user=owner)
    TariffPdf.objects.create(version=shop.tariff, site=establishment, file=ContentFile(b"%PDF-1.4", name))
    for side in cabinets:
        code = side.cabinet.code
        LinkFactory(
            cabinet=side.cabinet, establishment=establishment, email=f"connu-{code}@{name.lower()}.test".lower()
        )
        dossier = DossierFactory(
            cabinet=side.cabinet,
            establishment=establishment,
            reference=f"{code}-{name.upper()}",
            insured_name=f"ASSURE {code} {name}",
        )
        shop.missing[code] = MissingFactory(
            cabinet=side.cabinet, establishment=establishment, author=owner, wanted=f"{code}-PERDU-{name.upper()}"
        )
        shop.dossiers[code] = dossier
        shop.date_drafts[code] = DraftFactory(
            establishment=establishment, author=member.user, action="appointment", payload=DATE_DRAFT
        )
        shop.message_drafts[code] = DraftFactory(
            establishment=establishment, author=member.user, action="message", payload=MESSAGE_DRAFT
        )
        TransmissionFactory(version=shop.tariff, cabinet=side.cabinet)
        shop.dates[code] = AppointmentFactory(dossier=dossier)
        PassageFactory(cabinet=side.cabinet, establishment=establishment, sector=f"Passage {code} {name}", weekday=1)
        JobFactory(dossier=dossier)
        NewsFactory(user=owner, dossier=dossier, title=f"NOUVELLE {code} {name}")
        shop.requests[code] = RequestFactory(dossier=dossier, text=f"DEMANDE {code} {name}")
        ExpectationFactory(dossier=dossier)
        FactsFactory(dossier=dossier)
        SupplementFactory(dossier=dossier, author=owner, comment=f"COMPLEMENT {code} {name}")
        LetterFactory(user=owner, sent_on=date(2026, 1, 2 + len(shop.dossiers)))
        shop.deposits[code] = DepositFactory(dossier=dossier, user=owner)
        call = {"user": owner, "name": f"RAPPELER {code} {name}", "dossier": dossier}
        shop.callbacks[code] = CallBackFactory(**call)
        own = {"cabinet": side.cabinet, "establishment": establishment, "dossier": None}
        CallBackFactory(**(call | own))
        shop.memos[code] = MemoFactory(dossier=dossier, user=owner, subject=f"MEMO {code} {name}", is_shared=True)
        MemoFactory(dossier=dossier, user=member.user, subject=f"MEMO SEUL {code} {name}")
        note = {"dossier": dossier, "side": "cabinet"}
        MemoFactory(user=side.clerk, subject=f"NOTE {code} {name}", is_shared=True, **note)
        MemoFactory(user=side.expert, subject=f"NOTE SEULE {code} {name}", **note)
        shot = {"shot_set__dossier": dossier, "shot_set__author": owner, "label": f"VUE {code} {name}"}
        shop.shots[code] = ShotFactory(**shot)
        UploadFactory(dossier=dossier, user=owner, shot=shop.shots[code], content_type="image/jpeg")
        shop.uploads[code] = UploadFactory(dossier=dossier, user=owner, name=f"BROUILLON {code} {name}.pdf")
        shop.documents[code] = DocumentFactory(dossier=dossier, label=f"RAPPORT {code} {name}.pdf")
        shop.exports[code] = ExportFactory(dossier=dossier, user=owner, name=f"EXPORT-{code}-{name}.zip")
        AcknowledgementFactory(document=shop.documents[code], user=owner)
        shop.threads[code] = _talk(dossier, owner, side, f"{code} {name}", shop.documents[code])
    return shop


def _talk(dossier: Any, owner: Any, side: SimpleNamespace, name: str, paper: Any) -> Any:
    """A thread that the shop sees, with an answer that waits at the cabinet, and a question that is not there yet."""
    AwaitedFactory(dossier=dossier)
    thread = ThreadFactory(dossier=dossier, opener=owner, title=f"ECHANGE {name}", message_count=2)
    MessageFactory(thread=thread, side="shop", author=owner, body=f"QUESTION {name}")
    sent = MessageFactory(thread=thread, author=side.expert, body=f"REPONSE {name}")
    MessageFactory(thread=thread, author=side.clerk, body=f"ATTENTE {name}", state="waiting")
    MessageDocumentFactory(message=sent, document=paper)
    ThreadReadFactory(thread=thread, user=owner, told_id=sent.pk)
    ThreadFactory(dossier=dossier, opener=side.clerk, title=f"A VALIDER {name}", opened_by="cabinet", message_count=0)
    return thread


def build() -> World:
    alpes, berry = _cabinet("ALPES"), _cabinet("BERRY")
    KnockFactory()
    # The migration's, which tests that empty the tables take away.
    DefaultPayer.objects.get_or_create(key="macif", defaults={"name": "MACIF", "position": 1})
    for audience in ("all", "shops", "staff"):
        AnnouncementReadingFactory(announcement=AnnouncementFactory(audience=audience))
    return World(
        alpes=alpes,
        berry=berry,
        lac=_shop("Lac", alpes),
        mer=_shop("Mer", berry),
        deux=_shop("Deux", alpes, berry),
        network=UserFactory(email="reseau@exemple.test", is_staff=True, is_superuser=True),
        pending=UserFactory(email="attente@exemple.test"),
    )


class Standing:
    """A world made once for a file of tests, in a transaction around them all; each test's own is a savepoint of it.

    Building it takes longer than most tests. What a test changes, in rows, files or objects, no other sees.
    """

    def __init__(self) -> None:
        self.world: World | None = None
        self.module = ""
        self.leaves = False  # with the last test
        self._stack = ExitStack()

    def stand(self, module: str, blocker: Any) -> None:
        if self.world is not None and self.module == module:
            return
        self.end()
        folder = Path(self._stack.enter_context(TemporaryDirectory())) / "files"
        with ExitStack() as building:
            building.enter_context(blocker.unblock())
            building.enter_context(transaction.atomic())
            building.callback(transaction.set_rollback, True)
            with override_settings(MEDIA_ROOT=folder), scope.system(System.TESTS):
                self.world = build()
            self._stack.push(building.pop_all())  # undone in this order: rows, the leave to ask, files
        self.module, self.folder = module, folder

    def end(self) -> None:
        self.world = None
        self._stack.close()


STANDING = Standing()


@pytest.fixture
def world(db: None, tmp_path: Path) -> World:
    """The standing world, or for a test that commits one of its own."""
    if STANDING.world is None:
        return build()
    if STANDING.folder.exists():
        shutil.copytree(STANDING.folder, tmp_path / "files", dirs_exist_ok=True)
    return copy.deepcopy(STANDING.world)


def body_of(answer) -> bytes:
    """The whole body, streamed or not; reading a stream to its end is also what closes its file."""
    return b"".join(answer.streaming_content) if answer.streaming else answer.content
