SECRET_KEY = "not a secret: a sample"
DEBUG = False
ALLOWED_HOSTS = ["desk.clinic.example"]
ROOT_URLCONF = "clinic.urls"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "desk",
]

SECURE_SSL_REDIRECT = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31536000
APPEND_SLASH = False
X_FRAME_OPTIONS = "DENY"

MIDDLEWARE_CLASSES = [
    "desk.requestid.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "desk.health.HealthMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "desk.access.IdleMiddleware",
    "desk.access.RoleMiddleware",
    "desk.tracing.SpanMiddleware",
    "desk.audit.AuditMiddleware",
    "desk.nocache.NoCacheMiddleware",
    "desk.errors.ErrorReportMiddleware",
    "desk.locks.PatientLockMiddleware",
    "desk.access.ConsentMiddleware",
]
