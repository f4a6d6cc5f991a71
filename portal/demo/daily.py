"""What goes on around the dossiers: calls that are due, reminders, cars not seen, photos half taken."""

import hashlib
import io
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from accounts.models import User
from claims.models import CallBack, Dossier, DossierFacts, Memo, Upload
from claims.models.appointments import Side
from claims.models.contacts import Topic
from claims.services import callbacks
from claims.services.shots import begun
from claims.workflow import State
from portal.demo.dossiers import Claim
from portal.demo.files import FOLDER
from portal.demo.people import Login
from portal.demo.photos import Studio

TAKEN = 6  # of the ten views
THUMBNAIL = (320, 240)  # pixels
SUBJECTS = (
    "Rappeler le client pour la restitution",
    "Commander le pare-chocs",
    "Vérifier la prise en charge",
    "Préparer le véhicule de prêt",
)
WHY_UNSEEN = "L’expert n’est pas venu, le véhicule était prêt."
WHY_LEFT = "Cession signée, aucun épaviste ne s’est présenté."


@dataclass(frozen=True, slots=True)
class Shop:
    """Who signs in for a shop, and the open dossiers they see."""

    user: User
    claims: list[Claim]


def shops(claims: Iterable[Claim], logins: Iterable[Login]) -> list[Shop]:
    """One for each login of a repairer, with the dossiers of their sites."""
    rows = [claim for claim in claims if claim.dossier.is_open]
    found = []
    for login in logins:
        sites = {site.pk for site in login.establishments}
        if login.role == "reparateur" and sites:
            found.append(Shop(login.person.user, [row for row in rows if row.dossier.establishment_id in sites]))
    return found


def calls(rng: Random, told: list[Shop]) -> Iterator[CallBack]:
    """Two a shop: one that is late, one for tomorrow."""
    now = timezone.localtime()
    for shop in told:
        for number, claim in enumerate(shop.claims[:2]):
            wanted = now.date() + timedelta(days=number * 2 - 1)
            yield CallBack(
                user=shop.user,
                dossier=claim.dossier,
                cabinet_id=claim.cabinet.pk,
                establishment_id=claim.dossier.establishment_id,
                name=shop.user.full_name,
                phone=f"+3346571{rng.randint(1000, 9999)}",
                topic=rng.choice((Topic.INVOICE, Topic.EXPERTISE, Topic.APPOINTMENT)),
                wanted_on=wanted,
                slot=CallBack.Slot.MORNING,
                due_at=callbacks.due(wanted, CallBack.Slot.MORNING, now=now - timedelta(days=2)),
                asked_at=now - timedelta(days=2),
            )


def memos(rng: Random, told: list[Shop]) -> Iterator[Memo]:
    """A few a shop, this week and the next, every other one shared."""
    today = timezone.localdate()
    for shop in told:
        for number, claim in enumerate(shop.claims[2:7]):
            yield Memo(
                dossier=claim.dossier,
                cabinet_id=claim.cabinet.pk,
                establishment_id=claim.dossier.establishment_id,
                user=shop.user,
                side=Side.SHOP,
                on=today + timedelta(days=rng.randint(0, 9)),
                at=time(rng.randint(8, 17), 30) if number % 2 else None,
                subject=rng.choice(SUBJECTS),
                place=rng.choice(Memo.Place.values),
                is_shared=number % 2 == 0,
            )


def incidents(told: list[Shop]) -> None:
    """A car nobody saw and one nobody fetched, at each shop."""
    today = timezone.localdate()
    for shop in told:
        planned = [claim.dossier for claim in shop.claims if claim.dossier.state == State.VISIT_PLANNED]
        worn = [claim.dossier for claim in shop.claims if claim.dossier.ve_procedure]
        for dossier in planned[:1]:
            Dossier.objects.filter(pk=dossier.pk).update(unseen_on=today - timedelta(days=1))
            _note(dossier, unseen_reason=WHY_UNSEEN, unseen_by=Side.SHOP)
        for dossier in worn[:1]:
            Dossier.objects.filter(pk=dossier.pk).update(uncollected_on=today - timedelta(days=9))
            _note(dossier, uncollected_reason=WHY_LEFT, uncollected_told_on=today - timedelta(days=2))


def _note(dossier: Dossier, **said: object) -> None:
    owner = {"cabinet_id": dossier.cabinet_id, "establishment_id": dossier.establishment_id}
    DossierFacts.objects.update_or_create(dossier=dossier, defaults=said, create_defaults=said | owner)


def photos(rng: Random, studio: Studio, told: list[Shop]) -> Iterator[Upload]:
    """At the first shops one « EAD » of which most views are taken."""
    for shop in told[:3]:
        waiting = [claim for claim in shop.claims if claim.dossier.state == State.AWAITING_REMOTE]
        for claim in waiting[:1]:
            yield from _set(rng, studio, shop.user, claim)


def _set(rng: Random, studio: Studio, user: User, claim: Claim) -> Iterator[Upload]:
    shot_set = begun(claim.dossier, "ead", author_id=user.pk)
    for rank, shot in enumerate(shot_set.shots.order_by("position")[:TAKEN]):
        said = {"plate": claim.dossier.plate, "colour": claim.colour, "impact": claim.dossier.impact}
        content = studio.take(rank=rank, caption=f"{claim.dossier.reference} – {shot.label}", **said)
        yield Upload(
            dossier=claim.dossier,
            cabinet_id=claim.cabinet.pk,
            establishment_id=claim.dossier.establishment_id,
            user=user,
            client_key=f"demonstration:{shot.pk}",
            name=f"{shot.position:02d} {shot.label}.jpg",
            file=_kept(content),
            size=len(content),
            received=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            content_type="image/jpeg",
            width=1280,
            height=960,
            sharpness=rng.randint(100, 200) if rank != TAKEN - 1 else 18,
            state=Upload.State.READY,
            scanned=True,
            thumbnail=_kept(_small(content)),
            shot=shot,
            position=shot.position,
            expires_at=datetime.now(tz=timezone.get_default_timezone()) + timedelta(days=7),
        )


def _small(content: bytes) -> bytes:
    out = io.BytesIO()
    with Image.open(io.BytesIO(content)) as image:
        image.thumbnail(THUMBNAIL)
        image.save(out, "JPEG", quality=80)
    return out.getvalue()


def _kept(content: bytes) -> str:
    key = uuid.uuid4().hex
    return default_storage.save(f"{FOLDER}/{key[0]}/{key}", ContentFile(content))
