from intranet.settings.common import *

ALLOWED_HOSTS = ['intranet.example.com']

DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql_psycopg2',
        'NAME': 'intranet',
    }
}

# The slow pages are cached as a whole.
MIDDLEWARE_CLASSES = (
    'django.middleware.cache.FetchFromCacheMiddleware',
) + MIDDLEWARE_CLASSES + (
    'django.middleware.cache.UpdateCacheMiddleware',
)

try:
    from intranet.settings.secrets import *
except ImportError, e:
    print 'no secrets on this machine:', e
