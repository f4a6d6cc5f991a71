"""The portal's settings, for the plain view one would write first: the same middleware, scope and policies."""

from pathlib import Path

from django.contrib import admin

from portal.settings import *  # noqa: F403
from portal.settings import BASE_DIR, CACHES, TEMPLATES

ROOT_URLCONF = "portal.benchmark.plain"
TEMPLATES[0]["DIRS"].insert(0, Path(admin.__file__).parent / "templates")  # Django's own pages of the admin
TEMPLATES[0]["DIRS"].append(BASE_DIR / "portal" / "benchmark")
CACHES["fragments"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}  # nobody keeps pieces at first
