"""Who of a shop has read what: told with each message of the cabinet, read when its thread is opened."""

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts import scope
from accounts.scope import Actor, Kind, Right, System
from accounts.services.holders import holders
from messaging.models import Message, News, Thread, ThreadRead


def tell_readers(message: Message) -> None:
    """From now on it is unread for all who may look at the shop's dossiers."""
    site = message.establishment_id
    if site is None:
        return
    with scope.system(System.OUTBOX):
        people = sorted(holders([site], [Right.VIEW])[site])
        ThreadRead.objects.bulk_create(
            [
                ThreadRead(user_id=pk, thread_id=message.thread_id, dossier_id=message.dossier_id, told_id=message.pk)
                for pk in people
            ],
            update_conflicts=True,
            unique_fields=["thread", "user"],
            update_fields=["told_id"],
        )


def note_read(thread: Thread, up_to: int, *, actor: Actor) -> None:
    """This person has the thread before their eyes, up to that message; its news are read with it."""
    if actor.kind != Kind.REPAIRER:
        return
    rows = ThreadRead.objects.visible_to(actor).filter(thread=thread, read_id__lt=up_to)
    rows.update(read_id=Greatest(F("read_id"), up_to))
    News.objects.visible_to(actor).unread().filter(dossier=thread.dossier_id, thread=thread.public_id).update(
        read_at=timezone.now()
    )
