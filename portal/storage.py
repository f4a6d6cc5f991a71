"""Where files lie: private ones, only ever served by a view, and the static ones everybody may have."""

from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.functional import cached_property
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PrivateStorage(FileSystemStorage):
    """Files without an address: asking for their URL is a mistake in the code."""

    def url(self, name: str | None) -> str:
        message = f"{name} is private: link to the view that serves it."
        raise ValueError(message)


class HashedStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Static files under names that change with them; an `import` of a script follows to the new name."""

    support_js_module_import_aggregation = True

    def file_hash(self, name: str, content: "File[Any] | None" = None) -> str:
        """Eight characters tell two versions of a file apart; no page names twelve of them for each of its files."""
        return (super().file_hash(name, content) or "")[:8]

    @cached_property
    def _addresses(self) -> dict[str, str]:
        return {}

    def url(self, name: str, force: bool = False) -> str:
        """Django works the address out each time, from a manifest that is read once: a page asks for a dozen."""
        if force or name not in self._addresses:
            self._addresses[name] = super().url(name, force)
        return self._addresses[name]
