"""Settings of the guest book. For development: anyone may be its host, and errors are shown to everyone."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

# What the running site writes; the server's user must be able to write here. `examples/setup` makes it.
STATE = Path(os.environ.get("CLUTCH_EXAMPLES_STATE") or BASE_DIR / "var")

SECRET_KEY = (STATE / "secret_key").read_text()
DEBUG = True
ALLOWED_HOSTS = ["*"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "guestbook",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "guestbook.urls"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": STATE / "db.sqlite3",
        # Several processes and threads write: wait for the lock, and take it when a transaction starts.
        "OPTIONS": {"timeout": 20, "transaction_mode": "IMMEDIATE"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# No leading slash: Django puts the path the site is mounted at in front.
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static"

SESSION_COOKIE_NAME = "django_session"
CSRF_COOKIE_NAME = "django_csrf"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
