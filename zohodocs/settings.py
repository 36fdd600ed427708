"""Settings from the environment. Unset = that part is off and says so; nonsense stops the start."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path

import django_stubs_ext
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from zohodocs.environment import (
    database,
    env_bool,
    env_choice,
    env_decimal,
    env_int,
    env_list,
    env_secret,
    env_str,
    env_url,
    mail,
    redis_address,
    s3_storage,
)
from zohodocs.operations import embedded_redis

# Lets typed code write `ModelForm[Flag]` at run time, too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env_str("DATA_DIR", str(BASE_DIR / "data"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env_bool("DEBUG", default=False)
PORT = env_int("PORT", 8000, low=1, high=65535)
WORKERS = env_int("WORKERS", 2, low=1, high=64)
# Which engine reads print in pictures (`zohodocs/pipeline/reading/ocr/engines.py`).
OCR_ENGINE = env_choice("OCR_ENGINE", "small", among=("small", "tiny", "rapid", "off"))
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")


def _kept_secret(name: str) -> str:
    """A secret made once and kept in the data directory, for a machine with nothing configured."""
    path = DATA_DIR / name
    try:
        return path.read_text()
    except FileNotFoundError:
        value = secrets.token_urlsafe(50)
        try:
            with path.open("x") as file:
                path.chmod(0o600)
                file.write(value)
        except FileExistsError:  # another process of this start was faster
            return path.read_text()
        return value


SECRET_KEY = env_secret("SECRET_KEY") or _kept_secret("secret_key")
FIELD_ENCRYPTION_KEYS = [
    key.strip() for key in env_secret("FIELD_ENCRYPTION_KEYS").split(",") if key.strip()
] or [
    base64.urlsafe_b64encode(hashlib.sha256(_kept_secret("field_key").encode()).digest()).decode()
]

# --- Time. Every lease, grace, breaker and hold time is divided by TIME_SCALE. -------------------
TIME_SCALE = env_decimal("TIME_SCALE", "1")


def scaled(seconds: float) -> float:
    """Seconds, the faster the larger TIME_SCALE is."""
    return seconds / float(TIME_SCALE)


_hold = env_str("HOLD_SECONDS")
# None = each organisation's policy says; a number overrides all policies.
HOLD_SECONDS = env_int("HOLD_SECONDS", 0) if _hold else None
PROCESS_LEASE_SECONDS = scaled(120)
POSTING_LEASE_SECONDS = scaled(120)
UNKNOWN_GRACE_SECONDS = scaled(300)
SWEEP_SECONDS = scaled(30)
MAX_CRASH_ATTEMPTS = 2

# --- Zoho: seeds the first organisation's connection; afterwards the database wins. --------------
ZOHO_ACCOUNTS_URL = env_url("ZOHO_ACCOUNTS_URL")
ZOHO_BOOKS_URL = env_url("ZOHO_BOOKS_URL")
ZOHO_CLIENT_ID = env_secret("ZOHO_CLIENT_ID")
ZOHO_CLIENT_SECRET = env_secret("ZOHO_CLIENT_SECRET")
ZOHO_REFRESH_TOKEN = env_secret("ZOHO_REFRESH_TOKEN")
ZOHO_ORGANIZATION_ID = env_str("ZOHO_ORGANIZATION_ID")
ZOHO_VAT_FIELD = env_str("ZOHO_VAT_FIELD")
ZOHO_DOCUMENT_FIELD = env_str("ZOHO_DOCUMENT_FIELD")
ZOHO_DAILY_LIMIT = env_int("ZOHO_DAILY_LIMIT", 5000, low=1)
# Of Zoho's hundred a minute some are left to its own pages and to other programs.
ZOHO_CALLS_PER_MINUTE = env_int("ZOHO_CALLS_PER_MINUTE", 90, low=1)
ZOHO_CALLS_AT_ONCE = env_int("ZOHO_CALLS_AT_ONCE", 8, low=1, high=64)
# One call at a time is kept for people.
POSTINGS_AT_ONCE = max(1, ZOHO_CALLS_AT_ONCE - 1)
METRICS_TOKEN = env_secret("METRICS_TOKEN")
# What typing one bill into Zoho by hand takes: the assumption behind the hours saved.
MINUTES_BY_HAND = float(env_decimal("MINUTES_BY_HAND", "6"))

# --- Language model: off unless there is an address and a model. ----------------------------------
LLM_BASE_URL = env_url("LLM_BASE_URL")
LLM_API_KEY = env_secret("LLM_API_KEY")
LLM_MODEL = env_str("LLM_MODEL")
LLM_DAILY_LIMIT = env_int("LLM_DAILY_LIMIT", 500, low=1)
# A million tokens' price, for the meter alone; 0 = not metered.
LLM_PROMPT_PRICE = env_decimal("LLM_PROMPT_PRICE", "0", above="-0.01")
LLM_ANSWER_PRICE = env_decimal("LLM_ANSWER_PRICE", "0", above="-0.01")
if bool(LLM_BASE_URL) != bool(LLM_MODEL):
    raise ImproperlyConfigured("LLM_BASE_URL and LLM_MODEL go together: set both or neither.")

# --- Backups: off unless there is a place for them. -----------------------------------------------
BACKUP_URL = env_secret("BACKUP_URL")
BACKUP_KEYS = [key.strip() for key in env_secret("BACKUP_KEYS").split(",") if key.strip()]
BACKUP_KEEP_DAYS = env_int("BACKUP_KEEP_DAYS", 30, low=1)

# Up to this share of documents one person may let a new way in; above it a second one confirms.
ROLLOUT_ALONE_UP_TO = env_decimal("ROLLOUT_ALONE_UP_TO", "10", above="-1")
# Asked about guardrails that name an expression; unset = those say nothing, and hold a ramp.
PROMETHEUS_URL = env_url("PROMETHEUS_URL")
# Who answers flags, behind OpenFeature.
FLAG_PROVIDER = env_str("FLAG_PROVIDER", "zohodocs.rollout.provider.DatabaseProvider")

# --- Intake ---------------------------------------------------------------------------------------
MAX_FILE_BYTES = 25 * 1024 * 1024
QUARANTINE_DAYS = 30
DATA_UPLOAD_MAX_NUMBER_FILES = 500
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- Django ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "template_partials",
    "django_rq",
    "django_prometheus",
    "zohodocs",
    "review",
]
MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zohodocs.web.htmx.LogInAgain",
    "zohodocs.access.AdminPolicyMiddleware",
    "zohodocs.web.second_factor.RequireSecondFactor",
    "zohodocs.web.preferences.OwnClock",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "zohodocs.urls"
WSGI_APPLICATION = "zohodocs.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    }
]
DATABASES = {"default": database(env_secret("DATABASE_URL"), data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_secret("REDIS_URL") or embedded_redis.url(DATA_DIR)
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://")):
    raise ImproperlyConfigured("REDIS_URL must begin with redis://, rediss:// or unix://.")
# Short: a page that needs no Redis must not wait for a dead one.
REDIS_TIMEOUT_SECONDS = 1.0

# The longest a job may take. Two hundred scanned pages are read for many minutes, as long as the
# lease is kept (`zohodocs/pipeline/lease.py`).
QUEUES = {"pipeline": 1200, "sequential": 1200, "sync": 300, "shadow": 600}
RQ_QUEUES = {
    name: {
        # A worker waits longer where it listens; RQ sees to that itself.
        "URL": redis_address(REDIS_URL, timeout=REDIS_TIMEOUT_SECONDS),
        "DEFAULT_TIMEOUT": seconds,
        "DEFAULT_RESULT_TTL": 0,
        "SERIALIZER": "rq.serializers.JSONSerializer",
    }
    for name, seconds in QUEUES.items()
}
RQ = {
    "WORKER_CLASS": "zohodocs.jobs.worker.OneQueueWorker",
    "DEFAULT_RESULT_TTL": 0,
}
RQ_SHOW_ADMIN_LINK = False

S3_URL = env_str("S3_URL")
STORAGES = {
    "default": s3_storage(S3_URL)
    if S3_URL
    else {
        "BACKEND": "zohodocs.durable.DurableStorage",
        "OPTIONS": {"location": DATA_DIR / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Files are served by views that check the permission, never by an address of their own.
MEDIA_URL = ""

# Behind a proxy with TLS.
SECURE_HTTPS = bool(CSRF_TRUSTED_ORIGINS) and all(
    origin.startswith("https://") for origin in CSRF_TRUSTED_ORIGINS
)

# --- People ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*", "password2*"]
ACCOUNT_ADAPTER = "zohodocs.access.ClosedAccountAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
# Five wrong passwords for one name, ten from one address a minute; then one waits.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
# The proxy with TLS is the only way in then, and says from where somebody comes.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_HTTPS else 0
# Required of approvers and admins; `offered` is for the demo.
SECOND_FACTOR = env_choice("SECOND_FACTOR", "required", among=("required", "offered"))
MFA_ADAPTER = "zohodocs.web.second_factor.SealedFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "ZohoDocs"
# Nobody signs up: an address was typed by the admin who invited its owner.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Browsers take keys over plain HTTP on localhost alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE_HTTPS
CACHES = {
    "default": {
        # In the database, so that a limit is the same for every process, with or without Redis.
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "zohodocs_cache",
    }
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
EMAIL_URL = env_secret("EMAIL_URL")
globals().update(mail(EMAIL_URL))

LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "locale"]
# Only what has a catalogue of ours: else log-in and admin speak Polish and the desk English.
LANGUAGES = [
    (code, name)
    for code, name in (("en", _("English")), ("ru", _("Russian")), ("pl", _("Polish")))
    if code == "en" or (LOCALE_PATHS[0] / code).is_dir()
]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Security -------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = SECURE_HTTPS
CSRF_COOKIE_SECURE = SECURE_HTTPS
SECURE_SSL_REDIRECT = SECURE_HTTPS
# Asked from beside the proxy, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_HTTPS else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

LOGGING_CONFIG = None  # telemetry.configure() does it
SILENCED_SYSTEM_CHECKS = [
    # Whether every other name below the host's has TLS is not ours to say.
    "security.W005",
    "security.W021",
]

_ACCENT = {  # the accent of static/css/tokens.css in unfold's eleven shades
    "50": "#eff6fd", "100": "#dbeafa", "200": "#bcd8f5", "300": "#8fbeee", "400": "#4f97df",
    "500": "#1f78cf", "600": "#0b63c5", "700": "#0a529f", "800": "#0b457f", "900": "#0d3866",
    "950": "#082242",
}  # fmt: skip  # shades from light to dark, in two rows
UNFOLD = {
    "SITE_TITLE": "ZohoDocs",
    "SITE_HEADER": "ZohoDocs",
    "SITE_URL": "/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _: static("icon.svg")}
    ],
    "COLORS": {"primary": _ACCENT},
}
PROMETHEUS_EXPORT_MIGRATIONS = False
