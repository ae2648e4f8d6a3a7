# -*- coding: utf-8 -*-
import os

BASE_DIR = os.path.dirname(os.path.dirname(__file__))
SECRET_KEY = 'not a secret: a sample'
DEBUG = False
ALLOWED_HOSTS = ['*']
ROOT_URLCONF = 'emporium.urls'
USE_I18N = True
LANGUAGE_CODE = 'en'
APPEND_SLASH = True

INSTALLED_APPS = (
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.sessions',
    'django.contrib.messages',
    'django.contrib.sites',
    'django.contrib.flatpages',
    'shop',
)
SITE_ID = 1

MIDDLEWARE_CLASSES = (
    'shop.timing.StatsdMiddleware',
    'django.middleware.gzip.GZipMiddleware',
    'shop.gates.MaintenanceMiddleware',
    'shop.gates.BannedAddressMiddleware',
    'django.contrib.sessions.middleware.SessionMiddleware',
    'django.middleware.locale.LocaleMiddleware',
    'django.middleware.common.CommonMiddleware',
    'django.middleware.csrf.CsrfViewMiddleware',
    'django.contrib.auth.middleware.AuthenticationMiddleware',
    'django.contrib.messages.middleware.MessageMiddleware',
    'django.middleware.clickjacking.XFrameOptionsMiddleware',
    'shop.locals.CurrentUserMiddleware',
    'shop.basket.BasketMiddleware',
    'shop.basket.AffiliateMiddleware',
    'shop.database.TransactionMiddleware',
    'shop.pages.LegacyUrlMiddleware',
)
