CURRENCIES = {"EUR", "GBP", "USD"}


def currency(get_response):
    """Puts the customer's currency on the request."""

    def middleware(request):
        chosen = request.GET.get("currency") or request.session.get("currency")
        request.currency = chosen if chosen in CURRENCIES else "EUR"
        request.session["currency"] = request.currency
        return get_response(request)

    return middleware
