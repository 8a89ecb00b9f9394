"""Every setting, read once and strictly from the environment. Nothing set means production."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP
from environs import EnvError, FileAwareEnv

from workbench.buckets import bucket
from workbench.data_folder import is_demo, made, secret_key
from workbench.mail import mailer, sender, site
from workbench.stamping import root, service

ROOT = Path(__file__).resolve().parent.parent
env = FileAwareEnv()


def env_flag(name: str, *, default: bool) -> bool:
    """True or False from the environment; anything but 1/0, true/false, yes/no, on/off stops the start."""
    try:
        return bool(env.bool(name, default))
    except EnvError as fault:
        raise ImproperlyConfigured(f"{name} must be 1 or 0: {fault}") from fault


DATA = made(Path(env.str("WORKBENCH_DATA", "") or ROOT / "var").resolve())
DEBUG = env_flag("WORKBENCH_DEBUG", default=False)
DEMO = is_demo(DATA)
SECRET_KEY = env.str("WORKBENCH_SECRET_KEY", "").strip() or secret_key(DATA)
ALLOWED_HOSTS = env.list("WORKBENCH_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
# A demo binds to loopback and speaks plain HTTP; everything else is expected behind HTTPS.
HTTPS = env_flag("WORKBENCH_HTTPS", default=not (DEMO or DEBUG))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "claims",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "claims.views.shared.SharedMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "claims.views.access.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "claims.views.uploads.UploadLimitMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "claims.views.access.ZoneMiddleware",
]
ROOT_URLCONF = "workbench.urls"
WSGI_APPLICATION = "workbench.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "claims.views.parts.house",
            ],
            "builtins": ["claims.templatetags.words"],
        },
    }
]
FORM_RENDERER = "claims.forms.fields.Renderer"

try:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{DATA / 'workbench.sqlite3'}")}
except EnvError as fault:
    raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {fault}") from fault
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["CONN_MAX_AGE"] = 600  # opening the file and its pragmas costs as much as a small page
    DATABASES["default"]["OPTIONS"] = {
        # Taken at the start, the write lock cannot be lost between reading and writing.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: with NORMAL a power cut takes acknowledged writes with it.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA mmap_size=134217728;"
        "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}}
else:
    raise ImproperlyConfigured("DATABASE_URL must name a SQLite or a PostgreSQL database.")
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "claims.User"
AUTHENTICATION_BACKENDS = ["claims.views.access.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "claims:queue"
ACCOUNT_ADAPTER = "claims.views.access.ClosedAccounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("WORKBENCH_PROXIES", 0)

# Rate limits must hold across processes, so what they count stands in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA / "files"},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# None keeps files in the data folder. Credentials for a bucket come from boto3's own variables (AWS_ACCESS_KEY_ID …).
STORE = bucket(env.str("WORKBENCH_STORE", "").strip(), env.str("WORKBENCH_STORE_ENDPOINT", "").strip())
# Off by default. With a service, a worker has the head of each chain of the log stamped once a day (RFC 3161).
STAMPS = service(env.str("WORKBENCH_STAMPS", "").strip())
STAMPS_ROOT = root(env.str("WORKBENCH_STAMPS_ROOT", "").strip())

# Off by default. With a server, `manage.py send_digests` mails people who want it what they have not read.
MAIL = env.str("WORKBENCH_MAIL", "").strip()
SITE = site(env.str("WORKBENCH_URL", "").strip(), needed=bool(MAIL))
MAILERS = {"default": mailer(MAIL)}
DEFAULT_FROM_EMAIL = sender(MAIL, SITE)

UPLOAD_LIMIT = 10_000_000  # bytes of one document
CAPTURE_LIMIT = 100_000_000  # bytes of one file that an exhibit is captured in
FORM_LIMIT = 12_000_000  # bytes of a form without files
REQUEST_LIMIT = 80_000_000  # bytes of everything that is sent at once: several documents, or a table of claims
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_LIMIT  # of what stands in a form's fields, which is held in memory; files are not
FETCH_URLS = env_flag("WORKBENCH_FETCH", default=False)

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from within, without the proxy
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
CSRF_FAILURE_VIEW = "claims.views.faults.old_form"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Whether sub-domains and browsers' preload lists may be bound too is for the domain's owner to say; mail.E001: that no
# mail is sent is an answer too.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "mail.E001"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
