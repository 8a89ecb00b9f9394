"""The app: what is set up once, when Django starts."""

from django.apps import AppConfig


class ClaimsConfig(AppConfig):
    """The whole workbench is one app."""

    name = "claims"
    verbose_name = "Claims"

    def ready(self) -> None:
        from claims.custody import guards, heads, outages  # the models must be there first
        from claims.keeping import before_migrating

        guards.connect()
        heads.connect()
        outages.connect()
        before_migrating.connect()
