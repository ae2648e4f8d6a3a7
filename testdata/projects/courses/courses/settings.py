SECRET_KEY = "not a secret: a sample"
DEBUG = False
ALLOWED_HOSTS = [".courses.example"]
ROOT_URLCONF = "courses.urls"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "campus",
]

MIDDLEWARE_CLASSES = [
    "acme_proxy.middleware.ForwardedMiddleware",
    "campus.metrics.MetricsMiddleware",
    "campus.pages.NotFoundMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "campus.compress.CompressMiddleware",
    "campus.tenants.TenantMiddleware",
    "campus.cors.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "campus.languages.LanguageRedirectMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "campus.api.ApiKeyMiddleware",
    "campus.api.QuotaMiddleware",
    "campus.flags.FlagMiddleware",
    "campus.terms.TermsMiddleware",
]
