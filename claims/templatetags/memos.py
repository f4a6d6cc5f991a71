"""How a reminder names people and numbers."""

from django import template
from django.utils.html import format_html

from accounts.models import User
from accounts.validators import display_mobile

register = template.Library()


@register.filter
def initials(user: User) -> str:
    """A colleague, as a shared planning names them: « É. M. »."""
    names = [part for part in user.full_name.split() if part] or [user.email]
    return " ".join(f"{name[0].upper()}." for name in names[:3])


@register.filter
def tel(number: str) -> str:
    """A stored number, written the French way, to be called by a touch."""
    return format_html('<a href="tel:{}">{}</a>', number, display_mobile(number)) if number else ""
