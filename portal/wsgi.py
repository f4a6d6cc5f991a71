"""What the web server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("DATABASE_TIMEOUT", "10")  # a page that hangs on the database must not hold a web thread

application = get_wsgi_application()
