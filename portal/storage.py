"""Private files: under a random key, readable by this process only, and served by a view or not at all."""

from django.core.files.storage import FileSystemStorage


class PrivateStorage(FileSystemStorage):
    """Files without an address: asking for their URL is a mistake in the code."""

    def url(self, name: str | None) -> str:
        message = f"{name} is private: link to the view that serves it."
        raise ValueError(message)
