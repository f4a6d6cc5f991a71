"""`|french`, known to every template: for sentences that come from the code, as labels, errors and help do."""

from django import template

from accounts.typography import spaced

register = template.Library()


@register.filter(is_safe=True)
def french(value: object) -> str:
    return spaced(str(value))
