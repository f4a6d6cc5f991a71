"""A notification becomes a mail: written from its templates when it leaves, recognisable for ever."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine

from messaging.models import Notification
from messaging.rules import TELL
from messaging.services.branding import branding_of, carry, shown
from messaging.services.stopping import stop_link
from messaging.topics import topic_of

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")


def message_id(key: str) -> str:
    """The same for the same key: a mail sent twice after a crash is recognised as one.

    128 bits of SHA-256: more would fold the header, which some servers compare badly.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.BASE_URL).hostname}>"


@dataclass(frozen=True, slots=True)
class Text:
    """What a mail says, in its three parts."""

    subject: str
    body: str
    html: str


def subject_line(template: str, context: dict[str, Any]) -> str:
    """No value may begin a second header line."""
    return _BLANK.sub(" ", _text(f"{template}_subject.txt", context)).strip()


def write(template: str, context: dict[str, Any]) -> Text:
    """The three parts, of which the two bodies also name the portal."""
    context = {"portal": settings.BASE_URL, **context}
    return Text(
        subject=subject_line(template, context),
        body=_text(f"{template}_body.txt", context),
        html=str(Engine.get_default().get_template(f"{template}_body.html").render(Context(context))),
    )


def compose(notification: Notification, subject: Any) -> EmailMultiAlternatives:
    """One message to one person, text and HTML; what is optional says how to stop it, to people and to programs."""
    rule, recipient = TELL[notification.event], notification.recipient
    stop = stop_link(recipient.pk, topic_of(notification.event, subject))
    branding = branding_of(notification.cabinet_id)
    told = {"recipient": recipient, "stop_link": stop, "brand": shown(branding, by_mail=True)}
    text = write(rule.template, {**told, **rule.context(subject, recipient)})
    mail = EmailMultiAlternatives(
        subject=text.subject,
        body=text.body,
        to=[rule.to(subject) if rule.to else recipient.email],
        headers={
            "Message-ID": message_id(notification.key),
            "Auto-Submitted": "auto-generated",
            **(
                {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
                if stop
                else {}
            ),
        },
    )
    mail.attach_alternative(text.html, "text/html")
    carry(mail, branding)
    return mail


def _stopping(link: str) -> dict[str, str]:
    """RFC 8058: a mail program stops the mails by one POST, which no scanner makes by following links."""
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if link else {}


def line_of(notification: Notification, subject: Any) -> tuple[str, str]:
    """The same fact in one line of a letter: its mail's subject, and where it leads."""
    rule, recipient = TELL[notification.event], notification.recipient
    context = {"recipient": recipient, **rule.context(subject, recipient)}
    return subject_line(rule.template, context), str(context["link"])


def _text(template: str, context: dict[str, Any]) -> str:
    """Plain text: an apostrophe in a name stays one."""
    return str(Engine.get_default().get_template(template).render(Context(context, autoescape=False)))
