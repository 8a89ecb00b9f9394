"""The workbench as gunicorn serves it, with pages more that do next to nothing."""

from django.conf import settings

settings.ROOT_URLCONF = "claims.management.measuring"
# No static file is asked for, so none is collected, which would take longer than all the rest.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)

from workbench.wsgi import application  # noqa: E402 - it reads what was said above

__all__ = ["application"]
