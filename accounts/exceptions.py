"""The one exception of ours."""

from django.core.exceptions import PermissionDenied


class NotAllowed(PermissionDenied):
    """An act refused; its message is French and tells the person what to do next."""
