from django.http import HttpResponseRedirect


class BasketMiddleware(object):
    """Keeps the number of items in a cookie, for the caches in front."""

    def process_request(self, request):
        request.basket = request.session.get('basket', [])
        if request.path == '/checkout/' and not request.basket:
            return HttpResponseRedirect('/basket/')

    def process_response(self, request, response):
        if hasattr(request, 'basket'):
            response.set_cookie('items', str(len(request.basket)))
        return response


class AffiliateMiddleware(object):
    """Remembers the partner that sent a visitor."""

    def process_response(self, request, response):
        partner = request.GET.get('partner')
        if partner:
            response.set_cookie('partner', partner, max_age=30 * 86400)
        return response
