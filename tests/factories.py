"""Explicit test data: everything a row needs to be coherent, nothing filled blindly."""

import uuid
from datetime import date, timedelta

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import (
    AccountRequest,
    Cabinet,
    CabinetEstablishment,
    CabinetMember,
    Delegation,
    DelegationProfile,
    Draft,
    EmailChange,
    Establishment,
    Invitation,
    Knock,
    Organisation,
    ShopInvitation,
    ShopMember,
    SignUp,
    SiretCode,
    User,
)
from claims.models import (
    Acknowledgement,
    AgendaFeed,
    Appointment,
    Awaited,
    CallBack,
    Contact,
    Deposit,
    Document,
    DocumentRequest,
    Dossier,
    DossierFacts,
    DossierFile,
    Expectation,
    Export,
    Job,
    Memo,
    MissingDossierRequest,
    Passage,
    ReminderLetter,
    Shot,
    ShotSet,
    Supplement,
    Upload,
    VerdictReason,
    VisitPolicy,
)
from claims.models.appointments import Side
from claims.models.documents import family_of
from claims.models.plates import key_of
from claims.services.receipts import new_number
from claims.workflow import DateKind, DateStatus, State
from messaging.models import (
    Announcement,
    AnnouncementReading,
    ChannelChoice,
    Digest,
    MailBranding,
    Message,
    MessageDocument,
    News,
    Thread,
    ThreadRead,
)
from tariffs.cells import key
from tariffs.models import TariffRate, TariffVersion, Transmission

PASSWORD = "un-mot-de-passe-d-essai"


def siret(number: int) -> str:
    """A valid SIRET, different for every number: a Luhn-valid SIREN, then a Luhn-valid NIC."""
    siren = f"9{number:07d}"
    siren += _luhn(siren)
    nic = f"{siren}0001"
    return nic + _luhn(nic)


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"personne{n}@exemple.test")
    full_name = factory.Sequence(lambda n: f"Personne Inventée {n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        password = kwargs.pop("password", PASSWORD)
        return model_class.objects.create_user(*args, password=password, **kwargs)


class CabinetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Cabinet

    code = factory.Sequence(lambda n: f"CABINET{n}")
    name = factory.Sequence(lambda n: f"Cabinet inventé {n}")


class CabinetMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CabinetMember

    cabinet = factory.SubFactory(CabinetFactory)
    user = factory.SubFactory(UserFactory, is_staff=True)
    role = CabinetMember.Role.MANAGER


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Carrosserie inventée {n}")


class EstablishmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Establishment

    siret = factory.Sequence(siret)
    name = factory.Sequence(lambda n: f"Atelier inventé {n}")
    postal_code = "74000"
    organisation = factory.SubFactory(OrganisationFactory)
    proven_at = factory.LazyAttribute(lambda row: timezone.now() if row.organisation else None)


class LinkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CabinetEstablishment

    cabinet = factory.SubFactory(CabinetFactory)
    establishment = factory.SubFactory(EstablishmentFactory)


class ShopMemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShopMember

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = ShopMember.Role.OWNER


class DelegationProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DelegationProfile
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Profil inventé {n}")
    rights = ["view"]

    @factory.post_generation
    def sites(self, create, extracted, **kwargs):
        """The establishments it covers; none: all of them."""
        if extracted:
            self.establishments.set(extracted)
        else:
            self.everywhere = True
            self.save()


class DelegationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Delegation

    profile = factory.SubFactory(DelegationProfileFactory)
    organisation = factory.SelfAttribute("profile.organisation")
    member = factory.SubFactory(
        ShopMemberFactory,
        organisation=factory.SelfAttribute("..organisation"),
        role=ShopMember.Role.COLLABORATOR,
    )
    from_on = date(2026, 1, 1)


class InvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Invitation

    profile = factory.SubFactory(DelegationProfileFactory)
    organisation = factory.SelfAttribute("profile.organisation")
    email = factory.Sequence(lambda n: f"invite{n}@exemple.test")
    inviter = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
    token_hash = factory.Sequence(lambda n: f"{n:064x}")


class DraftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Draft

    establishment = factory.SubFactory(EstablishmentFactory)
    organisation = factory.SelfAttribute("establishment.organisation")
    author = factory.SubFactory(UserFactory)
    action = "essay"
    summary = factory.Sequence(lambda n: f"Envoi inventé {n}")


class AccountRequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AccountRequest

    user = factory.SubFactory(UserFactory)
    cabinet = factory.SubFactory(CabinetFactory)
    company_name = factory.Sequence(lambda n: f"Carrosserie candidate {n}")
    siret = factory.Sequence(lambda n: siret(n + 500_000))
    postal_code = "73000"


class SignUpFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SignUp

    user = factory.SubFactory(UserFactory)
    chosen = factory.SubFactory(CabinetFactory)
    company_name = factory.Sequence(lambda n: f"Carrosserie nouvelle {n}")
    siret = factory.Sequence(lambda n: siret(n + 700_000))
    postal_code = "73000"


class SiretCodeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = SiretCode

    request = factory.SubFactory(AccountRequestFactory)
    user = factory.SelfAttribute("request.user")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=15))


class ShopInvitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShopInvitation

    cabinet = factory.SubFactory(CabinetFactory)
    company_name = factory.Sequence(lambda n: f"Carrosserie invitée {n}")
    siret = factory.Sequence(lambda n: siret(n + 800_000))
    postal_code = "73000"
    email = factory.Sequence(lambda n: f"garage{n}@exemple.test")
    checked_how = "appel"
    inviter = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=14))
    token_hash = factory.Sequence(lambda n: f"{n:064x}")


class KnockFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Knock

    kind = "reset"
    typed = {"email": "quelqu-un@exemple.test"}


class EmailChangeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = EmailChange

    user = factory.SubFactory(UserFactory)
    email = factory.Sequence(lambda n: f"nouvelle{n}@exemple.test")
    former = factory.SelfAttribute("user.email")


class DossierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Dossier

    cabinet = factory.SubFactory(CabinetFactory)
    establishment = factory.SubFactory(EstablishmentFactory)
    siret = factory.LazyAttribute(lambda row: row.establishment.siret if row.establishment else "123")
    reference = factory.Sequence(lambda n: f"2550{n:05d}")
    claim_on = date(2026, 3, 2)
    insured_name = "DURAND Inventé"
    make = "Peugeot"
    model = "208"
    plate = "GF-531-QZ"


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Document

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    direction = Document.Direction.RECEIVED
    kind = Document.Kind.INTERIM_REPORT
    label = factory.Sequence(lambda n: f"RAPPORT_PROVISOIRE_{n}.pdf")
    file = factory.django.FileField(data=b"%PDF-1.4 essai", filename="essai.pdf")
    size = 14
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    content_type = "application/pdf"
    version = factory.LazyAttribute(lambda row: 1 if row.direction == "received" and family_of(row.kind) else None)


class AcknowledgementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Acknowledgement

    document = factory.SubFactory(DocumentFactory)
    dossier = factory.SelfAttribute("document.dossier")
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    version = 1
    user = factory.SubFactory(UserFactory)
    reader = "Carrosserie inventée"


class VerdictReasonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = VerdictReason

    cabinet = factory.SubFactory(CabinetFactory)
    text = factory.Sequence(lambda n: f"Motif inventé {n}")


class ExportFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Export

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"DOSSIER-{n}.zip")
    fingerprint = factory.Sequence(lambda n: f"{n:064x}")


class MissingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MissingDossierRequest

    cabinet = factory.SubFactory(CabinetFactory)
    establishment = factory.SubFactory(EstablishmentFactory)
    author = factory.SubFactory(UserFactory)
    wanted = factory.Sequence(lambda n: f"PERDU-{n}")
    wanted_key = factory.LazyAttribute(lambda row: key_of(row.wanted))


class TariffVersionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TariffVersion
        skip_postgeneration_save = True

    site = factory.SubFactory(EstablishmentFactory)
    number = factory.Sequence(lambda n: n + 1)
    applies_on = date(2026, 1, 1)
    token = factory.LazyFunction(uuid.uuid4)

    @factory.post_generation
    def rows(self, create, extracted, **kwargs):
        """Payers with the hourly rate T1 of each; none: PUBLIC at 60 €."""
        for position, (payer, rate) in enumerate((extracted or {"PUBLIC": "60.00"}).items()):
            TariffRate.objects.create(
                version=self, site=self.site, position=position, payer=payer, payer_key=key(payer), t1=rate
            )


class TransmissionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Transmission

    version = factory.SubFactory(TariffVersionFactory)
    cabinet = factory.SubFactory(CabinetFactory)
    establishment = factory.SelfAttribute("version.site")


class DossierFileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DossierFile

    cabinet = factory.SubFactory(CabinetFactory)
    user = factory.SubFactory(UserFactory)
    name = "dossiers.csv"
    file = factory.django.FileField(data=b"reference;siret", filename="dossiers.csv")
    state = "checked"


class JobFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Job

    kind = "essay"
    subject_type = "claims.dossier"
    dossier = factory.SubFactory(DossierFactory)
    subject_id = factory.SelfAttribute("dossier.pk")
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")


class RequestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DocumentRequest

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    kinds = ["devis"]
    asked_by = factory.SelfAttribute("cabinet.name")
    due_on = date(2026, 12, 1)


class ExpectationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Expectation

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    who = Expectation.Who.SHOP
    kind = State.AWAITING_VISIT
    state_since = factory.SelfAttribute("dossier.state_since")
    due_on = date(2026, 12, 1)


class FactsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DossierFacts

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")


class LetterFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReminderLetter

    user = factory.SubFactory(UserFactory)
    sent_on = date(2026, 1, 2)
    expectations = factory.LazyFunction(lambda: [0])


class AppointmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Appointment

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    kind = DateKind.FIELD_VISIT
    status = DateStatus.PROPOSED
    moved_by = Side.SHOP
    starts_on = date(2026, 12, 3)
    version = 1


class AnnouncementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Announcement

    title = "Nouvelle version"
    text = "Les photos partent plus vite."
    published_from = factory.LazyFunction(lambda: timezone.now() - timedelta(days=1))


class AnnouncementReadingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AnnouncementReading

    user = factory.SubFactory(UserFactory)
    announcement = factory.SubFactory(AnnouncementFactory)


class ChannelChoiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ChannelChoice

    user = factory.SubFactory(UserFactory)
    topic = "rapport"
    channel = "portail"


class DigestFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Digest

    user = factory.SubFactory(UserFactory)
    day = date(2026, 1, 2)
    moment = "soir"


class NewsFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = News

    user = factory.SubFactory(UserFactory)
    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    fact = factory.Sequence(lambda n: n + 1_000_000)
    event = "document_published"
    title = "Rapport définitif"


class AwaitedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Awaited

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    kind = "message"
    object_id = factory.Sequence(lambda n: n + 1_000_000)
    who = "cabinet"


class ThreadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Thread

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    title = factory.Sequence(lambda n: f"Échange inventé {n}")
    reader = "gestionnaire"
    opener = factory.SubFactory(UserFactory)
    opener_label = "Carrosserie inventée"
    opened_by = "shop"
    key = factory.Sequence(lambda n: f"{n:032x}")
    state = "answered"
    message_count = 1


class MessageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Message

    thread = factory.SubFactory(ThreadFactory)
    dossier = factory.SelfAttribute("thread.dossier")
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    side = "cabinet"
    author = factory.SubFactory(UserFactory)
    author_label = "Cabinet inventé"
    body = "Bonjour"
    key = factory.Sequence(lambda n: f"{n:032x}")
    sent_at = factory.LazyAttribute(lambda row: timezone.now() if getattr(row, "state", "sent") == "sent" else None)


class MessageDocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MessageDocument

    message = factory.SubFactory(MessageFactory)
    dossier = factory.SelfAttribute("message.dossier")
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")


class ThreadReadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ThreadRead

    thread = factory.SubFactory(ThreadFactory)
    dossier = factory.SelfAttribute("thread.dossier")
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")


class ContactFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Contact

    cabinet = factory.SubFactory(CabinetFactory)
    role = factory.Sequence(lambda n: f"Rôle inventé {n}")
    phone = "04 00 00 00 00"


class PassageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Passage

    cabinet = factory.SubFactory(CabinetFactory)
    weekday = 3
    from_on = date(2026, 1, 1)


class VisitPolicyFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = VisitPolicy

    cabinet = factory.SubFactory(CabinetFactory)


class BrandingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MailBranding

    cabinet = factory.SubFactory(CabinetFactory)
    closing = "12 rue des Essais"


class FeedFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = AgendaFeed

    user = factory.SubFactory(UserFactory)
    token_hash = factory.Sequence(lambda n: f"{n:064x}")


class DepositFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Deposit

    number = factory.LazyFunction(new_number)
    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    user = factory.SubFactory(UserFactory)
    sender_label = "Carrosserie inventée"
    kind = Document.Kind.ESTIMATE
    key = factory.Sequence(lambda n: f"{n:032x}")
    pdf = factory.LazyFunction(lambda: default_storage.save("receipts/essai", ContentFile(b"%PDF-1.4 essai")))


class UploadFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Upload

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    user = factory.SubFactory(UserFactory)
    client_key = factory.Sequence(lambda n: f"essai|{n}")
    name = factory.Sequence(lambda n: f"DEVIS_PREPARE_{n}.pdf")
    file = factory.django.FileField(data=b"%PDF-1.4 essai", filename="essai.pdf")
    size = 14
    received = 14
    sha256 = factory.Sequence(lambda n: f"{n + 9_000_000:064x}")
    content_type = "application/pdf"
    state = Upload.State.READY
    scanned = True
    thumbnail = factory.LazyFunction(lambda: default_storage.save("thumbnails/essai", ContentFile(b"jpeg")))


class SupplementFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Supplement

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    number = 1
    comment = "Longeron avant droit plié"
    author = factory.SubFactory(UserFactory)
    key = factory.Sequence(lambda n: f"{n:032x}")


class ShotSetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ShotSet

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    exam = ShotSet.Exam.REMOTE
    author = factory.SubFactory(UserFactory)


class ShotFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Shot

    shot_set = factory.SubFactory(ShotSetFactory)
    dossier = factory.SelfAttribute("shot_set.dossier")
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    position = factory.Sequence(lambda n: n % 10_000 + 1)
    label = factory.Sequence(lambda n: f"Vue inventée {n}")
    drawing = "autre"


class CallBackFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CallBack

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    user = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Personne à rappeler {n}")
    phone = "+33450123456"
    wanted_on = date(2026, 12, 3)
    due_at = "2026-12-03T17:00Z"


class MemoFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Memo

    dossier = factory.SubFactory(DossierFactory)
    cabinet = factory.SelfAttribute("dossier.cabinet")
    establishment = factory.SelfAttribute("dossier.establishment")
    user = factory.SubFactory(UserFactory)
    side = Side.SHOP
    on = date(2026, 12, 3)
    subject = factory.Sequence(lambda n: f"Rappel inventé {n}")
