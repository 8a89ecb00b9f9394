"""Every setting, read once and strictly from the environment. Nothing set means production."""

import os
from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from workbench.backups import folder, passphrase, public_keys, secret_half
from workbench.buckets import bucket
from workbench.data_folder import is_demo, made, secret_key
from workbench.databases import database
from workbench.logs import logging
from workbench.mail import mailer, sender, site
from workbench.signing_in import contact, provider
from workbench.stamping import root, service
from workbench.static import collected_in
from workbench.variables import Environment, address, email, flag, host_of, hosts, number, one_of, secret, stays_here

ROOT = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

DATA = Path(env.text("WORKBENCH_DATA") or ROOT / "var").resolve()
HAS_FOLDER = env.attempt(lambda: bool(made(DATA)), False)
DEBUG = env.read("WORKBENCH_DEBUG", flag, False)
DEMO = is_demo(DATA)
SECRET_KEY = env.read("WORKBENCH_SECRET_KEY", secret(50), "")
if not env.sets("WORKBENCH_SECRET_KEY") and HAS_FOLDER:
    SECRET_KEY = env.attempt(lambda: secret_key(DATA), "")
# A demo speaks plain HTTP on this machine alone; everything else is expected behind HTTPS.
HTTPS = env.read("WORKBENCH_HTTPS", flag, not (DEMO or DEBUG))
PROXIES = env.read("WORKBENCH_PROXIES", number(0, 10), 0)
# Where people reach it: links in mail begin with it, and its path is the one under which all pages lie.
SITE, FORCE_SCRIPT_NAME = env.read("WORKBENCH_URL", site, ("", ""))
ALLOWED_HOSTS = env.read("WORKBENCH_HOSTS", hosts, ["127.0.0.1", "localhost", "[::1]", *host_of(SITE)])

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
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "django_htmx",
    "claims",
]
MIDDLEWARE = [
    "workbench.proxies.ProxyMiddleware",  # before anything reads a header
    "workbench.logs.RequestMiddleware",
    "claims.views.health.AnyHostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "claims.views.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "claims.views.compressing.CompressMiddleware",
    "claims.views.shared.SharedMiddleware",
    "claims.api.door.ApiMiddleware",
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
    "claims.views.second_factors.SecondFactorMiddleware",
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

NO_DATABASE: dict[str, Any] = {}
DATABASES = {"default": env.attempt(lambda: database(env.text("DATABASE_URL"), DATA), NO_DATABASE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "claims.User"
AUTHENTICATION_BACKENDS = ["claims.views.access.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "workbench.passwords.HouseWords"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "claims:queue"
ACCOUNT_ADAPTER = "claims.views.signing_in.Accounts"
ACCOUNT_FORMS = {
    "login": "claims.forms.signing_in.SignIn",
    "reauthenticate": "claims.forms.signing_in.PasswordAgain",
    "change_password": "claims.forms.signing_in.PasswordChange",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds within which nobody is asked again who they are
# A whole newsroom has one address: few guesses at one account, counted first, and many more from one address. What
# is refused for the account's sake costs the address nothing, and a sign-in that succeeds costs nothing at all. The
# address has a count of its own: allauth clears the first one, whole, with each second factor that is right.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/5m/key",
    "login_failed_from": "60/5m/ip",
    "login_failed_here": "5/5m/key",  # on a device where this very person has signed in before
    # Of who is signed in, or sits at somebody's open session.
    "change_password": "10/10m/user",
    "reauthenticate": "10/10m/user",
}
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_ADAPTER = "claims.views.second_factors.SecondFactors"
MFA_FORMS = {
    "authenticate": "claims.forms.signing_in.Code",
    "reauthenticate": "claims.forms.signing_in.CodeAgain",
    "activate_totp": "claims.forms.signing_in.FirstCode",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Workbench"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers give passkeys to https, and to this machine itself
SOCIALACCOUNT_ADAPTER = "claims.views.providers.Providers"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # claims/views/providers.py matches people itself, by what was verified
SECOND_FACTOR = env.read("WORKBENCH_SECOND_FACTOR", one_of("staff", "all"), "")
# Off by default. With an OpenID Connect provider, people who have an account may sign in through it.
OIDC: Any = env.attempt(
    lambda: provider(
        env.text("WORKBENCH_OIDC_URL"),
        env.text("WORKBENCH_OIDC_CLIENT"),
        env.text("WORKBENCH_OIDC_SECRET"),
        env.text("WORKBENCH_OIDC_NAME"),
    ),
    None,
)
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [OIDC] if OIDC else []}}
SECURITY_CONTACT = env.read("WORKBENCH_SECURITY_CONTACT", contact, "")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES

# Rate limits must hold across processes, so what they count stands in the database. With Django's 300 entries whoever
# guesses at many accounts would drive out what was counted.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = f"{FORCE_SCRIPT_NAME}/static/"
STATIC_ROOT = collected_in(DATA / "static", INSTALLED_APPS)
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
STORE = env.attempt(lambda: bucket(env.text("WORKBENCH_STORE"), env.text("WORKBENCH_STORE_ENDPOINT")), None)
# Off by default. With a service, a worker has the head of each chain of the log stamped once a day (RFC 3161).
STAMPS = env.read("WORKBENCH_STAMPS", service, "")
STAMPS_ROOT = env.read("WORKBENCH_STAMPS_ROOT", root, None)

# Off by default. With a server, `manage.py send_digests` mails people who want it what they have not read.
MAIL = env.text("WORKBENCH_MAIL")
MAILERS = {"default": env.attempt(lambda: mailer(MAIL, SITE), mailer("", ""))}
DEFAULT_FROM_EMAIL = env.attempt(lambda: sender(MAIL, SITE), "")

# None keeps backups in the data folder. They are locked for whoever has the secret half of a key, or the passphrase.
BACKUPS = env.read("WORKBENCH_BACKUPS", folder, None)
NO_KEYS: list[str] = []
BACKUP_KEYS = env.read("WORKBENCH_BACKUP_KEYS", public_keys, NO_KEYS)
BACKUP_IDENTITY = env.read("WORKBENCH_BACKUP_IDENTITY", secret_half, "")
BACKUP_PASSPHRASE = env.attempt(lambda: passphrase(env.text("WORKBENCH_BACKUP_PASSPHRASE"), BACKUP_KEYS), "")

UPLOAD_LIMIT = 10_000_000  # bytes of one document
CAPTURE_LIMIT = 100_000_000  # bytes of one file that an exhibit is captured in
FORM_LIMIT = 12_000_000  # bytes of a form without files
REQUEST_LIMIT = 80_000_000  # bytes of everything that is sent at once: several documents, or a table of claims
DATA_UPLOAD_MAX_MEMORY_SIZE = FORM_LIMIT  # of what stands in a form's fields, which is held in memory; files are not
FETCH_URLS = env.read("WORKBENCH_FETCH", flag, False)
# Off by default. With it, editors have addresses on the internet told of verdicts and reports; a worker does it.
WEBHOOKS = env.read("WORKBENCH_WEBHOOKS", flag, False)

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
    "object-src": [CSP.NONE],
}
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"(^|/)(healthz|readyz|version|metrics)$"]  # asked from within, without the proxy
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{FORCE_SCRIPT_NAME}/"
CSRF_COOKIE_HTTPONLY = True  # forms carry the token, and no script of ours reads the cookie
# No other host of the domain can set or read cookies of such names; browsers want them to be secure, and for all paths.
COOKIES = "" if not HTTPS else "__Secure-" if FORCE_SCRIPT_NAME else "__Host-"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIES}session", f"{COOKIES}csrf"
WHITENOISE_ALLOW_ALL_ORIGINS = False
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
CSRF_FAILURE_VIEW = "claims.views.faults.old_form"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Whether sub-domains and browsers' preload lists may be bound too is for the domain's owner to say; mail.E001: that no
# mail is sent is an answer too.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "mail.E001"]

BIND = env.read("WORKBENCH_BIND", address, "127.0.0.1:8000")
PROCESSES = env.read("WORKBENCH_PROCESSES", number(1, 64), 2)
ADMIN, ADMIN_PASSWORD = env.read("WORKBENCH_ADMIN", email, ""), env.text("WORKBENCH_ADMIN_PASSWORD")
if DEMO and not stays_here(BIND, *ALLOWED_HOSTS):
    env.faults.append(
        f"{DATA} is a demo's data folder, and everybody knows its passwords: no WORKBENCH_BIND, WORKBENCH_HOSTS or "
        "WORKBENCH_URL may lead to it from another machine."
    )
METRICS = env.read("WORKBENCH_METRICS", secret(16), "")
if METRICS and HAS_FOLDER:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(made(DATA / "metrics"))
LOGS = env.read("WORKBENCH_LOGS", one_of("plain", "json"), "plain")
LOGGING = logging(LOGS)
env.settle()
