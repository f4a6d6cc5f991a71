"""Every setting, from the environment; safe for production unless told otherwise (README, « Configuration »)."""

import hashlib
import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
DATA_DIR = env.path("PORTAL_DATA", BASE_DIR / "var")
env.read_file(DATA_DIR / "environnement")  # what script/server made for its own servers, so that manage.py finds them

# The portal and its address
DEBUG = env.flag("DEBUG", default=False)
DEMO = env.flag("PORTAL_DEMO", default=False)
SECRET_KEY = env.required("SECRET_KEY", "donnez-lui 50 caractères au hasard, ou lancez script/server.")
PORT = env.number("PORT", 8000, low=1, high=65535)
BASE_URL = env.web_address("BASE_URL", f"http://localhost:{PORT}")
SECURE = BASE_URL.startswith("https://")
_host = urlsplit(BASE_URL).hostname or "localhost"
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS", [_host] if SECURE else [_host, "localhost", "127.0.0.1", "[::1]"])
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("La variable ALLOWED_HOSTS ne peut pas contenir « * » : nommez les serveurs.")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, low=0, high=5)

# Who runs it: shown on the legal pages, « non renseigné » while empty
LEGAL_PUBLISHER = env.text("LEGAL_PUBLISHER")
LEGAL_DIRECTOR = env.text("LEGAL_DIRECTOR")
LEGAL_HOST = env.text("LEGAL_HOST")
CONTACT_EMAIL = env.mailbox("CONTACT_EMAIL")
DPO_EMAIL = env.mailbox("DPO_EMAIL")

INSTALLED_APPS = [
    "portal.apps.PortalConfig",
    "messaging.apps.MessagingConfig",
    "claims.apps.ClaimsConfig",
    "tariffs.apps.TariffsConfig",
    "accounts.apps.AccountsConfig",
    "portal.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "altcha_django",
    "crispy_forms",
    "csp",
]
MIDDLEWARE = [
    "portal.logs.RequestNumberMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.PrivateMiddleware",
    "accounts.middleware.ActorMiddleware",
]
AUTHENTICATION_BACKENDS = ["accounts.backends.ScopedBackend"]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["accounts.typography.Loader", "django.template.loaders.app_directories.Loader"],
                ),
            ],
            "builtins": ["accounts.templatetags.french"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.house",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "portail"
CRISPY_TEMPLATE_PACK = "portail"

# Data: the application's role owns nothing and cannot bypass row-level security; only `migrate` uses the owner's.
_roles = "voyez « Configuration » dans le README, ou lancez script/server."
DATABASES = {"default": env.database("DATABASE_URL", _roles)}
DATABASES["default"].update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
_timeout = env.number(
    "DATABASE_TIMEOUT", 0, low=0, high=3600
)  # seconds a statement may take; the web process asks for 10
if _timeout:
    _limits = f"-c statement_timeout={_timeout}s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
    _limits += " -c max_parallel_workers_per_gather=0"  # starting helpers for a page takes longer than the page
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = _limits
DATABASE_PLANS = env.flag("DATABASE_PLANS", default=True)
if env.text("DATABASE_OWNER_URL"):
    DATABASES["owner"] = env.database("DATABASE_OWNER_URL", _roles)
SEARCH_ROLE = "portal_search"
DATABASE_BACKUP_URL = env.text("DATABASE_BACKUP_URL")  # a role that reads everything: `sauvegarde`, `restauration`
HEALTH_TOKEN = env.text("HEALTH_TOKEN")  # opens the addresses of operations; none: they are not there
PURGE_LEDGER = env.path("PURGE_LEDGER", DATA_DIR / "registre" / "purge.jsonl")  # apart from database and backups
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Valkey or Redis: cache and doorbell, nothing of value
REDIS_URL = env.broker("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "portal.cache.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "portail",
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    },
    # Pieces of pages, in each process: whatever a piece shows is in its key, so that none is ever another's, or old.
    "fragments": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 2000}},
}
_redis = urlsplit(REDIS_URL)
CELERY_BROKER_URL = (
    f"redis+socket://{_redis.path}?virtual_host={parse_qs(_redis.query).get('db', ['0'])[0]}"
    if _redis.scheme == "unix"
    else REDIS_URL
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "global_keyprefix": "portail:",
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False  # a dead broker neither slows nor fails a request: the sweeper does the work
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = "Europe/Paris"
CELERY_BEAT_SCHEDULE = {
    "announce-proposals": {"task": "accounts.tasks.announce_proposals", "schedule": 300, "options": {"expires": 300}},
    "purge-unconfirmed": {"task": "accounts.tasks.purge_unconfirmed", "schedule": 3600, "options": {"expires": 3600}},
    "send-due": {"task": "messaging.tasks.send_due", "schedule": 15, "options": {"expires": 15}},
    "write-digests": {
        "task": "messaging.tasks.write_digests",
        "schedule": crontab(hour="7-11,17-20", minute="*/10"),
        "options": {"expires": 500},
    },
    "work-due": {"task": "claims.tasks.work_due", "schedule": 10, "options": {"expires": 10}},
    "remind": {
        "task": "claims.tasks.remind",
        "schedule": crontab(hour="7,8,9", minute=10),
        "options": {"expires": 3000},
    },
    "purge-uploads": {"task": "claims.tasks.purge_uploads", "schedule": 3600, "options": {"expires": 3600}},
    "see-to-tariffs": {"task": "tariffs.tasks.see_to_tariffs", "schedule": 120, "options": {"expires": 120}},
    "remove-old-archives": {"task": "claims.tasks.remove_old_archives", "schedule": 600, "options": {"expires": 600}},
    "sing": {"task": "portal.tasks.sing", "schedule": 60, "options": {"expires": 60}},
    "settle-search": {"task": "claims.tasks.settle_search", "schedule": 60, "options": {"expires": 60}},
    "fold-tallies": {"task": "claims.tasks.fold_tallies", "schedule": 300, "options": {"expires": 300}},
}

JOBS_AT_ONCE = env.number("JOBS_AT_ONCE", 2, low=1, high=64)  # fewer than workers: mails never wait for them

# Statistics name no shop and no step that fewer cases stand behind: nobody's work is told from a figure.
SMALLEST_GROUP = env.number("SMALLEST_GROUP", 5, low=2, high=100)

CLAMAV = env.text("CLAMAV")  # a ClamAV daemon: « /path.sock » or « host:3310 »; none: no antivirus

# Mail
for _name, _value in env.email("EMAIL_URL", DATA_DIR / "mail").items():
    globals()[_name] = _value
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("FROM_EMAIL", f"Portail Réparateurs <ne-pas-repondre@{_host}>")

# Files: private ones are only ever served by a view
_bucket = env.text("S3_BUCKET")
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "portal.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": _bucket,
            "endpoint_url": env.text("S3_ENDPOINT") or None,
            "region_name": env.text("S3_REGION") or None,
            "access_key": env.text("S3_ACCESS_KEY") or None,
            "secret_key": env.text("S3_SECRET_KEY") or None,
            "addressing_style": "path",
            "signature_version": "s3v4",
            "default_acl": None,  # the bucket's own: private
            "file_overwrite": False,
        },
    }
    if _bucket
    else {"BACKEND": "portal.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "portal.storage.HashedStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
X_ACCEL_PREFIX = env.location("X_ACCEL_PREFIX")
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 200  # as many as are prepared at once (`claims.services.uploads.FILES`)

# People
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.commonwords.GuessablePasswordValidator"},
    {"NAME": "accounts.commonwords.OwnWordsValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/15m/key"}  # accounts/limits.py counts what strangers may try
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", default=not DEMO)
MFA_ADAPTER = "accounts.secondfactor.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # http://localhost
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
RECAPTCHA_PUBLIC_KEY = env.text("RECAPTCHA_PUBLIC_KEY")
RECAPTCHA_PRIVATE_KEY = env.text("RECAPTCHA_PRIVATE_KEY")
RECAPTCHA_VERIFY_REQUEST_TIMEOUT = 5
CAPTCHA = env.choice(
    "CAPTCHA",
    "recaptcha" if RECAPTCHA_PUBLIC_KEY and RECAPTCHA_PRIVATE_KEY else "altcha",
    among=("altcha", "recaptcha", "none"),
)
ALTCHA_HMAC_SECRET = hashlib.sha256(b"altcha:" + SECRET_KEY.encode()).hexdigest()
BROWSER_COOKIE_NAME = "__Host-navigateur" if SECURE else "navigateur"
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "session"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# The browser
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE and TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# French
LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["portal.formats"]

# Logs: one line an event on the console, without personal data (portal/logs.py)
LOG_FORMAT = env.choice("LOG_FORMAT", "ligne" if DEBUG or DEMO else "json", among=("json", "ligne"))
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "portal.logs.JsonFormatter"},
        "ligne": {"()": "portal.logs.LineFormatter"},
        "tout": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},  # a developer's, values included
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "tout" if DEBUG else LOG_FORMAT}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a 404 is no event, and its address may name a dossier
    },
}
if LOGGING["root"]["level"] not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
    _message = f"La variable LOG_LEVEL vaut « {os.environ['LOG_LEVEL']} » : DEBUG, INFO, WARNING ou ERROR."
    raise ImproperlyConfigured(_message)
