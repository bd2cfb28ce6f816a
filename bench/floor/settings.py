"""The floor served on its own: the middleware a new project would keep for pages without accounts."""

import os

import environ

from bench.floor.handler import MIDDLEWARE  # noqa: F401 -- a setting

SECRET_KEY = os.environ["SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["bench.floor"]
ROOT_URLCONF = "bench.floor.urls"
WSGI_APPLICATION = "bench.floor.wsgi.application"
DATABASES = {"default": environ.Env().db("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = 600
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # As safe as ours: what was answered is on the disk.
    safe = "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": safe}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_I18N = False
