"""What holds the house together: settings, routes, health, servers, demonstration network."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
