"""The project's own settings, on a scratch data folder and with a quick password hasher."""

import os
import tempfile

# Before the settings are read: a test run must never touch anybody's data folder.
os.environ["WORKBENCH_DATA"] = tempfile.mkdtemp(prefix="workbench-tests-")
os.environ.setdefault("WORKBENCH_HTTPS", "0")

# Browser tests keep an event loop running in the thread whose database the other tests use.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

from workbench.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, as in earnest: a database in memory knows neither WAL nor writers that wait for each other.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["WORKBENCH_DATA"], "test.sqlite3")}  # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - or whitenoise warns with every request
