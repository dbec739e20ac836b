"""Settings: as in the library's documentation; nothing installed that SCIM does not need."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, unquote, urlsplit

SECRET_KEY = "a-key-of-the-benchmark"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["*"]
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "bench.peers.django_project.urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "bench.peers.django_project", "django_scim"]
MIDDLEWARE = ["bench.peers.django_project.wsgi.BearerToken"]
LOGGING_CONFIG = None
AUTH_USER_MODEL = "django_project.User"
SCIM_SERVICE_PROVIDER = {
    "SCHEME": "http",
    "NETLOC": f"localhost:{os.environ.get('BENCH_PORT', '80')}",
    "AUTHENTICATION_SCHEMES": [{"type": "oauth2", "name": "OAuth 2", "description": "Bearer token"}],
    "GROUP_MODEL": "bench.peers.django_project.models.Group",
    "USER_FILTER_PARSER": "bench.peers.django_project.filters.UserFilter",
}


def _database(name: str) -> dict[str, object]:
    """Return the database: connections are kept, and a commit is on the disk when it is answered."""
    if "://" not in name:
        pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE", "timeout": 30}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "CONN_MAX_AGE": None, "OPTIONS": options}
    url = urlsplit(name)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path.strip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": (parse_qs(url.query).get("host") or [url.hostname or ""])[0],
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": None,
    }


DATABASES = {"default": _database(os.environ.get("BENCH_DATABASE", "django.db"))}
