"""The environment, read loudly: nonsense stops the start with one line.

A secret may come from a file: `NAME_FILE` names it.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from django.core.exceptions import ImproperlyConfigured


def env_str(name: str, default: str = "") -> str:
    """The variable, or the default where it is unset or empty."""
    return os.environ.get(name) or default


def env_secret(name: str) -> str:
    """The variable, or the content of the file that `NAME_FILE` names."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from error
    return os.environ.get(name, "")


def env_bool(name: str, *, default: bool) -> bool:
    """1, true, yes, on / 0, false, no, off."""
    raw = os.environ.get(name, "").strip().lower()
    if not raw:
        return default
    if raw in {"1", "true", "yes", "on"}:
        return True
    if raw in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def env_int(name: str, default: int, *, low: int = 0, high: int | None = None) -> int:
    """A whole number within its bounds."""
    raw = os.environ.get(name, "").strip()
    try:
        value = int(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from None
    if value < low or (high is not None and value > high):
        limits = f"{low} to {high}" if high is not None else f"{low} or more"
        raise ImproperlyConfigured(f"{name} must be {limits}, not {value}.")
    return value


def env_decimal(name: str, default: str, *, above: str = "0") -> Decimal:
    """A decimal number greater than `above`."""
    raw = os.environ.get(name, "").strip() or default
    try:
        value = Decimal(raw)
    except InvalidOperation:
        raise ImproperlyConfigured(f"{name} must be a number, not {raw!r}.") from None
    if not value.is_finite() or value <= Decimal(above):
        raise ImproperlyConfigured(f"{name} must be more than {above}, not {raw}.")
    return value


def env_list(name: str, default: str = "") -> list[str]:
    """Comma-separated values."""
    return [part.strip() for part in env_str(name, default).split(",") if part.strip()]


def env_choice(name: str, default: str, *, among: Collection[str]) -> str:
    """One of the words in `among`."""
    raw = env_str(name, default)
    if raw not in among:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(among)}, not {raw!r}.")
    return raw


def env_url(name: str, default: str = "") -> str:
    """An http or https address without a trailing slash; empty is allowed."""
    raw = env_str(name, default).rstrip("/")
    if raw and urlsplit(raw).scheme not in {"http", "https"}:
        raise ImproperlyConfigured(f"{name} must begin with http:// or https://, not {raw!r}.")
    return raw


def mail(url: str) -> dict[str, object]:
    """Django's mail settings for `smtp://user:password@host:587?from=…`, or `smtps://…`.

    `smtps` is TLS at once; `smtp` asks for it after the greeting unless the address says `tls=0`.
    Empty: mail is written to the log.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}
    parts, query = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL must read smtp://user:password@host:587?from=….")
    at_once = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if at_once else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": at_once,
        "EMAIL_USE_TLS": not at_once and query.get("tls", "1") != "0",
        "EMAIL_TIMEOUT": 10,
        "DEFAULT_FROM_EMAIL": query.get("from", f"zohodocs@{parts.hostname}"),
    }


def s3_storage(url: str) -> dict[str, object]:
    """Django's storage for `s3://bucket/prefix?endpoint=https://…&region=…`.

    Keys come from the environment or the machine's role, as every S3 client takes them. Nothing is
    public: files are read by us and served through the permission check.
    """
    parts, query = urlsplit(url), dict(parse_qsl(urlsplit(url).query))
    if parts.scheme != "s3" or not parts.netloc:
        raise ImproperlyConfigured("S3_URL must read s3://bucket/prefix?endpoint=…&region=….")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc,
            "location": parts.path.strip("/"),
            "endpoint_url": query.get("endpoint"),
            "region_name": query.get("region", "us-east-1"),
            "default_acl": None,
            "querystring_auth": True,
            # Two uploads of one name: the second gets another, as in a folder.
            "file_overwrite": False,
        },
    }


def redis_address(url: str, *, timeout: float) -> str:
    """The address with how long a client of it waits; waits that it names itself stand.

    In the address, because django-rq hands nothing else on to a client made from one.
    """
    address, _, query = url.partition("?")
    waits = {"socket_connect_timeout": str(timeout), "socket_timeout": str(timeout)}
    return f"{address}?{urlencode(waits | dict(parse_qsl(query)))}"


def database(url: str, *, data_dir: Path) -> dict[str, object]:
    """Django's database settings.

    `url` is `postgres://user:password@host:port/name` (host empty or a socket directory after
    `?host=`), `sqlite:///path`, or empty for SQLite in the data directory.
    """
    if not url or url.startswith("sqlite"):
        path = unquote(urlsplit(url).path)[1:] if url else ""
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": path or str(data_dir / "zohodocs.sqlite3"),
            # Opening it for every job costs as much as reading a page.
            "CONN_MAX_AGE": 60,
            # Writers queue instead of failing (measured: 0 errors with 8 writers).
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;",
            },
            # In a file, as in life: a database in memory locks whole tables between threads.
            "TEST": {"NAME": str(data_dir / "test.sqlite3")},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL must begin with postgres:// or sqlite:///, not {parts.scheme!r}."
        )
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "zohodocs",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c lock_timeout=30000 -c statement_timeout=60000"},
    }
