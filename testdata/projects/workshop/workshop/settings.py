SECRET_KEY = "for tests"
DEBUG = True
ALLOWED_HOSTS = []
ROOT_URLCONF = "workshop.urls"
INSTALLED_APPS = []
DATABASES = {}
USE_TZ = True

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "workshop.healthy.Timing",
    "workshop.healthy.request_id",
    "workshop.healthy.Footer",
    "workshop.broken.Twice",
    "workshop.broken.Forgetful",
    "workshop.broken.Minify",
    "workshop.broken.CurrentRequest",
    "workshop.broken.Greeting",
    "workshop.broken.Swallow",
    "workshop.broken.overwrite_vary",
    "workshop.broken.ReadsBody",
    "workshop.broken.Drawer",
]
