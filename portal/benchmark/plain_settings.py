"""The portal's settings, for the plain view one would write first: the same middleware, scope and policies."""

from portal.settings import *  # noqa: F403
from portal.settings import BASE_DIR, CACHES, TEMPLATES

ROOT_URLCONF = "portal.benchmark.plain"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "portal" / "benchmark")
CACHES["fragments"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}  # nobody keeps pieces at first
