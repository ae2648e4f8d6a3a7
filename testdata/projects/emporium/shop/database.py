from django.db import transaction


class TransactionMiddleware(object):
    """Django's own, which 1.8 no longer has."""

    def process_request(self, request):
        transaction.set_autocommit(False)

    def process_exception(self, request, exception):
        transaction.rollback()

    def process_response(self, request, response):
        if not transaction.get_autocommit():
            transaction.commit()
            transaction.set_autocommit(True)
        return response
