from django.test import RequestFactory, SimpleTestCase, override_settings

from .middleware import currency


@override_settings(MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware"])
class CurrencyTests(SimpleTestCase):
    def test_unknown_currency_is_euro(self):
        request = RequestFactory().get("/", {"currency": "XXX"})
        request.session = {}
        currency(lambda r: r)(request)
        self.assertEqual(request.currency, "EUR")
