"""The environment, read strictly: a value that cannot be right stops the portal with a sentence naming it."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

YES = {"1", "true", "yes", "on", "oui"}
NO = {"0", "false", "no", "off", "non", ""}


class Environment:
    """Typed reading of the process environment; every method takes the name and the default."""

    def __init__(self) -> None:
        self._env = environ.Env()

    def read_file(self, path: Path) -> None:
        """Complete the environment from a file of `NAME=value` lines; what is already set wins."""
        if path.is_file() and os.access(path, os.R_OK):
            self._env.read_env(str(path))

    def text(self, name: str, default: str = "") -> str:
        return str(self._env.str(name, default=default))

    def required(self, name: str, hint: str) -> str:
        value = self.text(name)
        if not value:
            message = f"La variable {name} est absente : {hint}"
            raise ImproperlyConfigured(message)
        return value

    def location(self, name: str) -> str:
        """A path of the proxy in front, `/like-this/`; empty when there is none."""
        value = self.text(name)
        if value and not (value.startswith("/") and value.endswith("/")):
            raise ImproperlyConfigured(f"La variable {name} vaut « {value} » : écrivez-la « /comme-ceci/ ».")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """A yes or a no; environ's own `bool` reads a typo as no."""
        value = os.environ.get(name)
        if value is None:
            return default
        if value.strip().lower() in YES:
            return True
        if value.strip().lower() in NO:
            return False
        message = f"La variable {name} vaut « {value} » : écrivez « oui » ou « non »."
        raise ImproperlyConfigured(message)

    def number(self, name: str, default: int, *, low: int, high: int) -> int:
        value = os.environ.get(name, "").strip() or str(default)
        if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
            message = f"La variable {name} vaut « {value} » : écrivez un nombre entier entre {low} et {high}."
            raise ImproperlyConfigured(message)
        return int(value)

    def choice(self, name: str, default: str, *, among: tuple[str, ...]) -> str:
        value = self.text(name).strip().lower() or default
        if value not in among:
            message = f"La variable {name} vaut « {value} » : choisissez parmi {', '.join(among)}."
            raise ImproperlyConfigured(message)
        return value

    def names(self, name: str, default: list[str]) -> list[str]:
        value = self.text(name)
        return [part.strip() for part in value.split(",") if part.strip()] if value else default

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name) or default).expanduser().absolute()

    def web_address(self, name: str, default: str) -> str:
        """An `http(s)://host[:port]` address without path, as every link of a mail begins with it."""
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            message = f"La variable {name} vaut « {value} » : écrivez par exemple https://portail.exemple.fr"
            raise ImproperlyConfigured(message)
        return value

    def database(self, name: str, hint: str) -> dict[str, Any]:
        """Connection settings of a `postgres://user:password@host/base` address."""
        value = self.required(name, hint)
        if urlsplit(value).scheme not in {"postgres", "postgresql", "pgsql"}:
            value = ""  # environ would only warn
        try:
            settings = dict(self._env.db_url_config(value)) if value else {}
        except (ImproperlyConfigured, ValueError, KeyError):
            settings = {}
        if settings.get("ENGINE") != "django.db.backends.postgresql" or not settings.get("NAME"):
            message = f"La variable {name} n’est pas une adresse « postgres://role:mot-de-passe@serveur/base »."
            raise ImproperlyConfigured(message)
        return settings

    def email(self, name: str, folder: Path) -> dict[str, Any]:
        """Django's mail settings; without the variable, mails are files in `folder`."""
        value = self.text(name)
        if not value:
            return {
                "EMAIL_BACKEND": "messaging.services.mailfolder.EmailBackend",
                "EMAIL_FILE_PATH": str(folder),
            }
        try:
            return dict(self._env.email_url_config(value))
        except (ImproperlyConfigured, ValueError, KeyError, AttributeError) as problem:
            message = f"La variable {name} n’est pas une adresse « smtp+tls://utilisateur:mot-de-passe@serveur:587 »."
            raise ImproperlyConfigured(message) from problem

    def mailbox(self, name: str) -> str:
        """An e-mail address, or nothing."""
        value = self.text(name).strip()
        try:
            if value:
                validate_email(value)
        except ValidationError as problem:
            message = f"La variable {name} vaut « {value} » : écrivez une adresse e-mail, par exemple aide@exemple.fr"
            raise ImproperlyConfigured(message) from problem
        return value

    def broker(self, name: str, default: str) -> str:
        """A Redis or Valkey address: `redis://host:port/0`, `rediss://…` or `unix:///path/to.sock?db=0`."""
        value = self.text(name, default)
        parts = urlsplit(value)
        address_known = parts.path if parts.scheme == "unix" else parts.hostname
        if parts.scheme not in {"redis", "rediss", "unix"} or not address_known:
            message = (
                f"La variable {name} n’est pas une adresse « redis://serveur:6379/0 » ni « unix:///chemin.sock »."
            )
            raise ImproperlyConfigured(message)
        return value
