"""What shops and cabinets have written to each other: answered, waiting, asked, to validate."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random

from django.utils import timezone

from accounts.models import CabinetMember, JournalEntry, User
from claims.calendar import add_working_days
from claims.models import Awaited, Expectation
from claims.models.appointments import Side
from claims.workflow import Step
from messaging.models import Message, Subject, Thread, ThreadRead
from messaging.subjects import Code, Reader
from portal.demo.dossiers import Claim
from portal.demo.people import Login

ONE_IN = 7  # open dossiers of those who sign in
Role = CabinetMember.Role
STATE = Thread.State
SAID: tuple[tuple[Code, str, str], ...] = (
    (
        Code.EXPERT,
        "Bonjour, le pare-chocs avant existe en réparation chez le constructeur : d’accord pour le réparer ?",
        "Bonjour, d’accord pour la réparation. Joignez une photo avant la peinture.",
    ),
    (
        Code.CLERK,
        "Bonjour, la franchise est-elle à encaisser auprès du client à la livraison ?",
        "Bonjour, oui : elle est indiquée sur la prise en charge.",
    ),
    (
        Code.METHOD,
        "Au démontage, le support de radiateur est fendu. Je le remplace ?",
        "Oui, remplacez-le : le rapport en tiendra compte.",
    ),
    (
        Code.NOT_REMOVED,
        "Le véhicule est toujours sur notre parc, l’épaviste n’est pas passé.",
        "Nous relançons l’épaviste aujourd’hui.",
    ),
)
ASKED = (
    ("Kilométrage au compteur", "Bonjour, pouvez-vous nous donner le kilométrage relevé à l’entrée du véhicule ?"),
    (
        "Pièces disponibles",
        "Bonjour, les pièces commandées sont-elles arrivées ? Sinon, pour quand sont-elles prévues ?",
    ),
)


@dataclass(slots=True)
class Talk:
    """A thread before it has a row: its messages follow it."""

    thread: Thread
    messages: list[Message]
    readers: list[User]  # of the shop
    is_read: bool
    step: str  # what the last message of the cabinet is in the étapes; "": there is none


def load(rng: Random, claims: Iterable[Claim], logins: Iterable[Login], today: date) -> None:
    """Write the rows, and what is awaited of whom; the étapes are what the news begin with."""
    talks = list(_talks(rng, claims, list(logins), today))
    Thread.objects.bulk_create([talk.thread for talk in talks])
    Message.objects.bulk_create([message for talk in talks for message in talk.messages])
    ThreadRead.objects.bulk_create([_read(talk, user) for talk in talks if talk.step for user in talk.readers])
    Awaited.objects.bulk_create([row for talk in talks for row in _awaited(talk.thread)])
    JournalEntry.objects.bulk_create([_entry(talk) for talk in talks if talk.step])


def _talks(rng: Random, claims: Iterable[Claim], logins: list[Login], today: date) -> Iterator[Talk]:
    people: dict[int, list[User]] = {}
    for login in logins:
        for site in login.establishments:
            people.setdefault(site.pk, []).append(login.person.user)
    staff = {(row.cabinet_id, row.role): row for row in CabinetMember.objects.order_by("-pk").select_related("user")}
    subjects = {(row.cabinet_id, row.slug): row for row in Subject.objects.all()}
    kinds = cycle(("answered", "asked", "waiting", "to validate", "answered"))
    for claim in claims:
        readers = people.get(claim.dossier.establishment_id or 0, [])
        if not readers or not claim.dossier.is_open or rng.random() > 1 / ONE_IN:
            continue
        maker = _Maker(rng, claim, readers, staff, today)
        kind = next(kinds)
        if kind == "asked":
            yield maker.question(*rng.choice(ASKED))
        else:
            code, words, answer = rng.choice(SAID)
            yield maker.message(subjects[claim.dossier.cabinet_id, code.value], words, answer, kind)


@dataclass(slots=True)
class _Maker:
    rng: Random
    claim: Claim
    readers: list[User]  # who answers for the company first
    staff: dict[tuple[int, str], CabinetMember]
    today: date

    @property
    def author(self) -> User:
        return self.readers[0]

    def _thread(self, title: str, reader: str, opener: User, side: Side, **more: object) -> Thread:
        dossier = self.claim.dossier
        opened = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=self.rng.randint(20, 90))
        return Thread(
            dossier=dossier,
            cabinet_id=dossier.cabinet_id,
            establishment_id=dossier.establishment_id,
            title=title,
            reader=reader,
            opener=opener,
            opener_label=self._label(side),
            opened_by=side,
            key=f"demo-{self.claim.number}",
            created_at=opened,
            last_message_at=opened,
            last_label=self._label(side),
            message_count=1,
            **more,
        )

    def _label(self, side: Side) -> str:
        return self.claim.site.establishment.name if side == Side.SHOP else self.claim.cabinet.name

    def _said(
        self, thread: Thread, side: Side, author: User, body: str, role: str, hours: int, **more: object
    ) -> Message:
        at = thread.created_at + timedelta(hours=hours)
        return Message(
            thread=thread,
            dossier=thread.dossier,
            side=side,
            author=author,
            author_label=self._label(side),
            author_role=role,
            body=body,
            key=f"{thread.key}-{hours}",
            **{"created_at": at, "sent_at": at, **more},
        )

    def _member(self, role: str) -> CabinetMember:
        cabinet = self.claim.dossier.cabinet_id
        return self.staff.get((cabinet, role)) or self.staff[cabinet, Role.MANAGER]

    def question(self, title: str, body: str) -> Talk:
        """Due today, or soon."""
        clerk = self._member(Role.EXPERT)
        due = self.today if self.rng.random() < 0.4 else add_working_days(self.today, self.rng.randint(1, 3))
        thread = self._thread(
            title, Reader.EXPERT, clerk.user, Side.CABINET, state=STATE.SHOP, due_on=due, is_question=True
        )
        said = self._said(thread, Side.CABINET, clerk.user, body, clerk.role, 0)
        return Talk(thread, [said], self.readers, self.rng.random() < 0.3, Step.QUESTION_ASKED)

    def message(self, subject: Subject, words: str, answer: str, kind: str) -> Talk:
        thread = self._thread(
            subject.label, subject.reader, self.author, Side.SHOP, subject=subject, state=STATE.CABINET
        )
        thread.due_on = add_working_days(timezone.localdate(thread.created_at), 2)
        messages = [self._said(thread, Side.SHOP, self.author, words, "responsable", 0)]
        if kind == "to validate":
            clerk = self._member(Role.CLERK)
            held = {"state": Message.State.WAITING, "sent_at": None}
            messages.append(self._said(thread, Side.CABINET, clerk.user, answer, clerk.role, 5, **held))
        if kind == "answered":
            staff = self._member(Role.EXPERT if subject.reader == Reader.EXPERT else Role.MANAGER)
            messages.append(self._said(thread, Side.CABINET, staff.user, answer, staff.role, 5))
            thread.state, thread.due_on, thread.message_count = STATE.ANSWERED, None, 2
            thread.last_message_at, thread.last_label = messages[-1].created_at, self._label(Side.CABINET)
        step = Step.MESSAGE_RECEIVED if kind == "answered" else ""
        return Talk(thread, messages, self.readers, self.rng.random() < 0.5, step)


def _read(talk: Talk, user: User) -> ThreadRead:
    last = talk.messages[-1].pk
    return ThreadRead(
        user=user,
        thread=talk.thread,
        dossier=talk.thread.dossier,
        told_id=last,
        read_id=last if talk.is_read else 0,
    )


def _awaited(thread: Thread) -> Iterator[Awaited]:
    about, who = Expectation.About, Expectation.Who
    turns = {STATE.SHOP: (about.QUESTION, who.SHOP), STATE.CABINET: (about.MESSAGE, who.CABINET)}
    if turn := turns.get(STATE(thread.state)):
        yield Awaited(dossier=thread.dossier, kind=turn[0], object_id=thread.pk, who=turn[1], due_on=thread.due_on)


def _entry(talk: Talk) -> JournalEntry:
    thread, last = talk.thread, talk.messages[-1]
    return JournalEntry(
        event=talk.step,
        subject_type="claims.dossier",
        subject_id=thread.dossier_id,
        subject_label=str(thread.dossier),
        actor_label=last.author_label,
        actor_role=last.author_role,
        cabinet_id=thread.cabinet_id,
        establishment_id=thread.establishment_id,
        dossier_id=thread.dossier_id,
        at=last.created_at,
        detail={"what": thread.title, "thread": str(thread.public_id), "message": last.pk},
    )
