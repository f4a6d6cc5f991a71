"""A notification becomes a mail: written from its templates when it leaves, recognisable for ever."""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine

from messaging.models import Notification
from messaging.rules import TELL

_BLANK = re.compile(r"[\s\x00-\x1f\x7f]+")


def message_id(key: str) -> str:
    """The same for the same key: a mail sent twice after a crash is recognised as one.

    128 bits of SHA-256: more would fold the header, which some servers compare badly.
    """
    digest = hashlib.sha256(key.encode()).hexdigest()[:32]
    return f"<{digest}@{urlsplit(settings.BASE_URL).hostname}>"


def compose(notification: Notification, subject: Any) -> EmailMultiAlternatives:
    """One message to one person, text and HTML; no value may begin a second header line."""
    rule, recipient = TELL[notification.event], notification.recipient
    context = {"portal": settings.BASE_URL, "recipient": recipient, **rule.context(subject, recipient)}
    mail = EmailMultiAlternatives(
        subject=_BLANK.sub(" ", _text(f"{rule.template}_subject.txt", context)).strip(),
        body=_text(f"{rule.template}_body.txt", context),
        to=[rule.to(subject) if rule.to else recipient.email],
        headers={"Message-ID": message_id(notification.key), "Auto-Submitted": "auto-generated"},
    )
    html = Engine.get_default().get_template(f"{rule.template}_body.html").render(Context(context))
    mail.attach_alternative(html, "text/html")
    return mail


def _text(template: str, context: dict[str, Any]) -> str:
    """Plain text: an apostrophe in a name stays one."""
    return str(Engine.get_default().get_template(template).render(Context(context, autoescape=False)))
