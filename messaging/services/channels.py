"""How each person is told of a fact: decided here when a notification is written, and again when it leaves."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts import journal, scope
from accounts.models import User
from accounts.scope import Actor, Kind, System
from messaging.models import Channel, ChannelChoice
from messaging.topics import LETTERS, LINES, TOPICS, LetterFact, Line, Topic, topic_of

CHANGED = "notifications_chosen"


def channel_of(event: str, subject: Any, user_id: int) -> Channel:
    """How this person is told now; what is not optional leaves by mail."""
    return channels_of(event, subject, [user_id])[user_id]


def channels_of(event: str, subject: Any, user_ids: Iterable[int]) -> dict[int, Channel]:
    """The same for several; reads beyond one tenant: call it under a system scope."""
    topic = _choice(event, subject)
    if topic is None:
        return dict.fromkeys(user_ids, Channel.MAIL)
    keys = list(user_ids)
    chosen = dict(ChannelChoice.objects.filter(user__in=keys, topic=topic).values_list("user", "channel"))
    return {pk: Channel(chosen.get(pk, LINES[topic].default)) for pk in keys}


def _choice(event: str, subject: Any) -> Topic | None:
    """The morning's letter leaves when there is something in it, whether or not its reader also wants the rest."""
    return None if event == LetterFact.MORNING_DIGEST else topic_of(event, subject)


def mailed(people: QuerySet[User], event: str, subject: Any) -> QuerySet[User]:
    """Leave out at once, where the portal alone is the default, all who chose nothing else: nearly everybody."""
    topic = _choice(event, subject)
    if topic is None or LINES[topic].default != Channel.PORTAL:
        return people
    others = ChannelChoice.objects.filter(topic=topic).exclude(channel=Channel.PORTAL)
    return people.filter(pk__in=others.values("user"))


def lines_for(kind: Kind) -> tuple[list[Line], list[Line]]:
    """The topics, then the letters, that concern this side."""
    return [line for line in TOPICS if line.label(kind)], [line for line in LETTERS if line.label(kind)]


def chosen_by(actor: Actor) -> dict[str, str]:
    """What holds for this person now, topic by topic."""
    rows = ChannelChoice.objects.visible_to(actor).filter(user=actor.user_id)
    return {line.topic.value: line.default.value for line in LINES.values()} | dict(
        rows.values_list("topic", "channel")
    )


def choose(user: User, chosen: dict[Topic, Channel], *, actor: Actor) -> None:
    """Keep what a person wants, for all their dossiers; `chosen` may name some topics only."""
    now = timezone.now()
    rows = [ChannelChoice(user=user, topic=topic, channel=way, chosen_at=now) for topic, way in chosen.items()]
    ChannelChoice.objects.bulk_create(
        rows, update_conflicts=True, update_fields=["channel", "chosen_at"], unique_fields=["user", "topic"]
    )
    with scope.system(System.ACCOUNT):
        journal.record(user, CHANGED, actor=actor, topics=sorted(chosen))


def stop(user: User, topic: Topic, *, actor: Actor) -> None:
    """No more mails of this kind; without the morning's letter, nothing waits for it any more."""
    stopped = {topic: Channel.PORTAL}
    if topic == Topic.MORNING:
        waiting = ChannelChoice.objects.filter(user=user, channel=Channel.DIGEST, topic__in=list(LINES))
        stopped |= {Topic(name): Channel.PORTAL for name in waiting.values_list("topic", flat=True)}
    choose(user, stopped, actor=actor)
