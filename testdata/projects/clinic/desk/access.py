import time

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.template.response import TemplateResponse


class IdleMiddleware(object):
    """Logs out who has not touched the keyboard for ten minutes."""

    def process_request(self, request):
        if not request.user.is_authenticated():
            return
        last = request.session.get("last")
        if last is not None and time.time() - last > 600:
            logout(request)
            return redirect("login")
        request.session["last"] = time.time()


class RoleMiddleware(object):
    """Keeps visitors out of the wards."""

    def process_view(self, request, view, args, kwargs):
        needed = getattr(view, "role", None)
        if needed and not request.user.groups.filter(name=needed).exists():
            raise PermissionDenied("wants the role %s" % needed)


class ConsentMiddleware(object):
    """Asks once a year for consent to the house rules."""

    def process_request(self, request):
        if request.user.is_authenticated() and not request.session.get("consent"):
            if request.path != settings.CONSENT_URL:
                return TemplateResponse(request, "consent.html", {"next": request.path})

    def process_template_response(self, request, response):
        response.context_data["house"] = settings.HOUSE
        return response
