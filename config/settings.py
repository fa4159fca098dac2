"""Settings from the environment; every one is optional in embedded mode.

`config/checks.py` refuses insecure or contradictory production values.
The list that operators rely on stands in `docs/operations.md`.
"""

from decimal import Decimal
from pathlib import Path

import environ
from csp.constants import NONCE

from foundation.outbox.gateways import account

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)

env = environ.Env()

# --- Where and how we run -------------------------------------------------
DEBUG = env.bool("DEBUG", default=False)
EMBEDDED = not env.str("REDIS_URL", default="")
DEMO = env.bool("NOBET_DEMO", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="embedded-mode-only-not-a-secret")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]", "testserver"])
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_BASE_URL]
REDIS_URL = env.str("REDIS_URL", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_TRACES_SAMPLE_RATE = env.float("SENTRY_TRACES_SAMPLE_RATE", default=0.0)
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

SMS_GATEWAY = env.str("SMS_GATEWAY", default="console")
TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKENS = env.list("TWILIO_AUTH_TOKEN", default=[])
TWILIO_FROM = env.str("TWILIO_FROM", default="")
TWILIO_MESSAGING_SERVICE_SID = env.str("TWILIO_MESSAGING_SERVICE_SID", default="")
TWILIO_API_BASE = env.str("TWILIO_API_BASE", default="")
SMS_SENDER = env.str("SMS_SENDER", default="") or TWILIO_FROM or "E-BELEDIYE"
SMS_SEGMENTS_PER_SECOND = env.float("SMS_SEGMENTS_PER_SECOND", default=10)
SMS_CONCURRENCY = env.int("SMS_CONCURRENCY", default=100)  # requests to a gateway at a time, per worker
SMS_OPERATOR = env.str("SMS_OPERATOR", default="")  # YAML mapping of a domestic operator's interface
OUTBOX_POST_TIMEOUT = env.float("OUTBOX_POST_TIMEOUT", default=10)  # seconds for one call to a gateway
OUTBOX_SETTLE = env.float("OUTBOX_SETTLE", default=30)  # seconds until a gateway's list is trusted to be whole
OUTBOX_UNCONFIRMED_AFTER = env.float("OUTBOX_UNCONFIRMED_AFTER", default=600)  # seconds without a receipt
SMS_CANARY_NUMBERS = env.list("SMS_CANARY_NUMBERS", default=[])  # our own handsets, E.164
SMS_CANARY_EVERY = env.int("SMS_CANARY_EVERY", default=4 * 3600)  # seconds
SMS_TRANSFER_BASIS = env.str("SMS_TRANSFER_BASIS", default="")  # why numbers may go abroad, as shown (KVKK art. 9)
SMS_ACCOUNTS = account.read(env)  # users, passwords, limits and prices, by gateway
JETSMS_CODES = env.dict("JETSMS_CODES", default={})  # their refusal code=ours (docs/outbox.md)
SMS_SEGMENT_PRICE = Decimal(env.str("SMS_SEGMENT_PRICE", default="0.30"))  # TL, for the estimate

ALERTMANAGER_TOKEN = env.str("ALERTMANAGER_TOKEN", default="")
ALERTMANAGER_URL = env.str("ALERTMANAGER_URL", default="")
PROMETHEUS_URL = env.str("PROMETHEUS_URL", default="")
CITY_PORT = env.int("CITY_PORT", default=20_000)  # first port of the stand-in city
CITY_CONTROL_PORT = env.int("CITY_CONTROL_PORT", default=CITY_PORT + 6_999)
PROBE_ALLOW_PRIVATE = env.bool("PROBE_ALLOW_PRIVATE", default=False)
PROBE_SOCKETS = env.int("PROBE_SOCKETS", default=5_000)  # questions out at once, in one process
PROBE_SHARDS = env.int("PROBE_SHARDS", default=0)  # posts shared out among Celery's workers of the queue "probes"
CANARY_TARGETS = env.list("CANARY_TARGETS", default=[])  # host:port of well-known services: is it them or our line?
STATUS_SNAPSHOT_DIR = env.str("STATUS_SNAPSHOT_DIR", default="")
FILINGS_OF_A_PERSON = env.int("FILINGS_OF_A_PERSON", default=20)  # tickets in ten minutes
FILINGS_OF_A_MUNICIPALITY = env.int("FILINGS_OF_A_MUNICIPALITY", default=60)  # the same, all its people together
WEB_PUSH_KEY = env.str("WEB_PUSH_KEY", default="")  # made by manage.py push_key; without it nothing is pushed
IMAP_URL = env.str("IMAP_URL", default="")
IMAP_OAUTH = env.dict("IMAP_OAUTH", default={})  # token_url, client_id, client_secret, refresh_token, scope
MAIL_AUTHSERV_ID = env.str("MAIL_AUTHSERV_ID", default="")  # whose Authentication-Results we believe
MAIL_REPLY_TO = env.str("MAIL_REPLY_TO", default="")  # where answers go; {thread} is the signed conversation
LETTERS_OF_A_SENDER = env.int("LETTERS_OF_A_SENDER", default=30)  # in an hour; more are put aside
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")  # unix:/run/clamav/clamd.ctl or tcp://host:3310

# --- What is inside -------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "runbooks",
    "helpdesk",
    "monitoring",
    "django_sla",
    "foundation.live",
    "foundation.outbox",
    "foundation.leases",
    "foundation.journal",
    "foundation.wire",
    "foundation.accounts",
    "foundation.directory",
    "foundation.language",
    "daphne",
    "channels",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "phonenumber_field",
]

MIDDLEWARE = [
    "foundation.wire.guards.ClientHeaders",
    "foundation.wire.api.last_slash.LastSlashOfTheApi",
    "foundation.wire.requests.RequestLog",
    "foundation.wire.api.problems.ProblemsOfTheApi",
    "foundation.wire.headers.PrivatePages",
    "foundation.wire.guards.StorableText",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "foundation.language.middleware.ReadersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "foundation.accounts.second_factor.SecondFactorFirst",
    "django_htmx.middleware.HtmxMiddleware",
    "foundation.wire.refusals.ShowRefusals",
    "foundation.accounts.unsent_words.UnsentWords",
    "foundation.wire.once.OncePerForm",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES: list[dict] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["foundation.language.template_loader.Loader"])],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context_processors.page_context",
            ],
            "builtins": [
                "foundation.language.templatetags.nobet",
                "foundation.wire.templatetags.forms_once",
                "config.templatetags.navigation",
            ],
        },
    }
]

# --- The truth ------------------------------------------------------------
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'nobet.sqlite3'}")}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", default="")  # migrate and restore alone (config/database/roles.py)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)

if EMBEDDED:
    CHANNEL_LAYERS: dict = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
    CACHES = {"default": {"BACKEND": "foundation.wire.limits.MemoryCache"}}
else:
    CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [REDIS_URL]},
        }
    }
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# --- People ---------------------------------------------------------------
AUTH_USER_MODEL = "directory.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["name", "email"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
CSRF_FAILURE_VIEW = "foundation.accounts.unsent_words.forged_or_late"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "foundation.accounts.adapter.InvitedPeopleOnly"
ACCOUNT_FORMS = {
    "login": "foundation.accounts.signin_forms.LoginForm",
    "reauthenticate": "foundation.accounts.signin_forms.ReauthenticateForm",
    "change_password": "foundation.accounts.signin_forms.ChangePasswordForm",
    "set_password": "foundation.accounts.signin_forms.SetPasswordForm",
    "reset_password": "foundation.accounts.signin_forms.ResetPasswordForm",
    "reset_password_from_key": "foundation.accounts.signin_forms.ResetPasswordKeyForm",
}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
# The clerks of one municipality share one address at half past eight.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",  # wrong passwords: foundation/accounts/signin/attempts.py
    "login_failed": "30/m/ip,5/300s/key",  # wrong codes of the second step, which only the right password reaches
    "reset_password": "20/m/ip",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# allauth's own asks the database twice, and only for those who have an account.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# Signing in with an outside account (OpenID Connect); off without an issuer.
OIDC_ISSUER = env.str("OIDC_ISSUER", default="").rstrip("/")
OIDC_NAME = env.str("OIDC_NAME", default="OpenID Connect") if OIDC_ISSUER else ""  # as the button has it
SOCIALACCOUNT_ADAPTER = "foundation.accounts.federation.MatchesInvitedPeople"
SOCIALACCOUNT_STORE_TOKENS = False


def outside_accounts(issuer: str, client: str, secret: str, name: str) -> dict:
    """What allauth has to know of the one provider; nothing without an issuer."""
    app = {"provider_id": "kurum", "name": name, "client_id": client, "secret": secret}
    apps = [{**app, "settings": {"server_url": issuer}}] if issuer else []
    return {"openid_connect": {"APPS": apps, "OAUTH_PKCE_ENABLED": True}}


SOCIALACCOUNT_PROVIDERS = outside_accounts(
    OIDC_ISSUER, env.str("OIDC_CLIENT_ID", default=""), env.str("OIDC_CLIENT_SECRET", default=""), OIDC_NAME
)
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "foundation.accounts.signin_forms.AddWebAuthnForm",
    "edit_webauthn": "foundation.accounts.signin_forms.EditWebAuthnForm",
}
# Browsers give keys to names over https and to localhost, never to a bare address.
ON_LOCALHOST = PUBLIC_BASE_URL.startswith("http://localhost")
PASSKEYS_WORK = PUBLIC_BASE_URL.startswith("https://") or ON_LOCALHOST
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ON_LOCALHOST
MFA_TOTP_ISSUER = "Nöbet"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever accepted an invitation has shown that the address is theirs
# The watch acts only with a second factor; off, a fresh password will do: this machine alone (config.checks).
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=PUBLIC_BASE_URL.startswith("https://"))
USERSESSIONS_TRACK_ACTIVITY = False
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

# --- Transport ------------------------------------------------------------
SECURE = PUBLIC_BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_SSL_REDIRECT = False  # the reverse proxy does it
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
# Networks of our own reverse proxy, whose X-Forwarded-For and -Proto are believed; "unix" for a socket.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.0/8", "::1/128", "unix"] if SECURE else [])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY: dict = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'", NONCE],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'", PUBLIC_BASE_URL.replace("http", "ws", 1)],
        "manifest-src": ["'self'"],
        "worker-src": ["'self'"],
        # Browsers ask this of the page a form leads on to, too.
        "form-action": ["'self'", *filter(None, [OIDC_ISSUER and "/".join(OIDC_ISSUER.split("/")[:3])])],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- Language and time ----------------------------------------------------
LANGUAGE_CODE = "tr"
LANGUAGES = [("tr", "Türkçe"), ("en", "English")]
# One catalogue a context, so that each context carries its own words; the reusable app has its own inside.
CATALOGUES = {
    name: BASE_DIR / "locale" / name for name in ("config", "foundation", "monitoring", "helpdesk", "runbooks")
}
CATALOGUES["django_sla"] = BASE_DIR / "django_sla" / "locale"
LOCALE_PATHS = list(CATALOGUES.values())
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Istanbul"

PHONENUMBER_DEFAULT_REGION = "TR"
PHONENUMBER_DB_FORMAT = "E164"

# --- Files ----------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
STORAGES: dict = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = False

# --- Mail -----------------------------------------------------------------
globals().update(env.email_url("EMAIL_URL", default="consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Nöbet <nobet@localhost>")

# --- Logs -----------------------------------------------------------------
LOGGING_CONFIG = "config.observability.configure_logging"
LOGGING = {"level": env.str("LOG_LEVEL", default="INFO"), "json": not DEBUG and not DEMO}
SILENCED_SYSTEM_CHECKS: list[str] = []
