"""A dossier's reference in an address: a cabinet may write letters, spaces and even « / » in it."""

from django.urls import register_converter


class ReferenceConverter:
    """`990/05 11-A` travels as `990~s05 11-A`; the tilde itself as `~t`, and a reference of dots alone as `~d…`.

    A server decodes `%2F` before it routes, and a browser resolves `..`: neither may reach an address as it is.
    """

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return value.replace("~d", ".").replace("~s", "/").replace("~t", "~")

    def to_url(self, value: str) -> str:
        escaped = str(value).replace("~", "~t").replace("/", "~s")
        return escaped.replace(".", "~d") if set(escaped) == {"."} else escaped


register_converter(ReferenceConverter, "reference")
